/* SPDX-License-Identifier: Apache-2.0 */
/* The driver: one datapath, its server and clients, the CPUs that handle its packets, and the
 * filter modules that NDIS has attached to switches.
 *
 * Locks, in the order in which they are taken:
 *   driver.control   a fast mutex: all that is changed by clients and by OIDs
 *   epoch.lock       a fast mutex: one waits for an epoch at a time
 *   cpu.lock         a spin lock: a CPU's packet state; held by one who works on packets
 *   wait_queue.lock, block_pool.lock, epoch.queue_lock   spin locks, none inside another
 * No spin lock is held while NDIS or the system is called with a packet or a request, and no
 * such call comes back for driver.control. */
#pragma once

#include "driver/block.h"
#include "driver/client.h"
#include "driver/cpu.h"
#include "driver/epoch.h"
#include "driver/vport.h"

struct filter;

struct driver {
    NDIS_HANDLE handle; /* NDIS's, of the filter driver */
    NDIS_HANDLE device; /* NDIS's, of the device */
    FAST_MUTEX control;
    struct epoch epoch;
    struct dp dp;
    struct dp_server server;
    struct vport_table vports;
    struct client_table clients;
    struct block_pool blocks;
    struct cpu *cpus[CPUS_MAX];
    uint32_t n_cpus;
    struct list filters;  /* filter.node */
    struct filter *owner; /* published: whose switch the datapath is on, or NULL */
    bool has_datapath;    /* control */
};

/* The one there is, by name for debuggers and tests; the driver's own code is handed a pointer. */
extern struct driver the_driver;

static inline void
driver_lock(_Inout_ struct driver *driver)
{
    ExAcquireFastMutex(&driver->control);
}

static inline void
driver_unlock(_Inout_ struct driver *driver)
{
    ExReleaseFastMutex(&driver->control);
}
