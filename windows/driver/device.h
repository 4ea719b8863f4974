/* SPDX-License-Identifier: Apache-2.0 */
/* The device \\.\OVSExt, of which datapath/messages/ioctl.h says what travels over it. */
#pragma once

#include "driver/client.h"

/* Makes the device. Handles may be opened from then on. */
_IRQL_requires_(PASSIVE_LEVEL)
_Must_inspect_result_ NDIS_STATUS device_start(_Inout_ struct driver *driver);
/* All handles are closed. */
_IRQL_requires_(PASSIVE_LEVEL)
void device_stop(_Inout_ struct driver *driver);

/* An ioctl other than WAIT: STATUS and how much was written to the output. */
struct device_call {
    const void *in;
    size_t in_size;
    void *out;
    size_t out_size, n_written;
};

/* Carries out the control CODE. STATUS_INVALID_DEVICE_REQUEST: no such control. */
_IRQL_requires_max_(APC_LEVEL)
NTSTATUS
device_request(_Inout_ struct client *client, _In_ uint32_t code,
               _Inout_ struct device_call *call);
