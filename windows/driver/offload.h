/* SPDX-License-Identifier: Apache-2.0 */
/* What travels beside a frame's bytes: the 802.1Q tag, checksums and segmentation that hardware
 * is to do or has done. NDIS has them on the list, in a format that depends on where the list
 * came from: as received for the external adapter, as to be sent for all others. */
#pragma once

#include "driver/nbl_packet.h"

/* Puts what NBL says into the packet of one of its frames: the tag into its bytes. False if there
 * is no memory for that. */
_IRQL_requires_(DISPATCH_LEVEL)
_Must_inspect_result_ bool offload_from_list(_In_ PNET_BUFFER_LIST nbl, _In_ bool external,
                                             _Inout_ struct nbl_packet *v);
/* Takes an outer 802.1Q tag out of the frame that B has queued; the tag as NDIS has it. */
_IRQL_requires_(DISPATCH_LEVEL)
NDIS_NET_BUFFER_LIST_8021Q_INFO
offload_take_tag(_Inout_ struct block *b);
/* Writes TAG and the offloads of B to NBL, a list that is made of it. */
_IRQL_requires_(DISPATCH_LEVEL)
void offload_to_list(_In_ const struct block *b, _In_ NDIS_NET_BUFFER_LIST_8021Q_INFO tag,
                     _In_ bool external, _Inout_ PNET_BUFFER_LIST nbl);
