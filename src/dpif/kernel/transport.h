/* SPDX-License-Identifier: Apache-2.0 */
/* How messages (datapath/messages/message.h) reach a datapath in the host's kernel and come back.
 * A transport is one client: it has a port id, to which ports and actions send their upcalls, and
 * upcalls and notifications arrive on the loop. Requests are answered before they return. Loop's
 * thread only. */
#pragma once

#include "datapath/messages/message.h"
#include "os/loop.h"

struct dpif_transport;

/* Every message of a dump, in order, the last one included. */
typedef void dpif_dump_fn(void *aux, const struct msg *);

struct dpif_transport_ops {
    void (*close)(struct dpif_transport *);
    /* Sends a request and appends its answer to REPLY. An error of the transport's, not what the
     * answer says: -E_NODEV when the kernel's side is gone, -E_OVERFLOW when REPLY is full. */
    int (*transact)(struct dpif_transport *, const void *request, size_t n, struct wr *reply);
    /* Sends a request for a dump and gives EACH every message, before it returns; EACH may
     * transact. -E_BUSY: called from EACH. */
    int (*dump)(struct dpif_transport *, const void *request, size_t n, dpif_dump_fn *each,
                void *aux);
    /* From now on upcalls, and notifications of GROUPS (enum dp_group), arrive as they come:
     * RECEIVE(aux, message) on the loop. */
    int (*listen)(struct dpif_transport *, uint32_t groups,
                  void (*receive)(void *aux, const struct msg *), void *aux);
};

struct dpif_transport {
    const struct dpif_transport_ops *ops;
    uint32_t pid;
};

/* Opens a transport to this host's kernel; the caller's. -E_NODEV: it has no datapath. One per
 * platform (transport_ioctl.c, transport_none.c); tests have their own. */
typedef int dpif_transport_open_fn(void *aux, struct os_loop *, struct dpif_transport **);

int dpif_transport_open(void *aux, struct os_loop *, struct dpif_transport **);
