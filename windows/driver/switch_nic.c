/* SPDX-License-Identifier: Apache-2.0 */
/* The list of adapters, the table in which CPUs find them, and their ties to datapath ports. A tie
 * is made when both ends are there: the adapter connected on the switch that has the datapath,
 * and a port of its name that is not tied to another. Clients hear of every change. */
#include "driver/switch_nic.h"

#include "base/mem.h"
#include "driver/driver.h"
#include "driver/name.h"
#include "driver/switch_port.h"
#include "port/atomic.h"

enum { NOTE_SIZE = 640 }; /* more than a message about a port or an adapter has */

/* -- Telling clients. All with driver.control. -- */

static void
describe(const struct nic *nic, struct dp_netdev *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->name, nic->name, sizeof out->name);
    out->mac = nic->mac;
    out->mtu = nic->mtu;
    out->ifindex = nic_ifindex(nic);
    out->up = out->carrier = nic->connected;
}

static void
tell_nic(const struct nic *nic, bool gone)
{
    struct dp_netdev netdev;
    uint8_t note[NOTE_SIZE];
    struct wr w = wr_make(note, sizeof note);
    describe(nic, &netdev);
    dp_server_put_netdev(&w, &netdev, gone);
    clients_notify(&nic->filter->driver->clients, DP_GROUP_NETDEV, note, w.n);
}

static void
tell_vport(struct driver *driver, const struct vport *vport)
{
    struct dp_vport described;
    uint8_t note[NOTE_SIZE];
    struct wr w = wr_make(note, sizeof note);
    vport_describe(vport, &described);
    dp_server_put_vport(&w, &described, false);
    clients_notify(&driver->clients, DP_GROUP_VPORT, note, w.n);
}

/* -- Ties -- */

static void
bind(struct nic *nic, struct vport *vport)
{
    vport_bind(vport, nic);
    tell_vport(nic->filter->driver, vport);
}

static void
try_bind(struct nic *nic)
{
    struct driver *driver = nic->filter->driver;
    if (!nic->connected || nic->vport || driver->owner != nic->filter) {
        return;
    }
    struct vport *vport = vport_find_name(&driver->vports, nic->name);
    if (vport && !vport->nic) {
        bind(nic, vport);
    }
}

static void
unbind(struct nic *nic)
{
    struct vport *vport = nic->vport;
    if (vport) {
        vport_unbind(vport);
        tell_vport(nic->filter->driver, vport);
    }
}

_Use_decl_annotations_
void
nics_bind(struct filter *f)
{
    LIST_FOR_EACH (struct nic, nic, node, &f->nics) {
        try_bind(nic);
    }
}

_Use_decl_annotations_
void
nics_unbind(struct filter *f)
{
    LIST_FOR_EACH (struct nic, nic, node, &f->nics) {
        unbind(nic);
    }
}

_Use_decl_annotations_
void
nics_bind_vport(struct filter *f, struct vport *vport)
{
    LIST_FOR_EACH (struct nic, nic, node, &f->nics) {
        if (nic->connected && !nic->vport && name_equal(nic->name, vport->name)) {
            vport_bind(vport, nic); /* who makes a port tells of it */
            return;
        }
    }
}

/* -- The table -- */

static uint32_t
bucket_of(uint32_t port_id, uint32_t index)
{
    return (port_id * 31 + index) % FILTER_NIC_BUCKETS;
}

static struct nic *
find(const struct filter *f, uint32_t port_id, uint32_t index)
{
    struct nic *nic = PORT_LOAD_ACQUIRE(&f->nic_buckets[bucket_of(port_id, index)]);
    while (nic && (nic->port_id != port_id || nic->index != index)) {
        nic = PORT_LOAD_ACQUIRE(&nic->chain);
    }
    return nic;
}

_Use_decl_annotations_
struct nic *
nic_find_source(const struct filter *f, uint32_t port_id, uint32_t index)
{
    struct nic *nic = find(f, port_id, index);
    if (index != NDIS_SWITCH_DEFAULT_NIC_INDEX && (!nic || !PORT_LOAD_ACQUIRE(&nic->vport))) {
        struct nic *whole = find(f, port_id, NDIS_SWITCH_DEFAULT_NIC_INDEX);
        return whole ? whole : nic;
    }
    return nic;
}

static void
free_nic(struct dp_deferred *d)
{
    struct nic *nic = CONTAINER_OF(d, struct nic, deferred);
    mem_free(nic, sizeof *nic);
}

static struct nic *
create(struct filter *f, const NDIS_SWITCH_NIC_PARAMETERS *parameters)
{
    struct nic *nic = mem_zalloc(sizeof *nic);
    if (!nic) {
        return NULL;
    }
    nic->deferred.run = free_nic;
    nic->filter = f;
    nic->port_id = parameters->PortId;
    nic->index = parameters->NicIndex;
    nic->external = parameters->NicType == NdisSwitchNicTypeExternal;
    list_push_back(&f->nics, &nic->node);
    struct nic **bucket = &f->nic_buckets[bucket_of(nic->port_id, nic->index)];
    nic->chain = *bucket;
    PORT_STORE_RELEASE(bucket, nic);
    return nic;
}

static void
take_out(struct nic *nic)
{
    struct filter *f = nic->filter;
    unbind(nic);
    tell_nic(nic, true);
    struct nic **at = &f->nic_buckets[bucket_of(nic->port_id, nic->index)];
    while (*at != nic) {
        at = &(*at)->chain;
    }
    PORT_STORE_RELEASE(at, nic->chain);
    list_remove(&nic->node);
    epoch_defer(&f->driver->epoch, &nic->deferred);
}

/* -- What the switch tells -- */

static struct mac
mac_of(const NDIS_SWITCH_NIC_PARAMETERS *parameters)
{
    const UCHAR *const candidates[] = {parameters->CurrentMacAddress, parameters->VMMacAddress,
                                       parameters->PermanentMacAddress};
    struct mac mac = {{0}};
    for (size_t i = 0; i < ARRAY_LEN(candidates) && mac_is_zero(mac); i++) {
        memcpy(&mac, candidates[i], sizeof mac);
    }
    return mac;
}

static bool
is_of_host(const NDIS_SWITCH_NIC_PARAMETERS *parameters)
{
    return parameters->NicType == NdisSwitchNicTypeExternal ||
           parameters->NicType == NdisSwitchNicTypeInternal;
}

/* The name of the adapter where it does not come from the port. */
static void
own_name(const NDIS_SWITCH_NIC_PARAMETERS *parameters, char name[DP_NAME_MAX])
{
    if (!is_of_host(parameters) ||
        !name_of_interface(name, DP_NAME_MAX, &parameters->NetCfgInstanceId)) {
        name_from_counted(name, DP_NAME_MAX, &parameters->NicFriendlyName);
    }
}

static void
set_name(struct nic *nic, const char *name)
{
    if (!name_equal(nic->name, name)) {
        unbind(nic);
        memcpy(nic->name, name, sizeof nic->name);
        try_bind(nic);
    }
}

_Use_decl_annotations_
void
nics_rename(struct filter *f, uint32_t port_id, const char *name)
{
    LIST_FOR_EACH (struct nic, nic, node, &f->nics) {
        if (nic->port_id == port_id && nic->named_by_port && name[0]) {
            set_name(nic, name);
            tell_nic(nic, false);
        }
    }
}

_Use_decl_annotations_
NDIS_STATUS
nic_put(struct filter *f, const NDIS_SWITCH_NIC_PARAMETERS *parameters)
{
    char name[DP_NAME_MAX];
    own_name(parameters, name);
    driver_lock(f->driver);
    struct nic *nic = find(f, parameters->PortId, parameters->NicIndex);
    if (!nic) {
        nic = create(f, parameters);
    }
    if (nic) {
        const struct switch_port *port = switch_port_find(f, nic->port_id);
        nic->named_by_port = !is_of_host(parameters);
        nic->mtu = parameters->MTU;
        nic->mac = mac_of(parameters);
        set_name(nic, nic->named_by_port && port && port->name[0] ? port->name : name);
        tell_nic(nic, false);
    }
    driver_unlock(f->driver);
    return nic ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

/* Sets whether the adapter is connected, and ties or unties it. */
static void
set_connected(struct filter *f, const NDIS_SWITCH_NIC_PARAMETERS *parameters, bool connected)
{
    driver_lock(f->driver);
    struct nic *nic = find(f, parameters->PortId, parameters->NicIndex);
    if (nic && nic->connected != connected) {
        nic->connected = connected;
        if (connected) {
            try_bind(nic);
        } else {
            unbind(nic);
        }
        tell_nic(nic, false);
    }
    driver_unlock(f->driver);
}

_Use_decl_annotations_
NDIS_STATUS
nic_connect(struct filter *f, const NDIS_SWITCH_NIC_PARAMETERS *parameters)
{
    NDIS_STATUS status = nic_put(f, parameters);
    if (status == NDIS_STATUS_SUCCESS) {
        set_connected(f, parameters, true);
    }
    return status;
}

_Use_decl_annotations_
NDIS_STATUS
nic_disconnect(struct filter *f, const NDIS_SWITCH_NIC_PARAMETERS *parameters)
{
    set_connected(f, parameters, false);
    epoch_synchronize(&f->driver->epoch);
    return NDIS_STATUS_SUCCESS;
}

_Use_decl_annotations_
NDIS_STATUS
nic_del(struct filter *f, const NDIS_SWITCH_NIC_PARAMETERS *parameters)
{
    driver_lock(f->driver);
    struct nic *nic = find(f, parameters->PortId, parameters->NicIndex);
    if (nic) {
        take_out(nic);
    }
    driver_unlock(f->driver);
    return NDIS_STATUS_SUCCESS;
}

_Use_decl_annotations_
void
nics_clear(struct filter *f)
{
    driver_lock(f->driver);
    while (!list_is_empty(&f->nics)) {
        take_out(CONTAINER_OF(f->nics.next, struct nic, node));
    }
    driver_unlock(f->driver);
}

/* Whether an adapter before NIC has its name: a physical adapter under the external one, say. */
static bool
is_second(const struct filter *f, const struct nic *nic)
{
    LIST_FOR_EACH (struct nic, other, node, &f->nics) {
        if (other == nic) {
            return false;
        }
        if (name_equal(other->name, nic->name)) {
            return true;
        }
    }
    return false;
}

_Use_decl_annotations_
bool
nics_next(const struct filter *f, uint32_t *at, struct dp_netdev *out)
{
    uint32_t position = 0;
    LIST_FOR_EACH (struct nic, nic, node, &f->nics) {
        if (position++ >= *at && nic->name[0] && !is_second(f, nic)) {
            describe(nic, out);
            *at = position;
            return true;
        }
    }
    return false;
}
