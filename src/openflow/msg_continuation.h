/* SPDX-License-Identifier: Apache-2.0 */
/* What a switch packs into a packet-in to go on with the packet when it comes back. Only the
 * switch that made it has use for it; others can show it. Any thread. */
#pragma once

#include "base/cursor.h"
#include "openflow/flow_names.h"
#include "openflow/ofp_error.h"
#include "openflow/value_text.h"

/* Appends a line for each thing in R, properties as they stand in a packet-in of VERSION.
 * OFPBPC_BAD_LEN, OFPBRC_BAD_LEN, and what of_acts_get() gives. */
enum ofp_error ofp_continuation_put_text(struct str *, uint8_t version, const struct rd *r,
                                         const struct flow_names *);
