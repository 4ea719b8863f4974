/* SPDX-License-Identifier: Apache-2.0 */
/* The data path of a switch: down through the extension as sends, back up through it as receives,
 * to the ports, and the same way back.  Each packet has a state; every hand-over is checked
 * against what its state allows, so a packet that is completed twice, or never, is found where it
 * happens.
 *
 *   switch → FilterSendNetBufferLists → NdisFSendNetBufferLists → miniport edge
 *   → FilterReceiveNetBufferLists → NdisFIndicateReceiveNetBufferLists → ports
 *   → FilterReturnNetBufferLists → NdisFReturnNetBufferLists
 *   → FilterSendNetBufferListsComplete → NdisFSendNetBufferListsComplete → switch
 *
 * A packet that the extension originated begins at NdisFSendNetBufferLists and ends at
 * FilterSendNetBufferListsComplete. */
#include "simswitch/sim_internal.h"

static const char *const state_names[] = {
    "its owner's",
    "sent to the extension",
    "at the miniport edge",
    "indicated to the extension",
    "at the protocol edge",
    "returned to the extension",
    "returned to the miniport edge",
    "completed to the extension",
};

/* Moves P, which must be in state FROM, to state TO. */
static void
step(struct sim_nbl *p, enum sim_packet_state from, enum sim_packet_state to, const char *where)
{
    int is = from;
    if (!__atomic_compare_exchange_n(&p->state, &is, (int)to, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        sim_fail("%s: the packet is %s, not %s", where, state_names[is], state_names[from]);
    }
}

static struct sim_nbl *
packet(PNET_BUFFER_LIST nbl)
{
    return CONTAINING_RECORD(nbl, struct sim_nbl, nbl);
}

static bool
is_switchs(struct sim_nbl *p)
{
    return p->object.owner == &sim;
}

struct sim_call
sim_call_begin(bool may_raise)
{
    struct sim_call call = {.old = host_irql()};
    if (may_raise && HOST_HAS_IRQL && call.old < DISPATCH_LEVEL && sim_option(OPT_DISPATCH) &&
        sim_flip()) {
        call.raised = true;
        host_raise();
    }
    return call;
}

void
sim_call_end(struct sim_call call, const char *what)
{
    KIRQL expected = call.raised ? DISPATCH_LEVEL : call.old;
    if (host_irql() != expected) {
        sim_fail("%s: returns at IRQL %u, called at %u", what, host_irql(), expected);
    }
    if (call.raised) {
        host_lower(call.old);
    }
}

static void
check_level(ULONG flags, ULONG dispatch_flag, const char *where)
{
    if (HOST_HAS_IRQL && (flags & dispatch_flag) && host_irql() < DISPATCH_LEVEL) {
        sim_fail("%s: says DISPATCH_LEVEL and is not at it", where);
    }
}

/* The flag that says DISPATCH_LEVEL is bit 0 in all four of NDIS's sets. */
static ULONG
level_flag(void)
{
    return host_irql() == DISPATCH_LEVEL && sim_flip() ? NDIS_SEND_FLAGS_DISPATCH_LEVEL : 0;
}

/* A packet of the switch's is as it was when it was lent. */
static void
check_unchanged(struct sim_nbl *p, const char *where)
{
    if (sim_nbl_hash(&p->nbl) != p->data_hash) {
        sim_fail("%s: data of a packet of the switch's were changed; clone it first", where);
    }
    PNDIS_SWITCH_FORWARDING_DETAIL_NET_BUFFER_LIST_INFO detail =
        NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(&p->nbl);
    if (detail->SourcePortId != p->source.SourcePortId ||
        detail->SourceNicIndex != p->source.SourceNicIndex) {
        sim_fail("%s: the source of a packet of the switch's was changed", where);
    }
}

static void
check_single_source(PNET_BUFFER_LIST chain, const char *where)
{
    UINT32 source = NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(chain)->SourcePortId;
    for (; chain; chain = chain->Next) {
        if (NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(chain)->SourcePortId != source) {
            sim_fail("%s: SWITCH_SINGLE_SOURCE on packets of several sources", where);
        }
    }
}

static void
check_destination_group(PNET_BUFFER_LIST chain, const char *where)
{
    const NDIS_SWITCH_PORT_DESTINATION *first, *next;
    size_t n = sim_forwarding_destinations(packet(chain), &first);
    for (PNET_BUFFER_LIST nbl = chain->Next; nbl; nbl = nbl->Next) {
        size_t n_next = sim_forwarding_destinations(packet(nbl), &next);
        if (n != n_next || memcmp(first, next, n * sizeof *first) != 0) {
            sim_fail("%s: SWITCH_DESTINATION_GROUP on packets of several destinations", where);
        }
    }
}

void
sim_ingress(struct sim_module *m, PNET_BUFFER_LIST chain, bool single_source)
{
    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next) {
        struct sim_nbl *p = packet(nbl);
        p->lender = m;
        p->source = *NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(nbl);
        p->data_hash = sim_nbl_hash(nbl);
        step(p, PKT_IDLE, PKT_INGRESS, "the switch");
        __atomic_add_fetch(&m->lent, 1, __ATOMIC_ACQ_REL);
    }
    if (!m->filter->is.SendNetBufferListsHandler) {
        sim_fail("an extension without FilterSendNetBufferLists cannot forward");
    }
    struct sim_call call = sim_call_begin(true);
    m->filter->is.SendNetBufferListsHandler(
        m->context, chain, 0,
        level_flag() | (single_source ? NDIS_SEND_FLAGS_SWITCH_SINGLE_SOURCE : 0));
    sim_call_end(call, "FilterSendNetBufferLists");
}

/* Takes from the extension a packet that it sends. */
static void
take_sent(struct sim_module *m, struct sim_nbl *p, const char *where)
{
    if (!p->forwarding) {
        sim_fail("%s: the packet has no forwarding context", where);
    }
    if (is_switchs(p)) {
        step(p, PKT_INGRESS, PKT_LOWER, where);
        check_unchanged(p, where);
        return;
    }
    if (p->nbl.SourceHandle != m) {
        sim_fail("%s: SourceHandle of a packet of the extension's own is not its filter handle",
                 where);
    }
    if (p->nbl.Status == NDIS_STATUS_PAUSED) {
        p->nbl.Status = NDIS_STATUS_SUCCESS;
    }
    step(p, PKT_IDLE, PKT_LOWER, where);
    __atomic_add_fetch(&m->borrowed, 1, __ATOMIC_ACQ_REL);
}

VOID
NdisFSendNetBufferLists(NDIS_HANDLE handle, PNET_BUFFER_LIST chain, NDIS_PORT_NUMBER port,
                        ULONG flags)
{
    struct sim_module *m = sim_module_check(handle, __func__);
    enum sim_state state = sim_state(m);
    if (state != SIM_RUNNING && state != SIM_PAUSING) {
        sim_fail("%s: the module is %s", __func__, sim_state_name(state));
    }
    if (port != 0) {
        sim_fail("%s: NDIS port %u, not the default one", __func__, port);
    }
    check_level(flags, NDIS_SEND_FLAGS_DISPATCH_LEVEL, __func__);
    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next) {
        take_sent(m, sim_nbl_check(nbl, __func__), __func__);
    }
    if (chain && (flags & NDIS_SEND_FLAGS_SWITCH_SINGLE_SOURCE)) {
        check_single_source(chain, __func__);
    }
    if (chain && (flags & NDIS_SEND_FLAGS_SWITCH_DESTINATION_GROUP)) {
        check_destination_group(chain, __func__);
    }
    if (chain) {
        sim_edge_run(JOB_EGRESS, m, chain);
    }
}

/* At the miniport edge: up through the extension. */
static void
job_egress(struct sim_module *m, PNET_BUFFER_LIST chain)
{
    bool through = m->filter->is.ReceiveNetBufferListsHandler != NULL;
    ULONG n = 0;
    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next, n++) {
        step(packet(nbl), PKT_LOWER, through ? PKT_EGRESS : PKT_UPPER, "the miniport edge");
    }
    if (!through) {
        sim_edge_run(JOB_DELIVER, m, chain);
        return;
    }
    struct sim_call call = sim_call_begin(true);
    m->filter->is.ReceiveNetBufferListsHandler(m->context, chain, 0, n, level_flag());
    sim_call_end(call, "FilterReceiveNetBufferLists");
}

VOID
NdisFIndicateReceiveNetBufferLists(NDIS_HANDLE handle, PNET_BUFFER_LIST chain,
                                   NDIS_PORT_NUMBER port, ULONG n, ULONG flags)
{
    struct sim_module *m = sim_module_check(handle, __func__);
    ULONG there = 0;
    check_level(flags, NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL, __func__);
    if (flags & NDIS_RECEIVE_FLAGS_RESOURCES) {
        sim_fail("%s: NDIS_RECEIVE_FLAGS_RESOURCES is not for extensible switches", __func__);
    }
    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next, there++) {
        struct sim_nbl *p = sim_nbl_check(nbl, __func__);
        if (__atomic_load_n(&p->state, __ATOMIC_ACQUIRE) == PKT_IDLE) {
            sim_fail("%s: packets are not injected into the egress path", __func__);
        }
        step(p, PKT_EGRESS, PKT_UPPER, __func__);
    }
    if (there != n || port != 0) {
        sim_fail("%s: %u lists, said to be %u, on NDIS port %u", __func__, there, n, port);
    }
    if (chain) {
        sim_edge_run(JOB_DELIVER, m, chain);
    }
}

/* At the protocol edge: to the ports, and back through the extension. */
static void
job_deliver(struct sim_module *m, PNET_BUFFER_LIST chain)
{
    bool through = m->filter->is.ReturnNetBufferListsHandler != NULL;
    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next) {
        sim_deliver(m->sw, packet(nbl));
        step(packet(nbl), PKT_UPPER, through ? PKT_RETURNING : PKT_RETURNED, "the protocol edge");
    }
    if (!through) {
        sim_edge_run(JOB_COMPLETE, m, chain);
        return;
    }
    struct sim_call call = sim_call_begin(true);
    m->filter->is.ReturnNetBufferListsHandler(m->context, chain, level_flag());
    sim_call_end(call, "FilterReturnNetBufferLists");
}

VOID
NdisFReturnNetBufferLists(NDIS_HANDLE handle, PNET_BUFFER_LIST chain, ULONG flags)
{
    struct sim_module *m = sim_module_check(handle, __func__);
    check_level(flags, NDIS_RETURN_FLAGS_DISPATCH_LEVEL, __func__);
    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next) {
        struct sim_nbl *p = sim_nbl_check(nbl, __func__);
        /* Those it was handed on the way up it drops. */
        int state = __atomic_load_n(&p->state, __ATOMIC_ACQUIRE);
        step(p, state == PKT_EGRESS ? PKT_EGRESS : PKT_RETURNING, PKT_RETURNED, __func__);
    }
    if (chain) {
        sim_edge_run(JOB_COMPLETE, m, chain);
    }
}

/* At the miniport edge: the sends are complete. */
static void
job_complete(struct sim_module *m, PNET_BUFFER_LIST chain)
{
    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next) {
        struct sim_nbl *p = packet(nbl);
        nbl->Status = NDIS_STATUS_SUCCESS;
        if (is_switchs(p)) {
            step(p, PKT_RETURNED, PKT_COMPLETING, "the miniport edge");
        } else {
            step(p, PKT_RETURNED, PKT_IDLE, "the miniport edge");
            __atomic_sub_fetch(&m->borrowed, 1, __ATOMIC_ACQ_REL);
        }
    }
    struct sim_call call = sim_call_begin(true);
    m->filter->is.SendNetBufferListsCompleteHandler(m->context, chain, level_flag());
    sim_call_end(call, "FilterSendNetBufferListsComplete");
    KeSetEvent(&sim.arrived, 0, FALSE);
}

/* Takes back a packet of the switch's. */
static void
take_back(struct sim_module *m, PNET_BUFFER_LIST nbl, const char *where)
{
    struct sim_nbl *p = sim_nbl_check(nbl, where);
    if (!is_switchs(p) || p->lender != m) {
        sim_fail("%s: the packet is not the switch's; free it", where);
    }
    /* Those it was handed on the way down it drops. */
    int state = __atomic_load_n(&p->state, __ATOMIC_ACQUIRE);
    bool dropped = state == PKT_INGRESS;
    step(p, dropped ? PKT_INGRESS : PKT_COMPLETING, PKT_IDLE, where);
    check_unchanged(p, where);
    if (__atomic_load_n(&p->clones, __ATOMIC_ACQUIRE)) {
        sim_fail("%s: the packet is completed while clones use its data", where);
    }
    sim_forwarding_free(p);
    sim_nbl_unmake(nbl);
    __atomic_fetch_add(dropped ? &m->sw->dropped : &m->sw->completed, 1, __ATOMIC_RELAXED);
    __atomic_sub_fetch(&m->lent, 1, __ATOMIC_ACQ_REL);
}

VOID
NdisFSendNetBufferListsComplete(NDIS_HANDLE handle, PNET_BUFFER_LIST chain, ULONG flags)
{
    struct sim_module *m = sim_module_check(handle, __func__);
    check_level(flags, NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL, __func__);
    if (chain && (flags & NDIS_SEND_COMPLETE_FLAGS_SWITCH_SINGLE_SOURCE)) {
        for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next) {
            sim_nbl_check(nbl, __func__);
        }
        check_single_source(chain, __func__);
    }
    while (chain) {
        PNET_BUFFER_LIST next = sim_nbl_check(chain, __func__)->nbl.Next;
        take_back(m, chain, __func__);
        chain = next;
    }
    KeSetEvent(&sim.arrived, 0, FALSE);
}

VOID
NdisFCancelSendNetBufferLists(NDIS_HANDLE handle, PVOID cancel_id)
{
    sim_module_check(handle, __func__);
    (void)cancel_id;
}

void
sim_job_packets(enum sim_job job, struct sim_module *m, PNET_BUFFER_LIST chain)
{
    if (job == JOB_EGRESS) {
        job_egress(m, chain);
    } else if (job == JOB_DELIVER) {
        job_deliver(m, chain);
    } else {
        job_complete(m, chain);
    }
}

bool
sim_path_drain(struct sim_module *m, unsigned ms)
{
    ULONGLONG end = sim_deadline(ms);
    for (;;) {
        sim_edge_quiesce();
        if (__atomic_load_n(&m->lent, __ATOMIC_ACQUIRE) == 0 &&
            __atomic_load_n(&m->borrowed, __ATOMIC_ACQUIRE) == 0) {
            return true;
        }
        if (!sim_wait(end)) {
            return false;
        }
    }
}
