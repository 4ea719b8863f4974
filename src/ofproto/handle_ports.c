/* SPDX-License-Identifier: Apache-2.0 */
/* Ports, as peers see and change them. */
#include <stdlib.h>
#include <string.h>

#include "ofproto/handlers.h"
#include "openflow/msg_port_mod.h"
#include "openflow/msg_port_stats.h"
#include "os/mem.h"

/* The speed as a feature, of links whose speed has one. */
static uint32_t
speed_feature(const struct netdev_link *link)
{
    static const struct {
        uint64_t mbps;
        uint32_t half, full;
    } rows[] = {
        {10, OFP_PF_10MB_HD, OFP_PF_10MB_FD}, {100, OFP_PF_100MB_HD, OFP_PF_100MB_FD},
        {1000, OFP_PF_1GB_HD, OFP_PF_1GB_FD}, {10000, 0, OFP_PF_10GB_FD},
        {40000, 0, OFP_PF_40GB_FD},           {100000, 0, OFP_PF_100GB_FD},
        {1000000, 0, OFP_PF_1TB_FD},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (link->speed == rows[i].mbps * 1000000) {
            return link->duplex ? rows[i].full : rows[i].half;
        }
    }
    return 0;
}

void
ofport_describe(const struct ofport *port, struct ofp_port_desc *desc)
{
    const struct netdev_link *link = netdev_link(port->netdev);
    *desc = (struct ofp_port_desc){.port = port->number, .config = port->config};
    memcpy(desc->mac, link->mac.byte, sizeof desc->mac);
    strncpy(desc->name, netdev_name(port->netdev), sizeof desc->name - 1);
    desc->config |= link->up ? 0 : OFP_PC_PORT_DOWN;
    bool live = link->carrier || netdev_type_is_virtual(netdev_type(port->netdev));
    desc->state = live ? OFP_PS_LIVE : OFP_PS_LINK_DOWN;
    desc->current_kbps = (uint32_t)MIN(link->speed / 1000, (uint64_t)UINT32_MAX);
    desc->max_kbps = desc->current_kbps;
    desc->current = speed_feature(link);
}

static int
compare(const void *a, const void *b)
{
    return (*(struct ofport *const *)a)->number - (*(struct ofport *const *)b)->number;
}

struct ofport **
ofproto_ports_sorted(const struct ofproto *o, size_t *n)
{
    struct ofport **ports = xalloc((hmap_count(&o->ports) + 1) * sizeof(struct ofport *));
    *n = 0;
    HMAP_FOR_EACH (struct ofport, port, node, &o->ports) {
        ports[(*n)++] = port;
    }
    qsort(ports, *n, sizeof(struct ofport *), compare);
    return ports;
}

/* Answers with an entry for each port that M asks for, which PUT writes. */
static enum ofp_error
send_ports(struct ofconn *c, const struct ofp_msg *m, enum ofp_msg_id reply,
           void (*put)(struct wr *, enum ofp_version, const struct ofport *, uint64_t now_ms))
{
    enum ofp_version version = (enum ofp_version)m->version;
    uint32_t only;
    enum ofp_error error = ofp_port_request_get(m, &only);
    if (error) {
        return error;
    }
    struct str out = STR_INIT;
    struct ofp_parts parts;
    size_t n;
    struct ofport **ports = ofproto_ports_sorted(c->mgr->ofproto, &n);
    ofp_parts_begin(&parts, &out, reply, version, m->xid);
    for (size_t i = 0; i < n; i++) {
        uint8_t buffer[512];
        struct wr w = wr_make(buffer, sizeof buffer);
        if (only == OFP_PORT_NONE || only == ports[i]->number) {
            put(&w, version, ports[i], os_now_ms(c->mgr->ofproto->set->loop));
            VERIFY(!w.bad && !ofp_parts_put(&parts, buffer, w.n));
        }
    }
    ofp_parts_end(&parts);
    ofconn_send(c, str_text(&out), out.n);
    str_fini(&out);
    os_free(ports);
    return OFP_OK;
}

static void
put_desc(struct wr *w, enum ofp_version version, const struct ofport *port, uint64_t now_ms UNUSED)
{
    struct ofp_port_desc desc;
    ofport_describe(port, &desc);
    ofp_port_desc_put(w, version, &desc);
}

enum ofp_error
handle_port_desc(struct ofconn *c, const struct ofp_msg *m)
{
    return send_ports(c, m, OFPST_PORT_DESC_REPLY, put_desc);
}

static void
put_stats(struct wr *w, enum ofp_version version, const struct ofport *port, uint64_t now_ms)
{
    struct ofp_port_stats ps;
    struct netdev_stats s;
    ofp_port_stats_init(&ps);
    ps.port = port->number;
    if (!netdev_get_stats(port->netdev, &s)) {
        ps.counters[OFP_PORT_RX_PACKETS] = s.rx_packets;
        ps.counters[OFP_PORT_TX_PACKETS] = s.tx_packets;
        ps.counters[OFP_PORT_RX_BYTES] = s.rx_bytes;
        ps.counters[OFP_PORT_TX_BYTES] = s.tx_bytes;
        ps.counters[OFP_PORT_RX_DROPPED] = s.rx_dropped;
        ps.counters[OFP_PORT_TX_DROPPED] = s.tx_dropped;
        ps.counters[OFP_PORT_RX_ERRORS] = s.rx_errors;
        ps.counters[OFP_PORT_TX_ERRORS] = s.tx_errors;
        ps.counters[OFP_PORT_RX_FRAME_ERRORS] = s.rx_frame_errors;
        ps.counters[OFP_PORT_RX_OVER_ERRORS] = s.rx_over_errors;
        ps.counters[OFP_PORT_RX_CRC_ERRORS] = s.rx_crc_errors;
        ps.counters[OFP_PORT_COLLISIONS] = s.collisions;
    }
    uint64_t age_ms = now_ms - MIN(now_ms, port->created_ms);
    ps.duration_sec = (uint32_t)(age_ms / 1000);
    ps.duration_nsec = (uint32_t)(age_ms % 1000 * 1000000);
    ofp_port_stats_put(w, version, &ps);
}

enum ofp_error
handle_port_stats(struct ofconn *c, const struct ofp_msg *m)
{
    return send_ports(c, m, OFPST_PORT_REPLY, put_stats);
}

enum ofp_error
handle_port_mod(struct ofconn *c, const struct ofp_msg *m)
{
    enum {
        CONFIG = OFP_PC_PORT_DOWN | OFP_PC_NO_RECV | OFP_PC_NO_FLOOD | OFP_PC_NO_FWD |
                 OFP_PC_NO_PACKET_IN
    };
    struct ofp_port_mod mod;
    enum ofp_error error = ofp_port_mod_get(m, &mod);
    if (error) {
        return error;
    }
    struct ofproto *o = c->mgr->ofproto;
    struct ofport *port = ofproto_port_find(o, (uint16_t)mod.port);
    if (!port) {
        return OFPPMFC_BAD_PORT;
    } else if (memcmp(netdev_link(port->netdev)->mac.byte, mod.mac, sizeof mod.mac)) {
        return OFPPMFC_BAD_HW_ADDR;
    }
    uint32_t mask = mod.mask & CONFIG, before = port->config;
    port->config = (before & ~mask) | (mod.config & mask);
    if ((before ^ port->config) & OFP_PC_PORT_DOWN) {
        netdev_set_up(port->netdev, !(port->config & OFP_PC_PORT_DOWN));
    }
    if (before != port->config) {
        ofproto_port_changed(o, port->number);
    }
    return OFP_OK;
}
