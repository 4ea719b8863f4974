/* SPDX-License-Identifier: Apache-2.0 */
/* Actions from text: the words and how each is read, most of them a number within bounds. Errors
 * are worded as the packaged ovs-ofctl's. */
#include "openflow/actions_parse.h"

#include <string.h>
#include <uv.h>

#include "base/endian.h"
#include "base/hex.h"
#include "openflow/actions_names.h"
#include "openflow/port_text.h"
#include "openflow/table_text.h"
#include "os/err_format.h"
#include "os/log.h"

LOG_MODULE(socket_util);

enum { NO_LIMIT = 0xffff, MAX_LABEL = 0xfffff };

/* -- The list -- */

void *
act_text_begin(struct act_text *t, enum of_act_type type)
{
    return of_act_begin(t->list, type, of_act_infos[type].size);
}

int
act_text_end(struct act_text *t, const void *act)
{
    if (!act || t->list->bad) {
        return err_fail(t->err, -E_OVERFLOW, "too many actions");
    }
    of_act_end(t->list, (size_t)((const uint8_t *)act - t->list->start));
    return t->list->bad ? err_fail(t->err, -E_OVERFLOW, "too many actions") : 0;
}

/* -- Numbers -- */

int
act_text_number(struct act_text *t, const char *text, size_t n, uint64_t *x)
{
    if (!n) {
        return err_fail(t->err, -E_INVAL, "missing required numeric argument");
    }
    return text_to_u64(text, n, x)
               ? 0
               : err_fail(t->err, -E_INVAL, "invalid numeric format %.*s", (int)n, text);
}

int
act_text_small(struct act_text *t, const char *text, size_t n, uint32_t max, const char *what,
               uint32_t *x)
{
    uint64_t value;
    *x = 0;
    if (!text_to_u64(text, n, &value) || value > max) {
        return err_fail(t->err, -E_INVAL, "invalid %s \"%.*s\"", what, (int)n, n ? text : "");
    }
    *x = (uint32_t)value;
    return 0;
}

static const char *
value_of(const struct act_text *t)
{
    return t->word.value ? t->word.value : "";
}

/* -- A word alone, or with a number -- */

static int
parse_alone(struct act_text *t, enum of_act_type type)
{
    return act_text_end(t, act_text_begin(t, type));
}

static int
parse_u32(struct act_text *t, enum of_act_type type)
{
    uint64_t x;
    int code = act_text_number(t, value_of(t), t->word.n, &x);
    if (code) {
        return code;
    }
    struct of_act_u32 *a = act_text_begin(t, type);
    if (a) {
        a->value = (uint32_t)x;
    }
    return act_text_end(t, a);
}

/* What a bounded number is called, and what its bounds are. */
struct bounds {
    const char *what; /* in `invalid WHAT "X"` */
    uint32_t parse_max;
    uint32_t max;          /* of what is valid */
    const char *not_valid; /* in "X: not a valid WHAT" */
};

static_assert(offsetof(struct of_act_vlan_vid, value) == offsetof(struct of_act_u16, value) &&
                  offsetof(struct of_act_l4_port, value) == offsetof(struct of_act_u16, value) &&
                  offsetof(struct of_act_vlan_pcp, value) == offsetof(struct of_act_u8, value) &&
                  offsetof(struct of_act_vlan_vid, only_tagged) ==
                      offsetof(struct of_act_vlan_pcp, only_tagged),
              "one way to fill them");

static int
parse_bounded(struct act_text *t, enum of_act_type type, const struct bounds *b)
{
    uint32_t x;
    int code = act_text_small(t, value_of(t), t->word.n, b->parse_max, b->what, &x);
    if (!code && x > b->max) {
        code = err_fail(t->err, -E_INVAL, "%.*s: not a valid %s", VALUE_ARGS(t), b->not_valid);
    }
    if (code) {
        return code;
    }
    void *a = act_text_begin(t, type);
    if (a && b->parse_max > UINT8_MAX) {
        ((struct of_act_u16 *)a)->value = (uint16_t)x;
    } else if (a) {
        ((struct of_act_u8 *)a)->value = (uint8_t)x;
    }
    bool is_tag = type == OF_ACT_SET_VLAN_VID || type == OF_ACT_SET_VLAN_PCP;
    if (a && is_tag) {
        ((struct of_act_vlan_vid *)a)->only_tagged = t->word.name[0] == 's'; /* set, not mod */
    }
    return act_text_end(t, a);
}

/* -- Output -- */

static bool
mentions(const struct act_text *t, const char *what)
{
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= t->word.n; i++) {
        if (!memcmp(t->word.value + i, what, n)) {
            return true;
        }
    }
    return false;
}

/* output(port=PORT,max_len=BYTES) */
static int
parse_output_trunc(struct act_text *t)
{
    const char *p = t->word.value, *end = p + t->word.n;
    uint64_t max_len = 0;
    uint32_t port = OFP_PORT_NONE;
    int code = 0;
    for (struct word w; !code && word_next(&p, end, &w);) {
        bool is_port = word_is(&w, "port"), known = false, good = false;
        if (is_port) {
            known = of_port_parse(w.value ? w.value : "", w.n, t->ports, &port);
            good = known &&
                   (port < OFP_PORT_MAX || port == OFP_PORT_IN_PORT || port == OFP_PORT_LOCAL);
        }
        if (is_port && !good) {
            code = err_fail(t->err, -E_INVAL, "output to %s truncate port: %.*s",
                            known ? "unsupported" : "unknown", (int)w.n, w.value ? w.value : "");
        } else if (word_is(&w, "max_len")) {
            code = act_text_number(t, w.value, w.n, &max_len);
            max_len = (uint32_t)max_len;
            if (!code && max_len < OF_TRUNC_MIN) {
                code = err_fail(t->err, -E_INVAL, "max_len %u is less than the minimum value %d",
                                (unsigned int)max_len, OF_TRUNC_MIN);
            }
        } else if (!word_is(&w, "port")) {
            code = err_fail(t->err, -E_INVAL, "invalid key '%.*s' in output_trunc argument",
                            (int)w.n_name, w.name);
        }
    }
    struct of_act_output_trunc *o = code ? NULL : act_text_begin(t, OF_ACT_OUTPUT_TRUNC);
    if (o) {
        o->port = (uint16_t)port;
        o->max_len = (uint32_t)max_len;
    }
    return code ? code : act_text_end(t, o);
}

static int
put_output(struct act_text *t, uint32_t port, uint16_t max_len)
{
    struct of_act_output *o = act_text_begin(t, OF_ACT_OUTPUT);
    if (o) {
        o->port = (uint16_t)port;
        o->max_len = max_len;
    }
    return act_text_end(t, o);
}

static int
parse_output(struct act_text *t)
{
    uint32_t port;
    struct of_subfield src;
    if (mentions(t, "port") && mentions(t, "max_len")) {
        return parse_output_trunc(t);
    }
    if (of_port_parse(value_of(t), t->word.n, t->ports, &port)) {
        return put_output(t, port, port == OFP_PORT_CONTROLLER ? NO_LIMIT : 0);
    }
    if (of_subfield_parse(value_of(t), t->word.n, &src, NULL)) {
        return err_fail(t->err, -E_INVAL, "%.*s: output to unknown port", VALUE_ARGS(t));
    }
    struct of_act_output_reg *o = act_text_begin(t, OF_ACT_OUTPUT_REG);
    if (o) {
        o->src = src;
        o->max_len = NO_LIMIT;
    }
    return act_text_end(t, o);
}

static int
parse_reason(struct act_text *t, const struct word *w, uint8_t *reason)
{
    unsigned int found;
    if (act_name_find(&act_reasons, w->value, w->n, &found)) {
        *reason = (uint8_t)found;
        return 0;
    }
    return err_fail(t->err, -E_INVAL, "unknown reason \"%.*s\"", (int)w->n,
                    w->value ? w->value : "");
}

/* Writes bytes, two digits each with or without dots between them; false at a bad digit. */
static bool
put_hex_text(struct wr *w, const char *p, size_t n)
{
    for (const char *end = p + n; p < end;) {
        int high = hex_digit(*p), low = p + 1 < end ? hex_digit(p[1]) : -1;
        if (high < 0 || low < 0) {
            return false;
        }
        wr_u8(w, (uint8_t)(high << 4 | low));
        p += 2;
        p += p < end && *p == '.';
    }
    return true;
}

/* One key of controller(KEY=VALUE,...). *USERDATA is read last, since it grows the action. */
static int
parse_controller_key(struct act_text *t, const struct word *w, struct of_act_controller *c,
                     struct word *userdata)
{
    uint32_t x = 0;
    uint64_t meter;
    int code = 0;
    if (word_is(w, "max_len")) {
        code = act_text_small(t, w->value, w->n, UINT16_MAX, "max_len", &x);
        c->max_len = (uint16_t)x;
    } else if (word_is(w, "id")) {
        code = act_text_small(t, w->value, w->n, UINT16_MAX, "id", &x);
        c->controller_id = (uint16_t)x;
    } else if (word_is(w, "reason")) {
        code = parse_reason(t, w, &c->reason);
    } else if (word_is(w, "userdata")) {
        *userdata = *w;
    } else if (word_is(w, "pause")) {
        c->pause = true;
    } else if (word_is(w, "meter_id")) {
        code = act_text_number(t, w->value, w->n, &meter);
        c->meter_id = code ? 0 : (uint32_t)meter;
    } else {
        code = err_fail(t->err, -E_INVAL, "unknown key \"%.*s\" parsing controller action",
                        (int)w->n_name, w->name);
    }
    return code;
}

static bool
is_number(const struct act_text *t)
{
    size_t i = 0;
    while (i < t->word.n && t->word.value[i] >= '0' && t->word.value[i] <= '9') {
        i++;
    }
    return i && i == t->word.n;
}

static int
parse_controller(struct act_text *t)
{
    struct of_act_controller c = {.max_len = NO_LIMIT, .reason = OF_REASON_ACTION};
    struct word userdata = {.name = NULL};
    const char *p = value_of(t), *end = p + t->word.n;
    uint32_t max_len;
    int code = 0;
    if (is_number(t)) {
        code = act_text_small(t, p, t->word.n, UINT16_MAX, "max_len", &max_len);
        return code ? code : put_output(t, OFP_PORT_CONTROLLER, (uint16_t)max_len);
    }
    for (struct word w; !code && word_next(&p, end, &w);) {
        code = parse_controller_key(t, &w, &c, &userdata);
    }
    if (code) {
        return code;
    }
    if (c.reason == OF_REASON_ACTION && !c.controller_id && !userdata.name && !c.pause &&
        !c.meter_id) {
        return put_output(t, OFP_PORT_CONTROLLER, c.max_len);
    }
    struct of_act_controller *to = act_text_begin(t, OF_ACT_CONTROLLER);
    if (to) {
        c.act = to->act;
        *to = c;
        if (!put_hex_text(t->list, userdata.n ? userdata.value : "", userdata.n)) {
            return err_fail(t->err, -E_INVAL, "bad hex digit in `controller' action `userdata'");
        }
    }
    return act_text_end(t, to);
}

static int
parse_enqueue(struct act_text *t)
{
    const char *p = value_of(t), *end = p + t->word.n, *colon = p;
    uint32_t port;
    uint64_t queue;
    while (colon < end && *colon != ':' && *colon != ',') {
        colon++;
    }
    if (colon == end || colon == p || colon + 1 == end) {
        return err_fail(t->err, -E_INVAL,
                        "\"enqueue\" syntax is \"enqueue:PORT:QUEUE\" or "
                        "\"enqueue(PORT,QUEUE)\"");
    }
    if (!of_port_parse(p, (size_t)(colon - p), t->ports, &port)) {
        return err_fail(t->err, -E_INVAL, "%.*s: enqueue to unknown port", (int)(colon - p), p);
    }
    int code = act_text_number(t, colon + 1, (size_t)(end - colon - 1), &queue);
    struct of_act_enqueue *e = code ? NULL : act_text_begin(t, OF_ACT_ENQUEUE);
    if (e) {
        e->port = (uint16_t)port;
        e->queue = (uint32_t)queue;
    }
    return code ? code : act_text_end(t, e);
}

/* -- Headers and fields -- */

static int
parse_ethertype(struct act_text *t, enum of_act_type type, const char *what)
{
    uint32_t x;
    int code = act_text_small(t, value_of(t), t->word.n, UINT16_MAX, what, &x);
    if (!code && type == OF_ACT_PUSH_VLAN && x != 0x8100 && x != 0x88a8) {
        code = err_fail(t->err, -E_INVAL, "%.*s: not a valid VLAN ethertype", VALUE_ARGS(t));
    }
    struct of_act_u16 *a = code ? NULL : act_text_begin(t, type);
    if (a) {
        a->value = (uint16_t)x;
    }
    return code ? code : act_text_end(t, a);
}

static int
parse_push_vlan(struct act_text *t)
{
    return parse_ethertype(t, OF_ACT_PUSH_VLAN, "ethertype");
}

static int
parse_push_mpls(struct act_text *t)
{
    return parse_ethertype(t, OF_ACT_PUSH_MPLS, "push_mpls");
}

static int
parse_pop_mpls(struct act_text *t)
{
    return parse_ethertype(t, OF_ACT_POP_MPLS, "pop_mpls");
}

static int
parse_push_pbb(struct act_text *t)
{
    return parse_ethertype(t, OF_ACT_PUSH_PBB, "ethertype");
}

static int
parse_mac(struct act_text *t, enum of_act_type type)
{
    struct of_value value, mask;
    if (!t->word.n || memchr(t->word.value, '/', t->word.n) ||
        of_value_parse(OF_ETH_SRC, t->word.value, t->word.n, NULL, &value, &mask, NULL, NULL)) {
        return err_fail(t->err, -E_INVAL, "invalid mac address %.*s", VALUE_ARGS(t));
    }
    struct of_act_mac *a = act_text_begin(t, type);
    if (a) {
        memcpy(a->mac, value.b, sizeof a->mac);
    }
    return act_text_end(t, a);
}

static int
parse_ipv4(struct act_text *t, enum of_act_type type)
{
    struct of_value value, mask;
    if (!t->word.n || memchr(t->word.value, '/', t->word.n) ||
        of_value_parse(OF_IPV4_SRC, t->word.value, t->word.n, NULL, &value, &mask, NULL, NULL)) {
        log_err("\"%.*s\" is not a valid IP address", VALUE_ARGS(t));
        return err_fail(t->err, -E_INVAL, "%.*s: could not convert to IP address", VALUE_ARGS(t));
    }
    struct of_act_u32 *a = act_text_begin(t, type);
    if (a) {
        a->value = get_be32(value.b);
    }
    return act_text_end(t, a);
}

/* VALUE[/MASK]->FIELD */
static int
parse_set_field(struct act_text *t)
{
    const char *name;
    size_t n_value, n_name;
    struct of_value value, mask;
    if (!act_text_arrow(value_of(t), t->word.n, &n_value, &name, &n_name)) {
        return err_fail(t->err, -E_INVAL, "%.*s: missing `->'", VALUE_ARGS(t));
    }
    if (!n_name) {
        return err_fail(t->err, -E_INVAL, "%.*s: missing field name following `->'",
                        VALUE_ARGS(t));
    }
    enum of_field_id id = of_field_find(name, n_name);
    if (id == OF_FIELD_COUNT) {
        return err_fail(t->err, -E_INVAL, "%.*s is not a valid OXM field name", (int)n_name, name);
    }
    id = id == OF_IN_PORT ? OF_IN_PORT_OXM : id;
    const struct of_field *f = &of_fields[id];
    if (f->access != OF_ACCESS_RW) {
        return err_fail(t->err, -E_INVAL, "%.*s is read-only", (int)n_name, name);
    }
    size_t zeros = 0;
    int code = of_value_parse(id, t->word.value, n_value, t->ports, &value, &mask, NULL, t->err);
    struct of_act_set_field *set = code ? NULL : act_text_begin(t, OF_ACT_SET_FIELD);
    if (set) {
        while (of_field_is_tun_metadata(id) && zeros + 1u < f->wire && !value.b[zeros]) {
            zeros++;
        }
        set->field = (uint16_t)id;
        set->size = (uint16_t)(f->wire - zeros);
        for (size_t i = zeros; i < f->wire; i++) {
            wr_u8(t->list, value.b[i] & mask.b[i]);
        }
        wr_bytes(t->list, mask.b + zeros, f->wire - zeros);
    }
    return code ? code : act_text_end(t, set);
}

/* How many bits of VALUE of N bytes are needed. */
static unsigned int
bits_of(const uint8_t *value, size_t n)
{
    size_t zeros = 0;
    while (zeros < n && !value[zeros]) {
        zeros++;
    }
    unsigned int bits = (unsigned int)(n - zeros) * 8;
    for (unsigned int top = zeros < n ? value[zeros] : 0; top && top < 0x80; top <<= 1) {
        bits--;
    }
    return bits;
}

/* Sets the bits of DST to VALUE, as wide as the field, where a load has no room for it. */
static int
put_wide_load(struct act_text *t, const struct of_subfield *dst, const uint8_t *value)
{
    size_t n = of_fields[dst->field].wire;
    uint8_t to[OF_VALUE_MAX] = {0}, mask[OF_VALUE_MAX] = {0};
    for (size_t i = 0; i < dst->n_bits; i++) {
        size_t bit = dst->ofs + i, byte = n - 1 - bit / 8;
        mask[byte] |= (uint8_t)(1 << bit % 8);
        to[byte] |= (uint8_t)((value[n - 1 - i / 8] >> i % 8 & 1) << bit % 8);
    }
    struct of_act_set_field *set = act_text_begin(t, OF_ACT_SET_FIELD);
    if (set) {
        set->field = dst->field;
        set->size = (uint16_t)n;
        set->is_load = true;
        wr_bytes(t->list, to, n);
        wr_bytes(t->list, mask, n);
    }
    return act_text_end(t, set);
}

/* VALUE->DST */
static int
parse_load(struct act_text *t)
{
    const char *name;
    size_t n_value, n_name;
    uint8_t value[OF_VALUE_MAX];
    bool too_large;
    struct of_subfield dst;
    if (!act_text_arrow(value_of(t), t->word.n, &n_value, &name, &n_name)) {
        return err_fail(t->err, -E_INVAL, "%.*s: missing `->'", VALUE_ARGS(t));
    }
    if (!n_name) {
        return err_fail(t->err, -E_INVAL, "%.*s: missing field name following `->'",
                        VALUE_ARGS(t));
    }
    int code = of_subfield_parse(name, n_name, &dst, t->err);
    if (code) {
        return code;
    }
    size_t size = of_fields[dst.field].wire;
    if (!of_number_parse(t->word.value, n_value, value, size, &too_large)) {
        return err_fail(t->err, -E_INVAL, "%.*s: cannot parse integer value", VALUE_ARGS(t));
    }
    if (bits_of(value, size) > dst.n_bits) {
        struct str s = STR_INIT;
        of_value_put(&s, (enum of_field_id)dst.field, value, NULL, size, NULL);
        code = err_fail(t->err, -E_INVAL, "%.*s: value %s does not fit into %u bits",
                        VALUE_ARGS(t), str_text(&s), dst.n_bits);
        str_fini(&s);
        return code;
    }
    if (dst.n_bits > 64) {
        return put_wide_load(t, &dst, value);
    }
    struct of_act_load *l = act_text_begin(t, OF_ACT_LOAD);
    if (l) {
        l->dst = dst;
        for (size_t i = 0; i < size; i++) {
            l->value = l->value << 8 | value[i];
        }
    }
    return act_text_end(t, l);
}

static int
parse_move(struct act_text *t)
{
    const char *right;
    size_t n_right;
    struct of_subfield src, dst;
    int code = of_subfield_take_source(value_of(t), t->word.n, &src, &right, &n_right, t->err);
    code = code ? code : of_subfield_parse(right, n_right, &dst, t->err);
    if (!code && src.n_bits != dst.n_bits) {
        code = err_fail(t->err, -E_INVAL,
                        "%.*s: source field is %u bits wide but destination is %u bits wide",
                        VALUE_ARGS(t), src.n_bits, dst.n_bits);
    }
    struct of_act_move *m = code ? NULL : act_text_begin(t, OF_ACT_MOVE);
    if (m) {
        m->src = src;
        m->dst = dst;
    }
    return code ? code : act_text_end(t, m);
}

static int
parse_stack(struct act_text *t, enum of_act_type type)
{
    struct of_subfield sub;
    size_t n, n_all = t->word.n;
    int code = of_subfield_take(value_of(t), n_all, &n, &sub, t->err);
    if (!code && n < n_all) {
        code = err_fail(t->err, -E_INVAL, "%.*s: trailing garbage following push or pop",
                        (int)(n_all - n), value_of(t) + n);
    }
    struct of_act_subfield *a = code ? NULL : act_text_begin(t, type);
    if (a) {
        a->sub = sub;
    }
    return code ? code : act_text_end(t, a);
}

static int
parse_delete_field(struct act_text *t)
{
    enum of_field_id id = of_field_find(value_of(t), t->word.n);
    if (id == OF_FIELD_COUNT) {
        return err_fail(t->err, -E_INVAL, "unknown field `%.*s'", VALUE_ARGS(t));
    }
    struct of_act_subfield *a = act_text_begin(t, OF_ACT_DELETE_FIELD);
    if (a) {
        a->sub = (struct of_subfield){(uint16_t)id, 0, of_fields[id].bits, 0};
    }
    return act_text_end(t, a);
}

static int
parse_mod_nw_tos(struct act_text *t)
{
    uint32_t x;
    int code = act_text_small(t, value_of(t), t->word.n, UINT8_MAX, "TOS", &x);
    if (!code && x & 3) {
        code = err_fail(t->err, -E_INVAL, "%.*s: not a valid TOS", VALUE_ARGS(t));
    }
    struct of_act_u8 *a = code ? NULL : act_text_begin(t, OF_ACT_SET_IP_DSCP);
    if (a) {
        a->value = (uint8_t)x;
    }
    return code ? code : act_text_end(t, a);
}

/* dec_ttl or dec_ttl(ID,...) */
static int
parse_dec_ttl(struct act_text *t)
{
    const char *p = value_of(t), *end = p + t->word.n;
    if (!t->word.n) {
        return parse_alone(t, OF_ACT_DEC_TTL);
    }
    struct of_act_ids *a = act_text_begin(t, OF_ACT_DEC_TTL_IDS);
    for (struct word w; word_next(&p, end, &w);) {
        int x;
        (void)text_take_int(&w.name, w.name + w.n_name, &x); /* no number is 0, as ever */
        uint16_t id = (uint16_t)x;
        wr_bytes(t->list, &id, sizeof id);
    }
    return act_text_end(t, a);
}

static int
parse_tunnel(struct act_text *t, bool is_wide)
{
    uint64_t id;
    int code = act_text_number(t, value_of(t), t->word.n, &id);
    struct of_act_tunnel *a = code ? NULL : act_text_begin(t, OF_ACT_SET_TUNNEL);
    if (a) {
        a->id = id;
        a->is_wide = is_wide || id > UINT32_MAX;
    }
    return code ? code : act_text_end(t, a);
}

static int
parse_set_tunnel(struct act_text *t)
{
    return parse_tunnel(t, false);
}

static int
parse_set_tunnel64(struct act_text *t)
{
    return parse_tunnel(t, true);
}

static int
parse_set_mpls_label(struct act_text *t)
{
    uint64_t x;
    int code = act_text_number(t, value_of(t), t->word.n, &x);
    if (!code && x > MAX_LABEL) {
        code = err_fail(t->err, -E_INVAL, "%.*s: not a valid MPLS label", VALUE_ARGS(t));
    }
    struct of_act_u32 *a = code ? NULL : act_text_begin(t, OF_ACT_SET_MPLS_LABEL);
    if (a) {
        a->value = (uint32_t)x;
    }
    return code ? code : act_text_end(t, a);
}

/* -- Metadata -- */

static int
parse_fin_timeout(struct act_text *t)
{
    const char *p = value_of(t), *end = p + t->word.n;
    uint32_t idle = 0, hard = 0;
    int code = 0;
    for (struct word w; !code && word_next(&p, end, &w);) {
        if (word_is(&w, "idle_timeout")) {
            code = act_text_small(t, w.value, w.n, UINT16_MAX, "idle_timeout", &idle);
        } else if (word_is(&w, "hard_timeout")) {
            code = act_text_small(t, w.value, w.n, UINT16_MAX, "hard_timeout", &hard);
        } else {
            code = err_fail(t->err, -E_INVAL, "invalid key '%.*s' in 'fin_timeout' argument",
                            (int)w.n_name, w.name);
        }
    }
    struct of_act_fin_timeout *f = code ? NULL : act_text_begin(t, OF_ACT_FIN_TIMEOUT);
    if (f) {
        f->idle = (uint16_t)idle;
        f->hard = (uint16_t)hard;
    }
    return code ? code : act_text_end(t, f);
}

static int
parse_note(struct act_text *t)
{
    enum { UNIT = 8, FIRST = 6 }; /* bytes that fill what is on the wire */
    struct of_act_bytes *b = act_text_begin(t, OF_ACT_NOTE);
    size_t begin = t->list->n;
    if (!put_hex_text(t->list, value_of(t), t->word.n)) {
        return err_fail(t->err, -E_INVAL, "bad hex digit in `note' argument");
    }
    size_t n = t->list->n - begin;
    wr_zeros(t->list, n <= FIRST ? FIRST - n : ROUND_UP(n - FIRST, UNIT) - (n - FIRST));
    return act_text_end(t, b);
}

static int
parse_write_metadata(struct act_text *t)
{
    const char *text = value_of(t), *slash = memchr(text, '/', t->word.n);
    size_t n = slash ? (size_t)(slash - text) : t->word.n;
    uint64_t value, mask = UINT64_MAX;
    int code = act_text_number(t, text, n, &value);
    if (!code && slash) {
        code = act_text_number(t, slash + 1, t->word.n - n - 1, &mask);
    }
    struct of_act_metadata *m = code ? NULL : act_text_begin(t, OF_ACT_WRITE_METADATA);
    if (m) {
        m->value = value;
        m->mask = mask;
    }
    return code ? code : act_text_end(t, m);
}

static int
parse_goto_table(struct act_text *t)
{
    uint8_t table;
    if (!of_table_parse(value_of(t), t->word.n, NULL, &table)) {
        return err_fail(t->err, -E_INVAL, "unknown table \"%.*s\"", VALUE_ARGS(t));
    }
    struct of_act_u8 *a = act_text_begin(t, OF_ACT_GOTO_TABLE);
    if (a) {
        a->value = table;
    }
    return act_text_end(t, a);
}

static int
parse_strip_vlan(struct act_text *t)
{
    struct of_act_u8 *a = act_text_begin(t, OF_ACT_STRIP_VLAN);
    if (a) {
        a->value = word_is(&t->word, "pop_vlan");
    }
    return act_text_end(t, a);
}

/* -- All words -- */

enum shape { BY_FUNCTION, ALONE, U32, BOUNDED, MAC, IPV4, STACK };

static const struct keyword {
    const char *name;
    enum shape shape;
    enum of_act_type type;
    parse_fn *parse;
    struct bounds bounds;
} keywords[] = {
#define WORD(NAME, PARSE)       {NAME, BY_FUNCTION, OF_ACT_COUNT, PARSE, {NULL, 0, 0, NULL}},
#define SHAPED(NAME, SHAPE, ID) {NAME, SHAPE, OF_ACT_##ID, NULL, {NULL, 0, 0, NULL}},
#define WITHIN(NAME, ID, WHAT, PARSE_MAX, MAX, NOT_VALID)                                         \
    {NAME, BOUNDED, OF_ACT_##ID, NULL, {WHAT, PARSE_MAX, MAX, NOT_VALID}},
#include "openflow/actions_words.def"
#undef WORD
#undef SHAPED
#undef WITHIN
};

static int
parse_keyword(struct act_text *t, const struct keyword *k)
{
    switch (k->shape) {
    case ALONE:
        return parse_alone(t, k->type);
    case U32:
        return parse_u32(t, k->type);
    case BOUNDED:
        return parse_bounded(t, k->type, &k->bounds);
    case MAC:
        return parse_mac(t, k->type);
    case IPV4:
        return parse_ipv4(t, k->type);
    case STACK:
        return parse_stack(t, k->type);
    default:
        return k->parse(t);
    }
}

static int
parse_one(struct act_text *t)
{
    for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
        if (word_is(&t->word, keywords[i].name)) {
            return parse_keyword(t, &keywords[i]);
        }
    }
    uint32_t port;
    if (of_port_parse(t->word.name, t->word.n_name, t->ports, &port)) {
        return port == OFP_PORT_CONTROLLER ? parse_controller(t) : put_output(t, port, 0);
    }
    return err_fail(t->err, -E_INVAL, "unknown action %.*s", (int)t->word.n_name, t->word.name);
}

/* -- Lists -- */

/* The order of instructions, in which OpenFlow 1.1 and later execute them; all other actions are
 * one of them. */
static const struct {
    uint8_t type; /* enum of_act_type; OF_ACT_COUNT: any other */
    const char *name;
} instructions[] = {
    {OF_ACT_METER, "meter"},
    {OF_ACT_COUNT, "apply_actions"},
    {OF_ACT_CLEAR_ACTIONS, "clear_actions"},
    {OF_ACT_WRITE_ACTIONS, "write_actions"},
    {OF_ACT_WRITE_METADATA, "write_metadata"},
    {OF_ACT_GOTO_TABLE, "goto_table"},
};

static size_t
instruction_of(const struct of_act *a)
{
    for (size_t i = 0; i < ARRAY_LEN(instructions); i++) {
        if (instructions[i].type == a->type) {
            return i;
        }
    }
    return 1;
}

static int
check_order(const void *list, size_t size, struct err *e)
{
    size_t ofs = 0, last = 0;
    for (const struct of_act *a; (a = of_acts_next(list, size, &ofs));) {
        size_t now = instruction_of(a);
        if (now < last) {
            return err_fail(e, -E_INVAL,
                            "invalid instruction ordering: %s must appear before %s, for OpenFlow "
                            "1.1+ compatibility",
                            instructions[now].name, instructions[last].name);
        }
        last = now;
    }
    return 0;
}

/* A conjunction only makes sense by itself: it says which flow acts. */
static int
check_conjunction(const void *list, size_t size, struct err *e)
{
    const struct of_act *a, *other = NULL;
    bool has_conjunction = false;
    for (size_t ofs = 0; (a = of_acts_next(list, size, &ofs));) {
        has_conjunction = has_conjunction || a->type == OF_ACT_CONJUNCTION;
        other = a->type != OF_ACT_CONJUNCTION && a->type != OF_ACT_NOTE && !other ? a : other;
    }
    return has_conjunction && other
               ? err_fail(e, -E_INVAL,
                          "\"conjunction\" actions may be used along with \"note\" but not any "
                          "other kind of action (such as the \"%s\" action used here)",
                          of_act_infos[other->type].name)
               : 0;
}

int
act_text_list(struct act_text *outer, const char *name, const char *text, size_t n)
{
    struct act_text t = {.list = outer->list,
                         .ports = outer->ports,
                         .within = name,
                         .depth = outer->depth + 1,
                         .err = outer->err};
    const char *p = text, *end = text + n;
    size_t begin = t.list->n, n_words = 0;
    bool drops = false;
    int code = t.depth > OF_ACTS_NEST ? err_fail(t.err, -E_INVAL, "Action nested too deeply") : 0;
    while (!code && word_next(&p, end, &t.word)) {
        n_words++;
        if (word_is(&t.word, "drop")) {
            drops = true;
        } else {
            code = parse_one(&t);
        }
    }
    if (!code && drops && n_words > 1) {
        code = err_fail(t.err, -E_INVAL,
                        "\"drop\" must not be accompanied by any other action or instruction");
    }
    const void *list = t.list->start + begin;
    size_t size = t.list->n - begin;
    code = code || name ? code : check_conjunction(list, size, t.err);
    return code ? code : check_order(list, size, t.err);
}

int
of_acts_parse(const char *text, size_t n, const struct of_port_names *ports, struct wr *list,
              struct err *e)
{
    struct act_text t = {.list = list, .ports = ports, .err = e};
    return act_text_list(&t, NULL, text, n);
}
