/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of text that messages about flows share. Any thread. */
#pragma once

#include "openflow/match_wire.h"
#include "openflow/value_text.h"

/* Appends M behind "priority=N" where that is not the usual one. */
void ofp_match_with_priority_put(struct str *, const struct of_match *m, uint16_t priority,
                                 const struct of_port_names *);
/* Appends the names of enum ofp_flow_flag, each with a space behind it. */
void ofp_flow_flags_put(struct str *, uint16_t flags);
/* Appends OpenFlow 1.0's structure as it is: "tcp,in_port=*,...". */
void ofp_match_10_format(struct str *, const struct of_match_10 *, const struct of_port_names *);

/* Appends "1.5s", as many digits as are needed. */
void ofp_duration_put(struct str *, uint32_t seconds, uint32_t ns);

/* Room for a list of actions as long as one may be. */
struct wr ofp_actions_buffer(void);
void ofp_actions_buffer_free(struct wr *);
