/* SPDX-License-Identifier: Apache-2.0 */
/* Actions from text: the words and how each is read, most of them a number within bounds. Errors
 * are worded as the packaged ovs-ofctl's. */
#include "openflow/actions_parse.h"

#include <string.h>

#include "base/endian.h"
#include "base/hex.h"
#include "openflow/actions_names.h"
#include "openflow/port_text.h"
#include "openflow/table_text.h"
#include "os/err_format.h"
#include "os/log.h"

LOG_MODULE(socket_util);

enum { MAX_LABEL = 0xfffff };

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
    if (!act_text_hex(t->list, value_of(t), t->word.n)) {
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
    if (!of_table_parse(value_of(t), t->word.n, t->names.tables, &table)) {
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

enum shape { BY_FUNCTION, ALONE, U32, BOUNDED, MAC, IPV4 };

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
    if (of_port_parse(t->word.name, t->word.n_name, t->names.ports, &port)) {
        return port == OFP_PORT_CONTROLLER ? parse_controller(t) : act_text_put_output(t, port, 0);
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
    {OF_ACT_STAT_TRIGGER, "stat_trigger"},
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
                         .names = outer->names,
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
of_acts_parse(const char *text, size_t n, const struct flow_names *names, struct wr *list,
              struct err *e)
{
    struct act_text t = {.list = list, .names = flow_names_or_none(names), .err = e};
    return act_text_list(&t, NULL, text, n);
}
