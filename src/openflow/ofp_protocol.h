/* SPDX-License-Identifier: Apache-2.0 */
/* The ways in which flows can be spoken of: a version of OpenFlow and, for 1.0, whose flow_mods,
 * and whether these say a table. What a flow uses leaves some of them. ovs-ofctl(8), option
 * --flow-format. Any thread. */
#pragma once

#include "openflow/actions.h"
#include "openflow/match.h"
#include "text/str.h"

/* Sets of them are ORed together. */
enum ofp_protocol {
    OFP_P_OF10 = 1 << 0,
    OFP_P_OF10_TABLE = 1 << 1, /* with NXT_FLOW_MOD_TABLE_ID */
    OFP_P_NXM = 1 << 2,
    OFP_P_NXM_TABLE = 1 << 3,
    OFP_P_OF11 = 1 << 4,
    OFP_P_OF12 = 1 << 5,
    OFP_P_OF13 = 1 << 6,
    OFP_P_OF14 = 1 << 7,
    OFP_P_OF15 = 1 << 8,
    OFP_P_ANY = (1 << 9) - 1,
    OFP_P_OF10_BOTH = OFP_P_OF10 | OFP_P_OF10_TABLE,
    OFP_P_NXM_BOTH = OFP_P_NXM | OFP_P_NXM_TABLE,
    OFP_P_ALL_10 = OFP_P_OF10_BOTH | OFP_P_NXM_BOTH,
    OFP_P_13_UP = OFP_P_OF13 | OFP_P_OF14 | OFP_P_OF15,
    OFP_P_OXM = OFP_P_OF12 | OFP_P_13_UP,
    OFP_P_11_UP = OFP_P_OF11 | OFP_P_OXM,
    OFP_P_NXM_OXM = OFP_P_NXM_BOTH | OFP_P_OXM,
    OFP_P_HAS_TABLE = OFP_P_OF10_TABLE | OFP_P_NXM_TABLE | OFP_P_11_UP,
};

enum ofp_version ofp_protocol_version(enum ofp_protocol);
/* All protocols of VERSION. */
unsigned int ofp_protocols_of(enum ofp_version);
/* Appends a set: "any", "none", or names of them and of groups of them with commas between. */
void ofp_protocols_put(struct str *, unsigned int set);
/* The set that the N characters at TEXT name, as ofp_protocols_put() writes them; 0: none. */
unsigned int ofp_protocols_find(const char *text, size_t n);

/* The protocols that can say what M matches, and do what is in LIST. */
unsigned int of_match_protocols(const struct of_match *m);
unsigned int of_acts_protocols(const void *list, size_t size);
