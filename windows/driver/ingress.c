/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that the switch hands to the extension. Each net buffer becomes a packet of the core,
 * and they go to it in batches. A list whose buffers do not all fit in a batch is finished with a
 * later one. Until a client has made the datapath, on switches that do not have it, and for
 * packets that the switch's own network virtualisation forwards, lists go on untouched. Called at
 * DISPATCH_LEVEL or below, on any number of CPUs. */
#include "driver/complete.h"
#include "driver/driver.h"
#include "driver/filter.h"
#include "driver/offload.h"
#include "driver/output.h"
#include "driver/switch_nic.h"
#include "port/atomic.h"

/* One call of NDIS's. */
struct ingress {
    struct cpu *cpu;
    struct pkt_batch batch;
};

/* Has the core work on what is there. */
static void
run_batch(struct ingress *in)
{
    struct cpu *cpu = in->cpu;
    if (in->batch.n) {
        dp_receive(&cpu->thread, &in->batch, cpu->thread.now_ms);
    }
    output_flush(cpu);
}

/* Adds a packet that came in on NIC: the frame in NB, the next of the last arrival. */
static void
add_frame(struct ingress *in, const struct nic *nic, struct vport *vport, PNET_BUFFER nb)
{
    struct cpu *cpu = in->cpu;
    struct arrival *a = &cpu->arrivals[cpu->n_arrivals - 1];
    const NDIS_SWITCH_FORWARDING_DETAIL_NET_BUFFER_LIST_INFO *detail =
        NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(a->nbl);
    struct vport_counters *c = &vport->counters[cpu->id];
    struct frame *frame = &cpu->frames[cpu->n_frames++];
    uint32_t safe = detail->IsPacketDataSafe ? UINT32_MAX : detail->SafePacketDataSize;
    struct nbl_packet *v = frame_open(frame, nb, safe) ? nbl_packet_from_frame(cpu, frame) : NULL;
    frame->arrival = cpu->n_arrivals - 1;
    a->n_frames++;
    if (!v || !offload_from_list(a->nbl, nic->external, v)) {
        if (v) {
            pkt_free(&v->pkt);
        }
        vport_count(&c->rx_dropped, 1);
        return;
    }
    v->pkt.md.in_port = vport->no;
    vport_count(&c->rx_packets, 1);
    vport_count(&c->rx_bytes, v->pkt.len);
    pkt_batch_add(&in->batch, &v->pkt);
}

/* Adds a list: from NIC, whose datapath port is VPORT. */
static void
add_list(struct ingress *in, const struct nic *nic, struct vport *vport, PNET_BUFFER_LIST nbl)
{
    struct cpu *cpu = in->cpu;
    if (cpu->n_frames == CPU_FRAMES || cpu->n_arrivals == CPU_FRAMES) {
        run_batch(in);
    }
    nbl->ChildRefCount = 1;
    cpu->arrivals[cpu->n_arrivals++] = (struct arrival){.nbl = nbl, .first_frame = cpu->n_frames};
    for (PNET_BUFFER nb = NET_BUFFER_LIST_FIRST_NB(nbl); nb; nb = NET_BUFFER_NEXT_NB(nb)) {
        if (cpu->n_frames == CPU_FRAMES) {
            cpu->arrivals[cpu->n_arrivals - 1].split = true;
            run_batch(in);
        }
        add_frame(in, nic, vport, nb);
    }
    cpu->arrivals[cpu->n_arrivals - 1].complete = true;
}

/* Sees where NBL comes from, and what to do with it. */
static void
take_list(struct ingress *in, PNET_BUFFER_LIST nbl)
{
    struct cpu *cpu = in->cpu;
    const NDIS_SWITCH_FORWARDING_DETAIL_NET_BUFFER_LIST_INFO *detail =
        NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(nbl);
    if (detail->NativeForwardingRequired) {
        nbl_chain_add(&cpu->work.untouched, nbl);
        return;
    }
    const struct nic *nic =
        nic_find_source(cpu->filter, detail->SourcePortId, detail->SourceNicIndex);
    struct vport *vport = nic ? PORT_LOAD_ACQUIRE(&nic->vport) : NULL;
    if (vport) {
        add_list(in, nic, vport, nbl);
        return;
    }
    dp_drop(&cpu->thread, DROP_INVALID_PORT, 1);
    nbl_chain_add(&cpu->work.dropped, nbl);
}

static void
refuse(struct filter *f, PNET_BUFFER_LIST nbls, ULONG send_flags)
{
    for (PNET_BUFFER_LIST nbl = nbls; nbl; nbl = NET_BUFFER_LIST_NEXT_NBL(nbl)) {
        NET_BUFFER_LIST_STATUS(nbl) = NDIS_STATUS_PAUSED;
    }
    NdisFSendNetBufferListsComplete(f->handle, nbls,
                                    NDIS_TEST_SEND_AT_DISPATCH_LEVEL(send_flags)
                                        ? NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL
                                        : 0);
}

_Use_decl_annotations_
VOID NTAPI
filter_send(NDIS_HANDLE filter, PNET_BUFFER_LIST nbls, NDIS_PORT_NUMBER port UNUSED,
            ULONG send_flags)
{
    struct filter *f = filter;
    struct ingress in = {.cpu = cpu_enter(f->driver)};
    struct cpu *cpu = in.cpu;
    if (!filter_is_running(f)) {
        cpu_leave(cpu, 0);
        refuse(f, nbls, send_flags);
        return;
    }
    bool ours =
        PORT_LOAD_ACQUIRE(&f->driver->owner) == f && PORT_READ_ONCE(&f->driver->server.exists);
    cpu->filter = f;
    for (PNET_BUFFER_LIST next; nbls; nbls = next) {
        next = NET_BUFFER_LIST_NEXT_NBL(nbls);
        if (ours) {
            take_list(&in, nbls);
        } else {
            nbl_chain_add(&cpu->work.untouched, nbls);
        }
    }
    run_batch(&in);
    cpu_leave(cpu, send_flags);
}
