/* SPDX-License-Identifier: Apache-2.0 */
/* netio.sys for Wine: IP Helper's names, which the simulator in ndis.sys knows.  (On Linux the
 * same file is part of the simulator's library.) */
#include "simswitch/sim_netio.h"

#ifdef _WIN32
DRIVER_INITIALIZE DriverEntry;

NTSTATUS NTAPI
DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)driver, (void)path;
    return STATUS_SUCCESS;
}
#endif

NTSTATUS NTAPI
ConvertInterfaceGuidToLuid(const GUID *guid, NET_LUID *luid)
{
    return sim_interface_luid(guid, luid);
}

NTSTATUS NTAPI
ConvertInterfaceLuidToAlias(const NET_LUID *luid, PWSTR alias, SIZE_T length)
{
    return sim_interface_alias(luid, alias, length);
}
