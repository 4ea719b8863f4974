/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what a switch has when the extension comes to it: whether it is active, its ports, its
 * adapters. From then on it tells of changes (oid.c), and what it tells twice does no harm. A
 * switch that is not active says so later, by a network event. Answers are checked as if they came
 * from anywhere. PASSIVE_LEVEL. */
#include "driver/filter.h"

#include "base/mem.h"
#include "driver/switch_nic.h"
#include "driver/switch_port.h"

enum { FIRST_ROOM = 16384, MOST_ROOM = 1 << 26 };

struct answer {
    void *bytes;
    uint32_t room, n;
};

static NDIS_STATUS
ask_once(struct filter *f, NDIS_OID oid, struct answer *a, uint32_t *needed)
{
    NDIS_OID_REQUEST request = {
        .Header = {NDIS_OBJECT_TYPE_OID_REQUEST, NDIS_OID_REQUEST_REVISION_1,
                   NDIS_SIZEOF_OID_REQUEST_REVISION_1},
        .RequestType = NdisRequestQueryInformation,
        .DATA.QUERY_INFORMATION = {.Oid = oid,
                                   .InformationBuffer = a->bytes,
                                   .InformationBufferLength = a->room},
    };
    request.RequestId = a->bytes;
    NDIS_STATUS status = filter_ask(f, &request);
    a->n = MIN(request.DATA.QUERY_INFORMATION.BytesWritten, a->room);
    *needed = request.DATA.QUERY_INFORMATION.BytesNeeded;
    return status;
}

/* Asks for OID with as much room as it wants. */
static NDIS_STATUS
ask(struct filter *f, NDIS_OID oid, struct answer *a)
{
    uint32_t room = FIRST_ROOM;
    for (;;) {
        uint32_t needed;
        *a = (struct answer){.bytes = mem_zalloc(room), .room = room};
        NDIS_STATUS status = a->bytes ? ask_once(f, oid, a, &needed) : NDIS_STATUS_RESOURCES;
        if (status == NDIS_STATUS_SUCCESS) {
            return status;
        }
        mem_free(a->bytes, room);
        if ((status != NDIS_STATUS_BUFFER_TOO_SHORT && status != NDIS_STATUS_INVALID_LENGTH) ||
            needed <= room || needed > MOST_ROOM) {
            return status;
        }
        room = needed;
    }
}

/* Element I of the array that A has, of at least LEAST bytes each; NULL at the end. */
static const void *
element(const struct answer *a, uint32_t i, uint32_t least)
{
    const NDIS_SWITCH_PORT_ARRAY *array = a->bytes; /* that of adapters has the same shape */
    static_assert(sizeof(NDIS_SWITCH_PORT_ARRAY) == sizeof(NDIS_SWITCH_NIC_ARRAY), "one shape");
    if (a->n < sizeof *array || i >= array->NumElements || array->ElementSize < least) {
        return NULL;
    }
    uint64_t end = array->FirstElementOffset + ((uint64_t)i + 1) * array->ElementSize;
    return end <= a->n ? (const uint8_t *)a->bytes + (end - array->ElementSize) : NULL;
}

static void
read_ports(struct filter *f)
{
    struct answer a;
    if (ask(f, OID_SWITCH_PORT_ARRAY, &a) != NDIS_STATUS_SUCCESS) {
        return;
    }
    const NDIS_SWITCH_PORT_PARAMETERS *p;
    for (uint32_t i = 0;
         (p = element(&a, i, NDIS_SIZEOF_NDIS_SWITCH_PORT_PARAMETERS_REVISION_1)) != NULL; i++) {
        switch_port_put(f, p);
    }
    mem_free(a.bytes, a.room);
}

static void
read_nics(struct filter *f)
{
    struct answer a;
    if (ask(f, OID_SWITCH_NIC_ARRAY, &a) != NDIS_STATUS_SUCCESS) {
        return;
    }
    const NDIS_SWITCH_NIC_PARAMETERS *p;
    for (uint32_t i = 0;
         (p = element(&a, i, NDIS_SIZEOF_NDIS_SWITCH_NIC_PARAMETERS_REVISION_1)) != NULL; i++) {
        if (p->NicState == NdisSwitchNicStateConnected) {
            nic_connect(f, p);
        } else {
            nic_put(f, p);
        }
    }
    mem_free(a.bytes, a.room);
}

_Use_decl_annotations_
void
filter_read_switch(struct filter *f)
{
    struct answer a;
    if (f->known || ask(f, OID_SWITCH_PARAMETERS, &a) != NDIS_STATUS_SUCCESS) {
        return;
    }
    const NDIS_SWITCH_PARAMETERS *parameters = a.bytes;
    f->known = a.n >= NDIS_SIZEOF_NDIS_SWITCH_PARAMETERS_REVISION_1 && parameters->IsActive;
    mem_free(a.bytes, a.room);
    if (f->known) {
        read_ports(f);
        read_nics(f);
    }
}
