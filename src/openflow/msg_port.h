/* SPDX-License-Identifier: Apache-2.0 */
/* Ports as messages describe them: in features, port status, port descriptions. One structure for
 * all versions. OpenFlow 1.0.2 section 5.2.1, 1.5.1 section 7.2.1. Any thread. */
#pragma once

#include "openflow/ofp_msg.h"
#include "openflow/port_text.h"

enum { OFP_PORT_NAME_SIZE = 16 };

enum ofp_port_config {
    OFP_PC_PORT_DOWN = 1 << 0,
    OFP_PC_NO_STP = 1 << 1, /* OpenFlow 1.0 */
    OFP_PC_NO_RECV = 1 << 2,
    OFP_PC_NO_RECV_STP = 1 << 3, /* OpenFlow 1.0 */
    OFP_PC_NO_FLOOD = 1 << 4,    /* OpenFlow 1.0 */
    OFP_PC_NO_FWD = 1 << 5,
    OFP_PC_NO_PACKET_IN = 1 << 6,
};

/* States; what spanning tree says is OpenFlow 1.0's, the other two are later ones'. */
enum ofp_port_state {
    OFP_PS_LINK_DOWN = 1 << 0,
    OFP_PS_BLOCKED = 1 << 1,
    OFP_PS_LIVE = 1 << 2,
    OFP_PS_STP_LEARN = 1 << 8,
    OFP_PS_STP_FORWARD = 2 << 8,
    OFP_PS_STP_BLOCK = 3 << 8,
    OFP_PS_STP_MASK = 3 << 8,
};

/* Features, as OpenFlow 1.1 numbers them. */
enum ofp_port_feature {
    OFP_PF_10MB_HD = 1 << 0,
    OFP_PF_10MB_FD = 1 << 1,
    OFP_PF_100MB_HD = 1 << 2,
    OFP_PF_100MB_FD = 1 << 3,
    OFP_PF_1GB_HD = 1 << 4,
    OFP_PF_1GB_FD = 1 << 5,
    OFP_PF_10GB_FD = 1 << 6,
    OFP_PF_40GB_FD = 1 << 7,
    OFP_PF_100GB_FD = 1 << 8,
    OFP_PF_1TB_FD = 1 << 9,
    OFP_PF_OTHER = 1 << 10,
    OFP_PF_COPPER = 1 << 11,
    OFP_PF_FIBER = 1 << 12,
    OFP_PF_AUTONEG = 1 << 13,
    OFP_PF_PAUSE = 1 << 14,
    OFP_PF_PAUSE_ASYM = 1 << 15,
};

struct ofp_port_desc {
    uint32_t port; /* as OpenFlow 1.0 numbers it */
    uint8_t mac[6];
    char name[OFP_PORT_NAME_SIZE];                 /* ends in a NUL */
    uint32_t config, state;                        /* enum ofp_port_config, ofp_port_state */
    uint32_t current, advertised, supported, peer; /* enum ofp_port_feature */
    uint32_t current_kbps, max_kbps;
};

/* A port's number: 16 bits in OpenFlow 1.0, else 32. OFPBAC_BAD_OUT_PORT, which is logged: none
 * that Weft can have. */
enum ofp_error ofp_port_get(struct rd *r, uint8_t version, uint32_t *port);
void ofp_port_put(struct wr *w, enum ofp_version version, uint32_t port);

/* Takes the description at R. OFPBRC_BAD_LEN, OFPBPC_*, OFPBAC_BAD_OUT_PORT. */
enum ofp_error ofp_port_desc_get(struct rd *r, uint8_t version, struct ofp_port_desc *);
void ofp_port_desc_put(struct wr *w, enum ofp_version version, const struct ofp_port_desc *);
/* Appends it in lines, of which the last has no end. */
void ofp_port_desc_format(struct str *, const struct ofp_port_desc *,
                          const struct of_port_names *);
/* Appends the ports of R, all that is in it, one after the other in the order of their numbers. */
enum ofp_error ofp_port_descs_format(struct str *, struct rd *r, uint8_t version,
                                     const struct of_port_names *);
/* The words of enum ofp_port_feature, or "0". */
void ofp_port_features_put(struct str *, uint32_t features);
void ofp_port_config_put(struct str *, uint32_t config);

/* What VERSION knows of enum ofp_port_config; enum ofp_port_feature as it has them. */
uint32_t ofp_port_config_known(uint8_t version);
uint32_t ofp_port_features_from_wire(uint8_t version, uint32_t bits);
uint32_t ofp_port_features_to_wire(enum ofp_version version, uint32_t features);

/* -- Port status -- */

enum ofp_port_reason { OFP_PORT_ADD, OFP_PORT_DELETE, OFP_PORT_MODIFY, OFP_PORT_N_REASONS };

/* NXBRC_BAD_REASON, and those of ofp_port_desc_get(). */
enum ofp_error ofp_port_status_get(const struct ofp_msg *m, enum ofp_port_reason *,
                                   struct ofp_port_desc *);
void ofp_port_status_put(struct wr *w, enum ofp_version version, uint32_t xid,
                         enum ofp_port_reason, const struct ofp_port_desc *);
