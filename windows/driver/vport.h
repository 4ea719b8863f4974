/* SPDX-License-Identifier: Apache-2.0 */
/* The datapath's ports: number, name, and the network adapter behind. A port is made by a client
 * (dp_server_host.port_add) and may have nothing connected: it comes alive when an adapter of its
 * name does, and survives it.
 *
 * driver.control guards all changes. CPUs that handle packets read inside the epoch: the array is
 * replaced whole, slots and both ends of the tie between port and adapter are published, and what
 * is taken out is freed after the epoch. */
#pragma once

#include "driver/epoch.h"

#include "datapath/messages/server.h"
#include "port/atomic.h"

struct nic;

/* Statistics of one CPU; only it writes. */
struct vport_counters {
    uint64_t rx_packets, rx_bytes, rx_dropped;
    uint64_t tx_packets, tx_bytes, tx_dropped;
    uint64_t pad[2];
};
static_assert(sizeof(struct vport_counters) == PORT_CACHE_LINE, "no false sharing");

/* Adds to a counter of this CPU's. */
static inline void
vport_count(_Inout_ uint64_t *counter, _In_ uint64_t n)
{
    PORT_WRITE_ONCE(counter, *counter + n);
}

struct vport {
    struct dp_deferred deferred;
    uint32_t no, type;
    uint32_t upcall_pid; /* CPUs PORT_READ_ONCE it */
    uint32_t n_cpus;
    struct nic *nic; /* published; NULL: nothing is connected */
    char name[DP_NAME_MAX];
    struct vport_counters counters[];
};

struct vport_array;

struct vport_table {
    struct epoch *epoch;
    struct vport_array *array; /* published */
    uint32_t n_cpus;
};

/* 0 or -E_NOMEM. */
_IRQL_requires_max_(APC_LEVEL)
_Must_inspect_result_ int vport_table_init(_Out_ struct vport_table *table,
                                           _In_ struct epoch *epoch, _In_ uint32_t n_cpus);
/* Removes all ports, and defers what is left. Fine on a zeroed one. */
_IRQL_requires_max_(APC_LEVEL)
void vport_table_fini(_Inout_ struct vport_table *table);

/* Makes a port as dp_server_host.port_add wants it. */
_IRQL_requires_max_(APC_LEVEL)
_Must_inspect_result_ int vport_add(_Inout_ struct vport_table *table,
                                    _In_ const struct dp_vport *wanted, _Inout_ uint32_t *no,
                                    _Out_ struct vport **vport);
/* Takes VPORT out, unties it, and frees it after the epoch. */
_IRQL_requires_max_(APC_LEVEL)
void vport_del(_Inout_ struct vport_table *table, _Inout_ struct vport *vport);

/* The port with number NO, or NULL. Control, or inside the epoch. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Ret_maybenull_ struct vport *vport_find(_In_ const struct vport_table *table, _In_ uint32_t no);
_IRQL_requires_max_(APC_LEVEL)
_Ret_maybenull_ struct vport *vport_find_name(_In_ const struct vport_table *table,
                                              _In_z_ const char *name);
/* The port with the least number of at least FROM, or NULL. Control. */
_IRQL_requires_max_(APC_LEVEL)
_Ret_maybenull_ struct vport *vport_next(_In_ const struct vport_table *table, _In_ uint32_t from);
/* What clients are told of VPORT. Control. */
_IRQL_requires_max_(APC_LEVEL)
void vport_describe(_In_ const struct vport *vport, _Out_ struct dp_vport *out);

/* Ties VPORT and NIC, which are both free, and unties them. Control. */
_IRQL_requires_max_(APC_LEVEL)
void vport_bind(_Inout_ struct vport *vport, _Inout_ struct nic *nic);
_IRQL_requires_max_(APC_LEVEL)
void vport_unbind(_Inout_ struct vport *vport);
