/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of flags: a table of their names per form. */
#include "openflow/flags_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/endian.h"
#include "os/err_format.h"

enum { MAX_FLAGS = 9 };

struct flag_set {
    const char *title;            /* in errors */
    uint32_t all;                 /* bits that may be given */
    bool is_signed;               /* always written with signs */
    const char *names[MAX_FLAGS]; /* from bit 0 on */
};

static const struct flag_set sets[] = {
    [OF_FORM_TCP_FLAGS] = {"TCP",
                           0xfff,
                           false,
                           {"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns"}},
    [OF_FORM_CT_STATE] = {"ct_state",
                          0xff,
                          false,
                          {"new", "est", "rel", "rpl", "inv", "trk", "snat", "dnat"}},
    [OF_FORM_TUN_FLAGS] = {"tunnel", 1, true, {"oam"}},
};

/* -- Writing -- */

static void
put_name(struct str *s, const struct flag_set *set, unsigned int bit)
{
    if (bit < MAX_FLAGS && set->names[bit]) {
        str_puts(s, set->names[bit]);
    } else {
        str_putf(s, "[%x]", 1u << bit);
    }
}

void
of_flags_put(struct str *s, enum of_field_id id, uint32_t value, uint32_t mask)
{
    const struct flag_set *set = &sets[of_fields[id].form];
    bool is_exact = !set->is_signed && (mask & set->all) == set->all;
    uint32_t shown = (is_exact ? value : mask) & set->all;
    if (!shown && is_exact) {
        str_putc(s, '0');
    }
    for (bool first = true; shown; first = false) {
        unsigned int bit = PORT_CTZ64(shown);
        shown &= shown - 1;
        if (!is_exact) {
            str_putc(s, value >> bit & 1 ? '+' : '-');
        } else if (!first) {
            str_putc(s, '|');
        }
        put_name(s, set, bit);
    }
}

/* -- Reading -- */

static int
unknown(const struct flag_set *set, const char *text, size_t n, struct err *e)
{
    return err_fail(e, -E_INVAL, "%.*s: unknown %s flag(s)", (int)n, text, set->title);
}

/* "[200]", a flag without a name. */
static uint32_t
unnamed_flag(const struct flag_set *set, const char *name, size_t n)
{
    for (unsigned int bit = 0; set->all >> bit; bit++) {
        char text[12];
        size_t n_text = (size_t)snprintf(text, sizeof text, "[%x]", 1u << bit);
        bool has_name = bit < MAX_FLAGS && set->names[bit];
        if (!has_name && n == n_text && !memcmp(name, text, n)) {
            return 1u << bit;
        }
    }
    return 0;
}

static uint32_t
find_flag(const struct flag_set *set, const char *name, size_t n)
{
    for (unsigned int i = 0; i < MAX_FLAGS && set->names[i]; i++) {
        if (strlen(set->names[i]) == n && !memcmp(set->names[i], name, n)) {
            return 1u << i;
        }
    }
    return unnamed_flag(set, name, n);
}

/* "+trk-new" */
static int
parse_signed(const struct flag_set *set, const char *p, const char *end, uint32_t *value,
             uint32_t *mask, struct err *e)
{
    while (p < end) {
        bool is_set = *p++ == '+';
        size_t n = 0;
        while (p + n < end && p[n] != '+' && p[n] != '-') {
            n++;
        }
        uint32_t flag = find_flag(set, p, n);
        if (!flag) {
            return unknown(set, p, (size_t)(end - p), e);
        }
        if (*mask & flag) {
            return err_fail(e, -E_INVAL, "%.*s: Each %s flag can be specified only once", (int)n,
                            p, set->title);
        }
        *mask |= flag;
        *value |= is_set ? flag : 0;
        p += n;
    }
    return 0;
}

/* "syn|ack" */
static int
parse_exact(const struct flag_set *set, const char *text, size_t n_text, uint32_t *value,
            struct err *e)
{
    const char *p = text, *end = text + n_text;
    while (p < end) {
        size_t n = 0;
        while (p + n < end && p[n] != '|') {
            n++;
        }
        uint32_t flag = find_flag(set, p, n);
        if (!flag) {
            return unknown(set, text, n_text, e);
        }
        *value |= flag;
        p += n + (p + n < end);
    }
    return 0;
}

/* "0x12/0x12" */
static int
parse_numbers(const struct flag_set *set, const char *text, size_t n, uint32_t *value,
              uint32_t *mask, struct err *e)
{
    const char *slash = memchr(text, '/', n);
    size_t n_value = slash ? (size_t)(slash - text) : n;
    uint8_t v[4], m[4] = {0};
    bool large;
    bool good = of_number_parse(text, n_value, v, sizeof v, &large) &&
                (!slash || of_number_parse(slash + 1, n - n_value - 1, m, sizeof m, &large));
    *value = get_be32(v);
    *mask = slash ? get_be32(m) : UINT32_MAX;
    return good && !((*value | (slash ? *mask : 0)) & ~set->all) ? 0 : unknown(set, text, n, e);
}

int
of_flags_parse(enum of_field_id id, const char *text, size_t n, uint32_t *value, uint32_t *mask,
               struct err *e)
{
    const struct flag_set *set = &sets[of_fields[id].form];
    *value = *mask = 0;
    if (*text == '+' || *text == '-') {
        return parse_signed(set, text, text + n, value, mask, e);
    }
    if (isdigit((unsigned char)*text)) {
        return parse_numbers(set, text, n, value, mask, e);
    }
    *mask = UINT32_MAX;
    return parse_exact(set, text, n, value, e);
}
