/* SPDX-License-Identifier: Apache-2.0 */
/* Text forms of single fields: one pair of functions per FORM_*, in the table at the end. A form
 * is written as the packaged `ovs-appctl dpctl/dump-flows` writes it, and what is written is read
 * back the same. A mask of all significant bits is left out; one of a number is hexadecimal. No
 * state; called by flow_format.c, flow_parse.c and the action texts. */
#include "dpif/field_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/hex.h"
#include "text/network.h"

struct value {
    enum flow_field_id id;
    const void *v;
    const void *m; /* never NULL */
    bool exact, verbose;
    const struct port_names *names;
};

struct target {
    enum flow_field_id id;
    void *v;
    void *m; /* NULL: masks are not allowed */
    const struct port_names *names;
};

/* -- Numbers -- */

/* Metadata is in host order, but for the byte strings; all else in network order. */
static bool
is_host_order(const struct flow_field *f)
{
    return f->form == FORM_TUN_FLAGS ||
           (f->prereq == PREREQ_NONE && f->form != FORM_PACKET_TYPE && f->size <= 4);
}

uint64_t
field_to_u64(enum flow_field_id id, const void *value)
{
    const struct flow_field *f = &flow_fields[id];
    const uint8_t *p = value;
    uint16_t u16;
    uint32_t u32;
    if (is_host_order(f) && f->size == sizeof u16) {
        memcpy(&u16, p, sizeof u16);
        return u16;
    } else if (is_host_order(f) && f->size == sizeof u32) {
        memcpy(&u32, p, sizeof u32);
        return u32;
    }
    uint64_t x = 0;
    for (size_t i = 0; i < f->size; i++) {
        x = x << 8 | p[i];
    }
    return x;
}

void
field_from_u64(enum flow_field_id id, uint64_t x, void *value)
{
    const struct flow_field *f = &flow_fields[id];
    uint8_t *p = value;
    uint16_t u16 = (uint16_t)x;
    uint32_t u32 = (uint32_t)x;
    if (is_host_order(f) && f->size == sizeof u16) {
        memcpy(p, &u16, sizeof u16);
    } else if (is_host_order(f) && f->size == sizeof u32) {
        memcpy(p, &u32, sizeof u32);
    } else {
        for (size_t i = f->size; i-- > 0; x >>= 8) {
            p[i] = (uint8_t)x;
        }
    }
}

static uint64_t
all_bits(enum flow_field_id id)
{
    unsigned int bits = flow_fields[id].bits;
    return bits >= 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
}

bool
text_skip(const char **p, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*p, word, n)) {
        return false;
    }
    *p += n;
    return true;
}

bool
text_parse_u64(const char **p, uint64_t max, uint64_t *x)
{
    if (!isdigit((unsigned char)**p)) {
        return false;
    }
    char *end;
    int base = !strncmp(*p, "0x", 2) || !strncmp(*p, "0X", 2) ? 16 : 10;
    unsigned long long value = strtoull(*p, &end, base);
    if (value > max || (value == UINT64_MAX && max == UINT64_MAX && end - *p > 20)) {
        return false;
    }
    *p = end;
    *x = value;
    return true;
}

/* NUMBER[/NUMBER]: the mask is ALL when there is none. */
static bool
parse_masked(const char **p, uint64_t all, bool may_mask, uint64_t *v, uint64_t *m)
{
    *m = all;
    if (!text_parse_u64(p, all, v)) {
        return false;
    }
    if (**p != '/') {
        return true;
    }
    ++*p;
    return may_mask && text_parse_u64(p, all, m);
}

/* A mask of a number: "0" has no 0x. */
static void
put_hex_mask(struct str *s, uint64_t m)
{
    str_putf(s, "/%#llx", (unsigned long long)m);
}

static void
put_dec(struct str *s, const struct value *v)
{
    str_putf(s, "%llu", (unsigned long long)field_to_u64(v->id, v->v));
    if (!v->exact) {
        put_hex_mask(s, field_to_u64(v->id, v->m));
    }
}

/* Hexadecimal of N big-endian bytes, as "%#x" would. */
static void
put_wide_hex(struct str *s, const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n && !p[i]) {
        i++;
    }
    if (i == n) {
        str_putc(s, '0');
        return;
    }
    str_putf(s, "0x%x", p[i]);
    for (i++; i < n; i++) {
        str_putf(s, "%02x", p[i]);
    }
}

static void
put_hex(struct str *s, const struct value *v)
{
    const struct flow_field *f = &flow_fields[v->id];
    if (f->size > 8) {
        put_wide_hex(s, v->v, f->size);
        if (!v->exact) {
            str_putc(s, '/');
            put_wide_hex(s, v->m, f->size);
        }
        return;
    }
    uint64_t x = field_to_u64(v->id, v->v);
    if (v->id == FIELD_ETH_TYPE || v->id == FIELD_VLAN_TPID || v->id == FIELD_VLAN1_TPID) {
        str_putf(s, "0x%04x", (unsigned int)x);
    } else {
        str_putf(s, "%#llx", (unsigned long long)x);
    }
    if (!v->exact) {
        put_hex_mask(s, field_to_u64(v->id, v->m));
    }
}

static bool
parse_number(const char **p, const struct target *t)
{
    uint64_t v, m;
    if (!parse_masked(p, all_bits(t->id), t->m, &v, &m)) {
        return false;
    }
    field_from_u64(t->id, v, t->v);
    if (t->m) {
        field_from_u64(t->id, m, t->m);
    }
    return true;
}

/* Up to SIZE bytes of hexadecimal (0x…) or a decimal number of 64 bits, right-aligned in OUT. */
static bool
parse_wide(const char **p, uint8_t *out, size_t size)
{
    memset(out, 0, size);
    uint64_t x;
    if (strncmp(*p, "0x", 2)) {
        if (!text_parse_u64(p, UINT64_MAX, &x)) {
            return false;
        }
        for (size_t i = 0; i < 8; i++, x >>= 8) {
            out[size - 1 - i] = (uint8_t)x;
        }
        return true;
    }
    *p += 2;
    size_t n = strspn(*p, "0123456789abcdefABCDEF");
    if (!n || n > 2 * size) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        uint8_t digit = (uint8_t)hex_digit((*p)[n - 1 - i]);
        out[size - 1 - i / 2] |= (uint8_t)(i % 2 ? digit << 4 : digit);
    }
    *p += n;
    return true;
}

static bool
parse_hex(const char **p, const struct target *t)
{
    size_t size = flow_fields[t->id].size;
    if (size <= 8) {
        return parse_number(p, t);
    }
    if (!parse_wide(p, t->v, size)) {
        return false;
    }
    if (t->m) {
        memset(t->m, 0xff, size);
    }
    if (**p != '/') {
        return true;
    }
    ++*p;
    return t->m && parse_wide(p, t->m, size);
}

/* -- Addresses -- */

/* Characters of one address at P. */
static size_t
address_len(const char *p)
{
    return strspn(p, "0123456789abcdefABCDEF:.");
}

static void
put_address(struct str *s, uint8_t form, const uint8_t *p)
{
    if (form == FORM_ETH) {
        str_put_mac(s, p);
    } else {
        str_put_ip(s, form == FORM_IPV4 ? IP_V4 : IP_V6, p);
    }
}

static void
put_addresses(struct str *s, const struct value *v)
{
    put_address(s, flow_fields[v->id].form, v->v);
    if (!v->exact) {
        str_putc(s, '/');
        put_address(s, flow_fields[v->id].form, v->m);
    }
}

static bool
parse_address(const char **p, uint8_t form, uint8_t *out)
{
    size_t n = address_len(*p);
    if (form == FORM_ETH) {
        n = mac_parse(*p, n, out);
    } else if (!ip_parse(form == FORM_IPV4 ? IP_V4 : IP_V6, *p, n, out)) {
        n = 0;
    }
    *p += n;
    return n;
}

static bool
parse_addresses(const char **p, const struct target *t)
{
    const struct flow_field *f = &flow_fields[t->id];
    if (!parse_address(p, f->form, t->v)) {
        return false;
    }
    if (t->m) {
        memset(t->m, 0xff, f->size);
    }
    if (**p != '/') {
        return true;
    }
    ++*p;
    return t->m && parse_address(p, f->form, t->m);
}

/* -- Ports and fragments -- */

void
port_text_put(struct str *s, uint32_t port_no, const struct port_names *names)
{
    const char *name = names && names->name ? names->name(names->aux, port_no) : NULL;
    if (name) {
        str_puts(s, name);
    } else {
        str_putf(s, "%u", port_no);
    }
}

static void
put_port(struct str *s, const struct value *v)
{
    port_text_put(s, (uint32_t)field_to_u64(v->id, v->v), v->names);
}

static bool
parse_port(const char **p, const struct target *t)
{
    if (isdigit((unsigned char)**p)) {
        const char *start = *p;
        if (parse_number(p, t) && **p == ')') {
            return true;
        }
        *p = start; /* a name that starts with a digit */
    }
    size_t n = strcspn(*p, ")/");
    uint32_t port_no;
    if (!t->names || !t->names->number || !t->names->number(t->names->aux, *p, n, &port_no)) {
        return false;
    }
    *p += n;
    field_from_u64(t->id, port_no, t->v);
    if (t->m) {
        field_from_u64(t->id, UINT32_MAX, t->m);
    }
    return true;
}

static const struct {
    const char *name;
    uint8_t bits;
} frags[] = {{"no", 0}, {"first", FLOW_FRAG_ANY}, {"later", FLOW_FRAG_ANY | FLOW_FRAG_LATER}};

static void
put_frag(struct str *s, const struct value *v)
{
    uint8_t bits = *(const uint8_t *)v->v & FLOW_FRAG_MASK;
    str_puts(s, !bits ? "no" : bits & FLOW_FRAG_LATER ? "later" : "first");
}

static bool
parse_frag(const char **p, const struct target *t)
{
    for (size_t i = 0; i < ARRAY_LEN(frags); i++) {
        if (text_skip(p, frags[i].name)) {
            *(uint8_t *)t->v = frags[i].bits;
            if (t->m) {
                *(uint8_t *)t->m = 0xff;
            }
            return true;
        }
    }
    return false;
}

/* -- Flags -- */

struct flag {
    uint8_t form;
    uint16_t bit;
    const char *name;
};

static const struct flag flags[] = {
    {FORM_TCP_FLAGS, 0x001, "fin"},
    {FORM_TCP_FLAGS, 0x002, "syn"},
    {FORM_TCP_FLAGS, 0x004, "rst"},
    {FORM_TCP_FLAGS, 0x008, "psh"},
    {FORM_TCP_FLAGS, 0x010, "ack"},
    {FORM_TCP_FLAGS, 0x020, "urg"},
    {FORM_TCP_FLAGS, 0x040, "ece"},
    {FORM_TCP_FLAGS, 0x080, "cwr"},
    {FORM_TCP_FLAGS, 0x100, "ns"},
    {FORM_TCP_FLAGS, 0x200, "[200]"},
    {FORM_TCP_FLAGS, 0x400, "[400]"},
    {FORM_TCP_FLAGS, 0x800, "[800]"},
    {FORM_CT_STATE, 0x01, "new"},
    {FORM_CT_STATE, 0x02, "est"},
    {FORM_CT_STATE, 0x04, "rel"},
    {FORM_CT_STATE, 0x08, "rpl"},
    {FORM_CT_STATE, 0x10, "inv"},
    {FORM_CT_STATE, 0x20, "trk"},
    {FORM_CT_STATE, 0x40, "snat"},
    {FORM_CT_STATE, 0x80, "dnat"},
    {FORM_TUN_FLAGS, FLOW_TUN_OAM, "oam"},
    {FORM_TUN_FLAGS, FLOW_TUN_DF, "df"},
    {FORM_TUN_FLAGS, FLOW_TUN_CSUM, "csum"},
    {FORM_TUN_FLAGS, FLOW_TUN_KEY, "key"},
};

static uint64_t
known_flags(uint8_t form)
{
    uint64_t all = 0;
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        all |= flags[i].form == form ? flags[i].bit : 0u;
    }
    return all;
}

/* "syn|ack", "0" for none; or "+syn-ack" for the bits in the mask. */
static void
put_flag_names(struct str *s, uint8_t form, uint64_t x, uint64_t m, bool signs)
{
    size_t start = s->n;
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (flags[i].form != form || !(flags[i].bit & (signs ? m : x))) {
            continue;
        }
        if (signs) {
            str_putc(s, x & flags[i].bit ? '+' : '-');
        } else if (s->n != start) {
            str_putc(s, '|');
        }
        str_puts(s, flags[i].name);
    }
    if (s->n == start) {
        str_putc(s, '0');
    }
}

static void
put_flags(struct str *s, const struct value *v)
{
    uint8_t form = flow_fields[v->id].form;
    uint64_t x = field_to_u64(v->id, v->v), m = field_to_u64(v->id, v->m);
    if (v->verbose && form == FORM_CT_STATE) {
        str_putf(s, "%#x/%#x", (unsigned int)x, (unsigned int)(m & known_flags(form)));
    } else if (!m) {
        str_puts(s, "0/0");
    } else {
        put_flag_names(s, form, x, m, form == FORM_CT_STATE || !v->exact);
    }
}

/* The bit whose name is at *P, 0 if none is. */
static uint64_t
parse_flag_name(const char **p, uint8_t form)
{
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (flags[i].form == form && text_skip(p, flags[i].name)) {
            return flags[i].bit;
        }
    }
    return 0;
}

static bool
parse_flags(const char **p, const struct target *t)
{
    uint8_t form = flow_fields[t->id].form;
    uint64_t x = 0, m = all_bits(t->id), bit;
    bool ok = true;
    if (isdigit((unsigned char)**p)) {
        ok = parse_masked(p, m, t->m, &x, &m);
    } else if (t->m && (**p == '+' || **p == '-')) {
        for (m = 0; ok && (**p == '+' || **p == '-');) {
            bool set = *(*p)++ == '+';
            bit = parse_flag_name(p, form);
            ok = bit && !(m & bit);
            m |= bit;
            x |= set ? bit : 0;
        }
    } else {
        do {
            bit = parse_flag_name(p, form);
            x |= bit;
        } while (bit && text_skip(p, "|"));
        ok = bit != 0;
    }
    field_from_u64(t->id, x, t->v);
    if (t->m) {
        field_from_u64(t->id, m, t->m);
    }
    return ok;
}

/* -- Forms of several labelled parts of one number -- */

struct part {
    uint8_t form;
    const char *label;
    uint8_t shift, bits;
    bool optional; /* all ones when it is not given, and then not shown */
    bool bare;     /* its mask is written without 0x */
};

static const struct part parts[] = {
    {FORM_VLAN_TCI, "vid", 0, 12, false, false},   {FORM_VLAN_TCI, "pcp", 13, 3, false, false},
    {FORM_VLAN_TCI, "cfi", 12, 1, true, false},    {FORM_MPLS_LSE, "label", 12, 20, false, false},
    {FORM_MPLS_LSE, "tc", 9, 3, false, true},      {FORM_MPLS_LSE, "ttl", 0, 8, false, false},
    {FORM_MPLS_LSE, "bos", 8, 1, false, true},     {FORM_PACKET_TYPE, "ns", 16, 16, false, false},
    {FORM_PACKET_TYPE, "id", 0, 16, false, false},
};

static uint64_t
part_of(const struct part *part, uint64_t x)
{
    return x >> part->shift & (((uint64_t)1 << part->bits) - 1);
}

/* Whether the mask has all the parts that are always shown, so none shows a mask. */
static bool
parts_exact(uint8_t form, uint64_t m)
{
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        uint64_t all = ((uint64_t)1 << parts[i].bits) - 1;
        if (parts[i].form == form && part_of(&parts[i], m) != all && !parts[i].optional) {
            return false;
        }
    }
    return true;
}

static void
put_part_mask(struct str *s, const struct part *part, unsigned int m)
{
    if (part->form == FORM_PACKET_TYPE) {
        put_hex_mask(s, m);
    } else {
        str_putf(s, part->bare ? "/%x" : "/0x%x", m);
    }
}

static void
put_parts(struct str *s, const struct value *v)
{
    uint8_t form = flow_fields[v->id].form;
    uint64_t x = field_to_u64(v->id, v->v), m = field_to_u64(v->id, v->m);
    bool exact = parts_exact(form, m), first = true;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        const struct part *part = &parts[i];
        uint64_t all = ((uint64_t)1 << part->bits) - 1, pm = part_of(part, m);
        if (part->form != form || (part->optional && part_of(part, x) == all)) {
            continue;
        }
        str_putf(s, form == FORM_PACKET_TYPE && part->shift == 0 ? "%s%s=%#x" : "%s%s=%u",
                 first ? "" : ",", part->label, (unsigned int)part_of(part, x));
        /* An MPLS entry shows all masks once one is partial. */
        if (pm != all || (form == FORM_MPLS_LSE && !exact)) {
            put_part_mask(s, part, (unsigned int)pm);
        }
        first = false;
    }
}

static bool
parse_parts(const char **p, const struct target *t)
{
    uint8_t form = flow_fields[t->id].form;
    uint64_t x = 0, m = 0;
    for (bool first = true; **p != ')'; first = false) {
        if (!first && !text_skip(p, ",")) {
            return false;
        }
        size_t i = 0;
        while (i < ARRAY_LEN(parts) &&
               !(parts[i].form == form && !strncmp(*p, parts[i].label, strlen(parts[i].label)) &&
                 (*p)[strlen(parts[i].label)] == '=')) {
            i++;
        }
        if (i == ARRAY_LEN(parts)) {
            return false;
        }
        *p += strlen(parts[i].label) + 1;
        uint64_t pv, pm, all = ((uint64_t)1 << parts[i].bits) - 1;
        if (part_of(&parts[i], m) || !parse_masked(p, all, t->m, &pv, &pm)) {
            return false;
        }
        x |= pv << parts[i].shift;
        m |= pm << parts[i].shift;
    }
    if (form == FORM_VLAN_TCI && !(m & FLOW_VLAN_PRESENT)) {
        x |= FLOW_VLAN_PRESENT;
        m |= FLOW_VLAN_PRESENT;
    }
    field_from_u64(t->id, x, t->v);
    if (t->m) {
        field_from_u64(t->id, m, t->m);
    }
    return true;
}

/* -- The table -- */

static const struct {
    void (*put)(struct str *, const struct value *);
    bool (*parse)(const char **p, const struct target *);
} forms[] = {
    [FORM_DEC] = {put_dec, parse_number},           [FORM_HEX] = {put_hex, parse_hex},
    [FORM_ETH] = {put_addresses, parse_addresses},  [FORM_IPV4] = {put_addresses, parse_addresses},
    [FORM_IPV6] = {put_addresses, parse_addresses}, [FORM_PORT] = {put_port, parse_port},
    [FORM_FRAG] = {put_frag, parse_frag},           [FORM_TCP_FLAGS] = {put_flags, parse_flags},
    [FORM_TUN_FLAGS] = {put_flags, parse_flags},    [FORM_CT_STATE] = {put_flags, parse_flags},
    [FORM_VLAN_TCI] = {put_parts, parse_parts},     [FORM_MPLS_LSE] = {put_parts, parse_parts},
    [FORM_PACKET_TYPE] = {put_parts, parse_parts},
};

void
field_text_put(struct str *s, enum flow_field_id id, const void *value, const void *mask,
               const struct port_names *names, bool verbose)
{
    struct flow_key bits = {.pad_end = 0};
    struct value v = {.id = id, .v = value, .m = mask, .verbose = verbose, .names = names};
    uint8_t ones[FLOW_FIELD_MAX_SIZE];
    if (!mask) {
        flow_field_set_exact(id, &bits);
        flow_field_get(id, &bits, ones);
        v.m = ones;
        v.exact = true;
    } else {
        flow_field_set(id, &bits, mask);
        v.exact = flow_field_is_exact(id, &bits);
    }
    forms[flow_fields[id].form].put(s, &v);
}

bool
field_text_parse(const char **p, enum flow_field_id id, void *value, void *mask,
                 const struct port_names *names)
{
    const struct target t = {id, value, mask, names};
    return forms[flow_fields[id].form].parse(p, &t);
}
