/* SPDX-License-Identifier: Apache-2.0 */
/* What an extension lets pass that it does not know: OID requests of all three kinds on their way
 * down, with their answers on the way back, and status indications on their way up. */
#include "simswitch/sim_switch.h"

#define ANSWER_BYTE 0x5a

/* The answer of the miniport edge to a request that it does not announce anything by. */
struct answer {
    NDIS_STATUS status;
    ULONG n; /* bytes */
};

static NDIS_STATUS
answer_at_lower_edge(struct sim_oid *o, PNDIS_OID_REQUEST lower)
{
    const struct answer *a = o->subject;
    switch (lower->RequestType) {
    case NdisRequestSetInformation:
        lower->DATA.SET_INFORMATION.BytesRead = a->n;
        lower->DATA.SET_INFORMATION.BytesNeeded = a->n + 1;
        break;
    case NdisRequestMethod:
        memset(lower->DATA.METHOD_INFORMATION.InformationBuffer, ANSWER_BYTE, a->n);
        lower->DATA.METHOD_INFORMATION.BytesWritten = a->n;
        lower->DATA.METHOD_INFORMATION.BytesRead = a->n + 1;
        lower->DATA.METHOD_INFORMATION.BytesNeeded = a->n + 2;
        break;
    default:
        memset(lower->DATA.QUERY_INFORMATION.InformationBuffer, ANSWER_BYTE, a->n);
        lower->DATA.QUERY_INFORMATION.BytesWritten = a->n;
        lower->DATA.QUERY_INFORMATION.BytesNeeded = a->n + 1;
    }
    return a->status;
}

/* Whether what answer_at_lower_edge() wrote is in REQUEST, the protocol edge's own. */
static bool
came_back(const NDIS_OID_REQUEST *request, const struct answer *a)
{
    const uint8_t *data = request->DATA.QUERY_INFORMATION.InformationBuffer;
    switch (request->RequestType) {
    case NdisRequestSetInformation:
        return request->DATA.SET_INFORMATION.BytesRead == a->n &&
               request->DATA.SET_INFORMATION.BytesNeeded == a->n + 1;
    case NdisRequestMethod:
        return request->DATA.METHOD_INFORMATION.BytesWritten == a->n &&
               request->DATA.METHOD_INFORMATION.BytesRead == a->n + 1 &&
               request->DATA.METHOD_INFORMATION.BytesNeeded == a->n + 2 &&
               data[a->n - 1] == ANSWER_BYTE && data[a->n] == 0;
    default:
        return request->DATA.QUERY_INFORMATION.BytesWritten == a->n &&
               request->DATA.QUERY_INFORMATION.BytesNeeded == a->n + 1 &&
               data[a->n - 1] == ANSWER_BYTE && data[a->n] == 0;
    }
}

bool
sim_pass_oid(struct sim_switch *sw, NDIS_REQUEST_TYPE type, NDIS_OID oid, ULONG size,
             NDIS_STATUS status)
{
    struct answer a = {status, size / 2};
    void *buffer = host_alloc(size);
    struct sim_oid *o = host_alloc(sizeof *o);
    o->at_lower_edge = answer_at_lower_edge;
    o->subject = &a;
    o->sw = sw;
    sim_oid_prepare(o, type, oid, buffer, size);
    bool good = sim_oid_issue(sw->module, o) == status && o->reached && came_back(&o->request, &a);
    host_free(o);
    host_free(buffer);
    return good;
}

/* What a physical adapter says, in its envelope. */
bool
sim_pass_status(struct sim_switch *sw)
{
    struct sim_module *m = sw->module;
    if (!m || !m->filter->is.StatusHandler) {
        return true; /* NDIS passes it by the extension */
    }
    NDIS_STATUS_INDICATION inner, outer;
    NDIS_SWITCH_NIC_STATUS_INDICATION envelope;
    memset(&inner, 0, sizeof inner);
    memset(&envelope, 0, sizeof envelope);
    inner.Header =
        (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_STATUS_INDICATION, NDIS_STATUS_INDICATION_REVISION_1,
                             NDIS_SIZEOF_STATUS_INDICATION_REVISION_1};
    outer = inner;
    envelope.Header = (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_DEFAULT,
                                           NDIS_SWITCH_NIC_STATUS_INDICATION_REVISION_1,
                                           NDIS_SIZEOF_NDIS_SWITCH_NIC_STATUS_REVISION_1};
    envelope.StatusIndication = &inner;
    outer.StatusCode = NDIS_STATUS_SWITCH_NIC_STATUS;
    outer.StatusBuffer = &envelope;
    outer.StatusBufferSize = sizeof envelope;
    LONG before = __atomic_load_n(&m->n_indicated, __ATOMIC_ACQUIRE);
    struct sim_call call = sim_call_begin(true);
    m->filter->is.StatusHandler(m->context, &outer);
    sim_call_end(call, "FilterStatus");
    return __atomic_load_n(&m->n_indicated, __ATOMIC_ACQUIRE) == before + 1;
}
