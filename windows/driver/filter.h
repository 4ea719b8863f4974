/* SPDX-License-Identifier: Apache-2.0 */
/* A filter module: the extension as it is attached to one switch. The first to be there owns the
 * datapath; others pass their switch's traffic on untouched, and one of them takes over when it
 * restarts after the owner has gone.
 *
 * States, as NDIS has them for filter modules, are moved by attach.c alone and checked there.
 * Sends are taken in FILTER_RUNNING only. `n_own` counts the lists that the module has sent and
 * that are not back, plus one while it is running: whoever takes away the last one completes a
 * pause. */
#pragma once

#include "driver/kernel.h"

#include "base/list.h"
#include "port/atomic.h"

struct driver;
struct nic;

enum filter_state { FILTER_PAUSED, FILTER_RUNNING, FILTER_PAUSING, FILTER_STATES };

enum { FILTER_NIC_BUCKETS = 256 };

struct filter {
    struct driver *driver;
    struct list node; /* driver.filters; driver.control */
    NDIS_HANDLE handle;
    NDIS_SWITCH_CONTEXT context;
    NDIS_SWITCH_OPTIONAL_HANDLERS calls;
    NDIS_STRING guid;        /* of the module, for reports; text at its end */
    NDIS_HANDLE lists;       /* pool of net buffer lists, each with one buffer */
    uint32_t state;          /* enum filter_state; written by attach.c */
    uint32_t n_own;          /* atomic */
    bool known;              /* ports and adapters that were there before us are; driver.control */
    struct list ports, nics; /* driver.control */
    struct nic *nic_buckets[FILTER_NIC_BUCKETS]; /* published chains */
    WCHAR guid_text[64];
};

/* What a list of ours carries in its context: the block that its bytes are in, or NULL. */
struct filter_list_context {
    struct block *block;
};

enum { FILTER_LIST_CONTEXT = 16 };
static_assert(sizeof(struct filter_list_context) <= FILTER_LIST_CONTEXT, "room in the context");

/* NDIS's entry points, of which attach.c, oid.c, ingress.c and complete.c have each some. */
FILTER_ATTACH filter_attach;
FILTER_DETACH filter_detach;
FILTER_RESTART filter_restart;
FILTER_PAUSE filter_pause;
FILTER_NET_PNP_EVENT filter_net_pnp_event;
FILTER_OID_REQUEST filter_oid_request;
FILTER_OID_REQUEST_COMPLETE filter_oid_request_complete;
FILTER_CANCEL_OID_REQUEST filter_cancel_oid_request;
FILTER_SEND_NET_BUFFER_LISTS filter_send;
FILTER_SEND_NET_BUFFER_LISTS_COMPLETE filter_send_complete;
FILTER_CANCEL_SEND_NET_BUFFER_LISTS filter_cancel_send;

/* Lists may be sent. Inside the epoch that holds until it is left. */
static inline bool
filter_is_running(const struct filter *f)
{
    return PORT_LOAD_ACQUIRE(&f->state) == FILTER_RUNNING;
}

/* N lists of ours are back. Completes a pause that waited for the last. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void filter_own_back(_Inout_ struct filter *f, _In_ uint32_t n);

/* Has REQUEST, which is ours, answered by what is below, and waits for it. */
_IRQL_requires_(PASSIVE_LEVEL)
_Must_inspect_result_ NDIS_STATUS filter_ask(_Inout_ struct filter *f,
                                             _Inout_ PNDIS_OID_REQUEST request);
/* Reads what the switch has: its ports and adapters, unless it is not active yet. */
_IRQL_requires_(PASSIVE_LEVEL)
void filter_read_switch(_Inout_ struct filter *f);
