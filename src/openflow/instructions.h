/* SPDX-License-Identifier: Apache-2.0 */
/* What a flow does, on the wire: a list of actions in OpenFlow 1.0, instructions from 1.1 on, of
 * which one applies actions (OpenFlow 1.5.1 section 7.2.4). Any thread; input may be anything. */
#pragma once

#include "openflow/actions_wire.h"

/* Appends LIST, with what it says as instructions, as a message of VERSION has it. *LOST as
 * of_acts_put(). W turns bad when it is full. */
void of_instructions_put(struct wr *w, const void *list, size_t size, enum ofp_version version,
                         bool *lost);
/* Reads N bytes of them into LIST, whose buffer is aligned to eight bytes: the meter first, then
 * what is applied, then the other instructions in the order in which they are executed.
 * OFPBIC_*, and what of_acts_get() gives. */
enum ofp_error of_instructions_get(const void *bytes, size_t n, enum ofp_version version,
                                   struct wr *list);
