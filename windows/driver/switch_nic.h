/* SPDX-License-Identifier: Apache-2.0 */
/* The network adapters on a switch's ports: external (the physical NIC), internal (the host's),
 * and those of virtual machines. Each has a name by which a datapath port is tied to it while it
 * is connected: a virtual machine's adapter its port's friendly name, the host's own adapters the
 * names that the host knows them by, as "Ethernet0" and "vEthernet (external)".
 *
 * Adapters are put and taken by oid.c and attach.c, at PASSIVE_LEVEL; each call takes
 * driver.control for itself where not said otherwise. Packet CPUs find adapters by port and index
 * inside the epoch. */
#pragma once

#include "driver/filter.h"

#include "base/mac.h"
#include "datapath/messages/server.h"

struct vport;

struct nic {
    struct dp_deferred deferred;
    struct list node;  /* filter.nics */
    struct nic *chain; /* published: the next in its bucket */
    struct filter *filter;
    uint32_t port_id;
    uint16_t index;
    bool external;
    bool named_by_port;  /* driver.control */
    bool connected;      /* driver.control */
    struct vport *vport; /* published: the datapath port tied to it, or NULL */
    uint32_t mtu;
    struct mac mac;
    char name[DP_NAME_MAX];
};

/* The number by which clients know the adapter; never 0. */
static inline uint32_t
nic_ifindex(const struct nic *nic)
{
    return nic->port_id << 8 | nic->index;
}

/* The adapter is there, or was changed. NDIS_STATUS_RESOURCES: no memory. */
_IRQL_requires_(PASSIVE_LEVEL)
NDIS_STATUS
nic_put(_Inout_ struct filter *f, _In_ const NDIS_SWITCH_NIC_PARAMETERS *parameters);
/* Packets may be sent to it. */
_IRQL_requires_(PASSIVE_LEVEL)
NDIS_STATUS
nic_connect(_Inout_ struct filter *f, _In_ const NDIS_SWITCH_NIC_PARAMETERS *parameters);
/* Packets may not; afterwards no CPU is about to. */
_IRQL_requires_(PASSIVE_LEVEL)
NDIS_STATUS
nic_disconnect(_Inout_ struct filter *f, _In_ const NDIS_SWITCH_NIC_PARAMETERS *parameters);
/* It goes. */
_IRQL_requires_(PASSIVE_LEVEL)
NDIS_STATUS
nic_del(_Inout_ struct filter *f, _In_ const NDIS_SWITCH_NIC_PARAMETERS *parameters);
/* All of them go. */
_IRQL_requires_(PASSIVE_LEVEL)
void nics_clear(_Inout_ struct filter *f);

/* A port's friendly name is NAME now: so are its virtual machine adapters called. With
 * driver.control. */
_IRQL_requires_max_(APC_LEVEL)
void nics_rename(_Inout_ struct filter *f, _In_ uint32_t port_id, _In_z_ const char *name);
/* Ties and unties all adapters that are connected, when the datapath comes to F's switch or
 * leaves it. With driver.control. */
_IRQL_requires_max_(APC_LEVEL)
void nics_bind(_Inout_ struct filter *f);
_IRQL_requires_max_(APC_LEVEL)
void nics_unbind(_Inout_ struct filter *f);
/* Ties VPORT, which is new, to the adapter of its name, if one is connected. With
 * driver.control. */
_IRQL_requires_max_(APC_LEVEL)
void nics_bind_vport(_Inout_ struct filter *f, _Inout_ struct vport *vport);
/* The adapter at position *AT or the next one that has a name of its own, moving *AT past it;
 * false at the end. With driver.control. */
_IRQL_requires_max_(APC_LEVEL)
bool nics_next(_In_ const struct filter *f, _Inout_ uint32_t *at, _Out_ struct dp_netdev *out);

/* The adapter that a packet from PORT_ID and INDEX came from: of a port with several, the one
 * that has a datapath port. Inside the epoch. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Ret_maybenull_ struct nic *nic_find_source(_In_ const struct filter *f, _In_ uint32_t port_id,
                                            _In_ uint32_t index);
