/* SPDX-License-Identifier: Apache-2.0 */
/* A match of OpenFlow: values of fields, and which of their bits matter. Bits of `key` outside
 * `mask` are 0. Fields that share a member of the key (reg0 and xreg0, nw_src and arp_spa) are the
 * same bits, so a match says nothing of the names it was made with. Plain data, copied freely; any
 * context. */
#pragma once

#include "openflow/fields.h"

/* Where a tunnel option lies in key.tun_metadata; its length is what the text or the message
 * gave. Options are laid one after the other in the order in which they are set. */
struct of_tun_option {
    uint8_t ofs, len;
    bool is_masked; /* has a mask, though it may be all bits */
};

struct of_match {
    struct of_key key, mask;
    uint64_t tun_present; /* bit N: tun_metadataN is mentioned, with a mask or without a value */
    uint16_t tun_used;    /* bytes */
    struct of_tun_option tun[OF_N_TUN_METADATA];
};

/* Matches everything. */
void of_match_init(struct of_match *);

/* Makes FIELD match VALUE in the bits of MASK (NULL: all of the field's), both of of_fields[].wire
 * bytes. Not for tunnel metadata. */
void of_match_set(struct of_match *, enum of_field_id, const uint8_t *value, const uint8_t *mask);
void of_match_set_u64(struct of_match *, enum of_field_id, uint64_t value);
/* The field is not looked at any more. */
void of_match_clear(struct of_match *, enum of_field_id);
/* tun_metadataN with LEN bytes of value and mask (NULL: all bits); LEN 0: it is present.
 * -E_OVERFLOW: no room for it. */
int of_match_set_tun_metadata(struct of_match *, unsigned int n, const uint8_t *value,
                              const uint8_t *mask, size_t len);

/* What of FIELD is matched: any bit, all bits. */
bool of_match_has(const struct of_match *, enum of_field_id);
/* All fields that it has. */
struct of_field_set of_match_fields(const struct of_match *);
bool of_match_is_exact(const struct of_match *, enum of_field_id);
/* Whether two matches match the same. */
bool of_match_equal(const struct of_match *, const struct of_match *);

/* Whether a packet that M matches surely has what PREREQ asks. */
bool of_prereq_holds(enum of_prereq, const struct of_match *m);
/* Whether M speaks of packets with what PREREQ asks, though some that it matches may lack it. */
bool of_prereq_is_said(enum of_prereq, const struct of_match *m);
/* Whether M says that packets are Ethernet's, or speaks of what only these have. */
bool of_match_is_ethernet(const struct of_match *m);
