/* SPDX-License-Identifier: Apache-2.0 */
/* The forwarding context of a packet, and the functions that NDIS gives an extension to work on
 * it: its source, its destinations, and references to ports and adapters.
 *
 * Destinations that are committed may not change but for IsExcluded, and their ports may not go
 * away while the packet is under way; `committed` is the simulator's own copy of them. */
#include "simswitch/sim_internal.h"

#define FIRST_CAPACITY 1 /* destinations that a context has room for before it is grown */

struct sim_forwarding {
    NDIS_SWITCH_FORWARDING_DESTINATION_ARRAY array;
    NDIS_SWITCH_PORT_DESTINATION *elements;  /* array.NumElements of them */
    NDIS_SWITCH_PORT_DESTINATION *committed; /* as many, array.NumDestinations of them valid */
    struct sim_switch *sw;
};

static NDIS_SWITCH_FORWARDING_DETAIL_NET_BUFFER_LIST_INFO *
detail_of(struct sim_nbl *p)
{
    return NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(&p->nbl);
}

static void
set_available(struct sim_nbl *p)
{
    struct sim_forwarding *f = p->forwarding;
    detail_of(p)->NumAvailableDestinations = f->array.NumElements - f->array.NumDestinations;
}

/* Makes room for N elements in all. */
static void
set_capacity(struct sim_forwarding *f, ULONG n)
{
    NDIS_SWITCH_PORT_DESTINATION *elements = host_alloc(n * sizeof *elements);
    NDIS_SWITCH_PORT_DESTINATION *committed = host_alloc(n * sizeof *committed);
    if (f->elements) {
        memcpy(elements, f->elements, f->array.NumElements * sizeof *elements);
        memcpy(committed, f->committed, f->array.NumDestinations * sizeof *committed);
        host_free(f->elements);
        host_free(f->committed);
    }
    f->elements = elements;
    f->committed = committed;
    f->array.FirstElement = elements;
    f->array.NumElements = n;
}

NDIS_STATUS
sim_forwarding_new(struct sim_nbl *p, void *owner)
{
    if (owner != &sim && sim_failure_now(FAIL_ALLOC)) {
        return NDIS_STATUS_RESOURCES;
    }
    struct sim_forwarding *f = host_alloc(sizeof *f);
    f->array.Header = (NDIS_OBJECT_HEADER){
        NDIS_OBJECT_TYPE_DEFAULT, NDIS_SWITCH_FORWARDING_DESTINATION_ARRAY_REVISION_1,
        NDIS_SIZEOF_NDIS_SWITCH_FORWARDING_DESTINATION_ARRAY_REVISION_1};
    f->array.ElementSize = sizeof(NDIS_SWITCH_PORT_DESTINATION);
    set_capacity(f, FIRST_CAPACITY + sim_random(2));
    p->forwarding = f;
    detail_of(p)->AsUINT64 = 0;
    set_available(p);
    return NDIS_STATUS_SUCCESS;
}

/* Lets go of the ports that P names. */
static void
release_ports(struct sim_nbl *p)
{
    struct sim_forwarding *f = p->forwarding;
    KIRQL irql = sim_lock();
    for (ULONG i = 0; f->sw && i < f->array.NumDestinations; i++) {
        struct sim_port *port = sim_port_find(f->sw, f->committed[i].PortId);
        if (port) {
            port->packets--;
        }
    }
    sim_unlock(irql);
    KeSetEvent(&sim.arrived, 0, FALSE);
}

void
sim_forwarding_free(struct sim_nbl *p)
{
    struct sim_forwarding *f = p->forwarding;
    release_ports(p);
    p->forwarding = NULL;
    detail_of(p)->AsUINT64 = 0;
    host_free(f->elements);
    host_free(f->committed);
    host_free(f);
}

static struct sim_module *
module_of(NDIS_SWITCH_CONTEXT context, const char *where)
{
    return sim_object_check(context, SIM_MODULE, where);
}

/* P, whose context WHERE is about to work on. */
static struct sim_nbl *
packet_with_context(PNET_BUFFER_LIST nbl, const char *where)
{
    struct sim_nbl *p = sim_nbl_check(nbl, where);
    if (!p->forwarding) {
        sim_fail("%s: the packet has no forwarding context", where);
    }
    if (detail_of(p)->NumAvailableDestinations !=
        p->forwarding->array.NumElements - p->forwarding->array.NumDestinations) {
        sim_fail("%s: NumAvailableDestinations was written by the extension", where);
    }
    return p;
}

static NDIS_STATUS NTAPI
allocate_context(NDIS_SWITCH_CONTEXT context, PNET_BUFFER_LIST nbl)
{
    struct sim_module *m = module_of(context, "AllocateNetBufferListForwardingContext");
    struct sim_nbl *p = sim_nbl_check(nbl, "AllocateNetBufferListForwardingContext");
    if (p->object.owner == &sim) {
        sim_fail("AllocateNetBufferListForwardingContext: the packet is the switch's");
    }
    if (p->forwarding) {
        sim_fail("AllocateNetBufferListForwardingContext: the packet has a context");
    }
    if (nbl->SourceHandle != m) {
        sim_fail("AllocateNetBufferListForwardingContext: set SourceHandle to the filter handle");
    }
    return sim_forwarding_new(p, m);
}

static VOID NTAPI
free_context(NDIS_SWITCH_CONTEXT context, PNET_BUFFER_LIST nbl)
{
    module_of(context, "FreeNetBufferListForwardingContext");
    struct sim_nbl *p = packet_with_context(nbl, "FreeNetBufferListForwardingContext");
    if (p->object.owner == &sim || __atomic_load_n(&p->state, __ATOMIC_RELAXED) != PKT_IDLE) {
        sim_fail("FreeNetBufferListForwardingContext: the packet is the switch's, or under way");
    }
    sim_forwarding_free(p);
}

/* Packets of the switch's own are the extension's to direct from ingress until it sends them on.
 */
static void
check_may_direct(struct sim_nbl *p, const char *where)
{
    int state = __atomic_load_n(&p->state, __ATOMIC_RELAXED);
    if (state != PKT_INGRESS && !(state == PKT_IDLE && p->object.owner != &sim)) {
        sim_fail("%s: destinations are added on the ingress path only", where);
    }
}

static NDIS_STATUS NTAPI
set_source(NDIS_SWITCH_CONTEXT context, PNET_BUFFER_LIST nbl, NDIS_SWITCH_PORT_ID port_id,
           NDIS_SWITCH_NIC_INDEX index)
{
    struct sim_module *m = module_of(context, "SetNetBufferListSource");
    struct sim_nbl *p = packet_with_context(nbl, "SetNetBufferListSource");
    if (p->object.owner == &sim) {
        sim_fail("SetNetBufferListSource: the packet is the switch's");
    }
    if (port_id != NDIS_SWITCH_DEFAULT_PORT_ID) {
        KIRQL irql = sim_lock();
        struct sim_port *port = sim_port_find(m->sw, port_id);
        struct sim_nic *nic = port ? sim_nic_find(port, index) : NULL;
        bool connected = nic && nic->is.NicState == NdisSwitchNicStateConnected;
        sim_unlock(irql);
        if (!connected) {
            return NDIS_STATUS_INVALID_PARAMETER;
        }
    }
    detail_of(p)->SourcePortId = port_id;
    detail_of(p)->SourceNicIndex = index;
    return NDIS_STATUS_SUCCESS;
}

/* Commits destination number I of P, whose contents are TO. */
static void
commit(struct sim_module *m, struct sim_nbl *p, ULONG i, const NDIS_SWITCH_PORT_DESTINATION *to,
       const char *where)
{
    struct sim_forwarding *f = p->forwarding;
    KIRQL irql = sim_lock();
    struct sim_port *port = sim_port_find(m->sw, to->PortId);
    struct sim_nic *nic = port ? sim_nic_find(port, to->NicIndex) : NULL;
    bool connected = nic && nic->is.NicState == NdisSwitchNicStateConnected;
    if (connected) {
        port->packets++;
        f->sw = m->sw;
        f->elements[i] = f->committed[i] = *to;
        f->array.NumDestinations = i + 1;
    }
    sim_unlock(irql);
    if (!connected) {
        sim_fail("%s: port %u has no connected adapter %u", where, to->PortId, to->NicIndex);
    }
    set_available(p);
}

static NDIS_STATUS
grow(struct sim_nbl *p, ULONG n)
{
    struct sim_forwarding *f = p->forwarding;
    if (sim_failure_now(FAIL_GROW) || f->array.NumElements + n > UINT16_MAX) {
        return NDIS_STATUS_RESOURCES;
    }
    set_capacity(f, f->array.NumElements + n);
    set_available(p);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS NTAPI
add_destination(NDIS_SWITCH_CONTEXT context, PNET_BUFFER_LIST nbl,
                PNDIS_SWITCH_PORT_DESTINATION destination)
{
    struct sim_module *m = module_of(context, "AddNetBufferListDestination");
    struct sim_nbl *p = packet_with_context(nbl, "AddNetBufferListDestination");
    check_may_direct(p, "AddNetBufferListDestination");
    struct sim_forwarding *f = p->forwarding;
    if (f->array.NumDestinations == f->array.NumElements) {
        NDIS_STATUS status = grow(p, 1);
        if (status != NDIS_STATUS_SUCCESS) {
            return status;
        }
    }
    commit(m, p, f->array.NumDestinations, destination, "AddNetBufferListDestination");
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS NTAPI
grow_destinations(NDIS_SWITCH_CONTEXT context, PNET_BUFFER_LIST nbl, UINT32 n,
                  PNDIS_SWITCH_FORWARDING_DESTINATION_ARRAY *destinations)
{
    module_of(context, "GrowNetBufferListDestinations");
    struct sim_nbl *p = packet_with_context(nbl, "GrowNetBufferListDestinations");
    check_may_direct(p, "GrowNetBufferListDestinations");
    NDIS_STATUS status = grow(p, n);
    if (status == NDIS_STATUS_SUCCESS) {
        *destinations = &p->forwarding->array;
    }
    return status;
}

static NDIS_STATUS NTAPI
get_destinations(NDIS_SWITCH_CONTEXT context, PNET_BUFFER_LIST nbl,
                 PNDIS_SWITCH_FORWARDING_DESTINATION_ARRAY *destinations)
{
    module_of(context, "GetNetBufferListDestinations");
    *destinations = &packet_with_context(nbl, "GetNetBufferListDestinations")->forwarding->array;
    return NDIS_STATUS_SUCCESS;
}

/* The destinations that were committed before are as they were, but for IsExcluded. */
static void
check_committed(struct sim_nbl *p, const char *where)
{
    struct sim_forwarding *f = p->forwarding;
    for (ULONG i = 0; i < f->array.NumDestinations; i++) {
        NDIS_SWITCH_PORT_DESTINATION now = f->elements[i];
        now.IsExcluded = f->committed[i].IsExcluded;
        if (memcmp(&now, &f->committed[i], sizeof now) != 0) {
            sim_fail("%s: a committed destination was changed", where);
        }
        f->committed[i].IsExcluded = f->elements[i].IsExcluded;
    }
}

static NDIS_STATUS NTAPI
update_destinations(NDIS_SWITCH_CONTEXT context, PNET_BUFFER_LIST nbl, UINT32 n_new,
                    PNDIS_SWITCH_FORWARDING_DESTINATION_ARRAY destinations)
{
    struct sim_module *m = module_of(context, "UpdateNetBufferListDestinations");
    struct sim_nbl *p = packet_with_context(nbl, "UpdateNetBufferListDestinations");
    struct sim_forwarding *f = p->forwarding;
    if (destinations != &f->array) {
        sim_fail("UpdateNetBufferListDestinations: the array is not the packet's");
    }
    if (n_new > f->array.NumElements - f->array.NumDestinations) {
        sim_fail("UpdateNetBufferListDestinations: %u new destinations where %u have room", n_new,
                 f->array.NumElements - f->array.NumDestinations);
    }
    if (n_new) {
        check_may_direct(p, "UpdateNetBufferListDestinations");
    }
    check_committed(p, "UpdateNetBufferListDestinations");
    for (UINT32 i = 0; i < n_new; i++) {
        ULONG at = f->array.NumDestinations;
        NDIS_SWITCH_PORT_DESTINATION to = f->elements[at];
        commit(m, p, at, &to, "UpdateNetBufferListDestinations");
    }
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS NTAPI
copy_info(NDIS_SWITCH_CONTEXT context, PNET_BUFFER_LIST to, PNET_BUFFER_LIST from, UINT32 flags)
{
    struct sim_module *m = module_of(context, "CopyNetBufferListInfo");
    struct sim_nbl *dest = packet_with_context(to, "CopyNetBufferListInfo");
    struct sim_nbl *src = packet_with_context(from, "CopyNetBufferListInfo");
    if (sim_failure_now(FAIL_ALLOC)) {
        return NDIS_STATUS_RESOURCES;
    }
    NdisCopySendNetBufferListInfo(to, from);
    detail_of(dest)->AsUINT64 = detail_of(src)->AsUINT64;
    if (flags & NDIS_SWITCH_COPY_NBL_INFO_FLAGS_PRESERVE_DESTINATIONS) {
        struct sim_forwarding *f = src->forwarding;
        if (dest->forwarding->array.NumElements < f->array.NumDestinations) {
            set_capacity(dest->forwarding, f->array.NumDestinations);
        }
        for (ULONG i = 0; i < f->array.NumDestinations; i++) {
            commit(m, dest, i, &f->committed[i], "CopyNetBufferListInfo");
        }
    }
    set_available(dest);
    return NDIS_STATUS_SUCCESS;
}

/* Counts DELTA references to an adapter (or, without INDEX, to a port). */
static NDIS_STATUS
reference(NDIS_SWITCH_CONTEXT context, NDIS_SWITCH_PORT_ID port_id,
          const NDIS_SWITCH_NIC_INDEX *index, LONG delta, const char *where)
{
    struct sim_module *m = module_of(context, where);
    NDIS_STATUS status = NDIS_STATUS_INVALID_PARAMETER;
    bool underflow = false;
    KIRQL irql = sim_lock();
    struct sim_port *port = sim_port_find(m->sw, port_id);
    struct sim_nic *nic = port && index ? sim_nic_find(port, *index) : NULL;
    LONG *refs = nic ? &nic->refs : port && !index ? &port->refs : NULL;
    bool live = nic ? nic->is.NicState == NdisSwitchNicStateConnected
                    : port && port->is.PortState == NdisSwitchPortStateCreated;
    if (refs && (live || delta < 0)) {
        *refs += delta;
        underflow = *refs < 0;
        status = NDIS_STATUS_SUCCESS;
    }
    sim_unlock(irql);
    if (underflow || (delta < 0 && !refs)) {
        sim_fail("%s: more than was referenced", where);
    }
    if (delta < 0) {
        KeSetEvent(&sim.arrived, 0, FALSE);
    }
    return status;
}

static NDIS_STATUS NTAPI
reference_nic(NDIS_SWITCH_CONTEXT context, NDIS_SWITCH_PORT_ID port, NDIS_SWITCH_NIC_INDEX index)
{
    return reference(context, port, &index, 1, "ReferenceSwitchNic");
}

static NDIS_STATUS NTAPI
dereference_nic(NDIS_SWITCH_CONTEXT context, NDIS_SWITCH_PORT_ID port, NDIS_SWITCH_NIC_INDEX index)
{
    return reference(context, port, &index, -1, "DereferenceSwitchNic");
}

static NDIS_STATUS NTAPI
reference_port(NDIS_SWITCH_CONTEXT context, NDIS_SWITCH_PORT_ID port)
{
    return reference(context, port, NULL, 1, "ReferenceSwitchPort");
}

static NDIS_STATUS NTAPI
dereference_port(NDIS_SWITCH_CONTEXT context, NDIS_SWITCH_PORT_ID port)
{
    return reference(context, port, NULL, -1, "DereferenceSwitchPort");
}

static VOID NTAPI
report_filtered(NDIS_SWITCH_CONTEXT context, PNDIS_STRING guid, PNDIS_STRING name,
                NDIS_SWITCH_PORT_ID port, UINT32 flags, ULONG n, PNET_BUFFER_LIST chain,
                PNDIS_STRING reason)
{
    (void)port, (void)flags, (void)reason;
    struct sim_module *m = module_of(context, "ReportFilteredNetBufferLists");
    if (!guid || !name || !RtlEqualUnicodeString(guid, &m->guid, TRUE)) {
        sim_fail("ReportFilteredNetBufferLists: not the GUID that FilterAttach was given");
    }
    ULONG there = 0;
    for (; chain; chain = chain->Next) {
        packet_with_context(chain, "ReportFilteredNetBufferLists");
        there++;
    }
    if (there != n) {
        sim_fail("ReportFilteredNetBufferLists: %u lists, said to be %u", there, n);
    }
    __atomic_fetch_add(&m->sw->filtered, n, __ATOMIC_RELAXED);
}

void
sim_forwarding_fill(PNDIS_SWITCH_OPTIONAL_HANDLERS handlers)
{
    handlers->AllocateNetBufferListForwardingContext = allocate_context;
    handlers->FreeNetBufferListForwardingContext = free_context;
    handlers->SetNetBufferListSource = set_source;
    handlers->AddNetBufferListDestination = add_destination;
    handlers->GrowNetBufferListDestinations = grow_destinations;
    handlers->GetNetBufferListDestinations = get_destinations;
    handlers->UpdateNetBufferListDestinations = update_destinations;
    handlers->CopyNetBufferListInfo = copy_info;
    handlers->ReferenceSwitchNic = reference_nic;
    handlers->DereferenceSwitchNic = dereference_nic;
    handlers->ReferenceSwitchPort = reference_port;
    handlers->DereferenceSwitchPort = dereference_port;
    handlers->ReportFilteredNetBufferLists = report_filtered;
}

size_t
sim_forwarding_destinations(struct sim_nbl *p, const NDIS_SWITCH_PORT_DESTINATION **array)
{
    check_committed(p, "a packet that is sent on");
    *array = p->forwarding->committed;
    return p->forwarding->array.NumDestinations;
}
