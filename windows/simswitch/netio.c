/* SPDX-License-Identifier: Apache-2.0 */
/* IP Helper's names of network interfaces, as far as an extension asks: from an adapter's GUID to
 * its LUID to its alias ("Ethernet0").  Adapters get their aliases when they are plugged in. */
#include "simswitch/sim_internal.h"
#include "simswitch/sim_netio.h"

#define N_INTERFACES 64

static struct named {
    GUID guid;
    char alias[SIM_NAME_MAX];
    bool used;
} interfaces[N_INTERFACES];

GUID
sim_interface_guid(const char *switch_name, unsigned port, unsigned index)
{
    GUID guid = {.Data1 = 0x57656674, .Data2 = (USHORT)port, .Data3 = (USHORT)index};
    for (unsigned i = 0; switch_name[i]; i++) {
        guid.Data4[i % 8] = (UCHAR)(guid.Data4[i % 8] * 31 + switch_name[i]);
    }
    return guid;
}

void
sim_interface_add(const GUID *guid, const char *alias)
{
    KIRQL irql = sim_lock();
    for (unsigned i = 0; i < N_INTERFACES; i++) {
        if (!interfaces[i].used || memcmp(&interfaces[i].guid, guid, sizeof *guid) == 0) {
            interfaces[i].used = true;
            interfaces[i].guid = *guid;
            size_t n = 0;
            for (; alias[n] && n + 1 < SIM_NAME_MAX; n++) {
                interfaces[i].alias[n] = alias[n];
            }
            interfaces[i].alias[n] = '\0';
            break;
        }
    }
    sim_unlock(irql);
}

NTSTATUS
sim_interface_luid(const GUID *guid, NET_LUID *luid)
{
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    KIRQL irql = sim_lock();
    for (unsigned i = 0; i < N_INTERFACES; i++) {
        if (interfaces[i].used && memcmp(&interfaces[i].guid, guid, sizeof *guid) == 0) {
            luid->Value = 0;
            luid->Info.IfType = 6; /* Ethernet */
            luid->Info.NetLuidIndex = i + 1;
            status = STATUS_SUCCESS;
            break;
        }
    }
    sim_unlock(irql);
    return status;
}

NTSTATUS
sim_interface_alias(const NET_LUID *luid, PWSTR alias, SIZE_T length)
{
    unsigned i = (unsigned)luid->Info.NetLuidIndex;
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    KIRQL irql = sim_lock();
    if (i >= 1 && i <= N_INTERFACES && interfaces[i - 1].used) {
        const char *from = interfaces[i - 1].alias;
        size_t n = 0;
        while (from[n]) {
            n++;
        }
        status = n < length ? STATUS_SUCCESS : STATUS_NO_MEMORY;
        for (size_t k = 0; n < length && k <= n; k++) {
            alias[k] = (WCHAR)from[k];
        }
    }
    sim_unlock(irql);
    return status;
}
