/* SPDX-License-Identifier: Apache-2.0 */
/* Clients: one per open handle of the device. A client's port id (pid) is its slot in the table
 * and a generation, so that a pid is not met again soon after its handle is closed. */
#pragma once

#include "driver/device_wait.h"
#include "driver/epoch.h"

#include "datapath/messages/server.h"

enum { CLIENTS_MAX = 256 };

struct client {
    struct dp_deferred deferred;
    struct driver *driver;
    uint32_t pid;
    bool greeted, open;  /* driver.control */
    uint32_t groups;     /* enum dp_group; driver.control */
    struct dp_dump dump; /* driver.control */
    struct wait_queue queue;
};

struct client_table {
    struct client *slot[CLIENTS_MAX]; /* published; driver.control */
    uint32_t generation;
};

/* A client with a pid, in the table. NULL: no memory, or too many. Takes driver.control. */
_IRQL_requires_max_(APC_LEVEL)
_Ret_maybenull_ struct client *client_new(_Inout_ struct driver *driver);
/* The process closed its last handle or died: ends its requests, dumps and subscriptions; its
 * ports send their upcalls to nobody. Once more does nothing. Takes driver.control. */
_IRQL_requires_max_(APC_LEVEL)
void client_close(_Inout_ struct client *client);
/* After client_close(): frees it after the epoch. */
_IRQL_requires_max_(APC_LEVEL)
void client_free(_Inout_ struct client *client);

/* The open client with PID, or NULL. Inside the epoch, or with driver.control. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Ret_maybenull_ struct client *client_find(_In_ const struct client_table *table,
                                           _In_ uint32_t pid);
/* Sends N bytes of messages to all who listen to GROUP. With driver.control. */
_IRQL_requires_max_(APC_LEVEL)
void clients_notify(_In_ const struct client_table *table, _In_ uint32_t group,
                    _In_reads_bytes_(n) const void *msg, _In_ size_t n);
