/* SPDX-License-Identifier: Apache-2.0 */
/* Flows as people write them: `priority=5,tcp,tp_dst=80,actions=output:1` (ovs-ofctl(8), "Flow
 * Syntax"). Any thread. */
#pragma once

#include "base/err.h"
#include "openflow/msg_flow_mod.h"
#include "openflow/msg_flow_stats.h"
#include "openflow/msg_packet_out.h"
#include "openflow/ofp_print.h"
#include "openflow/ofp_protocol.h"

/* Whose names TEXT may use. Either may be NULL. */
struct ofp_flow_names {
    const struct of_port_names *ports;
    const struct ofp_table_names *tables;
};

/* Reads TEXT as a change of kind COMMAND into FM, whose actions have a buffer. *USABLE gets the
 * protocols that can say it (ofp_protocol.h). -E_INVAL with the reference's words. */
int ofp_flow_mod_parse(struct ofp_flow_mod *fm, const char *text, enum ofp_flow_command command,
                       const struct ofp_flow_names *, unsigned int *usable, struct err *);
/* The same where the command is the first word of TEXT: add, modify, modify_strict, delete,
 * delete_strict; without one it is add. For files of bundles. */
int ofp_flow_mod_parse_command(struct ofp_flow_mod *fm, const char *text,
                               const struct ofp_flow_names *, unsigned int *usable, struct err *);
/* Reads which flows to tell of. */
int ofp_flow_stats_request_parse(struct ofp_flow_stats_request *, const char *text,
                                 const struct ofp_flow_names *, unsigned int *usable,
                                 struct err *);
/* Reads `in_port=1,packet=0102...,actions=output:2` into P, whose actions have a buffer; PACKET
 * has room for SIZE bytes of the packet. */
int ofp_packet_out_parse(struct ofp_packet_out *p, const char *text, const struct ofp_flow_names *,
                         uint8_t *packet, size_t size, unsigned int *usable, struct err *);
