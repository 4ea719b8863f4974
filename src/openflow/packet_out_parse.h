/* SPDX-License-Identifier: Apache-2.0 */
/* Packet-outs as users write them: "in_port=1,packet=0011..,actions=output:2" (ovs-ofctl(8),
 * "Packet-Out Syntax"). Any thread. */
#pragma once

#include "openflow/flow_parse.h"
#include "openflow/msg_packet_out.h"

/* Reads TEXT into PO, whose actions go into PO->actions, a buffer of the caller's, and its packet
 * into PACKET, which must outlive PO. *FORMATS: the flow formats of versions that can say it.
 * -E_INVAL with the reference's words. */
int packet_out_parse(const char *text, const struct flow_names *, struct ofp_packet_out *po,
                     struct str *packet, flow_formats *formats, struct err *);
/* Appends the bytes that the N characters at TEXT write in hexadecimal: a frame. */
int packet_hex_parse(const char *text, size_t n, struct str *packet, struct err *);
