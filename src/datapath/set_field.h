/* SPDX-License-Identifier: Apache-2.0 */
/* Rewriting header fields in place, checksums included. */
#pragma once

#include "datapath/flow_key.h"
#include "datapath/packet.h"

/* Writes the bits of VALUE that MASK (NULL: all) selects into the field of P, whose layer
 * offsets must be current, and updates the checksums that cover it: incrementally (RFC 1624), by
 * the pseudo-header sum alone where the checksum is left to the hardware, not at all in a UDP
 * datagram without one. A packet that lacks the header is left alone. 0; -E_NOMEM when the bytes
 * cannot be made writable; -E_INVAL for a field that cannot be set. */
int pkt_set_field(struct pkt *p, enum flow_field_id, const void *value, const void *mask);

/* Pushes an 802.1Q/802.1ad header outermost, pops the outermost, pushes and pops the Ethernet
 * header. 0, -E_NOMEM, or for the pops -E_INVAL (nothing there, which changes nothing). */
int pkt_push_vlan(struct pkt *p, be16 tpid, be16 tci);
int pkt_pop_vlan(struct pkt *p);
int pkt_push_eth(struct pkt *p, const uint8_t dst[6], const uint8_t src[6], be16 type);
int pkt_pop_eth(struct pkt *p);

/* RFC 1624 on a stored (complemented) Internet checksum: a 16-bit word, as in memory, changed
 * from OLD to NEW. */
uint16_t csum_update16(uint16_t csum, uint16_t old_word, uint16_t new_word);
/* The folded, not complemented, sum of N bytes as in memory, added to SUM. */
uint32_t csum_add_bytes(uint32_t sum, const void *p, size_t n);
uint16_t csum_fold(uint32_t sum);
