/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/action_bits.h"

#define NO (-1)

static const struct {
    const char *word;
    int8_t in_10, in_11, in_12;
} actions[OF_CAN_COUNT] = {
#define ACTION_BIT(ID, ...) [OF_CAN_##ID] = {__VA_ARGS__},
#include "openflow/action_bits.def"
#undef ACTION_BIT
};

int
of_action_bit_number(enum of_can_action id, enum ofp_version version)
{
    return version == OFP_10   ? actions[id].in_10
           : version == OFP_11 ? actions[id].in_11
                               : actions[id].in_12;
}

enum of_can_action
of_action_bit_find(unsigned int number, enum ofp_version version)
{
    enum of_can_action id = 0;
    while (id < OF_CAN_COUNT && of_action_bit_number(id, version) != (int)number) {
        id++;
    }
    return id;
}

uint32_t
of_action_bits_from_wire(uint32_t wire, enum ofp_version version)
{
    uint32_t bits = 0;
    for (enum of_can_action id = 0; id < OF_CAN_COUNT; id++) {
        int number = of_action_bit_number(id, version);
        bits |= number >= 0 && wire >> number & 1 ? UINT32_C(1) << id : 0;
    }
    return bits;
}

uint32_t
of_action_bits_to_wire(uint32_t bits, enum ofp_version version)
{
    uint32_t wire = 0;
    for (enum of_can_action id = 0; id < OF_CAN_COUNT; id++) {
        int number = of_action_bit_number(id, version);
        wire |= number >= 0 && bits >> id & 1 ? UINT32_C(1) << number : 0;
    }
    return wire;
}

void
of_action_bits_put(struct str *s, uint32_t bits)
{
    for (enum of_can_action id = 0; id < OF_CAN_COUNT; id++) {
        if (bits >> id & 1) {
            str_putf(s, " %s", actions[id].word);
        }
    }
}
