/* SPDX-License-Identifier: Apache-2.0 */
/* Four layouts: OpenFlow 1.0's, 1.1's, that of 1.2 and later, which has the match that Nicira's
 * first one had, and Nicira's second one, which is all properties. */
#include "openflow/msg_packet_in.h"

#include "openflow/ofp_prop.h"
#include "os/log.h"

LOG_MODULE(ofp_packet);

static struct log_rate lack_rate = LOG_RATE(1, 5);

enum prop {
    PROP_PACKET,
    PROP_FULL_LEN,
    PROP_BUFFER,
    PROP_TABLE,
    PROP_COOKIE,
    PROP_REASON,
    PROP_METADATA,
    PROP_USERDATA,
    PROP_CONTINUATION,
};
enum { PAD = 2, CONTINUATION_PAD = 4 };

/* -- Reading -- */

static enum ofp_error
set_in_port(struct of_match *m, uint32_t port)
{
    of_match_init(m);
    of_match_set_u64(m, OF_IN_PORT_OXM, of_port_to_11(port));
    return OFP_OK;
}

static enum ofp_error
get_10(struct rd *r, struct ofp_packet_in *p)
{
    p->buffer = rd_be32(r);
    p->total_len = rd_be16(r);
    set_in_port(&p->metadata, rd_be16(r));
    p->reason = rd_u8(r);
    rd_skip(r, 1);
    p->packet = *r;
    return OFP_OK;
}

static enum ofp_error
get_11(struct rd *r, struct ofp_packet_in *p)
{
    uint32_t port;
    p->buffer = rd_be32(r);
    enum ofp_error error = ofp_port_get(r, OFP_11, &port);
    if (error) {
        return error;
    }
    rd_skip(r, 4); /* the physical port */
    p->total_len = rd_be16(r);
    p->reason = rd_u8(r);
    p->table = rd_u8(r);
    p->packet = *r;
    return set_in_port(&p->metadata, port);
}

static enum ofp_error
end_12(struct rd *r, struct ofp_packet_in *p, enum ofp_error error)
{
    rd_skip(r, PAD);
    p->packet = *r;
    return error ? error : r->bad ? OFPBRC_BAD_LEN : OFP_OK;
}

static enum ofp_error
get_12(struct rd *r, uint8_t version, struct ofp_packet_in *p)
{
    p->buffer = rd_be32(r);
    p->total_len = rd_be16(r);
    p->reason = rd_u8(r);
    p->table = rd_u8(r);
    p->cookie = version >= OFP_13 ? rd_be64(r) : OFP_COOKIE_NONE;
    return end_12(r, p, of_match_get_oxm_wire(r, &p->metadata));
}

static enum ofp_error
get_nxt(struct rd *r, struct ofp_packet_in *p)
{
    struct of_match_cookie cookie;
    p->buffer = rd_be32(r);
    p->total_len = rd_be16(r);
    p->reason = rd_u8(r);
    p->table = rd_u8(r);
    p->cookie = rd_be64(r);
    uint16_t match_len = rd_be16(r);
    rd_skip(r, 6);
    return end_12(r, p, of_match_get_nxm(r, match_len, false, &p->metadata, &cookie));
}

/* A byte may have anything behind it. */
static bool
get_number(struct rd *r, size_t size, uint64_t *x)
{
    *x = size == 1 ? rd_u8(r) : size == 4 ? rd_be32(r) : rd_be64(r);
    return !r->bad && (size == 1 || !rd_left(r));
}

static enum ofp_error
get_prop(const struct ofp_prop *prop, struct ofp_packet_in *p)
{
    static const uint8_t sizes[] = {[PROP_FULL_LEN] = 4,
                                    [PROP_BUFFER] = 4,
                                    [PROP_TABLE] = 1,
                                    [PROP_COOKIE] = 8,
                                    [PROP_REASON] = 1};
    struct rd r = prop->body;
    uint64_t x = 0;
    if (prop->type == PROP_COOKIE || prop->type == PROP_CONTINUATION) {
        rd_skip(&r, CONTINUATION_PAD);
        if (r.bad) {
            return OFPBPC_BAD_LEN;
        }
    }
    if (prop->type < ARRAY_LEN(sizes) && sizes[prop->type] &&
        !get_number(&r, sizes[prop->type], &x)) {
        return OFPBPC_BAD_LEN;
    }
    switch (prop->type) {
    case PROP_PACKET:
        p->packet = r;
        return OFP_OK;
    case PROP_FULL_LEN:
        p->total_len = (uint32_t)x;
        return OFP_OK;
    case PROP_BUFFER:
        p->buffer = (uint32_t)x;
        return OFP_OK;
    case PROP_TABLE:
        p->table = (uint8_t)x;
        return OFP_OK;
    case PROP_COOKIE:
        p->cookie = x;
        return OFP_OK;
    case PROP_REASON:
        p->reason = (uint8_t)x;
        return OFP_OK;
    case PROP_METADATA:
        return of_match_get_oxm(r.p, rd_left(&r), false, &p->metadata);
    case PROP_USERDATA:
        p->has_userdata = true;
        p->userdata = r;
        return OFP_OK;
    case PROP_CONTINUATION:
        p->has_continuation = true;
        p->continuation = r;
        return OFP_OK;
    default: /* unknown ones may be left alone */
        return prop->type == OFP_PROP_EXPERIMENTER ? OFPBPC_BAD_EXPERIMENTER : OFP_OK;
    }
}

static enum ofp_error
get_nxt2(struct rd *r, struct ofp_packet_in *p)
{
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(r)) {
        struct ofp_prop prop;
        error = ofp_prop_get(r, &prop);
        error = error ? error : get_prop(&prop, p);
    }
    if (error) {
        return error;
    }
    size_t n = rd_left(&p->packet);
    if (!n) {
        log_limited(&lack_rate, LOG_WARN, "NXT_PACKET_IN2 lacks packet");
        return OFPBRC_BAD_LEN;
    }
    if (!p->total_len) {
        p->total_len = (uint32_t)n;
    } else if (p->total_len < n) {
        log_limited(&lack_rate, LOG_WARN, "NXT_PACKET_IN2 claimed full_len < len (%u < %zu)",
                    p->total_len, n);
        return OFPBRC_BAD_LEN;
    }
    return OFP_OK;
}

enum ofp_error
ofp_packet_in_get(const struct ofp_msg *m, struct ofp_packet_in *p)
{
    struct rd r = m->body;
    memset(p, 0, sizeof *p);
    p->buffer = OFP_BUFFER_NONE;
    p->cookie = OFP_COOKIE_NONE;
    return m->id == NXT_PACKET_IN2 || m->id == NXT_RESUME ? get_nxt2(&r, p)
           : m->id == NXT_PACKET_IN                       ? get_nxt(&r, p)
           : m->version == OFP_10                         ? get_10(&r, p)
           : m->version == OFP_11                         ? get_11(&r, p)
                                                          : get_12(&r, m->version, p);
}

/* -- Writing -- */

static uint8_t
reason_in(enum ofp_version version, uint8_t reason)
{
    return reason > OFP_REASON_INVALID_TTL && version < OFP_14 ? OFP_REASON_ACTION : reason;
}

static uint32_t
in_port_of(const struct ofp_packet_in *p)
{
    uint32_t port;
    bool good = of_match_has(&p->metadata, OF_IN_PORT_OXM) &&
                of_port_from_11(get_be32(p->metadata.key.in_port), &port);
    return good ? port : OFP_PORT_NONE;
}

static void
put_standard(struct wr *w, enum ofp_version version, const struct ofp_packet_in *p)
{
    wr_be32(w, p->buffer);
    if (version == OFP_11) {
        ofp_port_put(w, version, in_port_of(p));
        ofp_port_put(w, version, in_port_of(p));
    }
    wr_be16(w, (uint16_t)MIN(p->total_len, UINT16_MAX));
    if (version == OFP_10) {
        ofp_port_put(w, version, in_port_of(p));
    }
    wr_u8(w, reason_in(version, p->reason));
    wr_u8(w, version == OFP_10 ? 0 : p->table);
    if (version >= OFP_13) {
        wr_be64(w, p->cookie);
    }
    if (version >= OFP_12) {
        of_match_put_wire(w, version, &p->metadata);
        wr_zeros(w, PAD);
    }
    wr_bytes(w, p->packet.p, rd_left(&p->packet));
}

static void
put_nxt(struct wr *w, enum ofp_version version, const struct ofp_packet_in *p)
{
    wr_be32(w, p->buffer);
    wr_be16(w, (uint16_t)MIN(p->total_len, UINT16_MAX));
    wr_u8(w, reason_in(version, p->reason));
    wr_u8(w, p->table);
    wr_be64(w, p->cookie);
    size_t match_len_at = w->n;
    wr_be16(w, 0);
    wr_zeros(w, 6);
    size_t len = of_match_put_nxm(w, &p->metadata, NULL);
    if (!w->bad) {
        put_be16(w->start + match_len_at, (uint16_t)len);
    }
    wr_zeros(w, PAD);
    wr_bytes(w, p->packet.p, rd_left(&p->packet));
}

static void
put_rd_prop(struct wr *w, enum prop type, const struct rd *r, size_t pad)
{
    size_t at = ofp_prop_begin(w, (uint16_t)type);
    wr_zeros(w, pad);
    wr_bytes(w, r->p, rd_left(r));
    ofp_prop_end(w, at);
}

static void
put_number_prop(struct wr *w, enum prop type, size_t size, uint64_t x)
{
    size_t at = ofp_prop_begin(w, (uint16_t)type);
    if (size == 8) {
        wr_zeros(w, CONTINUATION_PAD);
        wr_be64(w, x);
    } else if (size == 4) {
        wr_be32(w, (uint32_t)x);
    } else {
        wr_u8(w, (uint8_t)x);
    }
    ofp_prop_end(w, at);
}

static void
put_metadata(struct wr *w, enum ofp_version version, const struct of_match *m)
{
    size_t at = ofp_prop_begin(w, PROP_METADATA);
    of_match_put_oxm(w, m, version);
    ofp_prop_end(w, at);
}

static void
put_nxt2(struct wr *w, enum ofp_version version, bool is_resume, const struct ofp_packet_in *p)
{
    put_rd_prop(w, PROP_PACKET, &p->packet, 0);
    if (p->total_len > rd_left(&p->packet)) {
        put_number_prop(w, PROP_FULL_LEN, 4, p->total_len);
    }
    if (p->buffer != OFP_BUFFER_NONE) {
        put_number_prop(w, PROP_BUFFER, 4, p->buffer);
    }
    if (!is_resume && p->table) {
        put_number_prop(w, PROP_TABLE, 1, p->table);
    }
    if (!is_resume && p->cookie != OFP_COOKIE_NONE) {
        put_number_prop(w, PROP_COOKIE, 8, p->cookie);
    }
    put_number_prop(w, PROP_REASON, 1, reason_in(version, p->reason));
    put_metadata(w, version, &p->metadata);
    if (p->has_userdata) {
        put_rd_prop(w, PROP_USERDATA, &p->userdata, 0);
    }
    if (p->has_continuation) {
        put_rd_prop(w, PROP_CONTINUATION, &p->continuation, CONTINUATION_PAD);
    }
}

void
ofp_packet_in_put(struct wr *w, enum ofp_version version, enum ofp_packet_in_format format,
                  const struct ofp_packet_in *p)
{
    static const enum ofp_msg_id ids[] = {OFPT_PACKET_IN, NXT_PACKET_IN, NXT_PACKET_IN2};
    size_t begin = ofp_msg_begin(w, ids[format], version, 0);
    if (format == OFP_PACKET_IN_NXT2) {
        put_nxt2(w, version, false, p);
    } else if (format == OFP_PACKET_IN_NXT) {
        put_nxt(w, version, p);
    } else {
        put_standard(w, version, p);
    }
    ofp_msg_end(w, begin);
}

void
ofp_resume_put(struct wr *w, enum ofp_version version, uint32_t xid, const struct ofp_packet_in *p)
{
    size_t begin = ofp_msg_begin(w, NXT_RESUME, version, xid);
    put_nxt2(w, version, true, p);
    ofp_msg_end(w, begin);
}
