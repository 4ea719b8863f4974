/* SPDX-License-Identifier: Apache-2.0 */
/* OID requests: the protocol edge's, which pass the extension on their way to the miniport edge,
 * and the extension's own, which the miniport edge answers. */
#include "simswitch/sim_internal.h"
#include "simswitch/sim_oid.h"

#define PATIENCE_MS 30000

struct sim_clone {
    struct sim_object object;
    struct sim_module *module;
    PNDIS_OID_REQUEST original;
    bool pending;
    NDIS_OID_REQUEST request;
};

/* What an extension may not complete itself, let alone fail, but must send on. */
static bool
must_forward(NDIS_OID oid)
{
    switch (oid) {
    case OID_SWITCH_NIC_CONNECT:
    case OID_SWITCH_NIC_DISCONNECT:
    case OID_SWITCH_NIC_DELETE:
    case OID_SWITCH_NIC_UPDATED:
    case OID_SWITCH_PORT_TEARDOWN:
    case OID_SWITCH_PORT_DELETE:
    case OID_SWITCH_PORT_UPDATED:
        return true;
    default:
        return false;
    }
}

static uint64_t
hash_of(const void *data, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325ull;
    for (const uint8_t *p = data, *end = p + size; p < end; p++) {
        hash = (hash ^ *p) * 0x100000001b3ull;
    }
    return hash;
}

/* The extension is through with O, with STATUS: has it done as it must? */
static void
check_verdict(struct sim_oid *o, NDIS_STATUS status, uint64_t hash)
{
    NDIS_OID oid = o->request.DATA.SET_INFORMATION.Oid;
    if (status == NDIS_STATUS_SUCCESS && !o->reached) {
        sim_fail("OID %x: the extension completes it with success and has not sent it on",
                 (unsigned)oid);
    }
    bool no_memory =
        status == NDIS_STATUS_RESOURCES && sim_failures_so_far(FAIL_ALLOC) != o->n_failed;
    if (must_forward(oid) && !no_memory && (!o->reached || status != NDIS_STATUS_SUCCESS)) {
        sim_fail("OID %x: the extension must send it on and may not fail it (%x)", (unsigned)oid,
                 (unsigned)status);
    }
    if (hash != hash_of(o->request.DATA.SET_INFORMATION.InformationBuffer,
                        o->request.DATA.SET_INFORMATION.InformationBufferLength)) {
        sim_fail("OID %x: the extension has changed the request's buffer", (unsigned)oid);
    }
}

void
sim_oid_prepare(struct sim_oid *o, NDIS_REQUEST_TYPE type, NDIS_OID oid, void *buffer, ULONG size)
{
    o->request.Header =
        (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_OID_REQUEST, NDIS_OID_REQUEST_REVISION_1,
                             NDIS_SIZEOF_OID_REQUEST_REVISION_1};
    o->request.RequestType = type;
    o->request.RequestId = o;
    /* The three members begin alike. */
    o->request.DATA.METHOD_INFORMATION.Oid = oid;
    o->request.DATA.METHOD_INFORMATION.InformationBuffer = buffer;
    o->request.DATA.METHOD_INFORMATION.InputBufferLength = size;
    if (type == NdisRequestMethod) {
        o->request.DATA.METHOD_INFORMATION.OutputBufferLength = size;
    }
    KeInitializeEvent(&o->done, NotificationEvent, FALSE);
}

/* Waits for O, for which the handler has given STATUS; the final one. */
static NDIS_STATUS
outcome(struct sim_oid *o, unsigned oid, NDIS_STATUS status)
{
    if (status != NDIS_STATUS_PENDING) {
        if (__atomic_load_n(&o->completed, __ATOMIC_ACQUIRE)) {
            sim_fail("OID %x: completed twice, by its status and by a call", oid);
        }
        return status;
    }
    LARGE_INTEGER patience = {.QuadPart = -10000ll * PATIENCE_MS};
    if (KeWaitForSingleObject(&o->done, Executive, KernelMode, FALSE, &patience) !=
        STATUS_SUCCESS) {
        sim_fail("OID %x: pended, and not completed in %u ms", oid, PATIENCE_MS);
    }
    return o->status;
}

NDIS_STATUS
sim_oid_issue(struct sim_module *m, struct sim_oid *o)
{
    if (!m || !m->filter->is.OidRequestHandler) {
        o->reached = true;
        return o->at_lower_edge(o, &o->request);
    }
    /* The request is the extension's until it is complete. */
    unsigned oid = o->request.DATA.SET_INFORMATION.Oid;
    bool is_set = o->request.RequestType == NdisRequestSetInformation;
    void *buffer = o->request.DATA.SET_INFORMATION.InformationBuffer;
    ULONG size = o->request.DATA.SET_INFORMATION.InformationBufferLength;
    uint64_t hash = is_set ? hash_of(buffer, size) : 0;
    o->n_failed = sim_failures_so_far(FAIL_ALLOC);
    __atomic_store_n(&m->oid, o, __ATOMIC_RELEASE);
    struct sim_call call = sim_call_begin(false);
    NDIS_STATUS status = m->filter->is.OidRequestHandler(m->context, &o->request);
    sim_call_end(call, "FilterOidRequest");
    status = outcome(o, oid, status);
    __atomic_store_n(&m->oid, NULL, __ATOMIC_RELEASE);
    if (is_set) {
        check_verdict(o, status, hash);
    }
    return status;
}

VOID
NdisFOidRequestComplete(NDIS_HANDLE handle, PNDIS_OID_REQUEST request, NDIS_STATUS status)
{
    struct sim_module *m = sim_module_check(handle, __func__);
    struct sim_oid *o = __atomic_load_n(&m->oid, __ATOMIC_ACQUIRE);
    if (!o || request != &o->request ||
        __atomic_exchange_n(&o->completed, true, __ATOMIC_ACQ_REL)) {
        sim_fail("%s: the request is not pending", __func__);
    }
    if (status == NDIS_STATUS_PENDING) {
        sim_fail("%s: with NDIS_STATUS_PENDING", __func__);
    }
    o->status = status;
    KeSetEvent(&o->done, 0, FALSE);
}

NDIS_STATUS
NdisAllocateCloneOidRequest(NDIS_HANDLE handle, PNDIS_OID_REQUEST request, UINT tag,
                            PNDIS_OID_REQUEST *clone)
{
    struct sim_module *m = sim_module_check(handle, __func__);
    if (!tag) {
        sim_fail("%s: a tag is not 0", __func__);
    }
    struct sim_clone *c = sim_object_new(SIM_OID_CLONE, sizeof *c, m);
    if (!c) {
        return NDIS_STATUS_RESOURCES;
    }
    c->module = m;
    c->original = request;
    c->request = *request;
    memset(c->request.NdisReserved, 0, sizeof c->request.NdisReserved);
    memset(c->request.SourceReserved, 0, sizeof c->request.SourceReserved);
    memset(c->request.MiniportReserved, 0, sizeof c->request.MiniportReserved);
    c->request.RequestHandle = c; /* how a clone is known from a request of the extension's own */
    *clone = &c->request;
    return NDIS_STATUS_SUCCESS;
}

VOID
NdisFreeCloneOidRequest(NDIS_HANDLE handle, PNDIS_OID_REQUEST request)
{
    struct sim_module *m = sim_module_check(handle, __func__);
    struct sim_clone *c = sim_object_check(CONTAINING_RECORD(request, struct sim_clone, request),
                                           SIM_OID_CLONE, __func__);
    if (c->module != m || c->pending) {
        sim_fail("%s: the request is another module's, or pending", __func__);
    }
    sim_object_free(c);
}

VOID
NdisFCancelOidRequest(NDIS_HANDLE handle, PVOID request_id)
{
    sim_module_check(handle, __func__);
    (void)request_id;
}

/* The clone that REQUEST is, or NULL where it is the extension's own. */
static struct sim_clone *
clone_of(PNDIS_OID_REQUEST request)
{
    struct sim_clone *c = CONTAINING_RECORD(request, struct sim_clone, request);
    return request->RequestHandle == c ? sim_object_check(c, SIM_OID_CLONE, "NdisFOidRequest")
                                       : NULL;
}

/* A request of the protocol edge's arrives at the miniport edge. */
static NDIS_STATUS
answer_clone(struct sim_module *m, struct sim_clone *c)
{
    struct sim_oid *o = __atomic_load_n(&m->oid, __ATOMIC_ACQUIRE);
    if (!o || c->original != &o->request || o->reached) {
        sim_fail("NdisFOidRequest: a clone of no request, or a second one");
    }
    o->reached = true;
    return o->at_lower_edge(o, &c->request);
}

static NDIS_STATUS
answer(struct sim_module *m, PNDIS_OID_REQUEST request, struct sim_clone *c)
{
    if (c) {
        return answer_clone(m, c);
    }
    if (sim_failure_now(FAIL_OID)) {
        return NDIS_STATUS_RESOURCES;
    }
    if (request->RequestType != NdisRequestQueryInformation) {
        return NDIS_STATUS_NOT_SUPPORTED;
    }
    return sim_oid_query(m->sw, request);
}

NDIS_STATUS
NdisFOidRequest(NDIS_HANDLE handle, PNDIS_OID_REQUEST request)
{
    struct sim_module *m = sim_module_check(handle, __func__);
    enum sim_state state = sim_state(m);
    if (state == SIM_ATTACHING || state == SIM_DETACHED) {
        sim_fail("%s: the module is %s", __func__, sim_state_name(state));
    }
    if (request->Header.Type != NDIS_OBJECT_TYPE_OID_REQUEST ||
        request->Header.Size < NDIS_SIZEOF_OID_REQUEST_REVISION_1) {
        sim_fail("%s: the request's header is wrong", __func__);
    }
    struct sim_clone *c = clone_of(request);
    NDIS_STATUS status = answer(m, request, c);
    if (!sim_option(OPT_PEND) || sim_flip()) {
        return status;
    }
    if (c) {
        c->pending = true;
    }
    __atomic_add_fetch(&m->own_oids, 1, __ATOMIC_ACQ_REL);
    sim_edge_enqueue_oid(m, request, status);
    return NDIS_STATUS_PENDING;
}

void
sim_job_oid(struct sim_module *m, PNDIS_OID_REQUEST request, NDIS_STATUS status)
{
    struct sim_clone *c = clone_of(request);
    if (c) {
        c->pending = false;
    }
    __atomic_sub_fetch(&m->own_oids, 1, __ATOMIC_ACQ_REL);
    struct sim_call call = sim_call_begin(true);
    m->filter->is.OidRequestCompleteHandler(m->context, request, status);
    sim_call_end(call, "FilterOidRequestComplete");
}
