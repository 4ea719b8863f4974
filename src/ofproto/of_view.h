/* SPDX-License-Identifier: Apache-2.0 */
/* A packet as OpenFlow sees it: between the datapath's flow key and OpenFlow's (of_view.def).
 * Pure; any thread. */
#pragma once

#include "datapath/flow_key.h"
#include "openflow/fields.h"

/* Sets what VIEW has of the packet FLOW, which came in at IN_PORT (OpenFlow's number). What only
 * OpenFlow knows, registers and metadata, stays as it is. */
void of_view_set(struct of_key *view, const struct flow_key *flow, uint16_t in_port);
/* Writes VIEW's changes of the packet back to FLOW. */
void of_view_apply(const struct of_key *view, struct flow_key *flow);
/* Adds to MASK the bits of a packet FLOW that WC, a mask of views, has. */
void of_view_add_mask(const struct of_key *wc, const struct flow_key *flow, struct flow_key *mask);
/* Whether a view has the field: of the packet, a register or metadata. */
bool of_view_has(enum of_field_id);
