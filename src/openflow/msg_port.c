/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptions of ports to and from the wire: 48 bytes in OpenFlow 1.0, 64 up to 1.3, properties
 * since 1.4. Speeds were bits of features before they were numbers. */
#include "openflow/msg_port.h"

#include "openflow/ofp_prop.h"
#include "os/log.h"

LOG_MODULE(ofp_port);

static struct log_rate port_rate = LOG_RATE(1, 5);

enum { PROP_ETHERNET = 0, ETHERNET_SIZE = 32, DESC_14_SIZE = 40 };
enum {
    CONFIG_10 = OFP_PC_PORT_DOWN | OFP_PC_NO_STP | OFP_PC_NO_RECV | OFP_PC_NO_RECV_STP |
                OFP_PC_NO_FLOOD | OFP_PC_NO_FWD | OFP_PC_NO_PACKET_IN,
    CONFIG_11 = OFP_PC_PORT_DOWN | OFP_PC_NO_RECV | OFP_PC_NO_FWD | OFP_PC_NO_PACKET_IN,
    STATE_10 = OFP_PS_LINK_DOWN | OFP_PS_STP_MASK,
    STATE_11 = OFP_PS_LINK_DOWN | OFP_PS_BLOCKED | OFP_PS_LIVE,
    FEATURES_11 = 0xffff,
    SPEEDS_10 = 0x7f, /* the same in both */
    REST_10 = 0xf80,  /* those after, which moved up when new speeds came */
    REST_SHIFT = 4,
};

enum ofp_error
ofp_port_get(struct rd *r, uint8_t version, uint32_t *port)
{
    if (version == OFP_10) {
        *port = rd_be16(r);
        return OFP_OK;
    }
    uint32_t wide = rd_be32(r);
    if (!of_port_from_11(wide, port)) {
        log_limited(&port_rate, LOG_WARN,
                    "port %u is outside the supported range 0 through %u or 0x%x through 0x%x",
                    wide, OFP_PORT_MAX - 1, of_port_to_11(OFP_PORT_MAX), UINT32_MAX);
        return OFPBAC_BAD_OUT_PORT;
    }
    return OFP_OK;
}

void
ofp_port_put(struct wr *w, enum ofp_version version, uint32_t port)
{
    if (version == OFP_10) {
        wr_be16(w, (uint16_t)port);
    } else {
        wr_be32(w, of_port_to_11(port));
    }
}

/* -- Features -- */

uint32_t
ofp_port_config_known(uint8_t version)
{
    return version == OFP_10 ? CONFIG_10 : CONFIG_11;
}

uint32_t
ofp_port_features_from_wire(uint8_t version, uint32_t bits)
{
    return version == OFP_10 ? (bits & SPEEDS_10) | (bits & REST_10) << REST_SHIFT
                             : bits & FEATURES_11;
}

uint32_t
ofp_port_features_to_wire(enum ofp_version version, uint32_t features)
{
    return version == OFP_10 ? (features & SPEEDS_10) | (features >> REST_SHIFT & REST_10)
                             : features & FEATURES_11;
}

/* The highest speed among FEATURES. */
static uint32_t
kbps_of(uint32_t features)
{
    static const struct {
        uint32_t bits, mbps;
    } speeds[] = {
        {OFP_PF_1TB_FD, 1000000},
        {OFP_PF_100GB_FD, 100000},
        {OFP_PF_40GB_FD, 40000},
        {OFP_PF_10GB_FD, 10000},
        {OFP_PF_1GB_HD | OFP_PF_1GB_FD, 1000},
        {OFP_PF_100MB_HD | OFP_PF_100MB_FD, 100},
        {OFP_PF_10MB_HD | OFP_PF_10MB_FD, 10},
    };
    size_t i = 0;
    while (i < ARRAY_LEN(speeds) && !(features & speeds[i].bits)) {
        i++;
    }
    return i < ARRAY_LEN(speeds) ? speeds[i].mbps * 1000 : 0;
}

/* -- Reading -- */

/* A name ends where it is not ASCII that can be read. */
static void
get_name(struct rd *r, struct ofp_port_desc *d)
{
    char name[OFP_PORT_NAME_SIZE];
    rd_copy(r, name, sizeof name);
    for (size_t i = 0; i < sizeof name - 1 && name[i] >= ' ' && name[i] < 0x7f; i++) {
        d->name[i] = name[i];
    }
}

static void
get_features(struct rd *r, uint8_t version, struct ofp_port_desc *d)
{
    uint32_t *const members[] = {&d->current, &d->advertised, &d->supported, &d->peer};
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        *members[i] = ofp_port_features_from_wire(version, rd_be32(r));
    }
    d->current_kbps = version == OFP_10 ? kbps_of(d->current) : rd_be32(r);
    d->max_kbps = version == OFP_10 ? kbps_of(d->supported) : rd_be32(r);
}

static enum ofp_error
get_props(struct rd *r, uint8_t version, struct ofp_port_desc *d)
{
    while (rd_left(r)) {
        struct ofp_prop p;
        enum ofp_error error = ofp_prop_get(r, &p);
        if (error) {
            return error;
        }
        if (p.type == PROP_ETHERNET) {
            if (rd_left(&p.body) != ETHERNET_SIZE - OFP_PROP_HEAD) {
                return OFPBPC_BAD_LEN;
            }
            rd_skip(&p.body, 4);
            get_features(&p.body, version, d);
        }
    }
    return OFP_OK;
}

/* What follows the number. */
static enum ofp_error
get_rest(struct rd *r, uint8_t version, struct ofp_port_desc *d)
{
    uint16_t len = version >= OFP_14 ? rd_be16(r) : 0;
    rd_skip(r, version >= OFP_14 ? 2 : version >= OFP_11 ? 4 : 0);
    rd_copy(r, d->mac, sizeof d->mac);
    rd_skip(r, version >= OFP_11 ? 2 : 0);
    get_name(r, d);
    d->config = rd_be32(r) & ofp_port_config_known(version);
    d->state = rd_be32(r) & (version == OFP_10 ? STATE_10 : STATE_11);
    if (version < OFP_14) {
        get_features(r, version, d);
        return r->bad ? OFPBRC_BAD_LEN : OFP_OK;
    }
    if (r->bad || len < DESC_14_SIZE || (size_t)len - DESC_14_SIZE > rd_left(r)) {
        return OFPBRC_BAD_LEN;
    }
    struct rd props = rd_sub(r, (size_t)len - DESC_14_SIZE);
    return get_props(&props, version, d);
}

enum ofp_error
ofp_port_desc_get(struct rd *r, uint8_t version, struct ofp_port_desc *d)
{
    memset(d, 0, sizeof *d);
    enum ofp_error error = ofp_port_get(r, version, &d->port);
    return error ? error : get_rest(r, version, d);
}

/* -- Writing -- */

static void
put_features(struct wr *w, enum ofp_version version, const struct ofp_port_desc *d)
{
    const uint32_t features[] = {d->current, d->advertised, d->supported, d->peer};
    for (size_t i = 0; i < ARRAY_LEN(features); i++) {
        wr_be32(w, ofp_port_features_to_wire(version, features[i]));
    }
    if (version != OFP_10) {
        wr_be32(w, d->current_kbps);
        wr_be32(w, d->max_kbps);
    }
}

void
ofp_port_desc_put(struct wr *w, enum ofp_version version, const struct ofp_port_desc *d)
{
    ofp_port_put(w, version, d->port);
    if (version >= OFP_14) {
        wr_be16(w, DESC_14_SIZE + ETHERNET_SIZE);
    }
    wr_zeros(w, version >= OFP_14 ? 2 : version >= OFP_11 ? 4 : 0);
    wr_bytes(w, d->mac, sizeof d->mac);
    wr_zeros(w, version >= OFP_11 ? 2 : 0);
    wr_bytes(w, d->name, sizeof d->name);
    wr_be32(w, d->config & ofp_port_config_known((uint8_t)version));
    wr_be32(w, d->state & (version == OFP_10 ? STATE_10 : STATE_11));
    if (version < OFP_14) {
        put_features(w, version, d);
    } else {
        size_t prop = ofp_prop_begin(w, PROP_ETHERNET);
        wr_zeros(w, 4);
        put_features(w, version, d);
        ofp_prop_end(w, prop);
    }
}

/* -- Port status -- */

enum ofp_error
ofp_port_status_get(const struct ofp_msg *m, enum ofp_port_reason *reason, struct ofp_port_desc *d)
{
    struct rd r = m->body;
    uint8_t number = rd_u8(&r);
    if (number >= OFP_PORT_N_REASONS) {
        return NXBRC_BAD_REASON;
    }
    *reason = (enum ofp_port_reason)number;
    rd_skip(&r, 7);
    return ofp_port_desc_get(&r, m->version, d);
}

void
ofp_port_status_put(struct wr *w, enum ofp_version version, uint32_t xid,
                    enum ofp_port_reason reason, const struct ofp_port_desc *d)
{
    size_t begin = ofp_msg_begin(w, OFPT_PORT_STATUS, version, xid);
    wr_u8(w, (uint8_t)reason);
    wr_zeros(w, 7);
    ofp_port_desc_put(w, version, d);
    ofp_msg_end(w, begin);
}
