/* SPDX-License-Identifier: Apache-2.0 */
/* The switch is asked for its features, then told how much of each packet to send; from OpenFlow
 * 1.3 on it sends none by itself, so a flow says so. Addresses are learned as a bridge learns them
 * (protocols/mac_learning), whatever their VLAN. What is sent is that of Open vSwitch's
 * ovs-testcontroller, but for --normal and --mute, which do here what ovs-testcontroller(8) says.
 */
#include "cmd/ovs-testcontroller/learning.h"

#include <string.h>

#include "cmd/packet_text.h"
#include "openflow/flow_format.h"
#include "openflow/msg_config.h"
#include "openflow/msg_features.h"
#include "openflow/msg_packet_in.h"
#include "openflow/msg_packet_out.h"
#include "os/log.h"
#include "protocols/mac_learning/mac_table.h"

LOG_MODULE(learning_switch);

enum { MISS_SEND_LEN = 128, FLOW_PRIORITY = 1 };

struct learning {
    const struct learning_config *config;
    struct os_loop *loop;
    struct vconn *vconn;
    struct mac_table *macs;      /* NULL: nothing is learned */
    struct ofp_port_desc *ports; /* those that have a queue of their own */
    uint32_t *queues;
    size_t n_ports, ports_size, queues_size;
    bool nxm, has_table; /* how OpenFlow 1.0 says flows */
    bool is_configured;
    uint8_t *buffer; /* a message on its way */
    uint64_t datapath_id;
};

/* The bits of OpenFlow 1.0's wildcards, and what they stand for; addresses have six bits. */
enum {
    FW_IN_PORT = 1 << 0,
    FW_VLAN = 1 << 1,
    FW_ETH_SRC = 1 << 2,
    FW_ETH_DST = 1 << 3,
    FW_ETH_TYPE = 1 << 4,
    FW_PROTO = 1 << 5,
    FW_TP_SRC = 1 << 6,
    FW_TP_DST = 1 << 7,
    FW_NW_SRC_SHIFT = 8,
    FW_NW_DST_SHIFT = 14,
    FW_PCP = 1 << 20,
    FW_TOS = 1 << 21,
};

/* -- Messages out -- */

static struct wr
begin(struct learning *l)
{
    return wr_make(l->buffer, OFP_MSG_MAX);
}

static void
post(struct learning *l, const struct wr *w)
{
    if (!w->bad && !l->config->mute) {
        vconn_send(l->vconn, w->start, w->n);
    }
}

static void
send_empty(struct learning *l, enum ofp_msg_id id)
{
    struct wr w = begin(l);
    ofp_msg_end(&w, ofp_msg_begin(&w, id, vconn_version(l->vconn), vconn_new_xid()));
    post(l, &w);
}

static void
send_flow(struct learning *l, const struct ofp_flow_mod *fm)
{
    struct wr w = begin(l);
    ofp_flow_mod_put(&w, vconn_version(l->vconn), l->nxm, l->has_table, vconn_new_xid(), fm);
    post(l, &w);
}

/* From OpenFlow 1.3 on packets without a flow are dropped unless a flow says otherwise. */
static void
send_table_miss(struct learning *l)
{
    struct ofp_flow_mod fm;
    ofp_flow_mod_init(&fm);
    fm.table = 0;
    fm.priority = 0;
    fm.actions = ofp_actions_buffer();
    size_t at = fm.actions.n;
    struct of_act_output *out = of_act_begin(&fm.actions, OF_ACT_OUTPUT, sizeof *out);
    out->port = OFP_PORT_CONTROLLER;
    out->max_len = MISS_SEND_LEN;
    of_act_end(&fm.actions, at);
    send_flow(l, &fm);
    ofp_actions_buffer_free(&fm.actions);
}

/* Has a switch of OpenFlow 1.0 take flows in FORMAT. */
static void
choose_format(struct learning *l, flow_formats format)
{
    enum { NXM = 2 };
    struct wr w = begin(l);
    if (format & FORMAT_NXM_ANY) {
        size_t at = ofp_msg_begin(&w, NXT_SET_FLOW_FORMAT, OFP_10, vconn_new_xid());
        wr_be32(&w, NXM);
        ofp_msg_end(&w, at);
        post(l, &w);
        l->nxm = true;
    }
    if (format & FORMAT_TID) {
        w = begin(l);
        size_t at = ofp_msg_begin(&w, NXT_FLOW_MOD_TABLE_ID, OFP_10, vconn_new_xid());
        wr_u8(&w, 1);
        wr_zeros(&w, 7);
        ofp_msg_end(&w, at);
        post(l, &w);
        l->has_table = true;
    }
}

/* Adds the user's flows, in the first format that can say all of them. */
static void
send_given(struct learning *l)
{
    enum ofp_version version = vconn_version(l->vconn);
    flow_formats formats = flow_formats_of(1u << version);
    for (size_t i = 0; i < l->config->n_flows; i++) {
        formats &= l->config->flows[i].usable;
    }
    if (!formats) {
        log_warn("switch doesn't support any of the usable flow formats");
        return;
    }
    formats &= ~(formats - 1);
    if (version == OFP_10 && l->config->n_flows) {
        choose_format(l, formats);
    }
    for (size_t i = 0; i < l->config->n_flows; i++) {
        struct ofp_flow_mod fm = l->config->flows[i].fm;
        fm.table = fm.table == OFP_TABLE_ALL && version >= OFP_11 ? 0 : fm.table;
        send_flow(l, &fm);
    }
}

static void
configure(struct learning *l)
{
    struct wr w = begin(l);
    const struct ofp_switch_config config = {.frags = OFP_FRAGS_NORMAL,
                                             .miss_send_len = MISS_SEND_LEN};
    ofp_switch_config_put(&w, OFPT_SET_CONFIG, vconn_version(l->vconn), vconn_new_xid(), &config);
    post(l, &w);
    if (vconn_version(l->vconn) >= OFP_13) {
        send_table_miss(l);
    }
    send_given(l);
    l->is_configured = true;
}

/* -- Ports -- */

static void
note_port(struct learning *l, const struct ofp_port_desc *port)
{
    for (size_t i = 0; i < l->config->n_port_queues; i++) {
        if (strcmp(l->config->port_queues[i].port, port->name) == 0) {
            if (l->n_ports == l->ports_size) {
                l->ports = xgrow(l->ports, &l->ports_size, sizeof *l->ports);
                l->queues = xrealloc(l->queues, l->ports_size * sizeof *l->queues);
            }
            l->queues[l->n_ports] = l->config->port_queues[i].queue;
            l->ports[l->n_ports++] = *port;
        }
    }
}

static void
note_ports(struct learning *l, struct rd r, uint8_t version)
{
    struct ofp_port_desc port;
    while (rd_left(&r) && !ofp_port_desc_get(&r, version, &port)) {
        note_port(l, &port);
    }
}

static uint32_t
queue_of(const struct learning *l, uint32_t in_port)
{
    for (size_t i = 0; i < l->n_ports; i++) {
        if (l->ports[i].port == in_port) {
            return l->queues[i];
        }
    }
    return l->config->queue;
}

/* -- Packets -- */

/* Makes M what a flow for packets like KEY matches. */
static void
fill_match(struct of_match *m, const struct flow_key *key, uint32_t in_port, uint32_t wildcards)
{
    uint16_t type = be16_host(key->eth_type);
    bool is_arp = type == ETH_TYPE_ARP || type == ETH_TYPE_RARP, is_ipv4 = type == ETH_TYPE_IPV4;
    bool has_type = !(wildcards & FW_ETH_TYPE);
    bool has_proto = has_type && is_ipv4 && !(wildcards & FW_PROTO);
    bool is_icmp = key->nw_proto == IP_PROTO_ICMP;
    bool has_ports = has_proto && !(key->nw_frag & FLOW_FRAG_LATER) &&
                     (is_icmp || key->nw_proto == IP_PROTO_TCP || key->nw_proto == IP_PROTO_UDP ||
                      key->nw_proto == IP_PROTO_SCTP);
    const struct {
        bool wanted;
        enum of_field_id field;
        uint64_t value;
    } rows[] = {
        {!(wildcards & FW_IN_PORT), OF_IN_PORT_OXM, of_port_to_11(in_port)},
        {!(wildcards & FW_VLAN), OF_VLAN_TCI, be16_host(key->vlan_tci0)},
        {has_type, OF_ETH_TYPE, type},
        {has_type && is_ipv4 && !(wildcards & FW_TOS), OF_IP_DSCP, key->nw_tos >> 2},
        {has_proto, OF_IP_PROTO, key->nw_proto},
        {has_type && is_arp && !(wildcards & FW_PROTO), OF_ARP_OP, be16_host(key->arp_op)},
        {has_ports && !is_icmp && !(wildcards & FW_TP_SRC), OF_TCP_SRC, be16_host(key->tp_src)},
        {has_ports && !is_icmp && !(wildcards & FW_TP_DST), OF_TCP_DST, be16_host(key->tp_dst)},
        {has_ports && is_icmp && !(wildcards & FW_TP_SRC), OF_ICMP_TYPE, be16_host(key->tp_src)},
        {has_ports && is_icmp && !(wildcards & FW_TP_DST), OF_ICMP_CODE, be16_host(key->tp_dst)},
    };
    of_match_init(m);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].wanted) {
            of_match_set_u64(m, rows[i].field, rows[i].value);
        }
    }
    if (!(wildcards & FW_ETH_SRC)) {
        of_match_set(m, OF_ETH_SRC, key->eth_src, NULL);
    }
    if (!(wildcards & FW_ETH_DST)) {
        of_match_set(m, OF_ETH_DST, key->eth_dst, NULL);
    }
    for (unsigned int i = 0; has_type && (is_ipv4 || is_arp) && i < 2; i++) {
        unsigned int n = wildcards >> (i ? FW_NW_DST_SHIFT : FW_NW_SRC_SHIFT) & 63;
        uint8_t mask[4];
        put_be32(mask, n < 32 ? UINT32_MAX << n : 0);
        if (n < 32) {
            of_match_set(m, i ? OF_IPV4_DST : OF_IPV4_SRC,
                         (const uint8_t *)(i ? &key->ipv4_dst : &key->ipv4_src), mask);
        }
    }
}

static struct mac
mac_of(const uint8_t *bytes)
{
    struct mac mac;
    memcpy(&mac, bytes, sizeof mac);
    return mac;
}

/* 01:80:c2:00:00:00 to 0f: a bridge does not forward these. */
static bool
is_reserved(const uint8_t *eth_dst)
{
    static const uint8_t prefix[] = {0x01, 0x80, 0xc2, 0x00, 0x00};
    return memcmp(eth_dst, prefix, sizeof prefix) == 0 && (eth_dst[5] & 0xf0) == 0;
}

/* Where a packet goes; OFP_PORT_NONE: nowhere. */
static uint32_t
choose_port(struct learning *l, const struct flow_key *key, uint32_t in_port)
{
    bool is_multicast = key->eth_dst[0] & 1;
    if (l->macs && !(key->eth_src[0] & 1)) {
        void *cookie = (void *)((uintptr_t)in_port + 1);
        if (mac_learn(l->macs, mac_of(key->eth_src), 0, cookie, false, os_now_ms(l->loop))) {
            log_dbg("%016llx: learned where an address is: port %u",
                    (unsigned long long)l->datapath_id, in_port);
        }
    }
    if (is_reserved(key->eth_dst)) {
        return OFP_PORT_NONE;
    }
    const struct mac_entry *entry =
        l->macs && !is_multicast ? mac_find(l->macs, mac_of(key->eth_dst), 0) : NULL;
    if (!entry) {
        return OFP_PORT_FLOOD;
    }
    uint32_t port = (uint32_t)((uintptr_t)mac_entry_port(entry) - 1);
    return port == in_port                  ? OFP_PORT_NONE
           : l->config->mode == MODE_NORMAL ? OFP_PORT_NORMAL
                                            : port;
}

static void
put_action(struct wr *list, uint32_t port, uint32_t queue)
{
    size_t at = list->n;
    if (port == OFP_PORT_NONE) {
        return;
    }
    if (queue == QUEUE_NONE || port >= OFP_PORT_MAX) {
        struct of_act_output *out = of_act_begin(list, OF_ACT_OUTPUT, sizeof *out);
        out->port = (uint16_t)port;
    } else {
        struct of_act_enqueue *out = of_act_begin(list, OF_ACT_ENQUEUE, sizeof *out);
        out->port = (uint16_t)port;
        out->queue = queue;
    }
    of_act_end(list, at);
}

static void
send_packet(struct learning *l, const struct ofp_packet_in *in, uint32_t in_port,
            const struct wr *actions)
{
    struct wr w = begin(l);
    struct ofp_packet_out out = {.packet = in->packet, .buffer = in->buffer, .actions = *actions};
    of_match_init(&out.metadata);
    of_match_set_u64(&out.metadata, OF_IN_PORT_OXM, of_port_to_11(in_port));
    if (in->buffer != OFP_BUFFER_NONE) {
        out.packet = rd_make(NULL, 0); /* the switch has it */
    }
    ofp_packet_out_put(&w, vconn_version(l->vconn), vconn_new_xid(), &out);
    post(l, &w);
}

static void
take_packet(struct learning *l, const struct ofp_msg *m)
{
    struct ofp_packet_in in;
    struct flow_key key;
    if (ofp_packet_in_get(m, &in) || !l->is_configured || !rd_left(&in.packet)) {
        return;
    }
    uint32_t in_port;
    if (!of_port_from_11(get_be32(in.metadata.key.in_port), &in_port)) {
        return;
    }
    packet_key(in.packet.p, rd_left(&in.packet), &key);
    uint32_t port = choose_port(l, &key, in_port);
    bool sets_flow =
        l->config->max_idle != MAX_IDLE_NO_FLOWS && (!l->macs || port != OFP_PORT_FLOOD);
    struct wr actions = ofp_actions_buffer();
    put_action(&actions, port, queue_of(l, in_port));
    if (sets_flow) {
        struct ofp_flow_mod fm;
        ofp_flow_mod_init(&fm);
        fill_match(&fm.match, &key, in_port, l->config->wildcards);
        fm.table = vconn_version(l->vconn) == OFP_10 ? OFP_TABLE_ALL : 0;
        fm.priority = FLOW_PRIORITY;
        fm.idle_timeout = (uint16_t)l->config->max_idle;
        fm.buffer = in.buffer; /* the switch then sends the packet by itself */
        fm.actions = actions;
        send_flow(l, &fm);
    }
    bool is_held = in.buffer != OFP_BUFFER_NONE;
    if (port != OFP_PORT_NONE ? !(sets_flow && is_held) : is_held && !sets_flow) {
        send_packet(l, &in, in_port, &actions);
    }
    ofp_actions_buffer_free(&actions);
}

void
learning_take(struct learning *l, const uint8_t *msg, size_t n)
{
    struct ofp_msg m;
    if (ofp_msg_get(&m, msg, n)) {
        return;
    }
    switch (ofp_msg_kind(m.id)) {
    case OFPT_FEATURES_REPLY: {
        struct ofp_features features;
        ofp_features_get(&m, &features);
        l->datapath_id = features.datapath_id;
        note_ports(l, features.ports, m.version);
        configure(l);
        break;
    }
    case OFPST_PORT_DESC_REPLY:
        note_ports(l, m.body, m.version);
        break;
    case OFPT_PACKET_IN:
        take_packet(l, &m);
        break;
    default:
        break;
    }
}

/* -- Life -- */

struct learning *
learning_new(const struct learning_config *config, struct os_loop *loop, struct vconn *vconn)
{
    struct learning *l = xzalloc(sizeof *l);
    l->config = config;
    l->loop = loop;
    l->vconn = vconn;
    l->buffer = xalloc(OFP_MSG_MAX);
    if (config->mode != MODE_HUB) {
        l->macs = mac_table_new();
    }
    send_empty(l, OFPT_FEATURES_REQUEST);
    if (config->n_port_queues && vconn_version(vconn) >= OFP_13) {
        struct wr w = begin(l);
        size_t at =
            ofp_msg_begin(&w, OFPST_PORT_DESC_REQUEST, vconn_version(vconn), vconn_new_xid());
        if (vconn_version(vconn) >= OFP_15) {
            ofp_port_put(&w, vconn_version(vconn), OFP_PORT_NONE);
            wr_zeros(&w, 4);
        }
        ofp_msg_end(&w, at);
        post(l, &w);
    }
    return l;
}

void
learning_free(struct learning *l)
{
    if (l) {
        mac_table_free(l->macs);
        os_free(l->ports);
        os_free(l->queues);
        os_free(l->buffer);
        os_free(l);
    }
}
