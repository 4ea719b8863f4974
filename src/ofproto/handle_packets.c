/* SPDX-License-Identifier: Apache-2.0 */
/* Packets from controllers and to them. */
#include <string.h>

#include "datapath/parse.h"
#include "ofproto/flow_table.h"
#include "ofproto/handlers.h"
#include "ofproto/packet_in.h"
#include "ofproto/translate.h"
#include "ofproto/xlate_actions.h"
#include "openflow/msg_packet_in.h"
#include "openflow/msg_packet_out.h"
#include "os/mem.h"

/* Sends PKT, which is taken over, where ACTIONS say. */
static void
send_out(struct ofproto *o, struct pkt *pkt, uint16_t in_port, const void *actions, size_t size)
{
    struct flow_key key;
    struct ofport *port = ofproto_port_find(o, in_port);
    uint64_t now_ms = os_now_ms(o->set->loop);
    struct dpif_flow_stats one = {.packets = 1, .bytes = pkt->len, .used_ms = now_ms};
    struct translation *t = xalloc(sizeof *t);
    pkt->md.in_port = port && port->dp_port != DPIF_PORT_NONE ? port->dp_port : DPIF_PORT_NONE;
    pkt_parse(pkt, &key);
    translate_packet_out(o, &key, in_port, actions, size, &one, now_ms, t);
    dpif_execute(o->backer->dpif, pkt, t->buffer, t->actions.n);
    os_free(t);
}

enum ofp_error
handle_packet_out(struct ofconn *c, const struct ofp_msg *m)
{
    struct ofp_packet_out out;
    out.actions = wr_make(c->mgr->scratch, sizeof c->mgr->scratch);
    enum ofp_error error = ofp_packet_out_get(m, &out);
    if (!error && out.buffer != OFP_BUFFER_NONE) {
        error = OFPBRC_BUFFER_UNKNOWN; /* we keep none */
    }
    if (!error) {
        error = xlate_actions_check(out.actions.start, out.actions.n);
    }
    if (!error) {
        struct pkt *pkt = pkt_buf_from(out.packet.p, (uint32_t)rd_left(&out.packet));
        send_out(c->mgr->ofproto, pkt, (uint16_t)ofp_packet_out_in_port(&out), out.actions.start,
                 out.actions.n);
    }
    return error;
}

/* -- To controllers -- */

static bool
wants_packet(const struct ofconn *c, const struct packet_in_note *note)
{
    return ofconn_wants(c, OFP_ASYNC_PACKET_IN, note->reason) &&
           c->controller_id == note->controller_id;
}

void
connmgr_packet_in(struct connmgr *mgr, const struct packet_in_note *note, const uint8_t *packet,
                  size_t n)
{
    LIST_FOR_EACH (struct ofconn, c, node, &mgr->conns) {
        struct vconn *v = rconn_connection(c->rconn);
        if (!v || !wants_packet(c, note)) {
            continue;
        }
        size_t len = MIN(n, (size_t)note->max_len);
        struct ofp_packet_in in = {
            .packet = rd_make(packet, len),
            .total_len = (uint32_t)n,
            .buffer = OFP_BUFFER_NONE,
            .cookie = note->cookie,
            .table = note->table,
            .reason = note->reason,
        };
        of_match_init(&in.metadata);
        of_match_set_u64(&in.metadata, OF_IN_PORT, note->in_port);
        if (note->metadata) {
            of_match_set_u64(&in.metadata, OF_METADATA, note->metadata);
        }
        uint8_t *buffer = xalloc(OFP_MSG_MAX);
        struct wr w = wr_make(buffer, OFP_MSG_MAX);
        ofp_packet_in_put(&w, vconn_version(v), (enum ofp_packet_in_format)c->packet_in_format,
                          &in);
        if (!w.bad) {
            ofconn_send(c, buffer, w.n);
        }
        os_free(buffer);
    }
}
