/* SPDX-License-Identifier: Apache-2.0 */
/* The queries an extension makes: parameters of its switch, ports, adapters.  Elements of an array
 * are further apart than they are large, sometimes, as they would be from a later Windows. */
#include "simswitch/sim_switch.h"

/* The place for the answer to REQUEST, SIZE bytes; NULL where it has not the room. */
static void *
room_for(PNDIS_OID_REQUEST request, size_t size)
{
    request->DATA.QUERY_INFORMATION.BytesNeeded = (UINT)size;
    if (request->DATA.QUERY_INFORMATION.InformationBufferLength < size) {
        request->DATA.QUERY_INFORMATION.BytesWritten = 0;
        return NULL;
    }
    request->DATA.QUERY_INFORMATION.BytesWritten = (UINT)size;
    memset(request->DATA.QUERY_INFORMATION.InformationBuffer, 0, size);
    return request->DATA.QUERY_INFORMATION.InformationBuffer;
}

static NDIS_STATUS
query_parameters(struct sim_switch *sw, PNDIS_OID_REQUEST request)
{
    NDIS_SWITCH_PARAMETERS *is = room_for(request, sizeof *is);
    if (!is) {
        return NDIS_STATUS_INVALID_LENGTH;
    }
    is->Header = (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_DEFAULT, NDIS_SWITCH_PARAMETERS_REVISION_1,
                                      NDIS_SIZEOF_NDIS_SWITCH_PARAMETERS_REVISION_1};
    sim_string_set(&is->SwitchName, sw->name);
    sim_string_set(&is->SwitchFriendlyName, sw->name);
    is->NumSwitchPorts = (UINT32)list_count(&sw->ports);
    is->IsActive = sw->active;
    return NDIS_STATUS_SUCCESS;
}

#define ARRAY_HEADER_SIZE 0x18 /* with room after it, so that elements are aligned to 8 */

static NDIS_STATUS
query_ports(struct sim_switch *sw, PNDIS_OID_REQUEST request)
{
    ULONG element = (ULONG)sizeof(NDIS_SWITCH_PORT_PARAMETERS) + 8 * sim_random(3);
    ULONG n = (ULONG)list_count(&sw->ports);
    NDIS_SWITCH_PORT_ARRAY *array = room_for(request, ARRAY_HEADER_SIZE + (size_t)n * element);
    if (!array) {
        return NDIS_STATUS_INVALID_LENGTH;
    }
    array->Header =
        (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_DEFAULT, NDIS_SWITCH_PORT_ARRAY_REVISION_1,
                             NDIS_SIZEOF_NDIS_SWITCH_PORT_ARRAY_REVISION_1};
    array->FirstElementOffset = ARRAY_HEADER_SIZE;
    array->ElementSize = element;
    LIST_FOR_EACH (struct sim_port, port, node, &sw->ports) {
        *NDIS_SWITCH_PORT_AT_ARRAY_INDEX(array, array->NumElements) = port->is;
        array->NumElements++;
    }
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS
query_nics(struct sim_switch *sw, PNDIS_OID_REQUEST request)
{
    ULONG element = (ULONG)sizeof(NDIS_SWITCH_NIC_PARAMETERS) + 8 * sim_random(3);
    ULONG n = 0;
    LIST_FOR_EACH (struct sim_port, port, node, &sw->ports) {
        n += (ULONG)list_count(&port->nics);
    }
    NDIS_SWITCH_NIC_ARRAY *array = room_for(request, ARRAY_HEADER_SIZE + (size_t)n * element);
    if (!array) {
        return NDIS_STATUS_INVALID_LENGTH;
    }
    array->Header =
        (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_DEFAULT, NDIS_SWITCH_NIC_ARRAY_REVISION_1,
                             NDIS_SIZEOF_NDIS_SWITCH_NIC_ARRAY_REVISION_1};
    array->FirstElementOffset = ARRAY_HEADER_SIZE;
    array->ElementSize = element;
    LIST_FOR_EACH (struct sim_port, owner, node, &sw->ports) {
        LIST_FOR_EACH (struct sim_nic, nic, node, &owner->nics) {
            *NDIS_SWITCH_NIC_AT_ARRAY_INDEX(array, array->NumElements) = nic->is;
            array->NumElements++;
        }
    }
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS
sim_oid_query(struct sim_switch *sw, PNDIS_OID_REQUEST request)
{
    NDIS_OID oid = request->DATA.QUERY_INFORMATION.Oid;
    if ((oid == OID_SWITCH_PORT_ARRAY || oid == OID_SWITCH_NIC_ARRAY) && !sw->active) {
        sim_fail("OID %x: queried before the switch is active", (unsigned)oid);
    }
    NDIS_STATUS status = NDIS_STATUS_NOT_SUPPORTED;
    KIRQL irql = sim_lock();
    if (oid == OID_SWITCH_PARAMETERS) {
        status = query_parameters(sw, request);
    } else if (oid == OID_SWITCH_PORT_ARRAY) {
        status = query_ports(sw, request);
    } else if (oid == OID_SWITCH_NIC_ARRAY) {
        status = query_nics(sw, request);
    }
    sim_unlock(irql);
    return status;
}
