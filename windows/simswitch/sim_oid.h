/* SPDX-License-Identifier: Apache-2.0 */
/* A request of the protocol edge's, on its way through the extension, and what the miniport edge
 * does when it gets there. */
#pragma once

#include "simswitch/sim_internal.h"

struct sim_oid {
    NDIS_OID_REQUEST request;
    /* Called when the request reaches the miniport edge, as LOWER, the extension's clone of it:
     * makes true what it announces, or answers it. */
    NDIS_STATUS (*at_lower_edge)(struct sim_oid *o, PNDIS_OID_REQUEST lower);
    void (*apply)(struct sim_oid *o); /* for whoever prepared it, as what follows */
    void *subject;
    struct sim_switch *sw;
    KEVENT done;
    NDIS_STATUS status;
    bool completed, reached;
    LONG n_failed; /* allocations that had been made to fail before it */
};

/* Makes O a request of TYPE for OID.  BUFFER, of SIZE bytes, is for whatever TYPE takes and gives.
 */
void sim_oid_prepare(struct sim_oid *o, NDIS_REQUEST_TYPE type, NDIS_OID oid, void *buffer,
                     ULONG size);
/* Issues O and waits for it; the extension's verdict.  The caller holds sim.control. */
NDIS_STATUS sim_oid_issue(struct sim_module *m, struct sim_oid *o);

/* passing.c: what an extension lets pass that does not know it.  An OID request that the miniport
 * edge answers with STATUS, and a status indication; false where one does not come through, or
 * not back as it was answered. */
bool sim_pass_oid(struct sim_switch *sw, NDIS_REQUEST_TYPE type, NDIS_OID oid, ULONG size,
                  NDIS_STATUS status);
bool sim_pass_status(struct sim_switch *sw);

/* query.c: answers a query of the extension's own. */
NDIS_STATUS sim_oid_query(struct sim_switch *sw, PNDIS_OID_REQUEST request);
