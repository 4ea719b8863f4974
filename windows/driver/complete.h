/* SPDX-License-Identifier: Apache-2.0 */
/* The ends of lists: sending, completing, and the references of children to their parents. */
#pragma once

#include "driver/cpu.h"

/* A reference to NBL, a list that arrived, whose bytes a list of ours uses. The arrival itself
 * holds the first. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void parent_ref(_Inout_ PNET_BUFFER_LIST nbl);
/* Drops one; the last adds NBL to DONE. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void parent_unref(_Inout_ PNET_BUFFER_LIST nbl, _Inout_ struct nbl_chain *done);
/* Drops what B holds of its parent, and the reference of the list that it was in. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void own_block_free(_Inout_ struct block *b, _Inout_ struct nbl_chain *done);
/* Frees NBL, a list of F's own that is not to be sent or was; what only it held goes to DONE. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void own_list_free(_Inout_ struct filter *f, _Inout_ PNET_BUFFER_LIST nbl,
                   _Inout_ struct nbl_chain *done);
/* Gives NDIS what is in WORK. SEND_FLAGS: as FilterSendNetBufferLists got them, or 0. No
 * spin lock is held. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void complete_work(_Inout_ struct filter *f, _Inout_ struct cpu_work *work, _In_ ULONG send_flags);
