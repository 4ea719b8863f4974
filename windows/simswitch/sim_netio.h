/* SPDX-License-Identifier: Apache-2.0 */
/* Aliases of the simulated adapters' interfaces. */
#pragma once

#include "simswitch/sim_internal.h"

/* The GUID of the interface behind an adapter, the same for the same names. */
GUID sim_interface_guid(const char *switch_name, unsigned port, unsigned index);
void sim_interface_add(const GUID *guid, const char *alias);

/* netioapi.h's, which netio.sys exports. */
NDISAPI NTSTATUS NTAPI ConvertInterfaceGuidToLuid(const GUID *guid, NET_LUID *luid);
NDISAPI NTSTATUS NTAPI ConvertInterfaceLuidToAlias(const NET_LUID *luid, PWSTR alias,
                                                   SIZE_T length);
