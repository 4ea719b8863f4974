/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver and the simulated switch include to speak NDIS 6.30 and later: the interface
 * of filter drivers and of the Hyper-V extensible switch.
 *
 * Microsoft's header comes with the WDK alone, and MinGW's ddk/ndis.h ends at NDIS 5.  So these
 * are declarations of our own, written from Microsoft's reference (the repository
 * MicrosoftDocs/windows-driver-docs-ddi), of what a forwarding extension needs and no more.  Names
 * are therefore Microsoft's.  `layout.def` has the offset of every member that is shared with the
 * system, and layout.c asserts them in each build.  A build with the WDK defines WEFT_WDK and
 * gets Microsoft's header, against which layout.c asserts the same table.
 *
 * <ntddk.h> is MinGW's ddk/ntddk.h in a driver and windows/native/ntddk.h on Linux. */
#pragma once

#ifdef WEFT_WDK
#define NDIS630      1
#define NDIS_WRAPPER 0
#include <ndis.h>
#else
#include <ntddk.h>

#include "ndis/types.h"
#include "ndis/net_buffer.h"
#include "ndis/net_buffer_info.h"
#include "ndis/oid.h"
#include "ndis/filter.h"
#include "ndis/switch.h"
#include "ndis/switch_property.h"
#include "ndis/services.h"
#endif
