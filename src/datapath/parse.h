/* SPDX-License-Identifier: Apache-2.0 */
/* Packet to flow key, in one pass. */
#pragma once

#include "datapath/flow_key.h"
#include "datapath/packet.h"

/* Fills the whole of KEY from P's bytes and metadata, sets P's layer offsets, and gives the
 * bitmap of KEY's words that may not be 0 (all others are). Headers that are cut short or
 * contradict themselves leave their fields, and those of the layers above, 0; so no packet is an
 * error; shorter than an Ethernet header leaves all but the metadata 0, and P->l3 not there.
 * l2_5 is set with MPLS, l3 when there is an Ethernet type, l4 when the transport header is
 * there as a whole. Any thread. */
flow_map pkt_parse(struct pkt *p, struct flow_key *key);
