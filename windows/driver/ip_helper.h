/* SPDX-License-Identifier: Apache-2.0 */
/* The two functions of IP Helper (netioapi.h, netio.sys) that the driver calls. MinGW has them in
 * its import library but not in a header for drivers. */
#pragma once

#include "driver/kernel.h"

#ifdef WEFT_WDK
#include <netioapi.h>
#else
NTSTATUS NTAPI ConvertInterfaceGuidToLuid(const GUID *InterfaceGuid, NET_LUID *InterfaceLuid);
NTSTATUS NTAPI ConvertInterfaceLuidToAlias(const NET_LUID *InterfaceLuid, PWSTR InterfaceAlias,
                                           SIZE_T Length);
#endif
