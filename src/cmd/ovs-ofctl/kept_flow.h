/* SPDX-License-Identifier: Apache-2.0 */
/* Flows kept until all are read, of which there may be a million: a match is mostly zeros, and of
 * room for actions little is used. Control thread. */
#pragma once

#include "openflow/msg_flow_mod.h"

struct kept_flow;

/* Copies FM and its actions; the caller frees it. */
struct kept_flow *kept_flow_make(const struct ofp_flow_mod *fm);
/* Makes FM what was kept; its actions are borrowed. */
void kept_flow_get(const struct kept_flow *, struct ofp_flow_mod *fm);
