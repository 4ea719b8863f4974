/* SPDX-License-Identifier: Apache-2.0 */
/* Tuples of connections as text, both ways. */
#include <string.h>

#include "openflow/msg_ct_flush.h"
#include "openflow/value_text.h"
#include "openflow/words.h"
#include "os/err_format.h"
#include "text/network.h"

enum { PROTO_ICMP = 1, PROTO_ICMPV6 = 58 };

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool
is_mapped(const uint8_t ip[16])
{
    return !memcmp(ip, mapped, sizeof mapped);
}

static bool
is_icmp(uint8_t ip_proto)
{
    return ip_proto == PROTO_ICMP || ip_proto == PROTO_ICMPV6;
}

/* -- Reading -- */

enum family { FAMILY_UNKNOWN, FAMILY_4, FAMILY_6 };

/* A tuple being read; the protocols are those of both. */
struct tuple_text {
    struct ofp_ct_tuple *tuple;
    uint8_t *ip_proto;
    enum family *family;
    struct err *err;
};

static int
refuse(const struct tuple_text *t, const struct word *w)
{
    return err_fail(t->err, -E_INVAL, "failed to parse field %.*s", (int)w->n_name, w->name);
}

static int
parse_address(const struct tuple_text *t, const struct word *w, enum family family, uint8_t ip[16])
{
    if (*t->family != FAMILY_UNKNOWN && *t->family != family) {
        return err_fail(t->err, -E_INVAL, "the L3 protocol does not match %.*s", (int)w->n,
                        w->value);
    }
    *t->family = family;
    if (family == FAMILY_6) {
        return ip_parse(IP_V6, w->value, w->n, ip) ? 0 : refuse(t, w);
    }
    memcpy(ip, mapped, sizeof mapped);
    return ip_parse(IP_V4, w->value, w->n, ip + sizeof mapped) ? 0 : refuse(t, w);
}

static int
parse_number(const struct tuple_text *t, const struct word *w, uint16_t max, uint16_t *x)
{
    uint64_t wide;
    if (!text_to_u64(w->value, w->n, &wide) || wide > max) {
        return refuse(t, w);
    }
    *x = (uint16_t)wide;
    return 0;
}

/* The byte of a number at SHIFT. */
static int
parse_byte(const struct tuple_text *t, const struct word *w, uint16_t *x, unsigned int shift)
{
    uint16_t byte = 0;
    int code = parse_number(t, w, UINT8_MAX, &byte);
    *x = (uint16_t)((*x & ~(0xff << shift)) | byte << shift);
    return code;
}

static int
parse_proto(const struct tuple_text *t, const struct word *w)
{
    uint16_t proto = 0;
    int code = parse_byte(t, w, &proto, 0);
    *t->ip_proto = (uint8_t)proto;
    return code;
}

static int
parse_word(const struct tuple_text *t, const struct word *w)
{
    static const struct {
        const char *name;
        size_t ofs;
        enum family family;
    } addresses[] = {
        {"ct_nw_src", offsetof(struct ofp_ct_tuple, src), FAMILY_4},
        {"ct_nw_dst", offsetof(struct ofp_ct_tuple, dst), FAMILY_4},
        {"ct_ipv6_src", offsetof(struct ofp_ct_tuple, src), FAMILY_6},
        {"ct_ipv6_dst", offsetof(struct ofp_ct_tuple, dst), FAMILY_6},
    };
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        if (word_is(w, addresses[i].name)) {
            return parse_address(t, w, addresses[i].family,
                                 (uint8_t *)t->tuple + addresses[i].ofs);
        }
    }
    if (word_is(w, "ct_nw_proto")) {
        return parse_proto(t, w);
    }
    if (word_is(w, "ct_tp_src")) {
        return parse_number(t, w, UINT16_MAX, &t->tuple->src_port);
    }
    if (word_is(w, "ct_tp_dst")) {
        return parse_number(t, w, UINT16_MAX, &t->tuple->dst_port);
    }
    bool is_id = word_is(w, "icmp_id"), is_type = word_is(w, "icmp_type"),
         is_code = word_is(w, "icmp_code");
    if (!is_id && !is_type && !is_code) {
        return err_fail(t->err, -E_INVAL, "invalid conntrack tuple field: %.*s", (int)w->n_name,
                        w->name);
    }
    if (!is_icmp(*t->ip_proto)) {
        return err_fail(t->err, -E_INVAL, "invalid L4 fields");
    }
    return is_id ? parse_number(t, w, UINT16_MAX, &t->tuple->src_port)
                 : parse_byte(t, w, &t->tuple->dst_port, is_type ? 0 : 8);
}

static int
parse_tuple(const char *text, const struct tuple_text *t)
{
    const char *p = text, *end = text + strlen(text);
    struct word w;
    while (word_next(&p, end, &w)) {
        int code = !w.value || !w.n ? err_fail(t->err, -E_INVAL, "field %.*s missing value",
                                               (int)w.n_name, w.name)
                                    : parse_word(t, &w);
        if (code) {
            return code;
        }
    }
    if ((t->tuple->src_port || t->tuple->dst_port) && !*t->ip_proto) {
        return err_fail(t->err, -E_INVAL, "port is set without protocol");
    }
    return 0;
}

/* A number that may have something behind it, of which as many bits are taken as fit. */
static int
parse_zone(const char *text, struct ofp_ct_match *c, struct err *e)
{
    size_t n = strspn(text, "+-0123456789");
    uint64_t x;
    if (!text_to_u64(text, n, &x)) {
        return err_fail(e, -E_INVAL, "Failed to parse zone");
    }
    c->zone = (uint16_t)x;
    c->has_zone = true;
    return 0;
}

static int
parse_mark(const char *text, struct ofp_ct_match *c, struct err *e)
{
    struct of_value value, mask;
    if (of_value_parse(OF_CT_MARK, text, strlen(text), NULL, &value, &mask, NULL, NULL)) {
        return err_fail(e, -E_INVAL, "Failed to parse mark");
    }
    c->mark = get_be32(value.b);
    c->mark_mask = get_be32(mask.b);
    c->has_mark = true;
    return 0;
}

static int
parse_labels(const char *text, struct ofp_ct_match *c, struct err *e)
{
    struct of_value value, mask;
    if (of_value_parse(OF_CT_LABEL, text, strlen(text), NULL, &value, &mask, NULL, NULL)) {
        return err_fail(e, -E_INVAL, "Failed to parse labels");
    }
    memcpy(c->labels, value.b, sizeof c->labels);
    memcpy(c->labels_mask, mask.b, sizeof c->labels_mask);
    c->has_labels = true;
    return 0;
}

int
ofp_ct_match_parse(const char *const *args, size_t n, struct ofp_ct_match *c, struct err *e)
{
    static const struct {
        const char *word;
        int (*parse)(const char *, struct ofp_ct_match *, struct err *);
    } words[] = {{"zone=", parse_zone}, {"mark=", parse_mark}, {"labels=", parse_labels}};
    enum family family = FAMILY_UNKNOWN;
    struct ofp_ct_tuple *tuples[] = {&c->orig, &c->reply};
    int code = 0;
    *c = (struct ofp_ct_match){0};
    for (size_t i = 0; !code && i < ARRAY_LEN(words); i++) {
        if (n && !strncmp(*args, words[i].word, strlen(words[i].word))) {
            code = words[i].parse(*args + strlen(words[i].word), c, e);
            args++;
            n--;
        }
    }
    for (size_t i = 0; !code && i < MIN(n, ARRAY_LEN(tuples)); i++) {
        struct tuple_text t = {tuples[i], &c->ip_proto, &family, e};
        code = parse_tuple(args[i], &t);
        if (code) {
            err_prepend(e, "Failed to parse ct-tuple");
        }
    }
    return code;
}

/* -- Writing -- */

static void
put_address(struct str *s, const char *name, const uint8_t ip[16], bool is_4)
{
    str_putf(s, "ct_%s_%s=", is_4 ? "nw" : "ipv6", name);
    if (is_mapped(ip)) {
        str_put_ip(s, IP_V4, ip + sizeof mapped);
    } else {
        str_put_ip(s, IP_V6, ip);
    }
    str_putc(s, ',');
}

static void
put_tuple(struct str *s, const struct ofp_ct_tuple *t, uint8_t ip_proto, bool is_4)
{
    put_address(s, "src", t->src, is_4);
    put_address(s, "dst", t->dst, is_4);
    if (is_icmp(ip_proto)) {
        str_putf(s, "icmp_id=%u,icmp_type=%u,icmp_code=%u", t->src_port, t->dst_port & 0xff,
                 t->dst_port >> 8);
    } else {
        str_putf(s, "ct_tp_src=%u,ct_tp_dst=%u", t->src_port, t->dst_port);
    }
}

static void
put_masked(struct str *s, const char *name, enum of_field_id id, const uint8_t *value,
           const uint8_t *mask)
{
    str_putf(s, "%s=", name);
    of_value_put(s, id, value, mask, of_fields[id].wire, NULL);
    str_putc(s, ' ');
}

void
ofp_ct_match_format(struct str *s, const struct ofp_ct_match *c)
{
    bool is_4 = is_mapped(c->orig.src) || is_mapped(c->orig.dst) || is_mapped(c->reply.src) ||
                is_mapped(c->reply.dst);
    str_putf(s, "zone=%u ", c->zone);
    if (c->has_mark) {
        uint8_t value[4], mask[4];
        put_be32(value, c->mark);
        put_be32(mask, c->mark_mask);
        put_masked(s, "mark", OF_CT_MARK, value, mask);
    }
    if (c->has_labels) {
        put_masked(s, "labels", OF_CT_LABEL, c->labels, c->labels_mask);
    }
    str_putc(s, '\'');
    put_tuple(s, &c->orig, c->ip_proto, is_4);
    str_putf(s, ",ct_nw_proto=%u' '", c->ip_proto);
    put_tuple(s, &c->reply, c->ip_proto, is_4);
    str_putc(s, '\'');
}
