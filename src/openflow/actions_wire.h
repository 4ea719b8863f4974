/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of actions to and from the wire (actions_wire.def). Any thread; input may be anything. */
#pragma once

#include "openflow/actions.h"
#include "openflow/ofp_error.h"

/* Appends the actions of LIST as a message of VERSION has them. An action that the version lacks
 * is written as others that do the same, or else left out and *LOST set (may be NULL). W turns
 * bad when it is full. Instructions are not for this: see instructions.h. */
void of_acts_put(struct wr *w, const void *list, size_t size, enum ofp_version version,
                 bool *lost);
/* Reads N bytes of actions of a message of VERSION into LIST, whose buffer is aligned to eight
 * bytes. OFPBAC_BAD_TYPE, _BAD_LEN, _BAD_ARGUMENT, _TOO_MANY and others. */
enum ofp_error of_acts_get(const void *bytes, size_t n, enum ofp_version version, struct wr *list);
