/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that show what becomes of a match in a message: as fields of NXM and OXM, in the
 * structures of OpenFlow 1.0 and 1.1, and, of the VLAN tag, in all of them side by side. */
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "cmd/ovs-ofctl/ofctl.h"
#include "openflow/match_text.h"
#include "openflow/match_wire.h"
#include "openflow/ofp_msg.h"
#include "openflow/ofp_error.h"
#include "openflow/oxm_text.h"
#include "openflow/words.h"
#include "os/log.h"
#include "text/hex_dump.h"

/* -- Fields -- */

enum { OXM_HEAD = 4 };

/* Appends M as VERSION has it to W; where its fields are, without what surrounds them. */
static struct rd
put_fields(struct wr *w, enum ofp_version version, const struct of_match *m,
           const struct of_match_cookie *cookie)
{
    if (version == OFP_10) {
        size_t n = of_match_put_nxm(w, m, cookie);
        return rd_make(w->start, n);
    }
    of_match_put_oxm_wire(w, version, m);
    return rd_make(w->start + OXM_HEAD, get_be16(w->start + 2) - (size_t)OXM_HEAD);
}

static void
print_hex_of(const void *bytes, size_t n)
{
    struct str text = STR_INIT;
    str_put_hex_bytes(&text, bytes, n);
    str_chomp(&text, "-\n");
    if (text.n) {
        puts(text.s);
    }
    str_fini(&text);
}

static void
print_fields(struct rd fields)
{
    struct str text = STR_INIT;
    of_oxm_text_put(&text, fields);
    puts(str_text(&text));
    str_fini(&text);
}

/* Each line of standard input is read, and written as VERSION has it. */
static void
parse_matches(struct ofctl *c, enum ofp_version version, bool strict)
{
    struct str line = STR_INIT;
    static uint8_t in[OFP_MSG_MAX], out[OFP_MSG_MAX];
    while (input_any_line(stdin, &line)) {
        struct wr w = wr_make(in, sizeof in);
        struct of_match m;
        struct of_match_cookie cookie;
        struct err e;
        if (!*line.s || *line.s == '#') {
            puts(line.s);
            continue;
        }
        if (of_oxm_text_parse(line.s, &w, &e)) {
            log_fatal("%s", e.text);
        }
        if (w.bad) {
            log_fatal("%s: too long for a message", line.s);
        }
        enum ofp_error error = of_match_get_fields(in, w.n, strict, &m, &cookie);
        if (error) {
            printf("nx_pull_match() returned error %s\n", ofp_error_name(error));
            continue;
        }
        w = wr_make(out, sizeof out);
        print_fields(put_fields(&w, version, &m, &cookie));
        if (c->verbosity) {
            print_hex_of(out, w.n);
        }
    }
    str_fini(&line);
}

void
cmd_parse_nxm(struct ofctl *c, int argc UNUSED, char *argv[] UNUSED)
{
    parse_matches(c, OFP_10, c->strict);
}

void
cmd_parse_oxm(struct ofctl *c, int argc UNUSED, char *argv[])
{
    enum ofp_version version = OFP_12;
    while (version < OFP_VERSION_END && strcmp(ofp_version_name(version), argv[0]) != 0) {
        version++;
    }
    if (version == OFP_VERSION_END) {
        log_fatal("%s: not a valid version for OXM", argv[0]);
    }
    parse_matches(c, version, c->strict);
}

/* -- Structures -- */

enum { SIZE_10 = 40, SIZE_11 = 88 };

static void
print_match(const struct of_match *m)
{
    struct str text = STR_INIT;
    of_match_put(&text, m, NULL);
    fputs(str_text(&text), stdout);
    str_fini(&text);
}

/* Writes M to AFTER, as VERSION has it, and prints the bytes that are others than BEFORE. */
static void
print_changes(const char *what, enum ofp_version version, const struct of_match *m,
              const uint8_t *before, uint8_t *after)
{
    struct wr w = wr_make(after, SIZE_11);
    of_match_put_wire(&w, version, m);
    for (size_t i = 0; i < w.n; i++) {
        if (before[i] != after[i]) {
            printf("%s%2zu: %02x -> %02x\n", what, i, before[i], after[i]);
        }
    }
}

/* Each line of standard input is the structure of VERSION, of SIZE bytes, as hexadecimal. Shown is
 * what it says, and what becomes of its bytes when that is written again; of OpenFlow 1.0's also
 * what is changed by taking out what has no effect. */
static void
parse_structures(enum ofp_version version, size_t size)
{
    struct str line = STR_INIT;
    while (input_line(stdin, &line, NULL)) {
        uint8_t after[SIZE_11], normal[SIZE_11];
        struct of_match m;
        size_t n;
        uint8_t *before = input_hex(line.s, &n, "Trailing garbage in hex data");
        if (n != size) {
            os_free(before);
            log_fatal("Input is %zu bytes, expected %zu", n, size);
        }
        struct rd r = rd_make(before, n);
        enum ofp_error error = of_match_get_wire(&r, version, true, &m);
        if (error) {
            printf("bad ofp11_match: %s\n\n", ofp_error_name(error));
        } else {
            print_match(&m);
            putchar('\n');
            print_changes("", version, &m, before, after);
            if (version == OFP_10) {
                of_match_normalize(&m);
                print_changes("normal: ", version, &m, after, normal);
            }
            putchar('\n');
        }
        os_free(before);
    }
    str_fini(&line);
}

void
cmd_parse_match_10(struct ofctl *c UNUSED, int argc UNUSED, char *argv[] UNUSED)
{
    parse_structures(OFP_10, SIZE_10);
}

void
cmd_parse_match_11(struct ofctl *c UNUSED, int argc UNUSED, char *argv[] UNUSED)
{
    parse_structures(OFP_11, SIZE_11);
}

/* -- The VLAN tag -- */

enum { PCP_BITS = 0xe000, PCP_SHIFT = 13, VID_BITS = 0x1fff };

static unsigned int
tci_of(const struct of_match *m)
{
    return get_be16(m->key.vlan_tci);
}

static unsigned int
tci_mask_of(const struct of_match *m)
{
    return get_be16(m->mask.vlan_tci);
}

static void
print_tci(const struct of_match *m)
{
    printf("%04x/%04x\n", tci_of(m), tci_mask_of(m));
}

/* Reads what is written back through text, as fields. */
static void
check_as_fields(const struct of_match *m, const char *name, enum ofp_version version)
{
    uint8_t bytes[256];
    struct str text = STR_INIT;
    struct of_match back;
    struct wr w = wr_make(bytes, sizeof bytes);
    struct rd fields = put_fields(&w, version, m, NULL);
    of_oxm_text_put(&text, fields);
    enum ofp_error error = of_match_get_fields(fields.p, rd_left(&fields), true, &back, NULL);
    printf("%s: %s -> ", name, str_text(&text));
    if (error) {
        puts(ofp_error_name(error));
    } else if (version == OFP_10) {
        print_tci(&back);
    } else {
        printf("%04x/%04x,", tci_of(&back) & VID_BITS, tci_mask_of(&back) & VID_BITS);
        if (tci_mask_of(&back) & PCP_BITS) {
            printf("%02x\n", tci_of(&back) >> PCP_SHIFT);
        } else {
            puts("--");
        }
    }
    str_fini(&text);
}

/* Where a structure has what is to know of the tag. */
static const struct structure {
    const char *name;
    enum ofp_version version;
    uint8_t wildcards, vlan, pcp; /* offsets */
    uint32_t no_vlan, no_pcp;     /* wildcards' bits */
} structures[] = {
    {"OF1.0", OFP_10, 0, 18, 20, 1 << 1, 1 << 20},
    {"OF1.1", OFP_11, 8, 36, 38, 1 << 1, 1 << 2},
};

static void
check_as_structure(const struct of_match *m, const struct structure *s)
{
    uint8_t bytes[SIZE_11];
    struct of_match back;
    struct wr w = wr_make(bytes, sizeof bytes);
    of_match_put_wire(&w, s->version, m);
    struct rd r = rd_make(bytes, w.n);
    uint32_t wildcards = get_be32(bytes + s->wildcards);
    printf("%s: %04x/%d,%02x/%d -> ", s->name, get_be16(bytes + s->vlan),
           (wildcards & s->no_vlan) != 0, bytes[s->pcp], (wildcards & s->no_pcp) != 0);
    enum ofp_error error = of_match_get_wire(&r, s->version, true, &back);
    if (error) {
        puts(ofp_error_name(error));
    } else {
        print_tci(&back);
    }
}

/* Reads the words of TEXT. */
static void
read_match(struct of_match *m, const char *text)
{
    const char *end = text + strlen(text);
    struct err e;
    bool known;
    of_match_init(m);
    for (struct word word; word_next(&text, end, &word);) {
        if (of_match_parse_word(m, word.name, word.n_name, word.value, word.n, NULL, &known, &e)) {
            log_fatal("%s", e.text);
        }
    }
}

/* The tag's control information and the mask of what of it is looked at, each way there and back:
 * text, fields of NXM and OXM, structures. */
void
cmd_check_vlan(struct ofctl *c UNUSED, int argc UNUSED, char *argv[])
{
    struct of_match m, back;
    struct str text = STR_INIT;
    of_match_init(&m);
    /* Bits outside of the mask stay: that they are refused is to be seen. */
    put_be16(m.key.vlan_tci, (uint16_t)strtoul(argv[0], NULL, 16));
    put_be16(m.mask.vlan_tci, (uint16_t)strtoul(argv[1], NULL, 16));
    of_match_put(&text, &m, NULL);
    read_match(&back, str_text(&text));
    printf("%s -> ", str_text(&text));
    print_tci(&back);
    check_as_fields(&m, "NXM", OFP_10);
    check_as_fields(&m, "OXM", OFP_12);
    for (size_t i = 0; i < ARRAY_LEN(structures); i++) {
        check_as_structure(&m, &structures[i]);
    }
    str_fini(&text);
}
