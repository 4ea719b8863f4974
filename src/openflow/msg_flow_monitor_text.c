/* SPDX-License-Identifier: Apache-2.0 */
/* Flow monitors as text, both ways. */
#include <stdlib.h>
#include <string.h>

#include "openflow/actions_text.h"
#include "openflow/flow_format.h"
#include "openflow/match_text.h"
#include "openflow/msg_flow_monitor.h"
#include "openflow/msg_flow_removed.h"
#include "openflow/ofp_printers.h"
#include "openflow/table_text.h"
#include "openflow/words.h"
#include "os/err_format.h"

static const struct ofp_bit_name flag_names[] = {
    {OFP_MONITOR_INITIAL, "initial"}, {OFP_MONITOR_ADD, "add"},
    {OFP_MONITOR_DELETE, "delete"},   {OFP_MONITOR_MODIFY, "modify"},
    {OFP_MONITOR_ACTIONS, "actions"}, {OFP_MONITOR_OWN, "own"},
};

/* -- Reading -- */

/* "!own": takes the flag away; "!abbrev" is read, but the reference asks for nothing else then.
 * False: it is no flag. */
static bool
parse_flag(const struct word *w, struct ofp_flow_monitor *m)
{
    struct word name = *w;
    if (!w->n_name || *w->name != '!') {
        return false;
    }
    name.name++;
    name.n_name--;
    for (size_t i = 0; i < ARRAY_LEN(flag_names); i++) {
        if (word_is(&name, flag_names[i].name)) {
            m->flags &= (uint16_t)~flag_names[i].bit;
            return true;
        }
    }
    return word_is(&name, "abbrev");
}

static int
parse_word(const struct word *w, const struct of_port_names *ports,
           const struct ofp_table_names *tables, struct ofp_flow_monitor *m, const char *text,
           struct err *e)
{
    bool known;
    uint64_t x;
    if (parse_flag(w, m)) {
        return 0;
    }
    int code =
        of_match_parse_word(&m->match, w->name, w->n_name, w->value, w->n, ports, &known, e);
    if (code || known) {
        return code;
    }
    if (!w->value || !w->n) {
        return err_fail(e, -E_INVAL, "%s: field %.*s missing value", text, (int)w->n_name,
                        w->name);
    }
    if (word_is(w, "table")) {
        return of_table_parse(w->value, w->n, tables, &m->table)
                   ? 0
                   : err_fail(e, -E_INVAL, "unknown table \"%.*s\"", (int)w->n, w->value);
    }
    if (word_is(w, "out_port")) { /* what is no port is 0, as the reference has it */
        m->out_port = of_port_parse(w->value, w->n, ports, &m->out_port) ? m->out_port : 0;
        return 0;
    }
    if (word_is(w, "out_group")) {
        m->out_group = text_to_u64(w->value, w->n, &x) ? (uint32_t)x : 0;
        return 0;
    }
    return err_fail(e, -E_INVAL, "%s: unknown keyword %.*s", text, (int)w->n_name, w->name);
}

int
ofp_flow_monitor_parse(const char *text, const struct of_port_names *ports,
                       const struct ofp_table_names *tables, struct ofp_flow_monitor *m,
                       flow_formats *usable, struct err *e)
{
    const char *p = text, *end = text + strlen(text);
    struct word w;
    int code = 0;
    *m = (struct ofp_flow_monitor){.table = OFP_TABLE_ALL,
                                   .flags = OFP_MONITOR_ALL,
                                   .out_port = OFP_PORT_NONE,
                                   .out_group = OFP_GROUP_ANY};
    of_match_init(&m->match);
    while (!code && word_next(&p, end, &w)) {
        code = parse_word(&w, ports, tables, m, text, e);
    }
    *usable = flow_formats_of_match(&m->match);
    return code;
}

/* -- Writing -- */

static void
put_monitor(struct str *s, const struct ofp_flow_monitor *m, const struct ofp_print *how)
{
    str_putf(s, "\n id=%u", m->id);
    if (m->command == OFP_MONITOR_CMD_DELETE) {
        str_puts(s, " command=delete");
        return;
    }
    str_puts(s, " flags=");
    ofp_put_bits(s, m->flags, flag_names, ARRAY_LEN(flag_names), ',');
    if (m->out_port != OFP_PORT_NONE) {
        str_puts(s, " out_port=");
        of_port_put(s, m->out_port, how->ports);
    }
    if (m->out_group != OFP_GROUP_ANY && m->out_group) {
        str_putf(s, " out_group=%d", (int)m->out_group);
    }
    if (m->table != OFP_TABLE_ALL) {
        str_puts(s, " table=");
        of_table_put(s, m->table, how->tables);
    }
    str_putc(s, ' ');
    of_match_put(s, &m->match, how->ports);
    str_chomp(s, " ");
}

enum ofp_error
ofp_print_flow_monitor(struct str *s, const struct ofp_msg *msg, const struct ofp_print *how)
{
    struct rd r = msg->body;
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(&r)) {
        struct ofp_flow_monitor m;
        error = ofp_flow_monitor_get(&r, msg->id, msg->version, &m);
        if (!error) {
            put_monitor(s, &m, how);
        }
    }
    return error;
}

static void
put_full(struct str *s, const struct ofp_flow_update *u, const struct ofp_print *how)
{
    if (u->event == OFP_UPDATE_REMOVED) {
        const char *reason = ofp_flow_removed_reason_name(u->reason);
        str_puts(s, " reason=");
        if (reason) {
            str_puts(s, reason);
        } else {
            str_putf(s, "%u", u->reason);
        }
    }
    str_puts(s, " table=");
    of_table_put(s, u->table, how->tables);
    if (u->idle_timeout) {
        str_putf(s, " idle_timeout=%u", u->idle_timeout);
    }
    if (u->hard_timeout) {
        str_putf(s, " hard_timeout=%u", u->hard_timeout);
    }
    str_putf(s, " cookie=%#llx ", (unsigned long long)u->cookie);
    of_match_put(s, &u->match, how->ports);
    if (u->actions.n) {
        str_chomp(s, " ");
        str_puts(s, " actions=");
        struct flow_names names = ofp_print_names(how);
        of_acts_text_put(s, (const void *)u->actions.start, u->actions.n, &names);
    }
    str_chomp(s, " ");
}

static void
put_update(struct str *s, const struct ofp_flow_update *u, const struct ofp_print *how)
{
    static const char *const events[] = {"INITIAL", "ADDED",  "DELETED", "MODIFIED",
                                         "ABBREV",  "PAUSED", "RESUMED"};
    str_putf(s, "\n event=%s", events[u->event]);
    if (u->event < OFP_UPDATE_ABBREV) {
        put_full(s, u, how);
    } else if (u->event == OFP_UPDATE_ABBREV) {
        str_putf(s, " xid=%#x", u->xid);
    }
}

enum ofp_error
ofp_print_flow_update(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd r = m->body;
    struct ofp_flow_update u = {.actions = ofp_actions_buffer()};
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(&r)) {
        error = ofp_flow_update_get(&r, m->id, m->version, &u);
        if (!error) {
            put_update(s, &u, how);
        }
    }
    ofp_actions_buffer_free(&u.actions);
    return error;
}

enum ofp_error
ofp_print_monitor_cancel(struct str *s, const struct ofp_msg *m,
                         const struct ofp_print *how UNUSED)
{
    str_putf(s, " id=%u", ofp_monitor_cancel_get(m));
    return OFP_OK;
}
