/* SPDX-License-Identifier: Apache-2.0 */
/* What flows there are. OpenFlow 1.0.2 section 5.3.5, 1.5.1 section 7.3.5. */
#include "ofproto/flow_table.h"
#include "ofproto/handlers.h"
#include "openflow/msg_flow_stats.h"
#include "openflow/msg_flow_status.h"
#include "os/log.h"

LOG_MODULE(ofproto);

static struct log_rate size_rate = LOG_RATE(1, 5);

static struct rule_choice
choice_of(const struct ofp_flow_stats_request *r)
{
    return (struct rule_choice){
        .match = &r->match,
        .table = r->table,
        .cookie = r->cookie,
        .cookie_mask = r->cookie_mask,
        .out_port = (uint16_t)r->out_port,
        .out_group = r->out_group,
    };
}

static enum ofp_error
read_request(const struct ofp_msg *m, struct ofp_flow_stats_request *r)
{
    enum ofp_error error = ofp_flow_stats_request_get(m, r);
    bool known = r->table < FLOW_TABLE_COUNT || r->table == OFP_TABLE_ALL;
    return error ? error : known ? OFP_OK : OFPBRC_BAD_TABLE_ID;
}

struct listing {
    struct ofp_parts parts;
    uint64_t now_ms;
};

static struct ofp_flow_counts
counts_of(const struct rule *rule, uint64_t now_ms)
{
    uint64_t age_ms = now_ms - MIN(now_ms, rule->created_ms);
    return (struct ofp_flow_counts){
        .n_packets = rule->n_packets,
        .n_bytes = rule->n_bytes,
        .duration_s = (uint32_t)(age_ms / 1000),
        .duration_ns = (uint32_t)(age_ms % 1000 * 1000000),
        .idle_s = (uint32_t)((now_ms - MIN(now_ms, rule->used_ms)) / 1000),
        .n_flows = OFP_COUNT32_UNKNOWN,
    };
}

static void
put_flow(void *l_, const struct rule *rule)
{
    struct listing *l = l_;
    struct ofp_flow_stats fs = {
        .counts = counts_of(rule, l->now_ms),
        .cookie = rule->cookie,
        .priority = (uint16_t)rule->cls.priority,
        .idle_timeout = rule->idle_timeout,
        .hard_timeout = rule->hard_timeout,
        .flags = rule->flags,
        .importance = rule->importance,
        .table = rule->table,
        .hard_age = (int32_t)((l->now_ms - MIN(l->now_ms, rule->modified_ms)) / 1000),
        .actions = {.start = (uint8_t *)rule->actions->list,
                    .n = rule->actions->size,
                    .size = rule->actions->size},
    };
    fs.idle_age = (int32_t)fs.counts.idle_s;
    cls_rule_match(&rule->cls, &fs.match);
    if (ofp_flow_stats_put(&l->parts, &fs)) {
        log_limited(&size_rate, LOG_WARN, "a flow of table %u is too long to be told",
                    rule->table);
    }
}

static void
put_status(void *l_, const struct rule *rule)
{
    struct listing *l = l_;
    struct ofp_flow_status f = {
        .counts = counts_of(rule, l->now_ms),
        .priority = (uint16_t)rule->cls.priority,
        .table = rule->table,
        .reason = OFP_FLOW_STATUS_REQUEST,
    };
    cls_rule_match(&rule->cls, &f.match);
    if (ofp_flow_status_put(&l->parts, &f)) {
        log_limited(&size_rate, LOG_WARN, "a match of table %u is too long to be told",
                    rule->table);
    }
}

/* Sends the flows that M asks for, each put into REPLY by PUT. */
static enum ofp_error
send_listing(struct ofconn *c, const struct ofp_msg *m, enum ofp_msg_id reply,
             void (*put)(void *listing, const struct rule *))
{
    struct ofproto *o = c->mgr->ofproto;
    struct ofp_flow_stats_request request;
    enum ofp_error error = read_request(m, &request);
    if (error) {
        return error;
    }
    struct rule_choice choice = choice_of(&request);
    struct listing l = {.now_ms = os_now_ms(o->set->loop)};
    struct str out = STR_INIT;
    ofp_parts_begin(&l.parts, &out, reply, (enum ofp_version)m->version, m->xid);
    flow_tables_for_each(o->tables, &choice, put, &l);
    ofp_parts_end(&l.parts);
    ofconn_send(c, str_text(&out), out.n);
    str_fini(&out);
    return OFP_OK;
}

enum ofp_error
handle_flow_stats(struct ofconn *c, const struct ofp_msg *m)
{
    return send_listing(c, m, m->id == NXST_FLOW_REQUEST ? NXST_FLOW_REPLY : OFPST_FLOW_REPLY,
                        put_flow);
}

enum ofp_error
handle_flow_status(struct ofconn *c, const struct ofp_msg *m)
{
    return send_listing(c, m, OFPST_FLOW_STATS_REPLY, put_status);
}

static void
add_flow(void *sum_, const struct rule *rule)
{
    struct ofp_flow_counts *sum = sum_;
    sum->n_packets += rule->n_packets;
    sum->n_bytes += rule->n_bytes;
    sum->n_flows++;
}

enum ofp_error
handle_aggregate(struct ofconn *c, const struct ofp_msg *m)
{
    struct ofproto *o = c->mgr->ofproto;
    struct ofp_flow_stats_request request;
    enum ofp_error error = read_request(m, &request);
    if (error) {
        return error;
    }
    struct rule_choice choice = choice_of(&request);
    struct ofp_flow_counts sum = {.n_packets = 0};
    uint8_t buffer[256];
    struct wr w = wr_make(buffer, sizeof buffer);
    flow_tables_for_each(o->tables, &choice, add_flow, &sum);
    ofp_aggregate_put(
        &w, m->id == NXST_AGGREGATE_REQUEST ? NXST_AGGREGATE_REPLY : OFPST_AGGREGATE_REPLY,
        (enum ofp_version)m->version, m->xid, &sum);
    ofconn_send(c, buffer, w.n);
    return OFP_OK;
}
