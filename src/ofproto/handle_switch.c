/* SPDX-License-Identifier: Apache-2.0 */
/* What peers ask of the switch as a whole. */
#include <string.h>

#include "ofproto/flow_table.h"
#include "ofproto/handlers.h"
#include "openflow/msg_config.h"
#include "openflow/msg_desc.h"
#include "openflow/msg_features.h"
#include "os/mem.h"
#include "text/version.h"

/* OpenFlow 1.0's numbers of the actions that translation knows: all but enqueue. */
enum { ACTIONS_10 = 0x7ff };

enum ofp_error
handle_nothing(struct ofconn *c UNUSED, const struct ofp_msg *m UNUSED)
{
    return OFP_OK;
}

enum ofp_error
handle_barrier(struct ofconn *c, const struct ofp_msg *m)
{
    /* Messages are done as they come, so all before this one are. */
    ofconn_reply(c, m, OFPT_BARRIER_REPLY, NULL, NULL);
    return OFP_OK;
}

enum ofp_error
handle_features(struct ofconn *c, const struct ofp_msg *m)
{
    struct ofproto *o = c->mgr->ofproto;
    enum ofp_version version = (enum ofp_version)m->version;
    struct ofp_features features = {
        .datapath_id = o->datapath_id,
        .n_tables = FLOW_TABLE_COUNT,
        .capabilities =
            OFP_CAP_FLOW_STATS | OFP_CAP_TABLE_STATS | OFP_CAP_PORT_STATS | OFP_CAP_ARP_MATCH_IP,
        .actions = ACTIONS_10,
    };
    uint8_t *buffer = xalloc(OFP_MSG_MAX);
    struct wr w = wr_make(buffer, OFP_MSG_MAX);
    size_t begin = ofp_features_begin(&w, version, m->xid, &features);
    if (version < OFP_13) {
        size_t n;
        struct ofport **ports = ofproto_ports_sorted(o, &n);
        for (size_t i = 0; i < n; i++) {
            struct ofp_port_desc desc;
            struct wr whole = w;
            ofport_describe(ports[i], &desc);
            ofp_port_desc_put(&w, version, &desc);
            w = w.bad ? whole : w; /* as many as fit */
        }
        os_free(ports);
    }
    ofp_msg_end(&w, begin);
    ofconn_send(c, buffer, w.n);
    os_free(buffer);
    return OFP_OK;
}

enum ofp_error
handle_get_config(struct ofconn *c, const struct ofp_msg *m)
{
    struct ofp_switch_config config = {
        .frags = (enum ofp_frags)c->mgr->ofproto->frags,
        .miss_send_len = c->miss_send_len,
    };
    uint8_t buffer[64];
    struct wr w = wr_make(buffer, sizeof buffer);
    ofp_switch_config_put(&w, OFPT_GET_CONFIG_REPLY, (enum ofp_version)m->version, m->xid,
                          &config);
    ofconn_send(c, buffer, w.n);
    return OFP_OK;
}

enum ofp_error
handle_set_config(struct ofconn *c, const struct ofp_msg *m)
{
    struct ofp_switch_config config;
    enum ofp_error error = ofp_switch_config_get(m, &config);
    if (!error) {
        c->miss_send_len = config.miss_send_len;
        if (config.frags != OFP_FRAGS_REASM) {
            c->mgr->ofproto->frags = (uint8_t)config.frags;
        }
    }
    return error;
}

enum ofp_error
handle_desc(struct ofconn *c, const struct ofp_msg *m)
{
    struct ofp_desc desc = {
        .manufacturer = "Nicira, Inc.",
        .hardware = "Open vSwitch",
        .serial = "None",
        .datapath = "None",
    };
    strncpy(desc.software, version_level(), sizeof desc.software - 1);
    uint8_t buffer[OFP_HEADER_SIZE + 64 + sizeof desc];
    struct wr w = wr_make(buffer, sizeof buffer);
    ofp_desc_put(&w, (enum ofp_version)m->version, m->xid, &desc);
    ofconn_send(c, buffer, w.n);
    return OFP_OK;
}
