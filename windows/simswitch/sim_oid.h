/* SPDX-License-Identifier: Apache-2.0 */
/* A set request of the protocol edge's, on its way through the extension, and what the miniport
 * edge does when it gets there. */
#pragma once

#include "simswitch/sim_internal.h"

struct sim_oid {
    NDIS_OID_REQUEST request;
    /* Called when the request reaches the miniport edge: makes true what it announces. */
    void (*at_lower_edge)(struct sim_oid *o);
    void *subject;
    struct sim_switch *sw;
    KEVENT done;
    NDIS_STATUS status;
    bool completed, reached;
    LONG n_failed; /* allocations that had been made to fail before it */
};

/* Issues O and waits for it; the extension's verdict.  The caller holds sim.control. */
NDIS_STATUS sim_oid_set(struct sim_module *m, struct sim_oid *o, NDIS_OID oid, void *buffer,
                        ULONG size);

/* query.c: answers a query of the extension's own. */
NDIS_STATUS sim_oid_query(struct sim_switch *sw, PNDIS_OID_REQUEST request);
