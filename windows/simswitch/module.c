/* SPDX-License-Identifier: Apache-2.0 */
/* The filter driver and its modules: registration, attach, restart, pause, detach, checked against
 * NDIS's table of states on every move. */
#include "simswitch/sim_internal.h"

#define PATIENCE_MS 30000 /* for what an extension pended */

/* From each state, a bit for every state that may follow. */
static const uint8_t moves[SIM_N_STATES] = {
    [SIM_DETACHED] = 1 << SIM_ATTACHING,
    [SIM_ATTACHING] = 1 << SIM_PAUSED | 1 << SIM_DETACHED,
    [SIM_PAUSED] = 1 << SIM_RESTARTING | 1 << SIM_DETACHED,
    [SIM_RESTARTING] = 1 << SIM_RUNNING | 1 << SIM_PAUSED,
    [SIM_RUNNING] = 1 << SIM_PAUSING,
    [SIM_PAUSING] = 1 << SIM_PAUSED,
};

static const char *const state_names[SIM_N_STATES] = {
    "detached", "attaching", "paused", "restarting", "running", "pausing",
};

const char *
sim_state_name(enum sim_state state)
{
    return state_names[state];
}

enum sim_state
sim_state(struct sim_module *m)
{
    return (enum sim_state)__atomic_load_n(&m->state, __ATOMIC_ACQUIRE);
}

void
sim_move(struct sim_module *m, enum sim_state to, const char *why)
{
    enum sim_state from = sim_state(m);
    if (!(moves[from] & 1 << to)) {
        sim_fail("%s: a module that is %s cannot become %s", why, state_names[from],
                 state_names[to]);
    }
    __atomic_store_n(&m->state, (int)to, __ATOMIC_RELEASE);
}

struct sim_module *
sim_module_check(NDIS_HANDLE handle, const char *where)
{
    return sim_object_check(handle, SIM_MODULE, where);
}

static void
check_characteristics(PNDIS_FILTER_DRIVER_CHARACTERISTICS c)
{
    if (c->Header.Type != NDIS_OBJECT_TYPE_FILTER_DRIVER_CHARACTERISTICS ||
        c->Header.Revision < NDIS_FILTER_CHARACTERISTICS_REVISION_2 ||
        c->Header.Size < NDIS_SIZEOF_FILTER_DRIVER_CHARACTERISTICS_REVISION_2) {
        sim_fail("NdisFRegisterFilterDriver: the characteristics' header is wrong");
    }
    if (c->MajorNdisVersion != 6 || c->MinorNdisVersion < 30) {
        sim_fail("NdisFRegisterFilterDriver: extensible switches need NDIS 6.30, not %u.%u",
                 c->MajorNdisVersion, c->MinorNdisVersion);
    }
    if (!c->FriendlyName.Length || !c->UniqueName.Length || !c->ServiceName.Length) {
        sim_fail("NdisFRegisterFilterDriver: a name is empty");
    }
    if (!c->AttachHandler || !c->DetachHandler || !c->RestartHandler || !c->PauseHandler) {
        sim_fail("NdisFRegisterFilterDriver: a handler that must be there is not");
    }
    if (!c->SendNetBufferListsHandler != !c->SendNetBufferListsCompleteHandler ||
        !c->ReceiveNetBufferListsHandler != !c->ReturnNetBufferListsHandler ||
        !c->OidRequestHandler != !c->OidRequestCompleteHandler) {
        sim_fail("NdisFRegisterFilterDriver: of a pair of handlers only one is there");
    }
}

NDIS_STATUS
NdisFRegisterFilterDriver(PDRIVER_OBJECT driver, NDIS_HANDLE context,
                          PNDIS_FILTER_DRIVER_CHARACTERISTICS characteristics, PNDIS_HANDLE handle)
{
    if (!sim.started) {
        sim_start();
    }
    check_characteristics(characteristics);
    if (sim.filter) {
        sim_fail("NdisFRegisterFilterDriver: only one filter driver is simulated");
    }
    struct sim_filter *filter = sim_object_new(SIM_FILTER, sizeof *filter, &sim);
    filter->is = *characteristics;
    filter->context = context;
    filter->driver = driver;
    *handle = filter;
    if (filter->is.SetOptionsHandler) {
        NDIS_STATUS status = filter->is.SetOptionsHandler(filter, context);
        if (status != NDIS_STATUS_SUCCESS) {
            sim_object_free(filter);
            return status;
        }
    }
    sim.filter = filter;
    return NDIS_STATUS_SUCCESS;
}

/* Takes SW's module away from it, in whatever state it is. */
static void
unbind(struct sim_switch *sw)
{
    if (sw->module && sim_state(sw->module) == SIM_RUNNING) {
        sim_pause(sw);
    }
    if (sw->module) {
        sim_detach(sw);
    }
}

VOID
NdisFDeregisterFilterDriver(NDIS_HANDLE handle)
{
    struct sim_filter *filter = sim_object_check(handle, SIM_FILTER, __func__);
    KeWaitForSingleObject(&sim.control, Executive, KernelMode, FALSE, NULL);
    LIST_FOR_EACH (struct sim_switch, sw, node, &sim.switches) {
        unbind(sw);
    }
    sim.filter = NULL;
    KeReleaseMutex(&sim.control, FALSE);
    sim_object_free(filter);
    host_stopping();
}

static void
make_guid(struct sim_module *m)
{
    static const char pattern[] = "{00000000-5357-4954-4348-000000000000}";
    uintptr_t id = (uintptr_t)m;
    for (size_t i = 0; i < sizeof pattern; i++) {
        m->guid_text[i] = (WCHAR)pattern[i];
    }
    for (unsigned i = 0; i < 12; i++, id >>= 4) {
        m->guid_text[36 - i] = (WCHAR) "0123456789ABCDEF"[id & 15];
    }
    m->guid = (UNICODE_STRING){
        .Length = 38 * sizeof(WCHAR), .MaximumLength = 39 * sizeof(WCHAR), .Buffer = m->guid_text};
}

static NDIS_STATUS
call_attach(struct sim_module *m)
{
    static WCHAR text[] = L"Hyper-V Virtual Switch Extension Adapter";
    NDIS_STRING name = {sizeof text - sizeof text[0], sizeof text, text};
    NDIS_FILTER_ATTACH_PARAMETERS p;
    memset(&p, 0, sizeof p);
    p.Header = (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_FILTER_ATTACH_PARAMETERS,
                                    NDIS_FILTER_ATTACH_PARAMETERS_REVISION_4,
                                    NDIS_SIZEOF_FILTER_ATTACH_PARAMETERS_REVISION_4};
    p.IfIndex = 20;
    p.FilterModuleGuidName = &m->guid;
    p.BaseMiniportIfIndex = 10;
    p.BaseMiniportInstanceName = &name;
    p.BaseMiniportName = &name;
    p.MediaConnectState = MediaConnectStateConnected;
    p.MediaDuplexState = MediaDuplexStateFull;
    p.XmitLinkSpeed = p.RcvLinkSpeed = 10000000000u;
    p.MiniportMediaType = NdisMedium802_3;
    p.MacAddressLength = 6;
    struct sim_call call = sim_call_begin(false);
    NDIS_STATUS status = m->filter->is.AttachHandler(m, m->filter->context, &p);
    sim_call_end(call, "FilterAttach");
    return status;
}

int
sim_attach(struct sim_switch *sw)
{
    if (!sim.filter || sw->module) {
        return -1;
    }
    struct sim_module *m = sim_object_new(SIM_MODULE, sizeof *m, &sim);
    m->filter = sim.filter;
    m->sw = sw;
    KeInitializeEvent(&m->moved, NotificationEvent, FALSE);
    make_guid(m);
    sim_move(m, SIM_ATTACHING, "attach");
    NDIS_STATUS status = call_attach(m);
    if (status != NDIS_STATUS_SUCCESS) {
        sim_objects_check_gone(m, "FilterAttach has failed");
        sim_move(m, SIM_DETACHED, "attach");
        sim_object_free(m);
        return -1;
    }
    if (!m->attributes_set) {
        sim_fail("FilterAttach: succeeds without NdisFSetAttributes");
    }
    sim_move(m, SIM_PAUSED, "attach");
    KIRQL irql = sim_lock();
    sw->module = m;
    sim_unlock(irql);
    return 0;
}

NDIS_STATUS
NdisFSetAttributes(NDIS_HANDLE handle, NDIS_HANDLE context, PNDIS_FILTER_ATTRIBUTES attributes)
{
    struct sim_module *m = sim_module_check(handle, __func__);
    if (sim_state(m) != SIM_ATTACHING) {
        sim_fail("%s: outside FilterAttach", __func__);
    }
    if (attributes->Header.Type != NDIS_OBJECT_TYPE_FILTER_ATTRIBUTES ||
        attributes->Header.Revision != NDIS_FILTER_ATTRIBUTES_REVISION_1 ||
        attributes->Header.Size < NDIS_SIZEOF_FILTER_ATTRIBUTES_REVISION_1 || attributes->Flags) {
        sim_fail("%s: the attributes are wrong", __func__);
    }
    if (sim_failure_now(FAIL_ATTACH)) {
        return NDIS_STATUS_RESOURCES;
    }
    m->context = context;
    m->attributes_set = true;
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS
NdisFGetOptionalSwitchHandlers(NDIS_HANDLE handle, PNDIS_SWITCH_CONTEXT context,
                               PNDIS_SWITCH_OPTIONAL_HANDLERS handlers)
{
    struct sim_module *m = sim_module_check(handle, __func__);
    UCHAR type = handlers->Header.Type;
    if ((type != NDIS_OBJECT_TYPE_DEFAULT && type != NDIS_OBJECT_TYPE_SWITCH_OPTIONAL_HANDLERS) ||
        handlers->Header.Revision != NDIS_SWITCH_OPTIONAL_HANDLERS_REVISION_1 ||
        handlers->Header.Size < NDIS_SIZEOF_SWITCH_OPTIONAL_HANDLERS_REVISION_1) {
        sim_fail("%s: the handlers' header is wrong", __func__);
    }
    if (sim_state(m) != SIM_ATTACHING) {
        sim_fail("%s: outside FilterAttach", __func__);
    }
    sim_forwarding_fill(handlers);
    *context = m;
    return NDIS_STATUS_SUCCESS;
}

/* The verdict of a handler that moves M, which gave STATUS; waits for it where that is pending. */
static NDIS_STATUS
verdict(struct sim_module *m, NDIS_STATUS status, const char *what)
{
    if (status != NDIS_STATUS_PENDING) {
        if (__atomic_load_n(&m->move_done, __ATOMIC_ACQUIRE)) {
            sim_fail("%s: completed twice, by its status and by a call", what);
        }
        return status;
    }
    LARGE_INTEGER patience = {.QuadPart = -10000ll * PATIENCE_MS};
    if (KeWaitForSingleObject(&m->moved, Executive, KernelMode, FALSE, &patience) !=
        STATUS_SUCCESS) {
        sim_fail("%s: pended, and not completed in %u ms", what, PATIENCE_MS);
    }
    return m->move_status;
}

static void
expect_move(struct sim_module *m)
{
    __atomic_store_n(&m->move_done, false, __ATOMIC_RELEASE);
    KeClearEvent(&m->moved);
}

static void
move_complete(struct sim_module *m, enum sim_state in, NDIS_STATUS status, const char *where)
{
    if (sim_state(m) != in || __atomic_exchange_n(&m->move_done, true, __ATOMIC_ACQ_REL)) {
        sim_fail("%s: nothing is pending", where);
    }
    m->move_status = status;
    KeSetEvent(&m->moved, 0, FALSE);
}

VOID
NdisFRestartComplete(NDIS_HANDLE handle, NDIS_STATUS status)
{
    move_complete(sim_module_check(handle, __func__), SIM_RESTARTING, status, __func__);
}

/* The extension's own packets must be back when it says that it has paused. */
static void
check_paused(struct sim_module *m)
{
    LONG n = __atomic_load_n(&m->borrowed, __ATOMIC_ACQUIRE);
    if (n) {
        sim_fail("FilterPause: complete while %d packets of the extension's own are under way",
                 (int)n);
    }
}

VOID
NdisFPauseComplete(NDIS_HANDLE handle)
{
    struct sim_module *m = sim_module_check(handle, __func__);
    check_paused(m);
    move_complete(m, SIM_PAUSING, NDIS_STATUS_SUCCESS, __func__);
}

/* Whether packets from above may come in.  They may until a pause is complete, as NDIS says, so a
 * module that is pausing must turn them away. */
static void
admit(struct sim_module *m, bool admits)
{
    KIRQL irql = sim_lock();
    m->admits = admits;
    sim_unlock(irql);
}

int
sim_restart(struct sim_switch *sw)
{
    struct sim_module *m = sw->module;
    if (!m || sim_state(m) != SIM_PAUSED) {
        return -1;
    }
    NDIS_FILTER_RESTART_PARAMETERS p;
    memset(&p, 0, sizeof p);
    p.Header = (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_FILTER_RESTART_PARAMETERS,
                                    NDIS_FILTER_RESTART_PARAMETERS_REVISION_1,
                                    NDIS_SIZEOF_FILTER_RESTART_PARAMETERS_REVISION_1};
    p.MiniportMediaType = NdisMedium802_3;
    expect_move(m);
    sim_move(m, SIM_RESTARTING, "restart");
    struct sim_call call = sim_call_begin(false);
    NDIS_STATUS status = m->filter->is.RestartHandler(m->context, &p);
    sim_call_end(call, "FilterRestart");
    status = verdict(m, status, "FilterRestart");
    sim_move(m, status == NDIS_STATUS_SUCCESS ? SIM_RUNNING : SIM_PAUSED, "restart");
    admit(m, status == NDIS_STATUS_SUCCESS);
    return status == NDIS_STATUS_SUCCESS ? 0 : -1;
}

int
sim_pause(struct sim_switch *sw)
{
    struct sim_module *m = sw->module;
    if (!m || sim_state(m) != SIM_RUNNING) {
        return -1;
    }
    NDIS_FILTER_PAUSE_PARAMETERS p;
    memset(&p, 0, sizeof p);
    p.Header = (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_FILTER_PAUSE_PARAMETERS,
                                    NDIS_FILTER_PAUSE_PARAMETERS_REVISION_1,
                                    NDIS_SIZEOF_FILTER_PAUSE_PARAMETERS_REVISION_1};
    expect_move(m);
    sim_move(m, SIM_PAUSING, "pause");
    if (!sim_option(OPT_HOLD) && sim_flip()) {
        admit(m, false);
        sim_edge_quiesce();
    }
    struct sim_call call = sim_call_begin(false);
    NDIS_STATUS status = m->filter->is.PauseHandler(m->context, &p);
    sim_call_end(call, "FilterPause");
    if (status == NDIS_STATUS_SUCCESS) {
        check_paused(m);
    } else if (status != NDIS_STATUS_PENDING) {
        sim_fail("FilterPause: cannot fail, and gave %x", (unsigned)status);
    }
    verdict(m, status, "FilterPause");
    admit(m, false);
    if (!sim_path_drain(m, PATIENCE_MS)) {
        sim_fail("FilterPause: complete, and %d packets of the switch's are still held",
                 (int)__atomic_load_n(&m->lent, __ATOMIC_ACQUIRE));
    }
    sim_move(m, SIM_PAUSED, "pause");
    return 0;
}

static void
check_no_references(struct sim_switch *sw)
{
    bool left = false;
    KIRQL irql = sim_lock();
    LIST_FOR_EACH (struct sim_port, port, node, &sw->ports) {
        left |= port->refs != 0 || port->packets != 0;
        LIST_FOR_EACH (struct sim_nic, nic, node, &port->nics) {
            left |= nic->refs != 0;
        }
    }
    sim_unlock(irql);
    if (left) {
        sim_fail("FilterDetach: a port or an adapter is still referenced");
    }
}

int
sim_detach(struct sim_switch *sw)
{
    struct sim_module *m = sw->module;
    if (!m || sim_state(m) != SIM_PAUSED) {
        return -1;
    }
    sim_edge_quiesce();
    if (__atomic_load_n(&m->own_oids, __ATOMIC_ACQUIRE)) {
        sim_fail("FilterDetach: OID requests of the extension's own are not completed");
    }
    struct sim_call call = sim_call_begin(false);
    m->filter->is.DetachHandler(m->context);
    sim_call_end(call, "FilterDetach");
    sim_move(m, SIM_DETACHED, "detach");
    KIRQL irql = sim_lock();
    sw->module = NULL;
    sim_unlock(irql);
    check_no_references(sw);
    sim_objects_check_gone(m, "FilterDetach");
    sim_object_free(m);
    return 0;
}

void
sim_activate(struct sim_switch *sw)
{
    sw->active = true;
    struct sim_module *m = sw->module;
    if (!m || !m->filter->is.NetPnPEventHandler) {
        return;
    }
    NET_PNP_EVENT_NOTIFICATION event;
    memset(&event, 0, sizeof event);
    event.Header =
        (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_DEFAULT, NET_PNP_EVENT_NOTIFICATION_REVISION_1,
                             NDIS_SIZEOF_NET_PNP_EVENT_NOTIFICATION_REVISION_1};
    event.NetPnPEvent.NetEvent = NetEventSwitchActivate;
    struct sim_call call = sim_call_begin(false);
    m->filter->is.NetPnPEventHandler(m->context, &event);
    sim_call_end(call, "FilterNetPnPEvent");
}

NDIS_STATUS
NdisFNetPnPEvent(NDIS_HANDLE handle, PNET_PNP_EVENT_NOTIFICATION event)
{
    sim_module_check(handle, __func__);
    (void)event;
    return NDIS_STATUS_SUCCESS;
}

VOID
NdisFDevicePnPEventNotify(NDIS_HANDLE handle, PNET_DEVICE_PNP_EVENT event)
{
    sim_module_check(handle, __func__);
    (void)event;
}

VOID
NdisFIndicateStatus(NDIS_HANDLE handle, PNDIS_STATUS_INDICATION status)
{
    struct sim_module *m = sim_module_check(handle, __func__);
    if (sim_state(m) == SIM_ATTACHING) {
        sim_fail("%s: not from the attaching state", __func__);
    }
    if (status->Header.Type != NDIS_OBJECT_TYPE_STATUS_INDICATION) {
        sim_fail("%s: the indication's header is wrong", __func__);
    }
    __atomic_add_fetch(&m->n_indicated, 1, __ATOMIC_RELEASE);
}

NDIS_STATUS
NdisFRestartFilter(NDIS_HANDLE handle)
{
    sim_module_check(handle, __func__);
    sim_fail("%s: not simulated", __func__);
    return NDIS_STATUS_FAILURE;
}
