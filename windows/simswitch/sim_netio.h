/* SPDX-License-Identifier: Apache-2.0 */
/* Aliases of the simulated adapters' interfaces: what IP Helper answers.  In Wine netio.sys asks
 * ndis.sys, which exports the two queries to it alone. */
#pragma once

#include "ndis/ndis.h"

#ifdef NETIO_IMPLEMENTATION
#define SIM_NETIO_API __declspec(dllimport)
#define NETIO_API     __declspec(dllexport)
#elif defined(_WIN32)
#define SIM_NETIO_API __declspec(dllexport)
#define NETIO_API
#else
#define SIM_NETIO_API
#define NETIO_API
#endif

SIM_NETIO_API NTSTATUS sim_interface_luid(const GUID *guid, NET_LUID *luid);
SIM_NETIO_API NTSTATUS sim_interface_alias(const NET_LUID *luid, PWSTR alias, SIZE_T length);

/* netioapi.h's. */
NETIO_API NTSTATUS NTAPI ConvertInterfaceGuidToLuid(const GUID *guid, NET_LUID *luid);
NETIO_API NTSTATUS NTAPI ConvertInterfaceLuidToAlias(const NET_LUID *luid, PWSTR alias,
                                                     SIZE_T length);

/* The GUID of the interface behind an adapter, the same for the same names; and its alias. */
GUID sim_interface_guid(const char *switch_name, unsigned port, unsigned index);
void sim_interface_add(const GUID *guid, const char *alias);
