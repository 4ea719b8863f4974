/* SPDX-License-Identifier: Apache-2.0 */
/* A switch's OpenFlow connections: those that its management socket accepts (ovs-ofctl BRIDGE),
 * and what each of them may do and wants to hear. Messages go to handlers by a table (handlers.c).
 * Loop's thread. */
#pragma once

#include "base/err.h"
#include "openflow/msg_flow_removed.h"
#include "openflow/msg_port.h"

struct connmgr;
struct ofproto;
struct ofport;
struct packet_in_note;
struct rule;

struct connmgr *connmgr_new(struct ofproto *);
void connmgr_free(struct connmgr *); /* ends all connections; NULL is fine */
/* Accepts connections on NAME (punix:FILE), until freed. Errors as listener_open(). */
int connmgr_listen(struct connmgr *, const char *name, struct err *);
/* The versions that peers may speak. */
void connmgr_set_versions(struct connmgr *, uint32_t versions);

/* -- What happened in the switch, for those who want to hear it -- */

void connmgr_port_changed(struct connmgr *, const struct ofport *, enum ofp_port_reason);
void connmgr_flow_removed(struct connmgr *, const struct rule *, enum ofp_flow_removed_reason);
/* The N bytes of PACKET were sent to controllers, for which NOTE was made. */
void connmgr_packet_in(struct connmgr *, const struct packet_in_note *note, const uint8_t *packet,
                       size_t n);
