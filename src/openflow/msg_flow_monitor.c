/* SPDX-License-Identifier: Apache-2.0 */
/* Three layouts of a request: Nicira's with NXM fields, the ONF's for OpenFlow 1.3, the standard's
 * since 1.4. The latter two have a match as all messages of their version. */
#include "openflow/msg_flow_monitor.h"

#include "os/log.h"

LOG_MODULE(ofp_monitor);

static struct log_rate monitor_rate = LOG_RATE(1, 5);

enum { NX_SIZE = 16, ONF_SIZE = 16, STANDARD_SIZE = 16 };
enum { STANDARD_NO_ABBREV = 1 << 5, STANDARD_ONLY_OWN = 1 << 6 };

/* Flags of OpenFlow 1.4, of which OWN is another bit. */
static uint16_t
flags_from_14(uint16_t wire)
{
    uint16_t rest = wire & (OFP_MONITOR_ALL & ~OFP_MONITOR_OWN);
    return (uint16_t)(rest | (wire & STANDARD_ONLY_OWN ? OFP_MONITOR_OWN : 0));
}

static uint16_t
flags_to_14(uint16_t flags)
{
    uint16_t rest = flags & (OFP_MONITOR_ALL & ~OFP_MONITOR_OWN);
    return (uint16_t)(rest | (flags & OFP_MONITOR_OWN ? STANDARD_ONLY_OWN : 0));
}

static enum ofp_error
check_flags(const char *name, uint16_t wire, uint16_t known)
{
    if (!(wire & (OFP_MONITOR_ADD | OFP_MONITOR_DELETE | OFP_MONITOR_MODIFY)) || wire & ~known) {
        log_limited(&monitor_rate, LOG_WARN, "%s has bad flags 0x%x", name, wire);
        return OFPMOFC_BAD_FLAGS;
    }
    return OFP_OK;
}

static enum ofp_error
get_nx(struct rd *r, struct ofp_flow_monitor *m)
{
    m->id = rd_be32(r);
    uint16_t flags = m->flags = rd_be16(r);
    m->out_port = rd_be16(r);
    uint16_t match_len = rd_be16(r);
    m->table = rd_u8(r);
    uint64_t zeros = (uint64_t)rd_u8(r) << 32 | rd_be32(r);
    enum ofp_error error = check_flags("NXST_FLOW_MONITOR", flags, OFP_MONITOR_ALL);
    error = !error && zeros ? NXBRC_MUST_BE_ZERO : error;
    return error ? error : of_match_get_nxm(r, match_len, true, &m->match, NULL);
}

static enum ofp_error
get_onf(struct rd *r, uint8_t version, struct ofp_flow_monitor *m)
{
    m->id = rd_be32(r);
    m->flags = rd_be16(r);
    rd_skip(r, 2);
    enum ofp_error error = ofp_port_get(r, version, &m->out_port);
    m->table = rd_u8(r);
    uint32_t zeros = (uint32_t)rd_u8(r) << 16 | rd_be16(r);
    enum ofp_error bad = check_flags("ONFST_FLOW_MONITOR", m->flags, OFP_MONITOR_ALL);
    bad = !bad && zeros ? NXBRC_MUST_BE_ZERO : bad;
    return bad ? bad : error ? error : of_match_get_wire(r, version, true, &m->match);
}

static enum ofp_error
get_standard(struct rd *r, uint8_t version, struct ofp_flow_monitor *m)
{
    m->id = rd_be32(r);
    enum ofp_error error = ofp_port_get(r, version, &m->out_port);
    m->out_group = rd_be32(r);
    uint16_t flags = rd_be16(r);
    m->flags = flags_from_14(flags);
    m->table = rd_u8(r);
    m->command = rd_u8(r);
    enum ofp_error bad = check_flags("OFPST_FLOW_MONITOR", flags,
                                     (OFP_MONITOR_ALL & ~OFP_MONITOR_OWN) | STANDARD_ONLY_OWN);
    if (m->command == OFP_MONITOR_CMD_DELETE) { /* the number is all that matters then */
        error = bad = OFP_OK;
    }
    return bad ? bad : error ? error : of_match_get_wire(r, version, true, &m->match);
}

enum ofp_error
ofp_flow_monitor_get(struct rd *r, enum ofp_msg_id id, uint8_t version, struct ofp_flow_monitor *m)
{
    size_t n = rd_left(r);
    *m = (struct ofp_flow_monitor){.out_port = OFP_PORT_NONE, .out_group = OFP_GROUP_ANY};
    if (n < NX_SIZE) {
        log_limited(&monitor_rate, LOG_WARN, "%s has %zu leftover bytes at end", ofp_msg_name(id),
                    n);
        return OFPBRC_BAD_LEN;
    }
    return id == NXST_FLOW_MONITOR_REQUEST    ? get_nx(r, m)
           : id == ONFST_FLOW_MONITOR_REQUEST ? get_onf(r, version, m)
                                              : get_standard(r, version, m);
}

size_t
ofp_flow_monitor_begin(struct wr *w, enum ofp_version version, uint32_t xid)
{
    enum ofp_msg_id id = OFPST_FLOW_MONITOR_REQUEST;
    w->bad = !ofp_msg_find(OFPST_FLOW_MONITOR_REQUEST, version, &id) || w->bad;
    return ofp_msg_begin(w, id, version, xid);
}

void
ofp_flow_monitor_put(struct wr *w, enum ofp_version version, const struct ofp_flow_monitor *m)
{
    size_t begin = w->n;
    enum { NX_MATCH_LEN = 8, ONF_MATCH_LEN = 6 };
    wr_be32(w, m->id);
    if (version <= OFP_12) {
        wr_be16(w, m->flags);
        wr_be16(w, (uint16_t)m->out_port);
        wr_be16(w, 0);
        wr_u8(w, m->table);
        wr_zeros(w, 5);
        size_t len = of_match_put_nxm(w, &m->match, NULL);
        if (!w->bad) {
            put_be16(w->start + begin + NX_MATCH_LEN, (uint16_t)len);
        }
    } else if (version == OFP_13) {
        wr_be16(w, m->flags);
        wr_be16(w, 0);
        ofp_port_put(w, version, m->out_port);
        wr_u8(w, m->table);
        wr_zeros(w, 3);
        size_t match = w->n;
        of_match_put_wire(w, version, &m->match);
        if (!w->bad) { /* the length that is in the match as well */
            put_be16(w->start + begin + ONF_MATCH_LEN, get_be16(w->start + match + 2));
        }
    } else {
        ofp_port_put(w, version, m->out_port);
        wr_be32(w, m->out_group);
        wr_be16(w, flags_to_14(m->flags));
        wr_u8(w, m->table);
        wr_u8(w, m->command);
        of_match_put_wire(w, version, &m->match);
    }
}

uint32_t
ofp_monitor_cancel_get(const struct ofp_msg *m)
{
    struct rd r = m->body;
    return rd_be32(&r);
}

void
ofp_monitor_cancel_put(struct wr *w, enum ofp_version version, uint32_t xid, uint32_t monitor)
{
    enum ofp_msg_id id = NXT_FLOW_MONITOR_CANCEL;
    w->bad = !ofp_msg_find(NXT_FLOW_MONITOR_CANCEL, version, &id) || w->bad;
    size_t begin = ofp_msg_begin(w, id, version, xid);
    wr_be32(w, monitor);
    ofp_msg_end(w, begin);
}
