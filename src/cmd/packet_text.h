/* SPDX-License-Identifier: Apache-2.0 */
/* What is in an Ethernet frame, as ovs-ofctl shows packets below the messages that carry them. Any
 * thread. */
#pragma once

#include "datapath/flow_key.h"
#include "datapath/packet.h"
#include "text/str.h"

/* Fills KEY and P, with the offsets of its layers, from the N bytes at FRAME, which P refers to.
 */
void packet_parse(const void *frame, size_t n, struct pkt *p, struct flow_key *key);
/* The same for the key alone. */
void packet_key(const void *frame, size_t n, struct flow_key *key);
/* Appends the flow that a packet with KEY is of: all its fields, from no port in particular. */
void packet_flow_put(struct str *, const struct flow_key *key);
/* Appends a line without its end. PACKET_TYPE is 0: Ethernet; of others only the number is said.
 * The signature is that of struct ofp_print's `packet`. */
void packet_text_put(void *aux, struct str *, uint32_t packet_type, const void *bytes, size_t n);
