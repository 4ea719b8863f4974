/* SPDX-License-Identifier: Apache-2.0 */
/* The key that a flow was put with. The core keeps no more of it than the mask looks at, but
 * people want to see the packet that made the flow (dpctl/dump-flows -m). It hangs on the flow's
 * `host`. Control thread; the memory ends the process when it is out, as xalloc() does. */
#pragma once

#include "datapath/dp.h"

/* Remembers KEY, and whether MASK matches the packet type, which the core does not keep either. */
void origin_set(struct dp_flow *, const struct flow_key *key, const struct flow_key *mask);
/* The key that FLOW was put with, and its mask; where nothing is remembered, as the core has it.
 */
void origin_get(const struct dp_flow *, struct flow_key *key, struct flow_key *mask);
/* Forgets what FLOW, which is about to go, was put with. */
void origin_drop(struct dp_flow *);
