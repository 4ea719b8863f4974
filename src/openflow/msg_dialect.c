/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_dialect.h"

#include "openflow/ofp_printers.h"
#include "os/log.h"

LOG_MODULE(ofp_protocol);

static struct log_rate format_rate = LOG_RATE(1, 5);

/* -- Flow format -- */

enum ofp_error
ofp_set_flow_format_get(const struct ofp_msg *m, enum ofp_flow_format *format)
{
    struct rd r = m->body;
    uint32_t x = rd_be32(&r);
    if (x != OFP_FLOW_FORMAT_OPENFLOW10 && x != OFP_FLOW_FORMAT_NXM) {
        log_limited(&format_rate, LOG_WARN,
                    "NXT_SET_FLOW_FORMAT message specified invalid flow format %u", x);
        return OFPBRC_EPERM;
    }
    *format = (enum ofp_flow_format)x;
    return OFP_OK;
}

static void
put_u32(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid, uint32_t x)
{
    size_t begin = ofp_msg_begin(w, id, version, xid);
    wr_be32(w, x);
    ofp_msg_end(w, begin);
}

void
ofp_set_flow_format_put(struct wr *w, enum ofp_version version, uint32_t xid,
                        enum ofp_flow_format format)
{
    put_u32(w, NXT_SET_FLOW_FORMAT, version, xid, (uint32_t)format);
}

enum ofp_error
ofp_print_flow_format(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    enum ofp_flow_format format;
    bool known = !ofp_set_flow_format_get(m, &format);
    str_putf(s, " format=%s",
             !known                          ? "(unknown)"
             : format == OFP_FLOW_FORMAT_NXM ? "nxm"
                                             : "openflow10");
    return OFP_OK;
}

/* -- Tables in flow_mods -- */

bool
ofp_flow_mod_table_id_get(const struct ofp_msg *m)
{
    struct rd r = m->body;
    return rd_u8(&r);
}

void
ofp_flow_mod_table_id_put(struct wr *w, enum ofp_version version, uint32_t xid, bool enable)
{
    size_t begin = ofp_msg_begin(w, NXT_FLOW_MOD_TABLE_ID, version, xid);
    wr_u8(w, enable);
    wr_zeros(w, 7);
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_print_flow_mod_table_id(struct str *s, const struct ofp_msg *m,
                            const struct ofp_print *how UNUSED)
{
    str_puts(s, ofp_flow_mod_table_id_get(m) ? " enable" : " disable");
    return OFP_OK;
}

/* -- Packet-in format -- */

enum ofp_error
ofp_set_packet_in_format_get(const struct ofp_msg *m, enum ofp_packet_in_format *format)
{
    struct rd r = m->body;
    uint32_t x = rd_be32(&r);
    if (x >= OFP_PACKET_IN_N_FORMATS) {
        return OFPBRC_EPERM;
    }
    *format = (enum ofp_packet_in_format)x;
    return OFP_OK;
}

void
ofp_set_packet_in_format_put(struct wr *w, enum ofp_version version, uint32_t xid,
                             enum ofp_packet_in_format format)
{
    put_u32(w, NXT_SET_PACKET_IN_FORMAT, version, xid, (uint32_t)format);
}

enum ofp_error
ofp_print_packet_in_format(struct str *s, const struct ofp_msg *m,
                           const struct ofp_print *how UNUSED)
{
    static const char *const names[] = {"standard", "nxt_packet_in", "nxt_packet_in2"};
    enum ofp_packet_in_format format;
    enum ofp_error error = ofp_set_packet_in_format_get(m, &format);
    if (!error) {
        str_putf(s, " format=%s", names[format]);
    }
    return error;
}

/* -- Controller id -- */

uint16_t
ofp_set_controller_id_get(const struct ofp_msg *m)
{
    struct rd r = m->body;
    rd_skip(&r, 6);
    return rd_be16(&r);
}

void
ofp_set_controller_id_put(struct wr *w, enum ofp_version version, uint32_t xid, uint16_t id)
{
    size_t begin = ofp_msg_begin(w, NXT_SET_CONTROLLER_ID, version, xid);
    wr_zeros(w, 6);
    wr_be16(w, id);
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_print_controller_id(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    str_putf(s, " id=%u", ofp_set_controller_id_get(m));
    return OFP_OK;
}
