/* SPDX-License-Identifier: Apache-2.0 */
/* Switches, their ports and network adapters, and the order in which they come and go:
 *
 *   port created → adapter created → connected → (traffic) → disconnected → deleted
 *   → port torn down → deleted
 *
 * Each step is an OID that the extension sees first and that takes effect when it reaches the
 * miniport edge.  A deletion waits for packets and references, as Hyper-V's does. */
#include "simswitch/sim_switch.h"

#define PATIENCE_MS 30000

KIRQL
sim_lock(void)
{
    KIRQL irql;
    KeAcquireSpinLock(&sim.lock, &irql);
    return irql;
}

void
sim_unlock(KIRQL irql)
{
    KeReleaseSpinLock(&sim.lock, irql);
}

static bool
same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++, b++;
    }
    return *a == *b;
}

struct sim_switch *
sim_switch_find(const char *name)
{
    LIST_FOR_EACH (struct sim_switch, sw, node, &sim.switches) {
        if (same(sw->name, name)) {
            return sw;
        }
    }
    return NULL;
}

struct sim_port *
sim_port_find(struct sim_switch *sw, NDIS_SWITCH_PORT_ID id)
{
    LIST_FOR_EACH (struct sim_port, port, node, &sw->ports) {
        if (port->is.PortId == id) {
            return port;
        }
    }
    return NULL;
}

struct sim_nic *
sim_nic_find(struct sim_port *port, NDIS_SWITCH_NIC_INDEX index)
{
    LIST_FOR_EACH (struct sim_nic, nic, node, &port->nics) {
        if (nic->is.NicIndex == index) {
            return nic;
        }
    }
    return NULL;
}

void
sim_string_set(IF_COUNTED_STRING *to, const char *from)
{
    memset(to, 0xee, sizeof *to); /* what is after the length must not matter */
    USHORT n = 0;
    for (; from[n] && n < IF_MAX_STRING_SIZE; n++) {
        to->String[n] = (WCHAR)(UCHAR)from[n];
    }
    to->Length = (USHORT)(n * sizeof(WCHAR));
}

int
sim_switch_add(const char *name, bool active)
{
    if (sim_switch_find(name)) {
        return -1;
    }
    struct sim_switch *sw = host_alloc(sizeof *sw);
    for (size_t i = 0; name[i] && i + 1 < sizeof sw->name; i++) {
        sw->name[i] = name[i];
    }
    sw->active = active;
    list_init(&sw->ports);
    KIRQL irql = sim_lock();
    list_push_back(&sim.switches, &sw->node);
    sim_unlock(irql);
    return 0;
}

/* What is announced has reached the miniport edge. */
static NDIS_STATUS
announced(struct sim_oid *o, PNDIS_OID_REQUEST lower)
{
    o->apply(o);
    lower->DATA.SET_INFORMATION.BytesRead = lower->DATA.SET_INFORMATION.InformationBufferLength;
    return NDIS_STATUS_SUCCESS;
}

/* Issues OID about WHAT to SW's extension.  APPLY makes it true at the miniport edge. */
static NDIS_STATUS
announce(struct sim_switch *sw, NDIS_OID oid, void *parameters, ULONG size, void *subject,
         void (*apply)(struct sim_oid *o))
{
    struct sim_oid *o = host_alloc(sizeof *o);
    void *copy = host_alloc(size);
    memcpy(copy, parameters, size);
    o->at_lower_edge = announced;
    o->apply = apply;
    o->subject = subject;
    o->sw = sw;
    sim_oid_prepare(o, NdisRequestSetInformation, oid, copy, size);
    NDIS_STATUS status = sim_oid_issue(sw->module, o);
    host_free(copy);
    host_free(o);
    return status;
}

static NDIS_STATUS
announce_port(struct sim_switch *sw, NDIS_OID oid, struct sim_port *port,
              void (*apply)(struct sim_oid *o))
{
    return announce(sw, oid, &port->is, sizeof port->is, port, apply);
}

static NDIS_STATUS
announce_nic(struct sim_switch *sw, NDIS_OID oid, struct sim_nic *nic,
             void (*apply)(struct sim_oid *o))
{
    return announce(sw, oid, &nic->is, NDIS_SIZEOF_NDIS_SWITCH_NIC_PARAMETERS_REVISION_1, nic,
                    apply);
}

static void
nothing(struct sim_oid *o)
{
    (void)o;
}

int
sim_port_add(struct sim_switch *sw, const NDIS_SWITCH_PORT_PARAMETERS *is)
{
    if (sim_port_find(sw, is->PortId)) {
        return -1;
    }
    struct sim_port *port = host_alloc(sizeof *port);
    port->is = *is;
    port->is.PortState = NdisSwitchPortStateCreated;
    list_init(&port->nics);
    list_init(&port->captured);
    if (announce_port(sw, OID_SWITCH_PORT_CREATE, port, nothing) != NDIS_STATUS_SUCCESS) {
        host_free(port);
        return -1;
    }
    KIRQL irql = sim_lock();
    list_push_back(&sw->ports, &port->node);
    sim_unlock(irql);
    return 0;
}

int
sim_port_rename(struct sim_switch *sw, struct sim_port *port, const char *friendly)
{
    KIRQL irql = sim_lock();
    sim_string_set(&port->is.PortFriendlyName, friendly);
    sim_unlock(irql);
    return announce_port(sw, OID_SWITCH_PORT_UPDATED, port, nothing) == NDIS_STATUS_SUCCESS ? 0
                                                                                            : -1;
}

/* Waits until *COUNT is 0; the end of the run where it never is. */
static void
wait_for_none(const LONG *count, const char *what)
{
    ULONGLONG end = sim_deadline(PATIENCE_MS);
    LONG n;
    do {
        KIRQL irql = sim_lock();
        n = *count;
        sim_unlock(irql);
    } while (n != 0 && sim_wait(end));
    if (n != 0) {
        sim_fail("a deletion waits for %s for ever", what);
    }
}

static void
apply_teardown(struct sim_oid *o)
{
    struct sim_port *port = o->subject;
    KIRQL irql = sim_lock();
    port->is.PortState = NdisSwitchPortStateTeardown;
    sim_unlock(irql);
}

int
sim_port_teardown(struct sim_switch *sw, struct sim_port *port)
{
    if (!list_is_empty(&port->nics) || port->is.PortState != NdisSwitchPortStateCreated) {
        return -1;
    }
    return announce_port(sw, OID_SWITCH_PORT_TEARDOWN, port, apply_teardown) ? -1 : 0;
}

static void
port_free(struct sim_port *port)
{
    while (!list_is_empty(&port->captured)) {
        host_free(CONTAINER_OF(list_pop_front(&port->captured), struct sim_capture, node));
    }
    host_free(port);
}

static void
apply_port_delete(struct sim_oid *o)
{
    struct sim_port *port = o->subject;
    KIRQL irql = sim_lock();
    list_remove(&port->node);
    sim_unlock(irql);
}

int
sim_port_del(struct sim_switch *sw, struct sim_port *port)
{
    if (port->is.PortState != NdisSwitchPortStateTeardown) {
        return -1;
    }
    wait_for_none(&port->refs, "references to a port");
    wait_for_none(&port->packets, "packets to a port");
    if (announce_port(sw, OID_SWITCH_PORT_DELETE, port, apply_port_delete)) {
        return -1;
    }
    port_free(port);
    return 0;
}

static void
set_nic_state(struct sim_oid *o, NDIS_SWITCH_NIC_STATE state)
{
    struct sim_nic *nic = o->subject;
    KIRQL irql = sim_lock();
    nic->is.NicState = state;
    sim_unlock(irql);
}

static void
apply_connect(struct sim_oid *o)
{
    set_nic_state(o, NdisSwitchNicStateConnected);
}

static void
apply_disconnect(struct sim_oid *o)
{
    set_nic_state(o, NdisSwitchNicStateDisconnected);
}

int
sim_nic_add(struct sim_switch *sw, const NDIS_SWITCH_NIC_PARAMETERS *is)
{
    struct sim_port *port = sim_port_find(sw, is->PortId);
    if (!port || port->is.PortState != NdisSwitchPortStateCreated ||
        sim_nic_find(port, is->NicIndex)) {
        return -1;
    }
    struct sim_nic *nic = host_alloc(sizeof *nic);
    nic->is = *is;
    nic->is.NicState = NdisSwitchNicStateCreated;
    if (announce_nic(sw, OID_SWITCH_NIC_CREATE, nic, nothing) != NDIS_STATUS_SUCCESS) {
        host_free(nic);
        return -1;
    }
    KIRQL irql = sim_lock();
    list_push_back(&port->nics, &nic->node);
    sim_unlock(irql);
    return 0;
}

int
sim_nic_connect(struct sim_switch *sw, struct sim_nic *nic)
{
    if (nic->is.NicState != NdisSwitchNicStateCreated) {
        return -1;
    }
    return announce_nic(sw, OID_SWITCH_NIC_CONNECT, nic, apply_connect) ? -1 : 0;
}

int
sim_nic_update(struct sim_switch *sw, struct sim_nic *nic, ULONG mtu)
{
    KIRQL irql = sim_lock();
    nic->is.MTU = mtu;
    sim_unlock(irql);
    return announce_nic(sw, OID_SWITCH_NIC_UPDATED, nic, nothing) ? -1 : 0;
}

int
sim_nic_disconnect(struct sim_switch *sw, struct sim_nic *nic)
{
    if (nic->is.NicState != NdisSwitchNicStateConnected) {
        return -1;
    }
    return announce_nic(sw, OID_SWITCH_NIC_DISCONNECT, nic, apply_disconnect) ? -1 : 0;
}

static void
apply_nic_delete(struct sim_oid *o)
{
    struct sim_nic *nic = o->subject;
    KIRQL irql = sim_lock();
    list_remove(&nic->node);
    sim_unlock(irql);
}

int
sim_nic_del(struct sim_switch *sw, struct sim_port *port, struct sim_nic *nic)
{
    if (nic->is.NicState != NdisSwitchNicStateDisconnected &&
        nic->is.NicState != NdisSwitchNicStateCreated) {
        return -1;
    }
    wait_for_none(&nic->refs, "references to an adapter");
    wait_for_none(&port->packets, "packets to an adapter");
    if (announce_nic(sw, OID_SWITCH_NIC_DELETE, nic, apply_nic_delete)) {
        return -1;
    }
    host_free(nic);
    return 0;
}

int
sim_switch_del(struct sim_switch *sw)
{
    if (sw->module) {
        return -1;
    }
    KIRQL irql = sim_lock();
    list_remove(&sw->node);
    sim_unlock(irql);
    while (!list_is_empty(&sw->ports)) {
        struct sim_port *port = CONTAINER_OF(list_pop_front(&sw->ports), struct sim_port, node);
        while (!list_is_empty(&port->nics)) {
            host_free(CONTAINER_OF(list_pop_front(&port->nics), struct sim_nic, node));
        }
        port_free(port);
    }
    host_free(sw);
    return 0;
}

void
sim_switches_finish(void)
{
    while (!list_is_empty(&sim.switches)) {
        struct sim_switch *sw = CONTAINER_OF(sim.switches.next, struct sim_switch, node);
        if (sim_switch_del(sw)) {
            sim_fail("the end: a module is attached to switch %s", sw->name);
        }
    }
}
