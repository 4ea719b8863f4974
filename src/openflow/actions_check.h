/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a list of actions makes sense for what a flow matches: fields of protocols that packets
 * surely have, ports that can be sent to, tables that come later (ovs-actions(7)). Any thread. */
#pragma once

#include "openflow/actions.h"
#include "openflow/match.h"
#include "openflow/ofp_error.h"

/* Checks LIST for packets that M matches, in TABLE (OFP_TABLE_ALL: unknown) as VERSION has it.
 * Before OpenFlow 1.1 an action on a header that may not be there does nothing and is no error.
 * In actions on tags it notes whether packets have one.
 * OFPBAC_MATCH_INCONSISTENT, _BAD_OUT_PORT, _BAD_TAG, OFPBIC_BAD_TABLE_ID, and others. */
enum ofp_error of_acts_check(void *list, size_t size, const struct of_match *m, uint8_t table,
                             enum ofp_version version);
/* The same for any version: *CONSISTENT says whether OpenFlow 1.1 and later take it, too. */
enum ofp_error of_acts_check_any(void *list, size_t size, const struct of_match *m, uint8_t table,
                                 bool *consistent);
/* Only the ports, of packets of which nothing is known. */
enum ofp_error of_acts_check_ports(const void *list, size_t size);
