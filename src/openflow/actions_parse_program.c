/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that choose, look up and repeat, from text: resubmit, clone, conjunction, multipath,
 * bundle, sample, check_pkt_larger, encap and decap. */
#include <string.h>

#include "base/endian.h"
#include "openflow/actions_names.h"
#include "openflow/actions_parse.h"
#include "openflow/port_text.h"
#include "openflow/table_text.h"
#include "os/err_format.h"

enum { MAX_ARGS = 6, MAX_CLAUSES = 64, MAX_LINKS = 65536, NS_ETHERTYPE = 1 };

/* -- resubmit -- */

/* The next item of a list whose items may be empty. */
static bool
next_item(const char **p, const char *end, const char **item, size_t *n)
{
    if (!*p) {
        return false;
    }
    const char *comma = memchr(*p, ',', (size_t)(end - *p));
    *item = *p;
    *n = (size_t)((comma ? comma : end) - *p);
    *p = comma ? comma + 1 : NULL;
    return true;
}

int
parse_resubmit(struct act_text *t)
{
    const char *p = value_of(t), *end = p + t->word.n, *item = "";
    size_t n = 0;
    uint32_t port = OFP_PORT_IN_PORT;
    uint8_t table = OF_TABLE_NONE;
    bool any, with_ct = false;
    any = next_item(&p, end, &item, &n) && n;
    if (any && !of_port_parse(item, n, t->names.ports, &port)) {
        return err_fail(t->err, -E_INVAL, "%.*s: resubmit to unknown port", (int)n, item);
    }
    if (next_item(&p, end, &item, &n) && n) {
        any = true;
        if (!of_table_parse(item, n, t->names.tables, &table)) {
            return err_fail(t->err, -E_INVAL, "%.*s: resubmit to unknown table", (int)n, item);
        }
    }
    if (next_item(&p, end, &item, &n) && n) {
        with_ct = n == 2 && !memcmp(item, "ct", 2);
        if (!with_ct) {
            return err_fail(t->err, -E_INVAL, "%.*s: unknown parameter", (int)n, item);
        }
    }
    if (!any) {
        return err_fail(t->err, -E_INVAL,
                        "at least one \"in_port\" or \"table\" must be specified on resubmit");
    }
    struct of_act_resubmit *r = act_text_begin(t, OF_ACT_RESUBMIT);
    if (r) {
        r->port = (uint16_t)port;
        r->table = table;
        r->with_ct = with_ct;
    }
    return act_text_end(t, r);
}

/* -- clone, write_actions -- */

int
parse_clone(struct act_text *t)
{
    bool clones = word_is(&t->word, "clone");
    struct of_act_list *l = act_text_begin(t, clones ? OF_ACT_CLONE : OF_ACT_WRITE_ACTIONS);
    int code = act_text_list(t, clones ? "clone" : "write_actions", value_of(t), t->word.n);
    return code ? code : act_text_end(t, l);
}

/* -- conjunction(ID,CLAUSE/CLAUSES) -- */

int
parse_conjunction(struct act_text *t)
{
    const char *p = value_of(t), *end = p + t->word.n, *rest = "", *slash = NULL;
    size_t n = 0, n_rest = 0;
    uint64_t id, clause, clauses;
    bool good = next_item(&p, end, &p, &n);
    p = value_of(t);
    good = good && n < t->word.n && text_to_u64(p, n, &id) && id <= UINT32_MAX;
    if (good) {
        rest = p + n + 1;
        n_rest = (size_t)(end - rest);
        slash = memchr(rest, '/', n_rest);
    }
    good = good && slash && text_to_u64(rest, (size_t)(slash - rest), &clause) &&
           text_to_u64(slash + 1, (size_t)(end - slash - 1), &clauses);
    if (!good) {
        return err_fail(t->err, -E_INVAL, "\"conjunction\" syntax is \"conjunction(id,i/n)\"");
    }
    if (clauses < 2) {
        return err_fail(t->err, -E_INVAL, "conjunction must have at least 2 clauses");
    }
    if (clauses > MAX_CLAUSES) {
        return err_fail(t->err, -E_INVAL, "conjunction must have at most %d clauses", MAX_CLAUSES);
    }
    if (clause < 1) {
        return err_fail(t->err, -E_INVAL, "clause index must be positive");
    }
    if (clause > clauses) {
        return err_fail(t->err, -E_INVAL,
                        "clause index must be less than or equal to number of clauses");
    }
    struct of_act_conjunction *c = act_text_begin(t, OF_ACT_CONJUNCTION);
    if (c) {
        c->id = (uint32_t)id;
        c->clause = (uint8_t)(clause - 1);
        c->n_clauses = (uint8_t)clauses;
    }
    return act_text_end(t, c);
}

/* -- multipath and bundle -- */

/* One of their arguments. */
struct item {
    const char *p;
    size_t n;
};

/* Takes the next item that is not empty and ends at one of DELIMITERS, which *P moves past. */
static bool
take_item(const char **p, const char *end, const char *delimiters, struct item *item)
{
    while (*p < end && strchr(delimiters, **p)) {
        ++*p;
    }
    item->p = *p;
    while (*p < end && !strchr(delimiters, **p)) {
        ++*p;
    }
    item->n = (size_t)(*p - item->p);
    *p += *p < end;
    return item->n;
}

static bool
take_items(const char **p, const char *end, struct item *items, size_t n)
{
    size_t i = 0;
    while (i < n && take_item(p, end, ", ", &items[i])) {
        i++;
    }
    return i == n;
}

/* The decimal number that ITEM begins with, or 0. */
static int
number_of(const struct item *item)
{
    const char *p = item->p;
    int x;
    (void)text_take_int(&p, p + item->n, &x);
    return x;
}

/* The value that ITEM names, or what is wrong. */
static int
find_name(struct act_text *t, const struct item *item, const struct act_names *names,
          const char *what, unsigned int *value)
{
    return act_name_find(names, item->p, item->n, value)
               ? 0
               : err_fail(t->err, -E_INVAL, "%.*s: unknown %s `%.*s'", VALUE_ARGS(t), what,
                          (int)item->n, item->p);
}

int
parse_multipath(struct act_text *t)
{
    struct item items[MAX_ARGS];
    const char *p = value_of(t), *end = p + t->word.n;
    unsigned int fields = 0, algorithm = 0;
    struct of_subfield dst;
    if (!take_items(&p, end, items, 6)) {
        return err_fail(t->err, -E_INVAL, "%.*s: not enough arguments to multipath action",
                        VALUE_ARGS(t));
    }
    int links = number_of(&items[3]);
    int code = find_name(t, &items[0], &act_hash_fields, "fields", &fields);
    if (!code) {
        code = find_name(t, &items[2], &act_multipath_algorithms, "algorithm", &algorithm);
    }
    if (!code && (links < 1 || links > MAX_LINKS)) {
        code = err_fail(t->err, -E_INVAL, "%.*s: n_links %d is not in valid range 1 to %d",
                        VALUE_ARGS(t), links, MAX_LINKS);
    }
    code = code ? code : of_subfield_parse(items[5].p, items[5].n, &dst, t->err);
    if (!code && dst.n_bits < 16 && links > 1 << dst.n_bits) {
        code = err_fail(t->err, -E_INVAL,
                        "%.*s: %u-bit destination field has %u possible values, less than "
                        "specified n_links %d",
                        VALUE_ARGS(t), dst.n_bits, 1u << dst.n_bits, links);
    }
    struct of_act_multipath *m = code ? NULL : act_text_begin(t, OF_ACT_MULTIPATH);
    if (m) {
        m->fields = (uint16_t)fields;
        m->basis = (uint16_t)number_of(&items[1]);
        m->algorithm = (uint16_t)algorithm;
        m->max_link = (uint16_t)(links - 1);
        m->arg = (uint32_t)number_of(&items[4]);
        m->dst = dst;
    }
    return code ? code : act_text_end(t, m);
}

/* The ports after "members:". */
static int
put_members(struct act_text *t, const char *p, const char *end, uint16_t *n)
{
    for (struct item item; take_item(&p, end, ", ", &item); ++*n) {
        uint32_t port;
        if (!of_port_parse(item.p, item.n, t->names.ports, &port)) {
            return err_fail(t->err, -E_INVAL, "%.*s: bad port number", (int)item.n, item.p);
        }
        uint16_t port16 = (uint16_t)port;
        wr_bytes(t->list, &port16, sizeof port16);
    }
    return 0;
}

static int
parse_bundle_of(struct act_text *t, bool loads)
{
    struct item items[MAX_ARGS], members;
    const char *p = value_of(t), *end = p + t->word.n;
    unsigned int fields = 0, algorithm = 0;
    struct of_subfield dst = {0, 0, 0, 0};
    if (!take_items(&p, end, items, loads ? 5 : 4) || !take_item(&p, end, ": ", &members)) {
        return err_fail(t->err, -E_INVAL, "%.*s: not enough arguments to bundle action",
                        VALUE_ARGS(t));
    }
    if (!text_is("members", members.p, members.n) && !text_is("slaves", members.p, members.n)) {
        return err_fail(t->err, -E_INVAL,
                        "%.*s: missing member delimiter, expected `members', got `%.*s'",
                        VALUE_ARGS(t), (int)members.n, members.p);
    }
    struct of_act_bundle *b = act_text_begin(t, OF_ACT_BUNDLE);
    uint16_t n_ports = 0;
    int code = put_members(t, p, end, &n_ports);
    code = code ? code : find_name(t, &items[0], &act_hash_fields, "fields", &fields);
    if (!code) {
        code = find_name(t, &items[2], &act_bundle_algorithms, "algorithm", &algorithm);
    }
    if (!code && !text_is("ofport", items[3].p, items[3].n)) {
        code = err_fail(t->err, -E_INVAL, "%.*s: unknown member_type `%.*s'", VALUE_ARGS(t),
                        (int)items[3].n, items[3].p);
    }
    if (!code && loads) {
        code = of_subfield_parse(items[4].p, items[4].n, &dst, t->err);
    }
    if (b) {
        b->fields = (uint16_t)fields;
        b->basis = (uint16_t)number_of(&items[1]);
        b->algorithm = (uint16_t)algorithm;
        b->dst = dst;
        b->n_ports = n_ports;
    }
    return code ? code : act_text_end(t, b);
}

int
parse_bundle(struct act_text *t)
{
    return parse_bundle_of(t, false);
}

int
parse_bundle_load(struct act_text *t)
{
    return parse_bundle_of(t, true);
}

/* -- sample -- */

static int
parse_sample_key(struct act_text *t, const struct word *w, struct of_act_sample *s)
{
    uint32_t x = 0;
    uint64_t number = 0;
    uint32_t *member = word_is(w, "collector_set_id") ? &s->collector_set_id
                       : word_is(w, "obs_domain_id")  ? &s->obs_domain_id
                       : word_is(w, "obs_point_id")   ? &s->obs_point_id
                                                      : NULL;
    int code = 0;
    if (word_is(w, "probability")) {
        code = act_text_small(t, w->value, w->n, UINT16_MAX, "probability", &x);
        if (!code && !x) {
            code = err_fail(t->err, -E_INVAL, "invalid probability value \"%.*s\"", (int)w->n,
                            w->value);
        }
        s->probability = (uint16_t)x;
    } else if (member) {
        code = act_text_number(t, w->value, w->n, &number);
        *member = (uint32_t)number;
    } else if (word_is(w, "sampling_port")) {
        if (!of_port_parse(w->value ? w->value : "", w->n, t->names.ports, &x)) {
            code = err_fail(t->err, -E_INVAL, "%.*s: unknown port", (int)w->n,
                            w->value ? w->value : "");
        }
        s->sampling_port = (uint16_t)x;
    } else if (word_is(w, "ingress") || word_is(w, "egress")) {
        s->direction = word_is(w, "ingress") ? 1 : 2;
    } else {
        code = err_fail(t->err, -E_INVAL, "invalid key \"%.*s\" in \"sample\" argument",
                        (int)w->n_name, w->name);
    }
    return code;
}

int
parse_sample(struct act_text *t)
{
    struct of_act_sample s = {.sampling_port = OFP_PORT_NONE};
    const char *p = value_of(t), *end = p + t->word.n;
    int code = 0;
    for (struct word w; !code && word_next(&p, end, &w);) {
        code = parse_sample_key(t, &w, &s);
    }
    if (!code && !s.probability) {
        code = err_fail(t->err, -E_INVAL, "non-zero \"probability\" must be specified on sample");
    }
    struct of_act_sample *to = code ? NULL : act_text_begin(t, OF_ACT_SAMPLE);
    if (to) {
        s.act = to->act;
        *to = s;
    }
    return code ? code : act_text_end(t, to);
}

/* -- check_pkt_larger(LENGTH)->BIT -- */

int
parse_check(struct act_text *t)
{
    uint32_t length;
    struct of_subfield dst;
    bool has_arrow = t->word.n_tail > 2 && !memcmp(t->word.tail, "->", 2);
    if (!has_arrow) {
        return err_fail(t->err, -E_INVAL, "%.*s: missing `->'", VALUE_ARGS(t));
    }
    int code = act_text_small(t, value_of(t), t->word.n, UINT16_MAX, "packet length", &length);
    code = code ? code : of_subfield_parse(t->word.tail + 2, t->word.n_tail - 2, &dst, t->err);
    if (!code && dst.n_bits != 1) {
        code = err_fail(t->err, -E_INVAL, "Only 1-bit destination field is allowed");
    }
    struct of_act_check *c = code ? NULL : act_text_begin(t, OF_ACT_CHECK_PKT_LARGER);
    if (c) {
        c->length = (uint16_t)length;
        c->dst = dst;
    }
    return code ? code : act_text_end(t, c);
}

/* -- encap and decap -- */

enum { NSH_CLASS = 4, NSH_MD_TYPE = 1, NSH_TLV = 2, PROP_HEAD = 4, MAX_TLV = 124 };

static bool
is_hex(const struct item *item)
{
    return item->n > 2 && item->p[0] == '0' && item->p[1] == 'x';
}

/* 0xCLASS,TYPE,0xDATA */
static int
put_tlv(struct act_text *t, const struct word *w)
{
    struct item items[3];
    const char *p = w->value, *end = p + w->n;
    uint64_t tlv_class, type;
    uint8_t data[MAX_TLV];
    bool too_large;
    if (!take_items(&p, end, items, 3) || p != end || !is_hex(&items[0]) || !is_hex(&items[2]) ||
        !text_to_u64(items[0].p, items[0].n, &tlv_class) || tlv_class > UINT16_MAX ||
        !text_to_u64(items[1].p, items[1].n, &type) || type > UINT8_MAX ||
        !of_number_parse(items[2].p, items[2].n, data, sizeof data, &too_large)) {
        return err_fail(t->err, -E_INVAL, "Invalid NSH TLV header: %.*s", (int)w->n, w->value);
    }
    size_t n = (items[2].n - 2 + 1) / 2; /* two digits a byte */
    n = MIN(n, sizeof data);
    size_t len = ROUND_UP(2u * PROP_HEAD + n, 8); /* the padding counts */
    wr_be16(t->list, NSH_CLASS);
    wr_u8(t->list, NSH_TLV);
    wr_u8(t->list, (uint8_t)len);
    wr_be16(t->list, (uint16_t)tlv_class);
    wr_u8(t->list, (uint8_t)type);
    wr_u8(t->list, (uint8_t)n);
    wr_bytes(t->list, data + sizeof data - n, n);
    wr_zeros(t->list, len - 2u * PROP_HEAD - n);
    return 0;
}

static int
put_nsh_props(struct act_text *t, const struct word *nsh)
{
    const char *p = nsh->value ? nsh->value : "", *end = p + nsh->n;
    int code = 0;
    for (struct word w; !code && word_next(&p, end, &w);) {
        uint64_t md_type;
        bool is_tlv = word_is(&w, "tlv");
        if (!w.n && (is_tlv || word_is(&w, "md_type"))) {
            return err_fail(t->err, -E_INVAL, "Value missing for encap property");
        }
        if (word_is(&w, "md_type")) {
            if (!text_to_u64(w.value, w.n, &md_type) || md_type > UINT8_MAX) {
                return err_fail(t->err, -E_INVAL, "invalid md_type \"%.*s\"", (int)w.n, w.value);
            }
            if (md_type < 1 || md_type > 2) {
                return err_fail(t->err, -E_INVAL, "invalid md_type");
            }
            wr_be16(t->list, NSH_CLASS);
            wr_u8(t->list, NSH_MD_TYPE);
            wr_u8(t->list, PROP_HEAD + 1);
            wr_u8(t->list, (uint8_t)md_type);
            wr_zeros(t->list, 3);
        } else if (is_tlv) {
            code = put_tlv(t, &w);
        } else {
            code = err_fail(t->err, -E_INVAL, "Invalid property: %.*s", (int)w.n_name, w.name);
        }
    }
    return code;
}

int
parse_encap(struct act_text *t)
{
    static const struct {
        const char *name;
        uint32_t type;
    } headers[] = {
        {"ethernet", 0},
        {"nsh", NS_ETHERTYPE << 16 | 0x894f},
        {"mpls", NS_ETHERTYPE << 16 | 0x8847},
        {"mpls_mc", NS_ETHERTYPE << 16 | 0x8848},
    };
    const char *p = value_of(t), *end = p + t->word.n;
    struct word w;
    if (!word_next(&p, end, &w)) {
        return err_fail(t->err, -E_INVAL, "Missing encap hdr: %.*s", VALUE_ARGS(t));
    }
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        if (word_is(&w, headers[i].name)) {
            struct of_act_encap *e = act_text_begin(t, OF_ACT_ENCAP);
            if (e) {
                e->packet_type = headers[i].type;
            }
            int code = word_is(&w, "nsh") ? put_nsh_props(t, &w) : 0;
            return code ? code : act_text_end(t, e);
        }
    }
    return err_fail(t->err, -E_INVAL, "Encap hdr not supported: %.*s", (int)w.n,
                    w.value ? w.value : "");
}

/* KEY=NUMBER as the next word of *P. */
static int
parse_attribute(struct act_text *t, const char **p, const char *end, const char *key, uint16_t *x)
{
    struct word w;
    uint64_t number;
    if (!word_next(p, end, &w) || !word_is(&w, key)) {
        return err_fail(t->err, -E_INVAL, "Missing packet_type attribute %s", key);
    }
    if (!text_to_u64(w.value, w.n, &number) || number > UINT16_MAX) {
        return err_fail(t->err, -E_INVAL, "invalid %s \"%.*s\"", key, (int)w.n,
                        w.value ? w.value : "");
    }
    *x = (uint16_t)number;
    return 0;
}

/* packet_type(ns=N,type=N) */
static int
parse_packet_type(struct act_text *t, const struct word *w, uint32_t *packet_type)
{
    uint16_t ns = 0, type = 0;
    const char *p = w->value ? w->value : "", *end = p + w->n;
    if (!word_is(w, "packet_type")) {
        return err_fail(t->err, -E_INVAL, "Invalid decap argument: %.*s", (int)w->n_name, w->name);
    }
    int code = parse_attribute(t, &p, end, "ns", &ns);
    code = code ? code : parse_attribute(t, &p, end, "type", &type);
    *packet_type = (uint32_t)ns << 16 | type;
    return code;
}

int
parse_decap(struct act_text *t)
{
    const char *p = value_of(t), *end = p + t->word.n;
    struct word w;
    uint32_t type = OF_DECAP_NEXT;
    int code = word_next(&p, end, &w) ? parse_packet_type(t, &w, &type) : 0;
    if (code) {
        return code;
    }
    struct of_act_decap *d = act_text_begin(t, OF_ACT_DECAP);
    if (d) {
        d->packet_type = type;
    }
    return act_text_end(t, d);
}
