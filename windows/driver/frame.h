/* SPDX-License-Identifier: Apache-2.0 */
/* A frame as NDIS has it: a net buffer, whose bytes lie in a chain of MDLs and are not ours to
 * change. Read by the CPU that it arrived on, until it is given back. */
#pragma once

#include "driver/destination.h"

#include "datapath/packet.h"

struct frame {
    PNET_BUFFER nb;
    uint32_t len;
    uint8_t *bytes;    /* the first bytes, mapped */
    uint32_t linear;   /* of them there are so many in one piece that stay as they are */
    uint32_t arrival;  /* which list it is of, in cpu.arrivals */
    uint32_t view_len; /* of the packet as the core got it: longer by a tag that was out of band */
    bool unsafe;       /* there is more, which a guest may change under our eyes */
    bool used;         /* went somewhere: out, or to a client */
    struct destination_set to; /* of the frame as it came */
};

/* Maps the frame in NB. What lies past the first SAFE bytes may be changed by a guest meanwhile,
 * and does not count as linear. False if memory is short. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Must_inspect_result_ bool frame_open(_Out_ struct frame *f, _In_ PNET_BUFFER nb,
                                      _In_ uint32_t safe);
/* Copies N bytes from OFS on, which the frame has; false if they cannot be mapped. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Must_inspect_result_ bool frame_read(_In_ const struct frame *f, _In_ uint32_t ofs,
                                      _Out_writes_bytes_(n) uint8_t *to, _In_ uint32_t n);
/* An MDL for the bytes from OFS on, to be freed; what follows it is the frame's own chain. NULL
 * without memory. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Ret_maybenull_ PMDL frame_tail(_In_ const struct frame *f, _In_ uint32_t ofs,
                                _In_ NDIS_HANDLE handle);
