/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest forwarding extension that keeps to the rules: a hub.  Every packet goes to every
 * connected adapter but the one it came from, every other packet as a copy of the extension's own.
 * It proves the simulator: what the hub does right must pass, and each rule that it is told to
 * break must be noticed. */
#pragma once

#include "ndis/ndis.h"

DRIVER_INITIALIZE hub_driver_entry;

/* The rule to break; a test sets it before anything else. */
enum hub_fault {
    HUB_GOOD,
    HUB_NO_ATTRIBUTES,
    HUB_QUERY_WHILE_ATTACHING,
    HUB_QUERY_INACTIVE,
    HUB_COMPLETE_TWICE,
    HUB_COMPLETE_OWN,
    HUB_CHANGE_DATA,
    HUB_CHANGE_SOURCE,
    HUB_DIRECT_TO_NOBODY,
    HUB_DIRECT_ON_EGRESS,
    HUB_CHANGE_COMMITTED,
    HUB_SINGLE_SOURCE,
    HUB_DISPATCH_FLAG,
    HUB_FREE_WITH_CONTEXT,
    HUB_INJECT_ON_EGRESS,
    HUB_WRITE_AFTER_FREE,
    HUB_LEAK_PACKET,
    HUB_LEAK_POOL,
    HUB_LEAK_MEMORY,
    HUB_LEAK_MDL,
    HUB_PAUSE_EARLY,
    HUB_SEND_PAUSED,
    HUB_KEEP_IRQL,
    HUB_SWALLOW_OID,
    HUB_FAIL_CONNECT,
    HUB_CHANGE_OID,
    HUB_COMPLETE_OID_TWICE,
    HUB_KEEP_REFERENCE,
};
extern enum hub_fault hub_fault;
