/* SPDX-License-Identifier: Apache-2.0 */
/* The core's packets (datapath/packet.h) over what NDIS has. A packet starts as a view of a frame
 * where it lies, shared and not to be changed. When the core asks for bytes that are not in one
 * piece, or wants to change some, the packet gets a block with a copy of its first bytes (all of
 * a frame of ordinary length), and the rest stays in the frame. Clones share a block until one
 * changes it. Views are the CPU's that the packet is on, or, for a client's packet, the heap's. */
#pragma once

#include "driver/block.h"
#include "driver/frame.h"

struct cpu;

struct nbl_packet {
    struct pkt pkt;
    struct nbl_packet *next; /* in the CPU's pool */
    struct cpu *cpu;         /* whose pool it is from; NULL: the heap */
    struct block_pool *blocks;
    struct frame *frame; /* NULL: all bytes are in the block */
    struct block *block; /* NULL: pkt.data is in the frame */
    uint32_t tail_ofs;   /* where in the frame what follows the linear bytes lies */
    bool changed;        /* the bytes are not the frame's any more */
};

/* A view of FRAME on CPU, or NULL. */
_IRQL_requires_(DISPATCH_LEVEL)
_Ret_maybenull_ struct nbl_packet *nbl_packet_from_frame(_Inout_ struct cpu *cpu,
                                                         _In_ struct frame *frame);
/* A packet with a copy of N bytes, or NULL. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Ret_maybenull_ struct pkt *nbl_packet_from_bytes(_Inout_ struct block_pool *blocks,
                                                  _In_reads_bytes_(n) const void *bytes,
                                                  _In_ size_t n);
/* All packets of the driver are nbl_packets. */
static inline struct nbl_packet *
nbl_packet_of(struct pkt *p)
{
    return CONTAINER_OF(p, struct nbl_packet, pkt);
}

/* It is the frame as the core got it, whole and unchanged. Not so if bytes that a guest may change
 * had to be looked at: then what was looked at, in the block, is the packet. */
static inline bool
nbl_packet_is_original(const struct nbl_packet *v)
{
    return v->frame && !v->changed && v->pkt.len == v->frame->view_len &&
           !(v->frame->unsafe && v->block);
}

/* The packet now is what the core is given: later changes are noticed. */
void nbl_packet_set_original(_Inout_ struct nbl_packet *v);
/* Gives the packet a block if it has none, or one that was queued with other bytes. */
_IRQL_requires_(DISPATCH_LEVEL)
_Must_inspect_result_ bool nbl_packet_detach(_Inout_ struct nbl_packet *v);
