/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_packet_out.h"

#include "openflow/actions_check.h"
#include "openflow/actions_text.h"
#include "openflow/actions_wire.h"
#include "openflow/flow_format.h"
#include "openflow/match_text.h"
#include "openflow/ofp_printers.h"
#include "os/log.h"

LOG_MODULE(ofp_packet);

static struct log_rate port_rate = LOG_RATE(1, 5);

uint32_t
ofp_packet_out_in_port(const struct ofp_packet_out *p)
{
    uint32_t port;
    return of_port_from_11(get_be32(p->metadata.key.in_port), &port) ? port : OFP_PORT_NONE;
}

static bool
is_input(uint32_t port)
{
    return port < OFP_PORT_MAX || port == OFP_PORT_LOCAL || port == OFP_PORT_NONE ||
           port == OFP_PORT_CONTROLLER;
}

static enum ofp_error
check_in_port(const struct ofp_packet_out *p)
{
    uint32_t port = ofp_packet_out_in_port(p);
    if (!of_match_has(&p->metadata, OF_IN_PORT_OXM) || !is_input(port)) {
        log_limited(&port_rate, LOG_WARN, "packet-out has bad input port %#x", port);
        return OFPBRC_BAD_PORT;
    }
    return OFP_OK;
}

/* Only what a packet does not carry itself. */
static enum ofp_error
check_metadata(const struct ofp_packet_out *p)
{
    for (enum of_field_id id = 0; id < OF_FIELD_COUNT; id++) {
        if (of_match_has(&p->metadata, id) && of_fields[id].prereq != OF_PREREQ_NONE) {
            return OFPBRC_PIPELINE_FIELDS_ONLY;
        }
    }
    return OFP_OK;
}

/* What is before the actions. */
static enum ofp_error
get_head(struct rd *r, uint8_t version, struct ofp_packet_out *p, uint16_t *actions_len)
{
    uint32_t port;
    p->buffer = rd_be32(r);
    if (version >= OFP_15) {
        *actions_len = rd_be16(r);
        rd_skip(r, 2);
        enum ofp_error error = of_match_get_oxm_wire(r, &p->metadata);
        return error ? error : check_metadata(p);
    }
    enum ofp_error error = ofp_port_get(r, version, &port);
    *actions_len = rd_be16(r);
    rd_skip(r, version >= OFP_11 ? 6 : 0);
    if (!error) {
        of_match_set_u64(&p->metadata, OF_IN_PORT_OXM, of_port_to_11(port));
    }
    return error;
}

enum ofp_error
ofp_packet_out_get(const struct ofp_msg *m, struct ofp_packet_out *p)
{
    struct rd r = m->body;
    uint16_t actions_len = 0;
    p->actions.n = 0;
    p->actions.bad = false;
    of_match_init(&p->metadata);
    enum ofp_error error = get_head(&r, m->version, p, &actions_len);
    if (error) {
        return error;
    }
    struct rd actions = rd_sub(&r, actions_len);
    if (actions.bad || actions_len % 8) {
        return OFPBRC_BAD_LEN;
    }
    p->packet = r;
    error = of_acts_get(actions.p, actions_len, (enum ofp_version)m->version, &p->actions);
    error = error ? error : check_in_port(p);
    return error ? error : of_acts_check_ports(p->actions.start, p->actions.n);
}

void
ofp_packet_out_put(struct wr *w, enum ofp_version version, uint32_t xid,
                   const struct ofp_packet_out *p)
{
    size_t begin = ofp_msg_begin(w, OFPT_PACKET_OUT, version, xid), len_at;
    wr_be32(w, p->buffer);
    if (version >= OFP_15) {
        len_at = w->n;
        wr_zeros(w, 4);
        of_match_put_wire(w, version, &p->metadata);
    } else {
        ofp_port_put(w, version, ofp_packet_out_in_port(p));
        len_at = w->n;
        wr_zeros(w, version >= OFP_11 ? 8 : 2);
    }
    size_t actions_at = w->n;
    of_acts_put(w, p->actions.start, p->actions.n, version, NULL);
    if (!w->bad && w->n - actions_at <= UINT16_MAX) {
        put_be16(w->start + len_at, (uint16_t)(w->n - actions_at));
    }
    if (p->buffer == OFP_BUFFER_NONE) {
        wr_bytes(w, p->packet.p, rd_left(&p->packet));
    }
    ofp_msg_end(w, begin);
}

static void
put_packet_out(struct str *s, const struct ofp_packet_out *p, const struct ofp_print *how)
{
    str_putc(s, ' ');
    of_match_put(s, &p->metadata, how->ports);
    str_puts(s, " actions=");
    struct flow_names names = ofp_print_names(how);
    of_acts_text_put(s, p->actions.start, p->actions.n, &names);
    if (p->buffer != OFP_BUFFER_NONE) {
        str_putf(s, " buffer=0x%08x", p->buffer);
        return;
    }
    str_putf(s, " data_len=%zu", rd_left(&p->packet));
    if (how->verbosity > 0 && rd_left(&p->packet)) {
        str_putc(s, '\n');
        ofp_packet_put(s, &p->packet, &p->metadata, how);
    }
}

enum ofp_error
ofp_print_packet_out(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct ofp_packet_out p = {.actions = ofp_actions_buffer()};
    enum ofp_error error = ofp_packet_out_get(m, &p);
    if (!error) {
        put_packet_out(s, &p, how);
    }
    ofp_actions_buffer_free(&p.actions);
    return error;
}
