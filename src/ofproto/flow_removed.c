/* SPDX-License-Identifier: Apache-2.0 */
/* Tells controllers of flows that end, if the flows were to be told of. */
#include "ofproto/flow_table.h"
#include "ofproto/ofconn.h"
#include "openflow/msg_flow_removed.h"

void
connmgr_flow_removed(struct connmgr *mgr, const struct rule *rule,
                     enum ofp_flow_removed_reason reason)
{
    if (!(rule->flags & OFP_FF_SEND_FLOW_REM) || list_is_empty(&mgr->conns)) {
        return;
    }
    uint64_t now_ms = os_now_ms(mgr->ofproto->set->loop);
    uint64_t age_ms = now_ms - MIN(now_ms, rule->created_ms);
    struct ofp_flow_removed fr = {
        .counts = {.duration_s = (uint32_t)(age_ms / 1000),
                   .duration_ns = (uint32_t)(age_ms % 1000 * 1000000),
                   .idle_s = OFP_COUNT32_UNKNOWN,
                   .n_flows = OFP_COUNT32_UNKNOWN,
                   .n_packets = rule->n_packets,
                   .n_bytes = rule->n_bytes},
        .cookie = rule->cookie,
        .priority = (uint16_t)rule->cls.priority,
        .idle_timeout = rule->idle_timeout,
        .hard_timeout = rule->hard_timeout,
        .table = rule->table,
        .reason = (uint8_t)reason,
    };
    cls_rule_match(&rule->cls, &fr.match);
    LIST_FOR_EACH (struct ofconn, c, node, &mgr->conns) {
        struct vconn *v = rconn_connection(c->rconn);
        if (v && ofconn_wants(c, OFP_ASYNC_FLOW_REMOVED, reason)) {
            uint8_t buffer[2048];
            struct wr w = wr_make(buffer, sizeof buffer);
            ofp_flow_removed_put(&w, vconn_version(v), c->uses_nxm, &fr);
            ofconn_send(c, buffer, w.bad ? 0 : w.n);
        }
    }
}
