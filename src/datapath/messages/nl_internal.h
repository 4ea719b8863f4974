/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of the netlink codec share: key attributes as structures of fields. */
#pragma once

#include "datapath/messages/nl_attr.h"
#include "datapath/messages/nl_flow.h"

/* Numbers of <linux/openvswitch.h>, of the attributes that need code; the rest stand in
 * fields.def and actions.def. */
enum {
    NL_KEY_ENCAP = 1,
    NL_KEY_VLAN = 5,
    NL_KEY_ETHERTYPE = 6,
    NL_KEY_TUNNEL = 16,
    NL_KEY_MPLS = 21,
    NL_KEY_PACKET_TYPE = 29,
    NL_KEY_COUNT = 32,
    NL_KEY_LARGEST = 40 /* bytes in a structure */
};

/* Bytes of the structure of key attribute ATTR whose first row is FIRST: its fields, and padding
 * as the kernel has it. */
size_t nl_key_size(enum flow_field_id first);
/* Where the rows of one attribute end: FIRST and those after it that lie in the same. */
enum flow_field_id nl_key_end(enum flow_field_id first);
/* Copies field ID between a key (or, IS_MASK, a mask) and its place in the structure. */
void nl_field_put(enum flow_field_id id, const struct flow_key *key, bool is_mask, uint8_t *attr);
bool nl_field_get(enum flow_field_id id, struct flow_key *key, bool is_mask, const uint8_t *attr);
