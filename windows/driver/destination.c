/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of destinations, as chains of indexes into the CPU's arena, in the order of the actions;
 * and the two ways in which the switch takes them: one at a time, or many at once. Tags stay on
 * whatever goes out: VLANs are the datapath's business, not the switch's. */
#include "driver/destination.h"

#include "base/err.h"
#include "driver/filter.h"

_Use_decl_annotations_
void
destination_arena_clear(struct destination_arena *arena)
{
    arena->n = 1;
}

_Use_decl_annotations_
int
destination_add(struct destination_arena *arena, struct destination_set *set, uint32_t port_id,
                uint16_t nic_index)
{
    for (uint16_t i = set->first; i; i = arena->at[i].next) {
        if (arena->at[i].port_id == port_id && arena->at[i].nic_index == nic_index) {
            return -E_EXIST;
        }
    }
    if (arena->n == DESTINATIONS_MAX) {
        return -E_NOBUFS;
    }
    uint16_t new = (uint16_t)arena->n++;
    arena->at[new] = (struct destination){port_id, nic_index, 0};
    if (set->n) {
        arena->at[set->last].next = new;
    } else {
        set->first = new;
    }
    set->last = new;
    set->n++;
    return 0;
}

_Use_decl_annotations_
bool
destination_sets_equal(const struct destination_arena *arena, const struct destination_set *a,
                       const struct destination_set *b)
{
    uint16_t i = a->first, j = b->first;
    while (i && j && arena->at[i].port_id == arena->at[j].port_id &&
           arena->at[i].nic_index == arena->at[j].nic_index) {
        i = arena->at[i].next;
        j = arena->at[j].next;
    }
    return !i && !j;
}

static NDIS_SWITCH_PORT_DESTINATION
to_ndis(const struct destination *d)
{
    return (NDIS_SWITCH_PORT_DESTINATION){
        .PortId = d->port_id, .NicIndex = d->nic_index, .PreserveVLAN = 1, .PreservePriority = 1};
}

_Use_decl_annotations_
int
destination_commit(const struct filter *f, const struct destination_arena *arena,
                   const struct destination_set *set, PNET_BUFFER_LIST nbl)
{
    const NDIS_SWITCH_OPTIONAL_HANDLERS *calls = &f->calls;
    if (set->n == 1) {
        NDIS_SWITCH_PORT_DESTINATION one = to_ndis(&arena->at[set->first]);
        return calls->AddNetBufferListDestination(f->context, nbl, &one) == NDIS_STATUS_SUCCESS
                   ? 0
                   : -E_NOMEM;
    }
    uint32_t n_free = NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(nbl)->NumAvailableDestinations;
    PNDIS_SWITCH_FORWARDING_DESTINATION_ARRAY array;
    NDIS_STATUS status =
        set->n > n_free
            ? calls->GrowNetBufferListDestinations(f->context, nbl, set->n - n_free, &array)
            : calls->GetNetBufferListDestinations(f->context, nbl, &array);
    if (status != NDIS_STATUS_SUCCESS) {
        return -E_NOMEM;
    }
    ULONG at = array->NumDestinations;
    for (uint16_t i = set->first; i; i = arena->at[i].next) {
        *NDIS_SWITCH_PORT_DESTINATION_AT_ARRAY_INDEX(array, at++) = to_ndis(&arena->at[i]);
    }
    status = calls->UpdateNetBufferListDestinations(f->context, nbl, set->n, array);
    return status == NDIS_STATUS_SUCCESS ? 0 : -E_NOMEM;
}
