/* SPDX-License-Identifier: Apache-2.0 */
/* What a peer says of its own connection: forms of messages, role, what it wants to hear. */
#include <string.h>

#include "ofproto/handlers.h"
#include "openflow/msg_async.h"
#include "openflow/msg_dialect.h"
#include "openflow/msg_role.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(ofproto);

enum ofp_error
handle_flow_format(struct ofconn *c, const struct ofp_msg *m)
{
    enum ofp_flow_format format;
    enum ofp_error error = ofp_set_flow_format_get(m, &format);
    if (!error) {
        c->uses_nxm = format == OFP_FLOW_FORMAT_NXM;
    }
    return error;
}

enum ofp_error
handle_flow_mod_table_id(struct ofconn *c, const struct ofp_msg *m)
{
    c->has_table_ids = ofp_flow_mod_table_id_get(m);
    return OFP_OK;
}

enum ofp_error
handle_packet_in_format(struct ofconn *c, const struct ofp_msg *m)
{
    enum ofp_packet_in_format format;
    enum ofp_error error = ofp_set_packet_in_format_get(m, &format);
    if (!error) {
        c->packet_in_format = (uint8_t)format;
    }
    return error;
}

enum ofp_error
handle_controller_id(struct ofconn *c, const struct ofp_msg *m)
{
    c->controller_id = ofp_set_controller_id_get(m);
    return OFP_OK;
}

/* Tells those whose role another's request changed. */
static void
demote_others(struct ofconn *primary)
{
    LIST_FOR_EACH (struct ofconn, other, node, &primary->mgr->conns) {
        struct vconn *v = rconn_connection(other->rconn);
        if (other == primary || other->role != OFP_ROLE_PRIMARY) {
            continue;
        }
        other->role = OFP_ROLE_SECONDARY;
        uint32_t wanted = other->async.secondary[OFP_ASYNC_ROLE_STATUS];
        if (v && vconn_version(v) >= OFP_13 && wanted >> OFP_ROLE_PRIMARY_REQUEST & 1) {
            uint8_t buffer[64];
            struct wr w = wr_make(buffer, sizeof buffer);
            struct ofp_role_status status = {.role = OFP_ROLE_SECONDARY,
                                             .reason = OFP_ROLE_PRIMARY_REQUEST,
                                             .generation = primary->mgr->generation};
            ofp_role_status_put(&w, vconn_version(v), &status);
            ofconn_send(other, buffer, w.n);
        }
    }
}

enum ofp_error
handle_role(struct ofconn *c, const struct ofp_msg *m)
{
    struct connmgr *mgr = c->mgr;
    struct ofp_role_msg request;
    enum ofp_error error = ofp_role_get(m, &request);
    if (error) {
        return error;
    }
    bool takes_sides = request.role == OFP_ROLE_PRIMARY || request.role == OFP_ROLE_SECONDARY;
    if (takes_sides && request.generation != OFP_GENERATION_NONE) {
        /* Numbers go round: an older one is less by less than half of all. */
        if (mgr->has_generation && (int64_t)(request.generation - mgr->generation) < 0) {
            return OFPRRFC_STALE;
        }
        mgr->has_generation = true;
        mgr->generation = request.generation;
    }
    if (request.role != OFP_ROLE_NOCHANGE) {
        c->role = (uint8_t)request.role;
        if (request.role == OFP_ROLE_PRIMARY) {
            demote_others(c);
        }
    }
    struct ofp_role_msg reply = {.role = (enum ofp_role)c->role,
                                 .generation =
                                     mgr->has_generation ? mgr->generation : OFP_GENERATION_NONE};
    uint8_t buffer[64];
    struct wr w = wr_make(buffer, sizeof buffer);
    ofp_role_put(&w, m->id == NXT_ROLE_REQUEST ? NXT_ROLE_REPLY : OFPT_ROLE_REPLY,
                 (enum ofp_version)m->version, m->xid, &reply);
    ofconn_send(c, buffer, w.n);
    return OFP_OK;
}

enum ofp_error
handle_set_async(struct ofconn *c, const struct ofp_msg *m)
{
    struct ofp_async async = c->async;
    enum ofp_error error = ofp_async_get(m, &async);
    if (!error) {
        c->async = async;
    }
    return error;
}

enum ofp_error
handle_get_async(struct ofconn *c, const struct ofp_msg *m)
{
    uint8_t buffer[512];
    struct wr w = wr_make(buffer, sizeof buffer);
    ofp_async_put(&w, OFPT_GET_ASYNC_REPLY, (enum ofp_version)m->version, m->xid, &c->async);
    ofconn_send(c, buffer, w.n);
    return OFP_OK;
}

void
ofconn_set_default_async(struct ofconn *c)
{
    memset(&c->async, 0, sizeof c->async);
    uint32_t *primary = c->async.primary;
    primary[OFP_ASYNC_PACKET_IN] = 1u << OFP_REASON_NO_MATCH | 1u << OFP_REASON_ACTION |
                                   1u << OFP_REASON_ACTION_SET | 1u << OFP_REASON_GROUP |
                                   1u << OFP_REASON_PACKET_OUT;
    primary[OFP_ASYNC_PORT_STATUS] = (1u << OFP_PORT_N_REASONS) - 1;
    primary[OFP_ASYNC_FLOW_REMOVED] = (1u << OFP_REMOVED_N_REASONS) - 1;
    c->async.secondary[OFP_ASYNC_PORT_STATUS] = (1u << OFP_PORT_N_REASONS) - 1;
}

bool
ofconn_wants(const struct ofconn *c, enum ofp_async_kind kind, unsigned int reason)
{
    const uint32_t *wanted = c->role == OFP_ROLE_SECONDARY ? c->async.secondary : c->async.primary;
    /* Who only asks is told nothing until it says how much of packets it wants. */
    return c->miss_send_len && wanted[kind] >> reason & 1;
}
