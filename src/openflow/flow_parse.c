/* SPDX-License-Identifier: Apache-2.0 */
/* What stands before "actions=" is words: fields of the match, shorthands such as "tcp", and what
 * is about the flow itself, of which each command takes its own. */
#include "openflow/flow_parse.h"

#include <string.h>

#include "openflow/actions_check.h"
#include "openflow/actions_text.h"
#include "openflow/match_text.h"
#include "openflow/words.h"
#include "os/err_format.h"
#include "os/log.h"

LOG_MODULE(ofp_table);

static struct log_rate rate = LOG_RATE(60, 5);

/* Kinds of words. */
enum {
    TAKES_ACTIONS = 1 << 0,
    TAKES_OUT = 1 << 1, /* out_port, out_group */
    TAKES_TIMEOUTS = 1 << 2,
    TAKES_PRIORITY = 1 << 3,
    TAKES_FLAGS = 1 << 4,
};

static const unsigned int takes[] = {
    [OFP_FLOW_ADD] = TAKES_ACTIONS | TAKES_TIMEOUTS | TAKES_PRIORITY | TAKES_FLAGS,
    [OFP_FLOW_MODIFY] = TAKES_ACTIONS | TAKES_TIMEOUTS | TAKES_PRIORITY | TAKES_FLAGS,
    [OFP_FLOW_MODIFY_STRICT] = TAKES_ACTIONS | TAKES_TIMEOUTS | TAKES_PRIORITY | TAKES_FLAGS,
    [OFP_FLOW_DELETE] = TAKES_OUT,
    [OFP_FLOW_DELETE_STRICT] = TAKES_OUT | TAKES_PRIORITY,
};

static const char *const commands[] = {
    [OFP_FLOW_ADD] = "add",
    [OFP_FLOW_MODIFY] = "modify",
    [OFP_FLOW_MODIFY_STRICT] = "modify_strict",
    [OFP_FLOW_DELETE] = "delete",
    [OFP_FLOW_DELETE_STRICT] = "delete_strict",
};

/* Words without a value that are about the flow. */
static const struct {
    const char *name;
    uint16_t flag;
    flow_formats formats;
} flags[] = {
    {"send_flow_rem", OFP_FF_SEND_FLOW_REM, FORMAT_ANY},
    {"check_overlap", OFP_FF_CHECK_OVERLAP, FORMAT_ANY},
    {"reset_counts", OFP_FF_RESET_COUNTS, FORMAT_OXM_ANY},
    {"no_packet_counts", OFP_FF_NO_PACKET_COUNTS, FORMAT_13_UP},
    {"no_byte_counts", OFP_FF_NO_BYTE_COUNTS, FORMAT_13_UP},
};

/* What dump-flows prints and is no part of a flow. */
static const char *const ignored[] = {"duration", "n_packets", "n_bytes", "idle_age", "hard_age"};

/* A flow being read. */
struct flow_text {
    unsigned int takes;
    const struct flow_names *names;
    struct ofp_flow_mod *fm;
    bool any_table; /* naming one takes no special format */
    flow_formats formats;
    struct err *err;
};

/* -- Values -- */

static int
take_u16(struct flow_text *t, const struct word *w, uint16_t *x)
{
    uint64_t value;
    if (!text_to_u64(w->value, w->n, &value) || value > UINT16_MAX) {
        return err_fail(t->err, -E_INVAL, "invalid %.*s \"%.*s\"", (int)w->n_name, w->name,
                        (int)w->n, w->value);
    }
    *x = (uint16_t)value;
    return 0;
}

static int
take_u64(struct flow_text *t, const char *text, size_t n, uint64_t *x)
{
    if (!text_to_u64(text, n, x)) {
        return err_fail(t->err, -E_INVAL, "invalid numeric format %.*s", (int)n, text);
    }
    return 0;
}

static int
take_table(struct flow_text *t, const struct word *w)
{
    const struct ofp_table_names *names = t->names ? t->names->tables : NULL;
    uint64_t number;
    if (text_to_u64(w->value, w->n, &number)) {
        if (number <= UINT8_MAX) {
            t->fm->table = (uint8_t)number;
            return 0;
        }
        log_limited(&rate, LOG_WARN, "table %llu is outside the supported range 0 through 255",
                    (unsigned long long)number);
    }
    bool quoted = w->n >= 2 && w->value[0] == '"' && w->value[w->n - 1] == '"';
    if (names && names->number &&
        names->number(names->aux, w->value + quoted, w->n - 2 * quoted, &t->fm->table)) {
        return 0;
    }
    return err_fail(t->err, -E_INVAL, "unknown table \"%.*s\"", (int)w->n, w->value);
}

static int
take_cookie(struct flow_text *t, const struct word *w)
{
    const char *slash = memchr(w->value, '/', w->n);
    bool sets = t->takes & TAKES_ACTIONS;
    if (slash) {
        size_t n = (size_t)(slash - w->value);
        if (t->fm->command == OFP_FLOW_ADD) {
            return err_fail(t->err, -E_INVAL, "flow additions cannot use a cookie mask");
        }
        t->formats &= FORMAT_NXM_ANY | FORMAT_OXM_ANY | FORMAT_OF11;
        int error = take_u64(t, w->value, n, &t->fm->cookie);
        return error ? error : take_u64(t, slash + 1, w->n - n - 1, &t->fm->cookie_mask);
    }
    if (!sets) {
        return err_fail(t->err, -E_INVAL,
                        "cannot set cookie (to match on a cookie, specify a mask, e.g. "
                        "cookie=%.*s/-1)",
                        (int)w->n, w->value);
    }
    return take_u64(t, w->value, w->n, &t->fm->new_cookie);
}

static int
take_out_port(struct flow_text *t, const struct word *w)
{
    const struct of_port_names *names = t->names ? t->names->ports : NULL;
    if (!of_port_parse(w->value, w->n, names, &t->fm->out_port)) {
        return err_fail(t->err, -E_INVAL, "%.*s is not a valid OpenFlow port", (int)w->n,
                        w->value);
    }
    return 0;
}

static int
take_out_group(struct flow_text *t, const struct word *w)
{
    uint64_t group;
    t->formats &= FORMAT_OF11 | FORMAT_OXM_ANY;
    if (!text_to_u64(w->value, w->n, &group) || group > 0xffffff00) {
        log_warn("%.*s is not a valid group ID.  (Valid group IDs are 32-bit nonnegative integers "
                 "or the keywords ANY or ALL.)",
                 (int)w->n, w->value);
        return err_fail(t->err, -E_INVAL, "%.*s is not a valid OpenFlow group", (int)w->n,
                        w->value);
    }
    t->fm->out_group = (uint32_t)group;
    return 0;
}

/* -- Words -- */

static bool
is_ignored(const struct word *w)
{
    for (size_t i = 0; i < ARRAY_LEN(ignored); i++) {
        if (word_is(w, ignored[i])) {
            return true;
        }
    }
    return false;
}

static bool
take_flag(struct flow_text *t, const struct word *w)
{
    for (size_t i = 0; (t->takes & TAKES_FLAGS) && i < ARRAY_LEN(flags); i++) {
        if (word_is(w, flags[i].name)) {
            t->fm->flags |= flags[i].flag;
            t->formats &= flags[i].formats;
            return true;
        }
    }
    return false;
}

/* A field or a shorthand. */
static int
take_match(struct flow_text *t, const struct word *w, bool *known)
{
    struct ofp_flow_mod *fm = t->fm;
    const struct of_port_names *ports = t->names ? t->names->ports : NULL;
    int error =
        of_match_parse_word(&fm->match, w->name, w->n_name, w->value, w->n, ports, known, t->err);
    if (error || !*known) {
        return error;
    }
    enum of_field_id field = of_field_find(w->name, w->n_name);
    if (field < OF_FIELD_COUNT &&
        (of_field_is_tun_metadata(field) || of_match_has(&fm->match, field))) {
        t->formats &= flow_formats_of_match(&fm->match, field);
    }
    return 0;
}

/* A word with a value that is about the flow. *KNOWN: it is one. */
static int
take_own(struct flow_text *t, const struct word *w, bool *known)
{
    struct ofp_flow_mod *fm = t->fm;
    *known = true;
    if (word_is(w, "table")) {
        int error = take_table(t, w);
        if (fm->table != OFP_TABLE_ALL && !t->any_table) {
            t->formats &= FORMAT_TID;
        }
        return error;
    }
    if (word_is(w, "cookie")) {
        return take_cookie(t, w);
    }
    if (t->takes & TAKES_PRIORITY && word_is(w, "priority")) {
        return take_u16(t, w, &fm->priority);
    }
    if (t->takes & TAKES_TIMEOUTS) {
        const struct {
            const char *name;
            uint16_t *x;
        } rows[] = {{"idle_timeout", &fm->idle_timeout},
                    {"hard_timeout", &fm->hard_timeout},
                    {"importance", &fm->importance}};
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
            if (word_is(w, rows[i].name)) {
                return take_u16(t, w, rows[i].x);
            }
        }
    }
    if (t->takes & TAKES_OUT && word_is(w, "out_port")) {
        return take_out_port(t, w);
    }
    if (t->takes & TAKES_OUT && word_is(w, "out_group")) {
        return take_out_group(t, w);
    }
    *known = is_ignored(w);
    return 0;
}

static int
take_word(struct flow_text *t, const struct word *w)
{
    bool known;
    if (take_flag(t, w)) {
        return 0;
    }
    int error = take_match(t, w, &known);
    if (error || known) {
        return error;
    }
    if (!w->value || !w->n) {
        return err_fail(t->err, -E_INVAL, "field %.*s missing value", (int)w->n_name, w->name);
    }
    error = take_own(t, w, &known);
    return error || known
               ? error
               : err_fail(t->err, -E_INVAL, "unknown keyword %.*s", (int)w->n_name, w->name);
}

/* Where "actions=" or "action=" begins in the text up to END; *LIST is what follows it, NULL if
 * there is no "=". */
static const char *
find_actions(const char *p, const char *end, const char **list)
{
    *list = NULL;
    for (; end - p >= 6; p++) {
        if (memcmp(p, "action", 6) == 0) {
            const char *equals = memchr(p, '=', (size_t)(end - p));
            *list = equals ? equals + 1 : NULL;
            return p;
        }
    }
    return end;
}

/* The actions, and whether they make sense for the match. */
static int
take_actions(struct flow_text *t, const char *text, size_t n)
{
    struct ofp_flow_mod *fm = t->fm;
    const struct of_port_names *ports = t->names ? t->names->ports : NULL;
    bool consistent;
    fm->actions.n = 0;
    int code = of_acts_parse(text, n, ports, &fm->actions, t->err);
    if (code) {
        return code;
    }
    enum ofp_error error =
        of_acts_check_any(fm->actions.start, fm->actions.n, &fm->match, fm->table, &consistent);
    if (error) {
        return err_fail(t->err, -E_INVAL, "actions are invalid with specified match (%s)",
                        ofp_error_name(error));
    }
    t->formats &= flow_formats_of_actions(fm->actions.start, fm->actions.n);
    if (!consistent) {
        t->formats &= FORMAT_10_ANY | FORMAT_NXM_ANY;
    }
    return 0;
}

/* OpenFlow 1.0 and 1.1 know nothing of what IPv6 carries. */
static void
limit_ipv6(struct flow_text *t)
{
    const struct of_match *m = &t->fm->match;
    if (of_match_has(m, OF_ETH_TYPE) && of_field_get_u64(OF_ETH_TYPE, &m->key) == 0x86dd &&
        (of_match_has(m, OF_IP_PROTO) || of_match_has(m, OF_IP_TOS))) {
        t->formats &= FORMAT_NXM_ANY | FORMAT_OXM_ANY;
    }
}

static int
parse_words(struct flow_text *t, const char *p, const char *end)
{
    for (struct word w; word_next(&p, end, &w);) {
        int error = take_word(t, &w);
        if (error) {
            return error;
        }
    }
    limit_ipv6(t);
    return 0;
}

/* IS_REQUEST: for a question, which has a place for the table in every format. */
static int
parse(const char *text, size_t n, enum ofp_flow_command command, bool is_request,
      const struct flow_names *names, struct ofp_flow_mod *fm, flow_formats *formats,
      struct err *e)
{
    struct wr actions = fm->actions;
    struct flow_text t = {.takes = takes[command], .names = names, .fm = fm, .err = e};
    t.any_table = is_request;
    const char *end = text + n, *list = NULL, *words_end = end;
    ofp_flow_mod_init(fm);
    fm->actions = actions;
    fm->actions.n = 0;
    fm->actions.bad = false;
    fm->command = (uint8_t)command;
    fm->new_cookie = 0;
    t.formats = FORMAT_ANY;
    if (t.takes & TAKES_ACTIONS) {
        words_end = find_actions(text, end, &list);
        if (!list) {
            return err_fail(e, -E_INVAL, "must specify an action");
        }
    }
    int error = parse_words(&t, text, words_end);
    if (error) {
        return error;
    }
    of_match_normalize(&fm->match);
    error = list ? take_actions(&t, list, (size_t)(end - list)) : 0;
    *formats = t.formats;
    return error;
}

int
flow_parse(const char *text, size_t n, enum ofp_flow_command command,
           const struct flow_names *names, struct ofp_flow_mod *fm, flow_formats *formats,
           struct err *e)
{
    return parse(text, n, command, false, names, fm, formats, e);
}

int
flow_parse_line(const char *text, size_t n, enum ofp_flow_command command,
                const struct flow_names *names, struct ofp_flow_mod *fm, flow_formats *formats,
                struct err *e)
{
    static const char gaps[] = " ,\t\r\n";
    size_t at = 0;
    while (at < n && strchr(gaps, text[at])) {
        at++;
    }
    size_t len = 0;
    while (at + len < n && !strchr(gaps, text[at + len])) {
        len++;
    }
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strlen(commands[i]) == len && memcmp(commands[i], text + at, len) == 0) {
            return flow_parse(text + at + len, n - at - len, (enum ofp_flow_command)i, names, fm,
                              formats, e);
        }
    }
    return flow_parse(text, n, command, names, fm, formats, e);
}

int
flow_parse_request(const char *text, size_t n, const struct flow_names *names,
                   struct ofp_flow_stats_request *rq, flow_formats *formats, struct err *e)
{
    struct ofp_flow_mod fm = {.actions = {NULL}};
    int error = parse(text, n, OFP_FLOW_DELETE, true, names, &fm, formats, e);
    if (error) {
        return error;
    }
    *rq = (struct ofp_flow_stats_request){.match = fm.match,
                                          .cookie = fm.cookie,
                                          .cookie_mask = fm.cookie_mask,
                                          .out_port = fm.out_port,
                                          .out_group = fm.out_group,
                                          .table = fm.table};
    return 0;
}
