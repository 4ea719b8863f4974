/* SPDX-License-Identifier: Apache-2.0 */
/* A chain of net buffer lists that grows at its end. Must not move in memory. Any IRQL. */
#pragma once

#include "driver/kernel.h"

struct nbl_chain {
    PNET_BUFFER_LIST first, *end;
};

static inline void
nbl_chain_init(_Out_ struct nbl_chain *c)
{
    c->first = NULL;
    c->end = &c->first;
}

static inline void
nbl_chain_add(_Inout_ struct nbl_chain *c, _Inout_ PNET_BUFFER_LIST nbl)
{
    NET_BUFFER_LIST_NEXT_NBL(nbl) = NULL;
    *c->end = nbl;
    c->end = &NET_BUFFER_LIST_NEXT_NBL(nbl);
}

/* DST takes over what SRC has; SRC is to be initialised anew. */
static inline void
nbl_chain_move(_Out_ struct nbl_chain *dst, _In_ const struct nbl_chain *src)
{
    dst->first = src->first;
    dst->end = src->first ? src->end : &dst->first;
}
