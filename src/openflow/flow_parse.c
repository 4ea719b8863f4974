/* SPDX-License-Identifier: Apache-2.0 */
/* A flow's text is words of a match among others that say how it is kept, and behind "actions="
 * what it does. Which other words there may be depends on what is done with the flow. */
#include "openflow/flow_parse.h"

#include <string.h>

#include "openflow/actions_check.h"
#include "openflow/actions_text.h"
#include "openflow/match_text.h"
#include "openflow/words.h"
#include "os/err_format.h"
#include "os/log.h"

LOG_MODULE(ofp_table);

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
    const struct ofp_flow_names *names;
    unsigned int allowed, usable;
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
    const struct ofp_table_names *names = p->names->tables;
    uint64_t x;
    bool is_number = text_to_u64(p->word.value, p->word.n, &x);
    bool good = is_number && x <= UINT8_MAX;
    if (good) {
        p->fm->table = (uint8_t)x;
    } else if (is_number) {
        log_warn("table %.*s is outside the supported range 0 through 255", VALUE_OF(p));
    } else {
        good = names && names->number &&
               names->number(names->aux, p->word.value, p->word.n, &p->fm->table);
    }
    if (p->fm->table != OFP_TABLE_ALL) {
        p->usable &= OFP_P_HAS_TABLE;
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
    p->usable &= OFP_P_11_UP;
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
        p->usable &= ~(unsigned int)OFP_P_OF10_BOTH;
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
    unsigned int usable;
} flag_words[] = {
    {"send_flow_rem", OFP_FF_SEND_FLOW_REM, OFP_P_ANY},
    {"check_overlap", OFP_FF_CHECK_OVERLAP, OFP_P_ANY},
    {"reset_counts", OFP_FF_RESET_COUNTS, OFP_P_OXM},
    {"no_packet_counts", OFP_FF_NO_PACKET_COUNTS, OFP_P_13_UP},
    {"no_byte_counts", OFP_FF_NO_BYTE_COUNTS, OFP_P_13_UP},
    {"allow_hidden_fields", 0, OFP_P_ANY},
};

static bool
take_flag(struct parse *p)
{
    for (size_t i = 0; p->allowed & WITH_FLAGS && i < ARRAY_LEN(flag_words); i++) {
        if (word_is(&p->word, flag_words[i].name)) {
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

static int
parse_word(struct parse *p)
{
    bool known;
    int code = of_match_parse_word(&p->fm->match, p->word.name, p->word.n_name, p->word.value,
                                   p->word.n, p->names->ports, &known, p->err);
    if (known && memchr(p->word.value ? p->word.value : "", '/', p->word.n) &&
        (word_is(&p->word, "vlan_tci") || word_is(&p->word, "vlan_vid"))) {
        p->usable &= OFP_P_NXM_OXM; /* even if it says what could be said otherwise */
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

/* Cuts TEXT of *N characters at "actions=", and gives what is behind it. */
static const char *
cut_actions(const char *text, size_t *n)
{
    const char *word = strstr(text, "action"), *equals = word ? strchr(word, '=') : NULL;
    if (equals) {
        *n = (size_t)(word - text);
    }
    return equals ? equals + 1 : NULL;
}

/* A conjunction only makes sense by itself: it says which flow acts. */
static int
check_conjunction(const struct parse *p)
{
    const struct wr *list = &p->fm->actions;
    const struct of_act *a, *other = NULL;
    bool has_conjunction = false;
    for (size_t ofs = 0; (a = of_acts_next(list->start, list->n, &ofs));) {
        has_conjunction = has_conjunction || a->type == OF_ACT_CONJUNCTION;
        other = a->type != OF_ACT_CONJUNCTION && a->type != OF_ACT_NOTE && !other ? a : other;
    }
    return has_conjunction && other
               ? err_fail(p->err, -E_INVAL,
                          "\"conjunction\" actions may be used along with \"note\" but not any "
                          "other kind of action (such as the \"%s\" action used here)",
                          of_act_infos[other->type].name)
               : 0;
}

static int
parse_actions(struct parse *p, const char *text)
{
    struct ofp_flow_mod *fm = p->fm;
    bool consistent;
    int code = of_acts_parse(text, strlen(text), p->names->ports, &fm->actions, p->err);
    code = code ? code : check_conjunction(p);
    if (code) {
        return code;
    }
    enum ofp_error error =
        of_acts_check_any(fm->actions.start, fm->actions.n, &fm->match, fm->table, &consistent);
    p->usable &= of_acts_protocols(fm->actions.start, fm->actions.n);
    p->usable &= consistent ? (unsigned int)OFP_P_ANY : (unsigned int)OFP_P_ALL_10;
    if (!error && !p->usable) {
        error = OFPBAC_MATCH_INCONSISTENT;
    }
    return error ? err_fail(p->err, -E_INVAL, "actions are invalid with specified match (%s)",
                            ofp_error_name(error))
                 : 0;
}

static int
parse_flow(struct parse *p, const char *text)
{
    size_t n = strlen(text);
    const char *actions = p->allowed & WITH_ACTIONS ? cut_actions(text, &n) : NULL;
    if (p->allowed & WITH_ACTIONS && !actions) {
        return err_fail(p->err, -E_INVAL, "must specify an action");
    }
    int code = parse_words(p, text, n);
    if (code) {
        return code;
    }
    p->usable &= of_match_protocols(&p->fm->match);
    of_match_normalize(&p->fm->match);
    p->usable &= of_match_protocols(&p->fm->match);
    return actions ? parse_actions(p, actions) : 0;
}

int
ofp_flow_mod_parse(struct ofp_flow_mod *fm, const char *text, enum ofp_flow_command command,
                   const struct ofp_flow_names *names, unsigned int *usable, struct err *e)
{
    struct parse p = {
        .fm = fm, .names = names, .allowed = allowed_for[command], .usable = OFP_P_ANY, .err = e};
    ofp_flow_mod_init(fm);
    fm->command = (uint8_t)command;
    fm->new_cookie = command == OFP_FLOW_ADD ? 0 : OFP_COOKIE_NONE;
    int code = parse_flow(&p, text);
    *usable = p.usable;
    return code;
}

int
ofp_flow_mod_parse_command(struct ofp_flow_mod *fm, const char *text,
                           const struct ofp_flow_names *names, unsigned int *usable, struct err *e)
{
    static const char *const commands[] = {"add", "modify", "modify_strict", "delete",
                                           "delete_strict"};
    const char *start = text + strspn(text, " \t");
    size_t n = strcspn(start, " \t,=");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strlen(commands[i]) == n && !memcmp(commands[i], start, n) && start[n] != '=') {
            return ofp_flow_mod_parse(fm, start + n, (enum ofp_flow_command)i, names, usable, e);
        }
    }
    return ofp_flow_mod_parse(fm, text, OFP_FLOW_ADD, names, usable, e);
}

int
ofp_flow_stats_request_parse(struct ofp_flow_stats_request *q, const char *text,
                             const struct ofp_flow_names *names, unsigned int *usable,
                             struct err *e)
{
    struct ofp_flow_mod fm = {.actions = wr_make(NULL, 0)};
    int code = ofp_flow_mod_parse(&fm, text, OFP_FLOW_DELETE, names, usable, e);
    if (!code) {
        *q = (struct ofp_flow_stats_request){.match = fm.match,
                                             .cookie = fm.cookie,
                                             .cookie_mask = fm.cookie_mask,
                                             .out_port = fm.out_port,
                                             .out_group = fm.out_group,
                                             .table = fm.table};
    }
    return code;
}
