/* SPDX-License-Identifier: Apache-2.0 */
/* Ports, as peers see and change them. */
#include <stdlib.h>
#include <string.h>

#include "ofproto/handlers.h"
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

enum ofp_error
handle_port_desc(struct ofconn *c, const struct ofp_msg *m)
{
    enum ofp_version version = (enum ofp_version)m->version;
    struct str out = STR_INIT;
    struct ofp_parts parts;
    size_t n;
    struct ofport **ports = ofproto_ports_sorted(c->mgr->ofproto, &n);
    uint32_t only = OFP_PORT_NONE;
    struct rd body = m->body;
    enum ofp_error error = rd_left(&body) ? ofp_port_get(&body, m->version, &only) : OFP_OK;
    ofp_parts_begin(&parts, &out, OFPST_PORT_DESC_REPLY, version, m->xid);
    for (size_t i = 0; i < n && !error; i++) {
        uint8_t buffer[256];
        struct wr w = wr_make(buffer, sizeof buffer);
        struct ofp_port_desc desc;
        ofport_describe(ports[i], &desc);
        ofp_port_desc_put(&w, version, &desc);
        if (only == OFP_PORT_NONE || only == ports[i]->number) {
            ofp_parts_put(&parts, buffer, w.n);
        }
    }
    ofp_parts_end(&parts);
    if (!error) {
        ofconn_send(c, str_text(&out), out.n);
    }
    str_fini(&out);
    os_free(ports);
    return error;
}
