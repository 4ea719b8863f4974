/* SPDX-License-Identifier: Apache-2.0 */
/* How a controller wants to be spoken to: Nicira's messages that choose among forms of others, and
 * that give the connection a number. Any thread. */
#pragma once

#include "openflow/msg_packet_in.h"

enum ofp_flow_format { OFP_FLOW_FORMAT_OPENFLOW10, OFP_FLOW_FORMAT_NXM = 2 };

/* OFPBRC_EPERM: another number; of a flow format it is logged. */
enum ofp_error ofp_set_flow_format_get(const struct ofp_msg *m, enum ofp_flow_format *);
void ofp_set_flow_format_put(struct wr *w, enum ofp_version version, uint32_t xid,
                             enum ofp_flow_format);
/* Whether flow_mods before OpenFlow 1.1 say which table they are for. */
bool ofp_flow_mod_table_id_get(const struct ofp_msg *m);
void ofp_flow_mod_table_id_put(struct wr *w, enum ofp_version version, uint32_t xid, bool);
enum ofp_error ofp_set_packet_in_format_get(const struct ofp_msg *m, enum ofp_packet_in_format *);
void ofp_set_packet_in_format_put(struct wr *w, enum ofp_version version, uint32_t xid,
                                  enum ofp_packet_in_format);
uint16_t ofp_set_controller_id_get(const struct ofp_msg *m);
void ofp_set_controller_id_put(struct wr *w, enum ofp_version version, uint32_t xid, uint16_t id);
