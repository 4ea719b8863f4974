/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a switch to tell of changes to its flows (ovs-ofctl(8), "monitor"). */
#pragma once

#include "cmd/ovs-ofctl/talk.h"

/* Sends the request that SPEC, what stands behind "watch:", describes. */
void request_flow_monitor(struct ofctl *, struct talk *, const char *target, const char *spec);
