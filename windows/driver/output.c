/* SPDX-License-Identifier: Apache-2.0 */
/* Output. A frame that is still as it came is not copied: its destinations gather on the frame,
 * and if all frames of its list agree, the list itself is sent. Where they do not, or where a
 * list of ours uses the list's bytes (so that it must not be completed before that is back), each
 * frame gets a list of its own over the same bytes. A frame that was changed is in a block;
 * clones of it that are output as they are share the block, and so one list with several
 * destinations. */
#include "driver/output.h"

#include "base/err.h"
#include "driver/complete.h"
#include "driver/driver.h"
#include "driver/filter.h"
#include "driver/offload.h"
#include "driver/switch_nic.h"
#include "driver/vport.h"
#include "port/atomic.h"

static PNET_BUFFER_LIST
list_of(const struct cpu *cpu, const struct frame *frame)
{
    return cpu->arrivals[frame->arrival].nbl;
}

/* -- Gathering, while the core runs -- */

/* Has B hold the whole packet V from here on: what is in the frame is copied if there is room for
 * it, or else shared. */
static bool
take_tail(struct cpu *cpu, struct block *b, const struct nbl_packet *v)
{
    uint32_t n = v->pkt.len - v->pkt.linear;
    b->linear = v->pkt.linear;
    if (!n) {
        return true;
    }
    size_t at = (size_t)(v->pkt.data - b->bytes) + v->pkt.linear;
    if (at + n <= b->size) {
        b->linear = v->pkt.len;
        return frame_read(v->frame, v->tail_ofs, b->bytes + at, n);
    }
    b->tail = frame_tail(v->frame, v->tail_ofs, b->pool->handle);
    if (b->tail) {
        b->parent = list_of(cpu, v->frame);
        parent_ref(b->parent);
    }
    return b->tail != NULL;
}

/* Queues the block of V, which has one that is not queued. */
static bool
queue_block(struct cpu *cpu, struct nbl_packet *v)
{
    struct block *b = v->block;
    if (!take_tail(cpu, b, v)) {
        return false;
    }
    b->queued = true;
    b->refs++;
    b->next = NULL;
    b->data = v->pkt.data;
    b->len = v->pkt.len;
    b->offloads = v->pkt;
    b->is_ipv6 = v->pkt.gso_type == PKT_GSO_TCPV6 ||
                 (v->pkt.l3 < v->pkt.linear && v->pkt.data[v->pkt.l3] >> 4 == 6);
    b->in_port = v->pkt.md.in_port;
    b->origin = v->frame ? list_of(cpu, v->frame) : NULL;
    b->to = (struct destination_set){0};
    *cpu->queued_end = b;
    cpu->queued_end = &b->next;
    return true;
}

/* Whether V is what its block was queued with. */
static bool
is_queued(const struct nbl_packet *v)
{
    const struct block *b = v->block;
    return b && b->queued && b->data == v->pkt.data && b->len == v->pkt.len;
}

/* Sends V to a place, in a list of ours. */
static int
output_copy(struct cpu *cpu, struct nbl_packet *v, const struct nic *nic)
{
    if (is_queued(v)) {
        int error = destination_add(&cpu->destinations, &v->block->to, nic->port_id, nic->index);
        if (error != -E_EXIST) {
            return error;
        }
    }
    if ((!v->block || v->block->queued) && !nbl_packet_detach(v)) {
        return -E_NOMEM;
    }
    if (!queue_block(cpu, v)) {
        return -E_NOMEM;
    }
    return destination_add(&cpu->destinations, &v->block->to, nic->port_id, nic->index);
}

static int
output_one(struct cpu *cpu, struct nbl_packet *v, const struct nic *nic)
{
    if (v->frame) {
        v->frame->used = true;
    }
    if (nbl_packet_is_original(v)) {
        int error = destination_add(&cpu->destinations, &v->frame->to, nic->port_id, nic->index);
        if (error != -E_EXIST) {
            return error;
        }
    }
    return output_copy(cpu, v, nic);
}

_Use_decl_annotations_
void
output_batch(struct cpu *cpu, uint32_t no, struct pkt_batch *batch)
{
    struct vport *vport = vport_find(&cpu->driver->vports, no);
    if (!vport) {
        dp_drop(&cpu->thread, DROP_INVALID_PORT, batch->n);
        pkt_batch_free(batch);
        return;
    }
    struct vport_counters *c = &vport->counters[cpu->id];
    const struct nic *nic = PORT_LOAD_ACQUIRE(&vport->nic);
    for (uint32_t i = 0; i < batch->n; i++) {
        struct nbl_packet *v = nbl_packet_of(batch->p[i]);
        uint32_t len = v->pkt.len;
        if (!nic) {
            vport_count(&c->tx_dropped, 1);
        } else if (output_one(cpu, v, nic)) {
            dp_drop(&cpu->thread, DROP_NO_MEMORY, 1);
        } else {
            vport_count(&c->tx_packets, 1);
            vport_count(&c->tx_bytes, len);
        }
    }
    pkt_batch_free(batch);
}

/* -- Making lists, when the batch is over -- */

/* Adds NBL, which goes to SET, to what is to be sent. */
static void
send_list(struct cpu *cpu, PNET_BUFFER_LIST nbl, const struct destination_set *set)
{
    struct cpu_work *w = &cpu->work;
    const struct destination *d = &cpu->destinations.at[set->first];
    bool same = set->n == 1 &&
                (!w->send.first || (w->one_destination && w->destination.port_id == d->port_id &&
                                    w->destination.nic_index == d->nic_index));
    w->one_destination = same;
    w->destination = *d;
    nbl_chain_add(&w->send, nbl);
}

/* A list of ours over N bytes of MDL from OFS on, with all that the switch wants of it but
 * destinations: it comes from where ORIGIN came from, or, if that is NULL, from datapath port
 * IN_PORT. NULL without memory. */
static PNET_BUFFER_LIST
own_list(struct cpu *cpu, PMDL mdl, uint32_t ofs, uint32_t n, PNET_BUFFER_LIST origin,
         uint32_t in_port)
{
    struct filter *f = cpu->filter;
    PNET_BUFFER_LIST nbl =
        NdisAllocateNetBufferAndNetBufferList(f->lists, FILTER_LIST_CONTEXT, 0, mdl, ofs, n);
    if (!nbl) {
        return NULL;
    }
    nbl->SourceHandle = f->handle;
    struct filter_list_context *context = (void *)NET_BUFFER_LIST_CONTEXT_DATA_START(nbl);
    context->block = NULL;
    if (f->calls.AllocateNetBufferListForwardingContext(f->context, nbl) != NDIS_STATUS_SUCCESS) {
        NdisFreeNetBufferList(nbl);
        return NULL;
    }
    NDIS_STATUS status = NDIS_STATUS_SUCCESS;
    if (origin) {
        status = f->calls.CopyNetBufferListInfo(f->context, nbl, origin, 0);
    } else {
        const struct vport *vport = vport_find(&cpu->driver->vports, in_port);
        const struct nic *nic = vport ? PORT_LOAD_ACQUIRE(&vport->nic) : NULL;
        if (nic) {
            status = f->calls.SetNetBufferListSource(f->context, nbl, nic->port_id, nic->index);
        }
    }
    if (status != NDIS_STATUS_SUCCESS) {
        own_list_free(f, nbl, &cpu->work.done);
        return NULL;
    }
    return nbl;
}

/* Whether NBL came from the external adapter. */
static bool
is_external(const struct cpu *cpu, PNET_BUFFER_LIST nbl)
{
    const NDIS_SWITCH_FORWARDING_DETAIL_NET_BUFFER_LIST_INFO *detail =
        NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(nbl);
    const struct nic *nic =
        nic_find_source(cpu->filter, detail->SourcePortId, detail->SourceNicIndex);
    return nic && nic->external;
}

/* Gives the finished NBL of ours its destinations and sends it, or frees it. */
static void
send_own(struct cpu *cpu, PNET_BUFFER_LIST nbl, const struct destination_set *set)
{
    if (destination_commit(cpu->filter, &cpu->destinations, set, nbl)) {
        dp_drop(&cpu->thread, DROP_NO_MEMORY, 1);
        own_list_free(cpu->filter, nbl, &cpu->work.done);
        return;
    }
    cpu->work.n_own++;
    send_list(cpu, nbl, set);
}

/* Sends the queued block B, whose reference goes with the list. */
static void
send_block(struct cpu *cpu, struct block *b)
{
    NDIS_NET_BUFFER_LIST_8021Q_INFO tag = offload_take_tag(b);
    uint32_t ofs = (uint32_t)(b->data - b->bytes);
    NdisAdjustMdlLength(b->mdl, ofs + b->linear);
    b->mdl->Next = b->tail;
    PNET_BUFFER_LIST nbl =
        cpu->filter && b->to.n ? own_list(cpu, b->mdl, ofs, b->len, b->origin, b->in_port) : NULL;
    if (!nbl) {
        if (b->to.n) {
            dp_drop(&cpu->thread, DROP_NO_MEMORY, 1);
        }
        own_block_free(b, &cpu->work.done);
        return;
    }
    struct filter_list_context *context = (void *)NET_BUFFER_LIST_CONTEXT_DATA_START(nbl);
    context->block = b;
    nbl->ParentNetBufferList = b->parent;
    if (!b->tail) {
        NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(nbl)->IsPacketDataSafe = 1;
    }
    offload_to_list(b, tag, is_external(cpu, nbl), nbl);
    send_own(cpu, nbl, &b->to);
}

/* Sends one frame of a list that cannot be sent whole, by a list of ours over its bytes. */
static void
send_frame(struct cpu *cpu, const struct frame *frame)
{
    PNET_BUFFER_LIST parent = list_of(cpu, frame);
    PNET_BUFFER_LIST nbl =
        own_list(cpu, NET_BUFFER_CURRENT_MDL(frame->nb), NET_BUFFER_CURRENT_MDL_OFFSET(frame->nb),
                 frame->len, parent, 0);
    if (!nbl) {
        dp_drop(&cpu->thread, DROP_NO_MEMORY, 1);
        return;
    }
    parent_ref(parent);
    nbl->ParentNetBufferList = parent;
    send_own(cpu, nbl, &frame->to);
}

/* Whether A's frames, all of which are there, go to the same places, and no list of ours needs
 * it to stay. */
static bool
may_send_whole(const struct cpu *cpu, const struct arrival *a)
{
    const struct frame *first = &cpu->frames[a->first_frame];
    if (a->split || !a->n_frames || !first->to.n || a->nbl->ChildRefCount > 1) {
        return false;
    }
    for (uint32_t i = 1; i < a->n_frames; i++) {
        if (!destination_sets_equal(&cpu->destinations, &first->to, &first[i].to)) {
            return false;
        }
    }
    return true;
}

/* Sends the list as it is. */
static void
send_whole(struct cpu *cpu, struct arrival *a)
{
    const struct frame *first = &cpu->frames[a->first_frame];
    a->nbl->ChildRefCount = 0;
    if (destination_commit(cpu->filter, &cpu->destinations, &first->to, a->nbl)) {
        dp_drop(&cpu->thread, DROP_NO_MEMORY, a->n_frames);
        nbl_chain_add(&cpu->work.done, a->nbl);
        return;
    }
    send_list(cpu, a->nbl, &first->to);
}

/* Sends what of A's frames goes out as it came; true if the list itself went. */
static bool
send_frames(struct cpu *cpu, struct arrival *a)
{
    if (may_send_whole(cpu, a)) {
        send_whole(cpu, a);
        return true;
    }
    for (uint32_t i = 0; i < a->n_frames; i++) {
        const struct frame *frame = &cpu->frames[a->first_frame + i];
        a->used |= frame->used;
        if (frame->to.n) {
            send_frame(cpu, frame);
        }
    }
    return false;
}

_Use_decl_annotations_
void
output_flush(struct cpu *cpu)
{
    struct arrival rest = {.nbl = NULL};
    for (uint32_t i = 0; i < cpu->n_arrivals; i++) {
        struct arrival *a = &cpu->arrivals[i];
        a->sent = send_frames(cpu, a);
        if (!a->complete) {
            rest = *a; /* the last one */
        }
    }
    struct block *next;
    for (struct block *b = cpu->queued; b; b = next) {
        next = b->next;
        send_block(cpu, b);
    }
    for (uint32_t i = 0; i < cpu->n_arrivals; i++) {
        struct arrival *a = &cpu->arrivals[i];
        if (a->complete && !a->sent) {
            parent_unref(a->nbl, a->used ? &cpu->work.done : &cpu->work.dropped);
        }
    }
    cpu->queued = NULL;
    cpu->queued_end = &cpu->queued;
    cpu->n_frames = cpu->n_arrivals = 0;
    destination_arena_clear(&cpu->destinations);
    if (rest.nbl) {
        rest.first_frame = rest.n_frames = 0;
        cpu->arrivals[cpu->n_arrivals++] = rest;
    }
}
