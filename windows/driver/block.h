/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for packets that the driver has bytes of its own of: copied headers, changed copies,
 * whole packets of clients. Blocks of one size come from a pool that is filled when the driver
 * starts and grows to a bound; longer ones from the system. A block has an MDL, so that it can be
 * sent as it is. It is shared by the packets that see its bytes, and by the list it is sent in. */
#pragma once

#include "driver/destination.h"

#include "datapath/packet.h"

enum {
    BLOCK_HEADROOM = 64,                /* in front of a packet's bytes: several tags fit */
    BLOCK_ROOM = 2048 - BLOCK_HEADROOM, /* for them, in a block of the pool */
    BLOCK_HEADERS = 256, /* of a longer packet, what is copied at first: headers are in it */
};

struct block_pool;

struct block {
    struct block *next; /* in the pool, or among what its CPU has queued */
    struct block_pool *pool;
    PMDL mdl;      /* of bytes */
    uint32_t size; /* of bytes */
    uint32_t refs; /* packets, and one while it is queued; one CPU at a time */
    /* Once it is queued for sending, of the frame that is sent: */
    bool queued;
    uint8_t *data;
    uint32_t len, linear;    /* what is not linear is in tail */
    PMDL tail;               /* of bytes of `parent`, or NULL */
    PNET_BUFFER_LIST parent; /* whose bytes tail has, a child reference; or NULL */
    PNET_BUFFER_LIST origin; /* the list it came from, good until the flush; or NULL */
    uint32_t in_port;
    bool is_ipv6;
    struct pkt offloads; /* the offload members of the packet */
    struct destination_set to;
    uint8_t bytes[] PORT_ALIGNED(16);
};

struct block_pool {
    NDIS_HANDLE handle; /* for MDLs */
    NDIS_SPIN_LOCK lock;
    struct block *free;
    uint32_t n_made; /* of the pool's size; atomic */
};

/* Fills the pool with N blocks. 0 or -E_NOMEM. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Must_inspect_result_ int block_pool_init(_Out_ struct block_pool *pool, _In_ NDIS_HANDLE handle,
                                          _In_ uint32_t n);
/* Every block must be back. Fine on a zeroed one. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void block_pool_fini(_Inout_ struct block_pool *pool);

/* A block with room for SIZE bytes and one reference, or NULL. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Ret_maybenull_ struct block *block_new(_Inout_ struct block_pool *pool, _In_ size_t size);
/* Drops a reference of one who is alone with the block or on its CPU. B may be NULL. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void block_unref(_Inout_opt_ struct block *b);

/* Nobody else sees the block's bytes. */
static inline bool
block_is_private(const struct block *b)
{
    return b->refs == 1 && !b->queued;
}
