/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of flow tables. OpenFlow 1.0.2 section 4.6, 1.5.1 section 6.4. */
#include "ofproto/flow_table.h"
#include "ofproto/handlers.h"
#include "ofproto/xlate_actions.h"
#include "openflow/msg_flow_mod.h"
#include "os/mem.h"

/* The table to add to; OFP_TABLE_ALL leaves the choice to us. */
static uint8_t
table_of(const struct ofp_flow_mod *fm)
{
    return fm->table == OFP_TABLE_ALL ? 0 : fm->table;
}

static struct rule_spec
spec_of(const struct ofp_flow_mod *fm)
{
    return (struct rule_spec){
        .match = &fm->match,
        .cookie = fm->new_cookie,
        .priority = fm->priority,
        .idle_timeout = fm->idle_timeout,
        .hard_timeout = fm->hard_timeout,
        .importance = fm->importance,
        .flags = fm->flags,
        .table = table_of(fm),
        .actions = fm->actions.start,
        .actions_size = fm->actions.n,
    };
}

static struct rule_choice
choice_of(const struct ofp_flow_mod *fm)
{
    bool deletes = fm->command == OFP_FLOW_DELETE || fm->command == OFP_FLOW_DELETE_STRICT;
    return (struct rule_choice){
        .match = &fm->match,
        .table = fm->table,
        .strict = fm->command == OFP_FLOW_MODIFY_STRICT || fm->command == OFP_FLOW_DELETE_STRICT,
        .priority = fm->priority,
        .cookie = fm->cookie,
        .cookie_mask = fm->cookie_mask,
        .out_port = deletes ? (uint16_t)fm->out_port : OFP_PORT_NONE,
        .out_group = deletes ? fm->out_group : OFP_GROUP_ANY,
    };
}

/* Does what FM says to the tables of O. */
static enum ofp_error
run(struct ofproto *o, const struct ofp_flow_mod *fm)
{
    uint64_t now_ms = os_now_ms(o->set->loop);
    struct rule_choice choice = choice_of(fm);
    struct rule_spec spec = spec_of(fm);
    bool sets_cookie = fm->new_cookie != OFP_COOKIE_NONE;
    switch (fm->command) {
    case OFP_FLOW_ADD:
        return flow_tables_add(o->tables, &spec, now_ms);
    case OFP_FLOW_MODIFY:
    case OFP_FLOW_MODIFY_STRICT:
        /* Up to OpenFlow 1.1 what changes nothing adds. */
        return flow_tables_modify(o->tables, &choice, &spec, sets_cookie, now_ms) ||
                       !sets_cookie || fm->cookie_mask
                   ? OFP_OK
                   : flow_tables_add(o->tables, &spec, now_ms);
    default:
        flow_tables_delete(o->tables, &choice);
        return OFP_OK;
    }
}

enum ofp_error
handle_flow_mod(struct ofconn *c, const struct ofp_msg *m)
{
    struct ofproto *o = c->mgr->ofproto;
    struct ofp_flow_mod fm;
    fm.actions = wr_make(c->mgr->scratch, sizeof c->mgr->scratch);
    enum ofp_error error = ofp_flow_mod_get(m, &fm);
    if (error) {
        return error;
    } else if (fm.table != OFP_TABLE_ALL && fm.table >= FLOW_TABLE_COUNT) {
        return OFPBRC_EPERM; /* the last table is our own */
    }
    if (m->version < OFP_12 && fm.command == OFP_FLOW_ADD) {
        fm.flags |= OFP_FF_RESET_COUNTS; /* as every addition did then */
    }
    if (m->version == OFP_10 && !c->has_table_ids) {
        fm.table = OFP_TABLE_ALL;
    }
    error = xlate_actions_check(fm.actions.start, fm.actions.n);
    if (!error) {
        error = run(o, &fm);
    }
    if (!error) {
        ofproto_flows_changed(o);
        error = fm.buffer == OFP_BUFFER_NONE ? OFP_OK : OFPBRC_BUFFER_UNKNOWN; /* we keep none */
    }
    return error;
}
