/* SPDX-License-Identifier: Apache-2.0 */
/* The core's allocation hooks (base/mem.h) in the kernel: non-paged pool, through NDIS. */
#pragma once

#include "driver/kernel.h"

/* Before the first allocation. HANDLE: of the filter driver. */
_IRQL_requires_max_(DISPATCH_LEVEL)
void memory_start(_In_ NDIS_HANDLE handle);
