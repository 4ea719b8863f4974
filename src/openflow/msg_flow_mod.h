/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of flow tables: OpenFlow's flow_mod in all versions, and Nicira's. One structure for
 * all. OpenFlow 1.0.2 section 5.3.3, 1.5.1 section 7.3.4.2. Any thread. */
#pragma once

#include "openflow/actions.h"
#include "openflow/match_wire.h"
#include "openflow/msg_port.h"

enum ofp_flow_command {
    OFP_FLOW_ADD,
    OFP_FLOW_MODIFY,
    OFP_FLOW_MODIFY_STRICT,
    OFP_FLOW_DELETE,
    OFP_FLOW_DELETE_STRICT,
    OFP_FLOW_N_COMMANDS
};

enum ofp_flow_flag {
    OFP_FF_SEND_FLOW_REM = 1 << 0,
    OFP_FF_CHECK_OVERLAP = 1 << 1,
    OFP_FF_RESET_COUNTS = 1 << 2,     /* from OpenFlow 1.2 on; 1.0 and 1.1 do so by themselves */
    OFP_FF_NO_PACKET_COUNTS = 1 << 3, /* from OpenFlow 1.3 on */
    OFP_FF_NO_BYTE_COUNTS = 1 << 4,
    OFP_FF_ALL = (1 << 5) - 1,
};

#define OFP_BUFFER_NONE      UINT32_MAX
#define OFP_COOKIE_NONE      UINT64_MAX /* leave a flow's cookie as it is */
#define OFP_GROUP_ANY        UINT32_MAX
#define OFP_PRIORITY_DEFAULT 0x8000
#define OFP_TABLE_ALL        0xff

struct ofp_flow_mod {
    struct of_match match;
    uint16_t priority;
    uint8_t command;                     /* enum ofp_flow_command */
    uint8_t table;                       /* OFP_TABLE_ALL: any, or the first */
    uint64_t cookie, cookie_mask;        /* which flows; mask 0: whatever their cookies */
    uint64_t new_cookie;                 /* what they get; OFP_COOKIE_NONE */
    uint16_t idle_timeout, hard_timeout; /* seconds; 0: none */
    uint32_t buffer;
    uint32_t out_port;   /* which flows; OFP_PORT_NONE: wherever they send */
    uint32_t out_group;  /* OFP_GROUP_ANY */
    uint16_t flags;      /* enum ofp_flow_flag */
    uint16_t importance; /* from OpenFlow 1.4 on */
    struct wr actions;   /* a list (actions.h); its buffer is the caller's, aligned to eight */
};

/* An addition of nothing in particular, all members but actions set. */
void ofp_flow_mod_init(struct ofp_flow_mod *);
/* Reads M, its actions into FM->actions, which is emptied first, and checks them against the
 * match. In OpenFlow 1.0 the table is what NXT_FLOW_MOD_TABLE_ID asks to be above the command; it
 * is taken where it is not 0, and OFP_TABLE_ALL is no table. */
enum ofp_error ofp_flow_mod_get(const struct ofp_msg *m, struct ofp_flow_mod *fm);
/* Appends FM as VERSION has it. NXM: as Nicira's message, for OpenFlow 1.0. HAS_TABLE: the peer
 * was told NXT_FLOW_MOD_TABLE_ID, which before OpenFlow 1.1 says where the table is. */
void ofp_flow_mod_put(struct wr *w, enum ofp_version version, bool nxm, bool has_table,
                      uint32_t xid, const struct ofp_flow_mod *fm);
