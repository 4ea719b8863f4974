/* SPDX-License-Identifier: Apache-2.0 */
/* A chain of net buffer lists that grows at its end. Must not move in memory. Any IRQL. */
#pragma once

#include "driver/kernel.h"

struct nbl_chain {
    PNET_BUFFER_LIST first, *end;
    uint32_t n;
};

static inline void
nbl_chain_init(_Out_ struct nbl_chain *c)
{
    c->first = NULL;
    c->end = &c->first;
    c->n = 0;
}

static inline void
nbl_chain_add(_Inout_ struct nbl_chain *c, _Inout_ PNET_BUFFER_LIST nbl)
{
    NET_BUFFER_LIST_NEXT_NBL(nbl) = NULL;
    *c->end = nbl;
    c->end = &NET_BUFFER_LIST_NEXT_NBL(nbl);
    c->n++;
}

/* Moves what SRC has to the end of DST. */
static inline void
nbl_chain_splice(_Inout_ struct nbl_chain *dst, _Inout_ struct nbl_chain *src)
{
    if (src->first) {
        *dst->end = src->first;
        dst->end = src->end;
        dst->n += src->n;
        nbl_chain_init(src);
    }
}
