/* SPDX-License-Identifier: Apache-2.0 */
/* OID requests. All go on to what is below, as a clone. Those by which the switch tells of ports
 * and adapters are waited for, so that what is done about them is done in order: before, what may
 * be refused, and what nobody below can refuse; after, what is true only if the switch agreed.
 * Requests are at PASSIVE_LEVEL; completions may be at DISPATCH_LEVEL. Direct requests and status
 * indications pass by the driver: it has no handlers for them. */
#include "driver/driver.h"
#include "driver/filter.h"
#include "driver/switch_nic.h"
#include "driver/switch_port.h"

/* A request of ours, or a clone, that somebody waits for. */
struct waiting {
    NDIS_EVENT done;
    NDIS_STATUS status;
};

/* What we keep in a request's SourceReserved. */
struct reserved {
    struct waiting *waiting;    /* or NULL, and then: */
    PNDIS_OID_REQUEST original; /* what it is a clone of */
};
static_assert(sizeof(struct reserved) <= sizeof(((NDIS_OID_REQUEST *)0)->SourceReserved),
              "room in a request");

static void
reserve(PNDIS_OID_REQUEST request, struct waiting *waiting, PNDIS_OID_REQUEST original)
{
    struct reserved r = {waiting, original};
    memcpy(request->SourceReserved, &r, sizeof r);
}

_Use_decl_annotations_
NDIS_STATUS
filter_ask(struct filter *f, PNDIS_OID_REQUEST request)
{
    struct waiting waiting;
    NdisInitializeEvent(&waiting.done);
    reserve(request, &waiting, NULL);
    NDIS_STATUS status = NdisFOidRequest(f->handle, request);
    if (status == NDIS_STATUS_PENDING) {
        NdisWaitEvent(&waiting.done, 0);
        status = waiting.status;
    }
    return status;
}

/* Copies the outcome of a clone. */
static void
copy_back(PNDIS_OID_REQUEST to, const NDIS_OID_REQUEST *from)
{
    switch (from->RequestType) {
    case NdisRequestMethod:
        to->DATA.METHOD_INFORMATION.OutputBufferLength =
            from->DATA.METHOD_INFORMATION.OutputBufferLength;
        to->DATA.METHOD_INFORMATION.BytesWritten = from->DATA.METHOD_INFORMATION.BytesWritten;
        to->DATA.METHOD_INFORMATION.BytesRead = from->DATA.METHOD_INFORMATION.BytesRead;
        to->DATA.METHOD_INFORMATION.BytesNeeded = from->DATA.METHOD_INFORMATION.BytesNeeded;
        break;
    case NdisRequestSetInformation:
        to->DATA.SET_INFORMATION.BytesRead = from->DATA.SET_INFORMATION.BytesRead;
        to->DATA.SET_INFORMATION.BytesNeeded = from->DATA.SET_INFORMATION.BytesNeeded;
        break;
    default:
        to->DATA.QUERY_INFORMATION.BytesWritten = from->DATA.QUERY_INFORMATION.BytesWritten;
        to->DATA.QUERY_INFORMATION.BytesNeeded = from->DATA.QUERY_INFORMATION.BytesNeeded;
        break;
    }
}

static NDIS_STATUS
clone_of(struct filter *f, PNDIS_OID_REQUEST request, PNDIS_OID_REQUEST *clone)
{
    NDIS_STATUS status = NdisAllocateCloneOidRequest(f->handle, request, POOL_TAG, clone);
    if (status == NDIS_STATUS_SUCCESS) {
        (*clone)->RequestId = request->RequestId;
    }
    return status;
}

/* Passes REQUEST on without waiting. */
static NDIS_STATUS
pass(struct filter *f, PNDIS_OID_REQUEST request)
{
    PNDIS_OID_REQUEST clone;
    NDIS_STATUS status = clone_of(f, request, &clone);
    if (status != NDIS_STATUS_SUCCESS) {
        return status;
    }
    reserve(clone, NULL, request);
    status = NdisFOidRequest(f->handle, clone);
    if (status != NDIS_STATUS_PENDING) {
        copy_back(request, clone);
        NdisFreeCloneOidRequest(f->handle, clone);
    }
    return status;
}

/* Passes REQUEST on and waits for its outcome. */
static NDIS_STATUS
pass_and_wait(struct filter *f, PNDIS_OID_REQUEST request)
{
    PNDIS_OID_REQUEST clone;
    NDIS_STATUS status = clone_of(f, request, &clone);
    if (status == NDIS_STATUS_SUCCESS) {
        status = filter_ask(f, clone);
        copy_back(request, clone);
        NdisFreeCloneOidRequest(f->handle, clone);
    }
    return status;
}

typedef NDIS_STATUS port_fn(struct filter *, const NDIS_SWITCH_PORT_PARAMETERS *);
typedef NDIS_STATUS nic_fn(struct filter *, const NDIS_SWITCH_NIC_PARAMETERS *);

/* What is done about a request, besides passing it on. */
static const struct step {
    NDIS_OID oid;
    port_fn *port_before, *port_undo; /* undo: the switch did not agree */
    nic_fn *nic_before, *nic_after, *nic_undo;
} steps[] = {
    {OID_SWITCH_PORT_CREATE, .port_before = switch_port_put, .port_undo = switch_port_del},
    {OID_SWITCH_PORT_UPDATED, .port_before = switch_port_put},
    {OID_SWITCH_PORT_DELETE, .port_before = switch_port_del},
    {OID_SWITCH_NIC_CREATE, .nic_before = nic_put, .nic_undo = nic_del},
    {OID_SWITCH_NIC_CONNECT, .nic_after = nic_connect},
    {OID_SWITCH_NIC_UPDATED, .nic_before = nic_put},
    {OID_SWITCH_NIC_DISCONNECT, .nic_before = nic_disconnect},
    {OID_SWITCH_NIC_DELETE, .nic_before = nic_del},
};

/* Runs the one of the two functions that is there, if any, on the request's parameters. */
static NDIS_STATUS
call(struct filter *f, port_fn *port, nic_fn *nic, const NDIS_OID_REQUEST *request)
{
    const void *parameters = request->DATA.SET_INFORMATION.InformationBuffer;
    return port ? port(f, parameters) : nic ? nic(f, parameters) : NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS
run_step(struct filter *f, const struct step *s, PNDIS_OID_REQUEST request)
{
    bool of_nic = s->nic_before || s->nic_after;
    UINT least = of_nic ? NDIS_SIZEOF_NDIS_SWITCH_NIC_PARAMETERS_REVISION_1
                        : NDIS_SIZEOF_NDIS_SWITCH_PORT_PARAMETERS_REVISION_1;
    if (request->DATA.SET_INFORMATION.InformationBufferLength < least) {
        request->DATA.SET_INFORMATION.BytesNeeded = least;
        return NDIS_STATUS_INVALID_LENGTH;
    }
    NDIS_STATUS status = call(f, s->port_before, s->nic_before, request);
    if (status != NDIS_STATUS_SUCCESS) {
        return status;
    }
    status = pass_and_wait(f, request);
    if (status != NDIS_STATUS_SUCCESS) {
        call(f, s->port_undo, s->nic_undo, request);
        return status;
    }
    return call(f, NULL, s->nic_after, request);
}

_Use_decl_annotations_
NDIS_STATUS NTAPI
filter_oid_request(NDIS_HANDLE filter, PNDIS_OID_REQUEST request)
{
    struct filter *f = filter;
    if (request->RequestType == NdisRequestSetInformation) {
        for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
            if (steps[i].oid == request->DATA.SET_INFORMATION.Oid) {
                return run_step(f, &steps[i], request);
            }
        }
    }
    return pass(f, request);
}

_Use_decl_annotations_
VOID NTAPI
filter_oid_request_complete(NDIS_HANDLE filter, PNDIS_OID_REQUEST request, NDIS_STATUS status)
{
    struct filter *f = filter;
    struct reserved r;
    memcpy(&r, request->SourceReserved, sizeof r);
    if (r.waiting) {
        r.waiting->status = status;
        NdisSetEvent(&r.waiting->done);
        return;
    }
    copy_back(r.original, request);
    NdisFreeCloneOidRequest(f->handle, request);
    NdisFOidRequestComplete(f->handle, r.original, status);
}

_Use_decl_annotations_
VOID NTAPI
filter_cancel_oid_request(NDIS_HANDLE filter, PVOID request_id)
{
    struct filter *f = filter;
    NdisFCancelOidRequest(f->handle, request_id); /* clones have the same */
}
