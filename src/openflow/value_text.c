/* SPDX-License-Identifier: Apache-2.0 */
/* Values of fields as text: a table of forms, each with the way to read VALUE[/MASK] and the way
 * to write it. */
#include "openflow/value_text.h"

#include <string.h>

#include "base/endian.h"
#include "base/hex.h"
#include "openflow/flags_text.h"
#include "openflow/port_text.h"
#include "openflow/words.h"
#include "os/err_format.h"
#include "text/network.h"

enum { FRAG_ANY = 1, FRAG_LATER = 2 };

/* One value to read or write. */
struct text {
    enum of_field_id id;
    const struct of_field *field;
    const struct of_port_names *ports;
    const char *p; /* read: the text */
    size_t n;
    struct of_value *value, *mask; /* read: where to */
    size_t len;
    struct err *err;
};

static void
fill(struct of_value *v, uint8_t byte, size_t n)
{
    memset(v->b, byte, n);
}

static int
refuse(const struct text *t, const char *why)
{
    return err_fail(t->err, -E_INVAL, "%.*s: %s", (int)t->n, t->p, why);
}

/* -- Numbers -- */

static int
parse_number(const struct text *t, const char *p, size_t n, struct of_value *to, const char *what)
{
    bool too_large;
    if (of_number_parse(p, n, to->b, t->len, &too_large)) {
        return 0;
    }
    return too_large ? err_fail(t->err, -E_INVAL, "%.*s: %s too large for %zu-byte field %s",
                                (int)t->n, t->p, what, t->len, t->field->name)
                     : err_fail(t->err, -E_INVAL, "%.*s: bad syntax for %s %s", (int)t->n, t->p,
                                t->field->name, what);
}

static int
read_number(struct text *t)
{
    const char *slash = memchr(t->p, '/', t->n);
    size_t n = slash ? (size_t)(slash - t->p) : t->n;
    int code = parse_number(t, t->p, n, t->value, "value");
    if (code || !slash) {
        return code;
    }
    return parse_number(t, slash + 1, t->n - n - 1, t->mask, "mask");
}

static uint64_t
number_of(const uint8_t *p, size_t n)
{
    uint64_t x = 0;
    while (n--) {
        x = x << 8 | *p++;
    }
    return x;
}

static void
write_number(struct str *s, const struct text *t, const uint8_t *value, const uint8_t *mask)
{
    if (t->field->form == OF_FORM_DEC && !mask) {
        str_put_u64(s, number_of(value, t->len));
        return;
    }
    if (t->field->form == OF_FORM_DEC && !number_of(value, t->len)) {
        str_puts(s, "0x"); /* behind which comes the 0 */
    }
    of_number_put_hex(s, value, t->len);
    if (mask) {
        str_putc(s, '/');
        of_number_put_hex(s, mask, t->len);
    }
}

/* -- Ethernet addresses -- */

static int
read_mac(struct text *t)
{
    size_t n = mac_parse(t->p, t->n, t->value->b);
    bool good = n == t->n || (n && n + 1 < t->n && t->p[n] == '/' &&
                              mac_parse(t->p + n + 1, t->n - n - 1, t->mask->b) == t->n - n - 1);
    return good ? 0 : refuse(t, "invalid Ethernet address");
}

static void
write_mac(struct str *s, const struct text *t UNUSED, const uint8_t *value, const uint8_t *mask)
{
    str_put_mac(s, value);
    if (mask) {
        str_putc(s, '/');
        str_put_mac(s, mask);
    }
}

/* -- IP addresses -- */

static enum ip_version
version_of(const struct text *t)
{
    return t->field->form == OF_FORM_IPV4 ? IP_V4 : IP_V6;
}

static void
make_prefix(struct of_value *mask, unsigned int bits, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned int here = MIN(bits, 8u);
        mask->b[i] = (uint8_t)(0xff00u >> here);
        bits -= here;
    }
}

/* Takes "10.0.0.1" from *P, with leading zeros or without. */
static bool
take_ipv4(const char **p, const char *end, uint8_t *ip)
{
    for (size_t i = 0; i < 4; i++) {
        int x;
        bool dot = !i || (*p < end && *(*p)++ == '.');
        if (!dot || !text_take_int(p, end, &x) || x < 0 || x > UINT8_MAX) {
            return false;
        }
        ip[i] = (uint8_t)x;
    }
    return true;
}

static bool
parse_address(const struct text *t, const char *p, const char *end, uint8_t *ip)
{
    return version_of(t) == IP_V4 ? take_ipv4(&p, end, ip) && p == end
                                  : ip_parse(IP_V6, p, (size_t)(end - p), ip);
}

static int
read_address(struct text *t)
{
    bool is_ipv4 = version_of(t) == IP_V4;
    const char *end = t->p + t->n, *slash = memchr(t->p, '/', t->n), *p = slash ? slash + 1 : end;
    const char *bad = is_ipv4 ? "invalid IP address" : "invalid IPv6 address";
    int bits;
    if (!parse_address(t, t->p, slash ? slash : end, t->value->b)) {
        return refuse(t, bad);
    }
    if (!slash || parse_address(t, p, end, t->mask->b)) {
        return 0;
    }
    const char *mask = p;
    if (!is_ipv4 && p < end && (hex_digit(*p) >= 0 || strchr(":.", *p)) &&
        !text_take_int(&mask, end, &bits)) {
        while (mask < end && (hex_digit(*mask) >= 0 || strchr(":.", *mask))) {
            mask++;
        }
        bool is_address = ip_parse(IP_V6, p, (size_t)(mask - p), t->mask->b);
        return refuse(t, is_address ? bad : "Invalid IPv6 mask");
    }
    if ((is_ipv4 && take_ipv4(&mask, end, t->mask->b)) || !text_take_int(&p, end, &bits)) {
        return refuse(t, bad);
    }
    if (bits < 0 || (size_t)bits > t->len * 8) {
        return refuse(t, is_ipv4 ? "IPv4 network prefix bits not between 0 and 32, inclusive"
                                 : "IPv6 network prefix bits not between 0 and 128, inclusive");
    }
    make_prefix(t->mask, (unsigned int)bits, t->len);
    return p == end ? 0 : refuse(t, bad);
}

/* The length of the prefix that MASK is, or -1. */
static int
prefix_of(const uint8_t *mask, size_t len)
{
    int bits = 0;
    size_t n = len * 8;
    while ((size_t)bits < n && mask[bits / 8] >> (7 - bits % 8) & 1) {
        bits++;
    }
    for (size_t i = (size_t)bits; i < n; i++) {
        if (mask[i / 8] >> (7 - i % 8) & 1) {
            return -1;
        }
    }
    return bits;
}

static void
write_address(struct str *s, const struct text *t, const uint8_t *value, const uint8_t *mask)
{
    str_put_ip(s, version_of(t), value);
    if (mask) {
        int bits = prefix_of(mask, t->len);
        str_putc(s, '/');
        if (bits >= 0) {
            str_put_u64(s, (uint64_t)bits);
        } else {
            str_put_ip(s, version_of(t), mask);
        }
    }
}

/* -- Ports, fragments, packet types, flags -- */

static int
read_port(struct text *t)
{
    uint32_t port;
    uint8_t wide[4];
    if (!of_port_parse(t->p, t->n, t->ports, &port)) {
        const char *why =
            t->id == OF_ACTSET_OUTPUT ? "port value out of range" : "invalid or unknown port";
        return err_fail(t->err, -E_INVAL, "%.*s: %s for %s", (int)t->n, t->p, why, t->field->name);
    }
    put_be32(wide, t->len == 4 ? of_port_to_11(port) : port);
    memcpy(t->value->b, wide + sizeof wide - t->len, t->len);
    return 0;
}

static void
write_port(struct str *s, const struct text *t, const uint8_t *value, const uint8_t *mask UNUSED)
{
    uint32_t port = (uint32_t)number_of(value, t->len);
    if (t->len == 4 && !of_port_from_11(port, &port)) {
        port = OFP_PORT_NONE;
    }
    of_port_put(s, port, t->ports);
}

static const struct {
    const char *name;
    uint8_t value, mask;
} frags[] = {
    {"no", 0, 3},    {"yes", FRAG_ANY, FRAG_ANY},  {"first", FRAG_ANY, 3},
    {"later", 3, 3}, {"not_later", 0, FRAG_LATER},
};

static int
read_frag(struct text *t)
{
    for (size_t i = 0; i < ARRAY_LEN(frags); i++) {
        if (strlen(frags[i].name) == t->n && !memcmp(frags[i].name, t->p, t->n)) {
            t->value->b[0] = frags[i].value;
            t->mask->b[0] = frags[i].mask;
            return 0;
        }
    }
    return refuse(t, "unknown fragment type (valid types are \"no\", \"yes\", \"first\", "
                     "\"later\", \"not_later\"");
}

static void
write_frag(struct str *s, const struct text *t UNUSED, const uint8_t *value, const uint8_t *mask)
{
    uint8_t bits = mask ? mask[0] & 3 : 3;
    for (size_t i = 0; i < ARRAY_LEN(frags); i++) {
        if (frags[i].value == (value[0] & bits) && frags[i].mask == bits) {
            str_puts(s, frags[i].name);
            return;
        }
    }
    str_puts(s, "<error>");
}

static int
bad_packet_type(const struct text *t, const char *p, const char *what)
{
    return err_fail(t->err, -E_INVAL, "%.*s: bad syntax for packet type %s",
                    (int)(t->p + t->n - p), p, what);
}

/* "(1,0x800)" */
static int
read_packet_type(struct text *t)
{
    static const char *const names[] = {"ns", "ns_type"}, *const missing[] = {"missing ','",
                                                                              "missing ')'"};
    const char *p = t->p, *end = t->p + t->n;
    if (p == end || *p++ != '(') {
        return bad_packet_type(t, t->p, "missing '('");
    }
    for (size_t i = 0; i < 2; i++) {
        bool large;
        size_t n = of_number_take(p, (size_t)(end - p), t->value->b + 2 * i, 2, &large);
        if (!n || large) {
            return bad_packet_type(t, p, names[i]);
        }
        if (p + n == end || p[n] != ",)"[i]) {
            return bad_packet_type(t, p, missing[i]);
        }
        p += n + 1;
    }
    return 0;
}

static void
write_packet_type(struct str *s, const struct text *t UNUSED, const uint8_t *value,
                  const uint8_t *mask UNUSED)
{
    str_putf(s, get_be16(value + 2) ? "(%u,0x%x)" : "(%u,%x)", get_be16(value),
             get_be16(value + 2));
}

static int
read_flags(struct text *t)
{
    uint32_t value, mask;
    uint8_t v[4], m[4];
    int code = of_flags_parse(t->id, t->p, t->n, &value, &mask, t->err);
    put_be32(v, value);
    put_be32(m, mask);
    memcpy(t->value->b, v + sizeof v - t->len, t->len);
    memcpy(t->mask->b, m + sizeof m - t->len, t->len);
    return code;
}

static void
write_flags(struct str *s, const struct text *t, const uint8_t *value, const uint8_t *mask)
{
    of_flags_put(s, t->id, (uint32_t)number_of(value, t->len),
                 mask ? (uint32_t)number_of(mask, t->len) : UINT32_MAX);
}

/* -- All forms -- */

static const struct {
    int (*read)(struct text *);
    void (*write)(struct str *, const struct text *, const uint8_t *value, const uint8_t *mask);
} forms[] = {
    [OF_FORM_DEC] = {read_number, write_number},
    [OF_FORM_HEX] = {read_number, write_number},
    [OF_FORM_ETH] = {read_mac, write_mac},
    [OF_FORM_IPV4] = {read_address, write_address},
    [OF_FORM_IPV6] = {read_address, write_address},
    [OF_FORM_PORT] = {read_port, write_port},
    [OF_FORM_FRAG] = {read_frag, write_frag},
    [OF_FORM_TUN_FLAGS] = {read_flags, write_flags},
    [OF_FORM_TCP_FLAGS] = {read_flags, write_flags},
    [OF_FORM_CT_STATE] = {read_flags, write_flags},
    [OF_FORM_PACKET_TYPE] = {read_packet_type, write_packet_type},
};

/* How many of the field's bits MASK, of LEN bytes, has. */
static size_t
count_ones(const uint8_t *mask, size_t bits, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < bits; i++) {
        n += mask[len - 1 - i / 8] >> i % 8 & 1;
    }
    return n;
}

int
of_value_parse(enum of_field_id id, const char *text, size_t n, const struct of_port_names *ports,
               struct of_value *value, struct of_value *mask, size_t *len, struct err *e)
{
    const struct of_field *f = &of_fields[id];
    struct text t = {id, f, ports, text, n, value, mask, f->wire, e};
    fill(value, 0, f->wire);
    fill(mask, UINT8_MAX, f->wire);
    if (len) {
        *len = f->wire;
    }
    if (!n || (n == 1 && *text == '*')) {
        fill(mask, 0, f->wire);
        return 0;
    }
    int code = forms[f->form].read(&t);
    size_t ones = count_ones(mask->b, f->bits, f->wire);
    if (!code && f->mask == OF_MASK_NONE && ones && ones != f->bits) {
        return err_fail(e, -E_INVAL, "%.*s: invalid mask for field %s", (int)n, text, f->name);
    }
    return code;
}

void
of_value_put(struct str *s, enum of_field_id id, const uint8_t *value, const uint8_t *mask,
             size_t len, const struct of_port_names *ports)
{
    const struct of_field *f = &of_fields[id];
    struct text t = {.id = id, .field = f, .ports = ports, .len = len};
    size_t bits = MIN((size_t)f->bits, len * 8);
    bool is_whole = !mask || count_ones(mask, bits, len) == bits;
    forms[f->form].write(s, &t, value, is_whole ? NULL : mask);
}
