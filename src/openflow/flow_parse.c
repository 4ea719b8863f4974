/* SPDX-License-Identifier: Apache-2.0 */
/* A flow's text is words of a match among others that say how it is kept, and behind "actions="
 * what it does. Which other words there may be depends on what is done with the flow. */
#include "openflow/flow_parse.h"

#include <string.h>

#include "openflow/actions_check.h"
#include "openflow/actions_text.h"
#include "openflow/match_text.h"
#include "openflow/table_text.h"
#include "openflow/words.h"
#include "os/err_format.h"

/* Words that a flow may have besides those of its match. */
enum allowed {
    WITH_ACTIONS = 1 << 0,
    WITH_TIMEOUTS = 1 << 1,
    WITH_PRIORITY = 1 << 2,
    WITH_FLAGS = 1 << 3,
    WITH_OUT = 1 << 4, /* out_port, out_group */
    WITH_IMPORTANCE = 1 << 5,
};

static const unsigned int allowed_for[OFP_FLOW_N_COMMANDS] = {
    [OFP_FLOW_ADD] = WITH_ACTIONS | WITH_TIMEOUTS | WITH_PRIORITY | WITH_FLAGS | WITH_IMPORTANCE,
    [OFP_FLOW_MODIFY] = WITH_ACTIONS | WITH_TIMEOUTS | WITH_PRIORITY | WITH_FLAGS,
    [OFP_FLOW_MODIFY_STRICT] = WITH_ACTIONS | WITH_TIMEOUTS | WITH_PRIORITY | WITH_FLAGS,
    [OFP_FLOW_DELETE] = WITH_OUT,
    [OFP_FLOW_DELETE_STRICT] = WITH_OUT | WITH_PRIORITY,
};

struct parse {
    struct ofp_flow_mod *fm;
    const struct flow_names *names;
    unsigned int allowed; /* enum allowed */
    flow_formats usable;
    struct word word;
    struct err *err;
};

#define VALUE_OF(P) (int)(P)->word.n, (P)->word.value

/* -- Numbers -- */

static int
parse_u16(struct parse *p, uint16_t *to)
{
    uint64_t x;
    if (!text_to_u64(p->word.value, p->word.n, &x) || x > UINT16_MAX) {
        return err_fail(p->err, -E_INVAL, "invalid %.*s \"%.*s\"", (int)p->word.n_name,
                        p->word.name, VALUE_OF(p));
    }
    *to = (uint16_t)x;
    return 0;
}

static int
parse_u64(struct parse *p, const char *text, size_t n, uint64_t *to)
{
    return text_to_u64(text, n, to)
               ? 0
               : err_fail(p->err, -E_INVAL, "invalid numeric format %.*s", (int)n, text);
}

/* -- Words -- */

static int
parse_priority(struct parse *p)
{
    return parse_u16(p, &p->fm->priority);
}

static int
parse_idle(struct parse *p)
{
    return parse_u16(p, &p->fm->idle_timeout);
}

static int
parse_hard(struct parse *p)
{
    return parse_u16(p, &p->fm->hard_timeout);
}

static int
parse_importance(struct parse *p)
{
    return parse_u16(p, &p->fm->importance);
}

static int
parse_table(struct parse *p)
{
    bool good = of_table_parse(p->word.value, p->word.n, p->names->tables, &p->fm->table);
    if (p->fm->table != OFP_TABLE_ALL) {
        p->usable &= FORMAT_TID;
    }
    return good ? 0 : err_fail(p->err, -E_INVAL, "unknown table \"%.*s\"", VALUE_OF(p));
}

static int
parse_out_port(struct parse *p)
{
    bool good = of_port_parse(p->word.value, p->word.n, p->names->ports, &p->fm->out_port);
    return good ? 0 : err_fail(p->err, -E_INVAL, "%.*s is not a valid OpenFlow port", VALUE_OF(p));
}

static bool
is_word_of(const struct parse *p, const char *word)
{
    size_t i = 0;
    while (i < p->word.n && word[i] && (p->word.value[i] | 0x20) == word[i]) {
        i++;
    }
    return i == p->word.n && !word[i];
}

static int
parse_out_group(struct parse *p)
{
    enum { GROUP_ALL = 0xfffffffc };
    uint64_t x;
    p->usable &= FORMAT_11_UP;
    if (is_word_of(p, "any")) {
        p->fm->out_group = OFP_GROUP_ANY;
    } else if (is_word_of(p, "all")) {
        p->fm->out_group = (uint32_t)GROUP_ALL;
    } else if (text_to_u64(p->word.value, p->word.n, &x) && x <= UINT32_MAX) {
        p->fm->out_group = (uint32_t)x;
    } else {
        return err_fail(p->err, -E_INVAL,
                        "%.*s is not a valid group ID.  (Valid group IDs are 32-bit nonnegative "
                        "integers or the keywords ANY or ALL.)",
                        VALUE_OF(p));
    }
    return 0;
}

/* With a mask: which flows. Without: what they get. */
static int
parse_cookie(struct parse *p)
{
    const char *slash = memchr(p->word.value, '/', p->word.n);
    size_t n = slash ? (size_t)(slash - p->word.value) : p->word.n;
    uint64_t value, mask;
    if (slash && p->fm->command == OFP_FLOW_ADD) {
        return err_fail(p->err, -E_INVAL, "flow additions cannot use a cookie mask");
    }
    if (!slash && !(p->allowed & WITH_ACTIONS)) {
        return err_fail(p->err, -E_INVAL,
                        "cannot set cookie (to match on a cookie, specify a mask, e.g. "
                        "cookie=%.*s/-1)",
                        VALUE_OF(p));
    }
    int code = parse_u64(p, p->word.value, n, &value);
    if (!code && slash) {
        code = parse_u64(p, slash + 1, p->word.n - n - 1, &mask);
    }
    if (code) {
        return code;
    }
    if (slash) {
        p->fm->cookie = value & mask;
        p->fm->cookie_mask = mask;
        p->usable &= FORMAT_NXM_11_UP;
    } else {
        p->fm->new_cookie = value;
    }
    return 0;
}

static int
skip_word(struct parse *p UNUSED)
{
    return 0;
}

static const struct {
    const char *name;
    unsigned int when; /* enum allowed, 0: always */
    int (*parse)(struct parse *);
} value_words[] = {
    {"table", 0, parse_table},
    {"cookie", 0, parse_cookie},
    {"priority", WITH_PRIORITY, parse_priority},
    {"idle_timeout", WITH_TIMEOUTS, parse_idle},
    {"hard_timeout", WITH_TIMEOUTS, parse_hard},
    {"importance", WITH_IMPORTANCE, parse_importance},
    {"out_port", WITH_OUT, parse_out_port},
    {"out_group", WITH_OUT, parse_out_group},
    /* What dump-flows shows and nobody can set. */
    {"duration", 0, skip_word},
    {"n_packets", 0, skip_word},
    {"n_bytes", 0, skip_word},
    {"idle_age", 0, skip_word},
    {"hard_age", 0, skip_word},
};

static const struct {
    const char *name;
    uint16_t flag;
    flow_formats usable;
} flag_words[] = {
    {"send_flow_rem", OFP_FF_SEND_FLOW_REM, FORMAT_ANY},
    {"check_overlap", OFP_FF_CHECK_OVERLAP, FORMAT_ANY},
    {"reset_counts", OFP_FF_RESET_COUNTS, FORMAT_OXM_ANY},
    {"no_packet_counts", OFP_FF_NO_PACKET_COUNTS, FORMAT_13_UP},
    {"no_byte_counts", OFP_FF_NO_BYTE_COUNTS, FORMAT_13_UP},
    {"allow_hidden_fields", 0, FORMAT_ANY},
};

static bool
take_flag(struct parse *p)
{
    for (size_t i = 0; i < ARRAY_LEN(flag_words); i++) {
        bool allowed = p->allowed & WITH_FLAGS || !flag_words[i].flag;
        if (allowed && word_is(&p->word, flag_words[i].name)) {
            p->fm->flags |= flag_words[i].flag;
            p->usable &= flag_words[i].usable;
            return true;
        }
    }
    return false;
}

static int
unknown_word(const struct parse *p)
{
    return err_fail(p->err, -E_INVAL,
                    p->word.n ? "unknown keyword %.*s" : "field %.*s missing value",
                    (int)p->word.n_name, p->word.name);
}

/* "nw_tos[0..3]": some bits of a field that no message can say some bits of. */
static bool
is_part_of_whole(const struct word *w)
{
    struct of_subfield sub;
    if (!memchr(w->name, '[', w->n_name) || of_subfield_parse(w->name, w->n_name, &sub, NULL)) {
        return false;
    }
    const struct of_field *f = &of_fields[sub.field];
    return f->mask == OF_MASK_NONE && sub.n_bits != of_subfield_bits((enum of_field_id)sub.field);
}

static int
parse_word(struct parse *p)
{
    bool known;
    int code = of_match_parse_word(&p->fm->match, p->word.name, p->word.n_name, p->word.value,
                                   p->word.n, p->names->ports, &known, p->err);
    enum of_field_id id = known ? of_field_find(p->word.name, p->word.n_name) : OF_FIELD_COUNT;
    p->usable &= flow_formats_of_word(id, p->word.n && memchr(p->word.value, '/', p->word.n));
    if (!code && is_part_of_whole(&p->word)) {
        p->usable = 0;
    }
    if (code || known || take_flag(p)) {
        return code;
    }
    for (size_t i = 0; p->word.n && i < ARRAY_LEN(value_words); i++) {
        bool is_it = word_is(&p->word, value_words[i].name);
        if (is_it && (!value_words[i].when || value_words[i].when & p->allowed)) {
            return value_words[i].parse(p);
        }
    }
    return unknown_word(p);
}

static int
parse_words(struct parse *p, const char *text, size_t n)
{
    const char *end = text + n;
    int code = 0;
    while (!code && word_next(&text, end, &p->word)) {
        code = parse_word(p);
    }
    return code;
}

/* -- Actions -- */

/* Cuts TEXT of *N characters at "actions=" or "action=", and gives what is behind it. */
static const char *
cut_actions(const char *text, size_t *n)
{
    static const char word[] = "action";
    const char *end = text + *n;
    for (const char *at = text; (size_t)(end - at) >= sizeof word - 1; at++) {
        if (memcmp(at, word, sizeof word - 1) == 0) {
            const char *equals = memchr(at, '=', (size_t)(end - at));
            *n = equals ? (size_t)(at - text) : *n;
            return equals ? equals + 1 : NULL;
        }
    }
    return NULL;
}

static int
parse_actions(struct parse *p, const char *text, size_t n)
{
    struct ofp_flow_mod *fm = p->fm;
    bool consistent;
    int code = of_acts_parse(text, n, p->names, &fm->actions, p->err);
    if (code) {
        return code;
    }
    enum ofp_error error =
        of_acts_check_any(fm->actions.start, fm->actions.n, &fm->match, fm->table, &consistent);
    p->usable &= flow_formats_of_actions(fm->actions.start, fm->actions.n);
    p->usable &= consistent ? FORMAT_ANY : FORMAT_VERSION_10;
    if (!error && !p->usable) {
        error = OFPBAC_MATCH_INCONSISTENT;
    }
    return error ? err_fail(p->err, -E_INVAL, "actions are invalid with specified match (%s)",
                            ofp_error_name(error))
                 : 0;
}

static int
parse_flow(struct parse *p, const char *text, size_t n)
{
    const char *end = text + n;
    const char *actions = p->allowed & WITH_ACTIONS ? cut_actions(text, &n) : NULL;
    if (p->allowed & WITH_ACTIONS && !actions) {
        return err_fail(p->err, -E_INVAL, "must specify an action");
    }
    int code = parse_words(p, text, n);
    if (code) {
        return code;
    }
    p->usable &= flow_formats_of_match(&p->fm->match);
    code = actions ? parse_actions(p, actions, (size_t)(end - actions)) : 0;
    if (!code) {
        struct of_match m = p->fm->match;
        of_match_normalize(&m); /* which says what will have no effect; the receiver drops it */
    }
    return code;
}

int
flow_parse(const char *text, size_t n, enum ofp_flow_command command,
           const struct flow_names *names, struct ofp_flow_mod *fm, flow_formats *formats,
           struct err *e)
{
    struct parse p = {
        .fm = fm, .names = names, .allowed = allowed_for[command], .usable = FORMAT_ANY, .err = e};
    ofp_flow_mod_init(fm);
    fm->actions.n = 0;
    fm->actions.bad = false;
    fm->command = (uint8_t)command;
    fm->new_cookie = command == OFP_FLOW_ADD ? 0 : OFP_COOKIE_NONE;
    int code = parse_flow(&p, text, n);
    *formats = p.usable;
    return code;
}

int
flow_parse_line(const char *text, size_t n, enum ofp_flow_command command,
                const struct flow_names *names, struct ofp_flow_mod *fm, flow_formats *formats,
                struct err *e)
{
    static const char *const commands[] = {"add", "modify", "modify_strict", "delete",
                                           "delete_strict"};
    const char *p = text, *end = text + n;
    struct word first;
    bool any = word_next(&p, end, &first) && !first.value;
    for (size_t i = 0; any && i < ARRAY_LEN(commands); i++) {
        if (word_is(&first, commands[i])) {
            command = (enum ofp_flow_command)i;
            text = p;
        }
    }
    return flow_parse(text, (size_t)(end - text), command, names, fm, formats, e);
}

int
flow_parse_request(const char *text, size_t n, const struct flow_names *names,
                   struct ofp_flow_stats_request *rq, flow_formats *formats, struct err *e)
{
    struct ofp_flow_mod fm = {.actions = wr_make(NULL, 0)};
    int code = flow_parse(text, n, OFP_FLOW_DELETE, names, &fm, formats, e);
    if (!code) {
        *rq = (struct ofp_flow_stats_request){.match = fm.match,
                                              .cookie = fm.cookie,
                                              .cookie_mask = fm.cookie_mask,
                                              .out_port = fm.out_port,
                                              .out_group = fm.out_group,
                                              .table = fm.table};
    }
    return code;
}
