/* SPDX-License-Identifier: Apache-2.0 */
/* Matches as messages have them, with what goes around the fields: OpenFlow 1.0's structure of 40
 * bytes, 1.1's of 88, and from 1.2 on a header, OXM fields and padding. Nicira's messages have NXM
 * fields whose length stands elsewhere. OpenFlow 1.0.2 section 5.2.3, 1.1 section A.2.3, 1.5.1
 * section 7.2.3. Any thread; input may be anything. */
#pragma once

#include "openflow/match_oxm.h"

/* Takes the match at R, with its padding. STRICT: unknown fields are refused. OFPBMC_*. */
enum ofp_error of_match_get_wire(struct rd *r, uint8_t version, bool strict, struct of_match *m);
/* The same where only OXM may be, and unknown fields are passed over. */
enum ofp_error of_match_get_oxm_wire(struct rd *r, struct of_match *m);
/* Appends M as VERSION has it; what that cannot say is left out. */
void of_match_put_wire(struct wr *w, enum ofp_version version, const struct of_match *m);
/* Appends M with OXM's header and padding. What switches tell of flows they tell so in OpenFlow
 * 1.1, too, whose own structure cannot say most of it. */
void of_match_put_oxm_wire(struct wr *w, enum ofp_version version, const struct of_match *m);

/* Takes N bytes of NXM fields at R, and their padding. COOKIE NULL: none may be there. */
enum ofp_error of_match_get_nxm(struct rd *r, size_t n, bool strict, struct of_match *m,
                                struct of_match_cookie *cookie);
/* Appends NXM fields and padding; gives the length of the fields alone. COOKIE may be NULL. */
size_t of_match_put_nxm(struct wr *w, const struct of_match *m,
                        const struct of_match_cookie *cookie);

/* OpenFlow 1.0's structure by itself: M as it is there, before fields that have no meaning without
 * others are dropped. Bits of WILDCARDS that are unknown are 0. */
struct of_match_10 {
    uint32_t wildcards;
    uint16_t in_port, vlan, eth_type, tp_src, tp_dst;
    uint8_t eth_src[6], eth_dst[6], pcp, tos, proto;
    uint32_t nw_src, nw_dst;
};
void of_match_10_get(struct rd *r, struct of_match_10 *);
void of_match_from_10(const struct of_match_10 *, struct of_match *m);

/* Drops fields of protocols that M does not say it is about, and logs what that changes. */
void of_match_normalize(struct of_match *m);
