/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that show what this program's codecs make of something, without any connection. They
 * are for tests and for people who look at captured bytes; --help is silent about them. */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-ofctl/flow_talk.h"
#include "cmd/ovs-ofctl/kept_flow.h"
#include "cmd/packet_text.h"
#include "openflow/actions_text.h"
#include "openflow/instructions.h"
#include "openflow/msg_error.h"
#include "openflow/msg_group.h"
#include "openflow/msg_hello.h"
#include "openflow/ofp_print.h"
#include "openflow/words.h"
#include "os/log.h"
#include "text/hex_dump.h"

typedef enum ofp_error acts_get_fn(const void *, size_t, enum ofp_version, struct wr *);

/* Each line of standard input is a list of actions in hexadecimal. */
static void
parse_lists(const char *version_name, const char *what, acts_get_fn *get)
{
    static uint8_t list[OF_ACTS_MAX] __attribute__((aligned(8)));
    enum ofp_version version = ofp_version_find(version_name);
    if (!version) {
        log_fatal("%s: not a valid OpenFlow version", version_name);
    }
    struct str line = STR_INIT, out = STR_INIT;
    while (input_line(stdin, &line, NULL)) {
        size_t n;
        uint8_t *bytes = input_hex(line.s, &n, "Trailing garbage in hex data");
        struct wr w = wr_make(list, sizeof list);
        enum ofp_error error = get(bytes, n, version, &w);
        str_clear(&out);
        if (error) {
            str_putf(&out, "bad %s %s: %s\n", version_name, what, ofp_error_name(error));
        } else {
            str_puts(&out, "actions=");
            of_acts_text_put(&out, list, w.n, NULL);
            str_putc(&out, '\n');
        }
        puts(out.s);
        os_free(bytes);
    }
    str_fini(&line);
    str_fini(&out);
}

void
cmd_parse_actions(struct ofctl *c UNUSED, int argc UNUSED, char *argv[])
{
    parse_lists(argv[0], "actions", of_acts_get);
}

void
cmd_parse_instructions(struct ofctl *c UNUSED, int argc UNUSED, char *argv[])
{
    parse_lists(argv[0], "instructions", of_instructions_get);
}

static enum ofp_error
find_error(const char *name)
{
    enum ofp_error error = ofp_error_find_name(name);
    if (!error) {
        log_fatal("unknown error \"%s\"", name);
    }
    return error;
}

void
cmd_print_error(struct ofctl *c UNUSED, int argc UNUSED, char *argv[])
{
    enum ofp_error error = find_error(argv[0]);
    for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
        struct ofp_error_wire w = ofp_error_wire(error, v);
        if (w.kind != OFP_ERR_NONE) {
            printf("OpenFlow 1.%d: vendor %#x, type %u, code %u\n", v - OFP_10, w.vendor, w.type,
                   w.code);
        }
    }
}

/* -- Messages -- */

static void
print(const void *bytes, size_t n, int verbosity)
{
    struct str s = STR_INIT;
    ofp_print(&s, bytes, n,
              &(struct ofp_print){.verbosity = verbosity, .packet = packet_text_put});
    fputs(str_text(&s), stdout);
    str_fini(&s);
}

static void
print_hex(const void *bytes, size_t n)
{
    struct str s = STR_INIT;
    str_put_hex_bytes(&s, bytes, n);
    str_chomp(&s, "-\n");
    puts(str_text(&s));
    str_fini(&s);
}

/* The message in argument or, for "-", on the first line of standard input. */
void
cmd_ofp_print(struct ofctl *c UNUSED, int argc, char *argv[])
{
    struct str line = STR_INIT;
    const char *text = argv[0];
    size_t n;
    if (strcmp(text, "-") == 0) {
        if (!input_line(stdin, &line, NULL)) {
            log_fatal("Failed to read stdin");
        }
        text = line.s;
    }
    uint8_t *bytes = input_hex(text, &n, "trailing garbage following hex bytes");
    print(bytes, n, argc > 1 ? atoi(argv[1]) : 2);
    os_free(bytes);
    str_fini(&line);
}

/* Reads N bytes; false at the end of the file, which is not the middle of a message. */
static bool
read_bytes(FILE *file, const char *name, void *p, size_t n, bool may_end)
{
    size_t got = fread(p, 1, n, file);
    if (got == 0 && may_end && n) {
        return false;
    }
    if (got < n) {
        log_fatal("%s: unexpected end of file mid-message", name);
    }
    return true;
}

void
cmd_ofp_parse(struct ofctl *c, int argc UNUSED, char *argv[])
{
    static uint8_t msg[OFP_MSG_MAX];
    FILE *file = input_open(argv[0], "open");
    while (read_bytes(file, argv[0], msg, OFP_HEADER_SIZE, true)) {
        struct ofp_header h;
        ofp_header_get(msg, OFP_HEADER_SIZE, &h);
        if (h.len < OFP_HEADER_SIZE) {
            log_fatal("%s: %u-byte message is too short for OpenFlow", argv[0], h.len);
        }
        read_bytes(file, argv[0], msg + OFP_HEADER_SIZE, h.len - OFP_HEADER_SIZE, false);
        print(msg, h.len, (int)c->verbosity + 2);
    }
    input_close(file);
}

void
cmd_encode_hello(struct ofctl *c UNUSED, int argc UNUSED, char *argv[])
{
    uint8_t buffer[64];
    struct wr w = wr_make(buffer, sizeof buffer);
    ofp_versions versions = (ofp_versions)strtoul(argv[0], NULL, 0);
    if (!(versions & OFP_VERSIONS_ALL)) {
        log_fatal("%s: no OpenFlow version is among these", argv[0]);
    }
    ofp_hello_put(&w, versions, vconn_new_xid());
    print_hex(buffer, w.n);
    print(buffer, w.n, 0);
}

/* The error that answers a request. */
void
cmd_encode_error_reply(struct ofctl *c UNUSED, int argc UNUSED, char *argv[])
{
    struct ofp_header h;
    size_t n;
    enum ofp_error error = find_error(argv[0]);
    uint8_t *request = input_hex(argv[1], &n, "Trailing garbage in hex data");
    uint8_t *buffer = xalloc(n + OFP_ERROR_SIZE);
    struct wr w = wr_make(buffer, n + OFP_ERROR_SIZE);
    if (!ofp_header_get(request, n, &h)) {
        log_fatal("Request too short");
    }
    if (h.len != n) {
        log_fatal("Request size inconsistent");
    }
    bool is_known = h.version >= OFP_10 && h.version < OFP_VERSION_END;
    ofp_error_msg_put(&w, error, is_known ? (enum ofp_version)h.version : OFP_10, h.xid, request,
                      n);
    print_hex(buffer, w.n);
    os_free(buffer);
    os_free(request);
}

/* -- Flows -- */

static void
print_formats(const char *what, flow_formats formats)
{
    char *names = flow_formats_text(formats);
    printf("%s: %s\n", what, names);
    os_free(names);
}

/* The first format that the user allows and of which all is USABLE, once that is shown. */
static struct flow_dialect
choose_dialect(const struct ofctl *c, flow_formats usable)
{
    flow_formats chosen = usable & c->formats;
    print_formats("usable protocols", usable);
    if (!chosen) {
        log_fatal("no usable protocol");
    }
    chosen &= ~(chosen - 1);
    print_formats("chosen protocol", chosen);
    return (struct flow_dialect){
        .version = flow_format_version(chosen),
        .nxm = chosen & FORMAT_NXM_ANY,
        .has_table = chosen & (FORMAT_OF10_TID | FORMAT_NXM_TID),
    };
}

static void
show_flow(const struct ofctl *c, const struct flow_dialect *d, struct ofp_flow_mod *fm)
{
    static uint8_t msg[OFP_MSG_MAX];
    struct wr w = wr_make(msg, sizeof msg);
    flow_talk_put(&w, d, fm);
    put_be32(msg + 4, vconn_new_xid());
    print(msg, w.n, (int)c->verbosity);
}

/* FM's actions are good until the next call. */
static void
parse_one(const char *text, const char *file, unsigned int line, struct ofp_flow_mod *fm,
          flow_formats *usable)
{
    static uint8_t actions[OF_ACTS_MAX] __attribute__((aligned(8)));
    static const struct flow_names no_names;
    struct err e;
    flow_formats formats;
    fm->actions = wr_make(actions, sizeof actions);
    if (flow_parse(text, strlen(text), OFP_FLOW_ADD, &no_names, fm, &formats, &e)) {
        if (file) {
            log_fatal("%s:%u: %s", file, line, e.text);
        }
        log_fatal("%s", e.text);
    }
    *usable &= formats;
}

void
cmd_parse_flow(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct ofp_flow_mod fm;
    flow_formats usable = FORMAT_ANY;
    parse_one(argv[0], NULL, 0, &fm, &usable);
    struct flow_dialect d = choose_dialect(c, usable);
    show_flow(c, &d, &fm);
}

void
cmd_parse_flows(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct ofp_flow_mod fm;
    struct kept_flow **kept = NULL;
    size_t n = 0, size = 0;
    unsigned int line = 0;
    flow_formats usable = FORMAT_ANY;
    struct str text = STR_INIT;
    FILE *file = input_open(argv[0], "open");
    while (input_line(file, &text, &line)) {
        if (n == size) {
            kept = xgrow(kept, &size, sizeof(struct kept_flow *));
        }
        parse_one(text.s, argv[0], line, &fm, &usable);
        kept[n++] = kept_flow_make(&fm);
    }
    input_close(file);
    struct flow_dialect d = choose_dialect(c, usable);
    for (size_t i = 0; i < n; i++) {
        kept_flow_get(kept[i], &fm);
        show_flow(c, &d, &fm);
        os_free(kept[i]);
    }
    os_free(kept);
    str_fini(&text);
}

/* -- Groups -- */

/* As parse-flow. */
void
cmd_parse_group(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct ofp_group_mod mod = {.command = OFP_GROUP_ADD};
    flow_formats usable = FORMAT_ANY;
    struct err e;
    if (ofp_group_parse(argv[0], &mod, NULL, &usable, &e)) {
        log_fatal("%s", e.text);
    }
    print_formats("usable protocols", usable);
    flow_formats chosen = usable & c->formats;
    if (!chosen) {
        log_fatal("no usable protocol");
    }
    enum ofp_version version = flow_format_version(chosen & ~(chosen - 1));
    printf("chosen version: %s\n", ofp_version_name(version));
    uint8_t *msg = xalloc(OFP_MSG_MAX);
    struct wr w = wr_make(msg, OFP_MSG_MAX);
    ofp_group_mod_put(&w, version, vconn_new_xid(), &mod, NULL);
    print(msg, w.n, (int)c->verbosity);
    ofp_group_fini(&mod.group);
    os_free(msg);
}

/* -- Words -- */

/* Prints the words from P to END; what follows a closing parenthesis is a word again. */
static void
print_words(const char *p, const char *end, const char *gap)
{
    for (struct word word; word_next(&p, end, &word); gap = ", ") {
        printf("%s%.*s", gap, (int)word.n_name, word.name);
        if (word.value && word.n) {
            printf("=%.*s", (int)word.n, word.value);
        }
        if (word.n_tail) {
            print_words(word.tail, word.tail + word.n_tail, ", ");
        }
    }
}

void
cmd_parse_key_value(struct ofctl *c UNUSED, int argc, char *argv[])
{
    for (int i = 0; i < argc; i++) {
        print_words(argv[i], argv[i] + strlen(argv[i]), "");
        putchar('\n');
    }
}
