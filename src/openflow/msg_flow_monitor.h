/* SPDX-License-Identifier: Apache-2.0 */
/* Flow monitors: a controller asks to be told of changes to flows. Nicira's statistics up to
 * OpenFlow 1.2, the ONF's in 1.3, the standard's since 1.4 (1.5.1 section 7.3.5.18); ovs-ofctl(8),
 * "monitor". Any thread; input may be anything. */
#pragma once

#include "openflow/flow_formats.h"
#include "openflow/msg_flow_mod.h"
#include "openflow/ofp_print.h"

enum ofp_monitor_flag {
    OFP_MONITOR_INITIAL = 1 << 0,
    OFP_MONITOR_ADD = 1 << 1,
    OFP_MONITOR_DELETE = 1 << 2,
    OFP_MONITOR_MODIFY = 1 << 3,
    OFP_MONITOR_ACTIONS = 1 << 4,
    OFP_MONITOR_OWN = 1 << 5,
    OFP_MONITOR_ALL = (1 << 6) - 1,
};

enum ofp_monitor_command { OFP_MONITOR_CMD_ADD, OFP_MONITOR_CMD_MODIFY, OFP_MONITOR_CMD_DELETE };

struct ofp_flow_monitor {
    uint32_t id;
    uint8_t command; /* enum ofp_monitor_command, OpenFlow 1.4 and later; unknown ones too */
    uint8_t table;   /* OFP_TABLE_ALL: all */
    uint16_t flags;  /* enum ofp_monitor_flag */
    uint32_t out_port, out_group; /* OFP_PORT_NONE, OFP_GROUP_ANY: any */
    struct of_match match;
};

/* Takes the request at R, the rest of the body of a message ID. OFPBRC_BAD_LEN,
 * OFPMOFC_BAD_FLAGS, OFPBAC_BAD_OUT_PORT, OFPBMC_*. */
enum ofp_error ofp_flow_monitor_get(struct rd *r, enum ofp_msg_id id, uint8_t version,
                                    struct ofp_flow_monitor *);
/* Starts a request, for ofp_msg_end(); then any number are put. */
size_t ofp_flow_monitor_begin(struct wr *w, enum ofp_version version, uint32_t xid);
void ofp_flow_monitor_put(struct wr *w, enum ofp_version version, const struct ofp_flow_monitor *);
/* Reads what stands behind "watch:" on the command line of `ovs-ofctl monitor`. TABLES may be
 * NULL. *USABLE gets the flow formats that can say it. -E_INVAL with the reference's words. */
int ofp_flow_monitor_parse(const char *text, const struct of_port_names *,
                           const struct ofp_table_names *tables, struct ofp_flow_monitor *,
                           flow_formats *usable, struct err *);

/* -- What is told -- */

enum ofp_update_event {
    OFP_UPDATE_INITIAL, /* this, PAUSED and RESUMED OpenFlow 1.4 and later only */
    OFP_UPDATE_ADDED,
    OFP_UPDATE_REMOVED,
    OFP_UPDATE_MODIFIED,
    OFP_UPDATE_ABBREV, /* what the controller's message XID asked for was done */
    OFP_UPDATE_PAUSED,
    OFP_UPDATE_RESUMED,
};

struct ofp_flow_update {
    uint8_t event;   /* enum ofp_update_event */
    uint32_t xid;    /* of OFP_UPDATE_ABBREV; what follows is of the first four */
    uint16_t reason; /* enum ofp_flow_removed_reason */
    uint16_t priority, idle_timeout, hard_timeout;
    uint8_t table;
    uint64_t cookie;
    struct of_match match;
    struct wr actions; /* a list (actions.h); its buffer is the caller's, aligned to eight */
};

/* Takes the update at R, the rest of the body of a message ID. UPDATE->actions is emptied first.
 * OFPBRC_BAD_LEN, NXBRC_FM_BAD_EVENT, and those of matches and actions. */
enum ofp_error ofp_flow_update_get(struct rd *r, enum ofp_msg_id id, uint8_t version,
                                   struct ofp_flow_update *update);
/* Appends an update, for ofp_parts_put() of OFPST_FLOW_MONITOR_REPLY's kind. Before OpenFlow 1.4
 * OFP_UPDATE_INITIAL is OFP_UPDATE_ADDED, and for PAUSED and RESUMED there are messages. */
void ofp_flow_update_put(struct wr *w, enum ofp_version version, const struct ofp_flow_update *);

/* The monitor that NXT_FLOW_MONITOR_CANCEL ends. */
uint32_t ofp_monitor_cancel_get(const struct ofp_msg *m);
/* VERSION is up to OpenFlow 1.3; later a request with OFP_MONITOR_CMD_DELETE does it. */
void ofp_monitor_cancel_put(struct wr *w, enum ofp_version version, uint32_t xid, uint32_t id);
