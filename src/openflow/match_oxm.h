/* SPDX-License-Identifier: Apache-2.0 */
/* Matches as NXM and OXM: type, length and value of each field (OpenFlow 1.5.1 section 7.2.3, for
 * NXM ovs-fields(7)). Only the fields: what goes around them in a message is the message's. Any
 * thread. */
#pragma once

#include "base/cursor.h"
#include "openflow/match.h"
#include "openflow/ofp_error.h"

/* Appends the fields of M as a message of VERSION has them (1.0 and 1.1: NXM; from 1.2 on OXM),
 * those that others depend on first; a field without a number in this version by that of a later
 * one. Fields whose demands M does not meet are left out. W turns bad when it is full. */
void of_match_put_oxm(struct wr *w, const struct of_match *m, enum ofp_version version);
/* Reads N bytes of fields. STRICT: unknown ones and those without what they
 * demand are refused, otherwise passed over and taken. Gives
 * OFPBMC_BAD_LEN, _BAD_FIELD, _BAD_VALUE, _BAD_MASK, _BAD_WILDCARDS, _BAD_PREREQ or _DUP_FIELD. */
enum ofp_error of_match_get_oxm(const void *fields, size_t n, bool strict, struct of_match *m);

/* A cookie to look for, which Nicira's flow messages have among the fields. */
struct of_match_cookie {
    uint64_t value, mask; /* mask 0: none */
};
/* Whether a cookie comes next at R. */
bool of_match_cookie_is_next(const struct rd *r);
void of_match_put_cookie(struct wr *w, const struct of_match_cookie *cookie);
/* As of_match_get_oxm(), and *COOKIE (NULL: none may be there) gets the cookie. */
enum ofp_error of_match_get_fields(const void *fields, size_t n, bool strict, struct of_match *m,
                                   struct of_match_cookie *cookie);

/* Appends one field's header for LEN bytes of value, with or without a mask of as many. */
void of_oxm_put_header(struct wr *w, const struct of_oxm *oxm, bool has_mask, size_t len);
/* Reads a header. *OXM NULL: unknown. *LEN: bytes of the value, and as many of the mask. False:
 * R is bad, or the length leaves no room for the header. */
bool of_oxm_get_header(struct rd *r, const struct of_oxm **oxm, bool *has_mask, size_t *len);
/* Whether VALUE has bits that MASK (NULL: all bits) does not cover, which no message may have. */
bool of_oxm_has_stray_bits(const uint8_t *value, const uint8_t *mask, size_t len);
