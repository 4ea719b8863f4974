/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of actions that tables and groups can do (action_bits.def). Constant tables; any thread. */
#pragma once

#include "openflow/version.h"
#include "text/str.h"

enum of_can_action {
#define ACTION_BIT(ID, ...) OF_CAN_##ID,
#include "openflow/action_bits.def"
#undef ACTION_BIT
    OF_CAN_COUNT
};

/* A set as messages of VERSION have it, to and from one with a bit per enum of_can_action. What
 * one side lacks is left out. */
uint32_t of_action_bits_from_wire(uint32_t wire, enum ofp_version);
uint32_t of_action_bits_to_wire(uint32_t bits, enum ofp_version);
/* The number of an action in VERSION, or -1; and back, or OF_CAN_COUNT. */
int of_action_bit_number(enum of_can_action, enum ofp_version);
enum of_can_action of_action_bit_find(unsigned int number, enum ofp_version);
/* Appends the words of BITS, each with a space before it. */
void of_action_bits_put(struct str *, uint32_t bits);
