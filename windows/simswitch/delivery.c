/* SPDX-License-Identifier: Apache-2.0 */
/* Frames in and out of ports: what an adapter hands to the switch, and what reaches one, with the
 * 802.1Q tag out of band or in the frame as adapters do it. */
#include "simswitch/sim_switch.h"

#define MAX_FRAME    (64 * 1024)
#define MAX_CAPTURED 10000

#define BACK_PRESSURE_PACKETS 512
#define BACK_PRESSURE_MS      1000

/* Copies the data of NB to TO. */
static size_t
gather(PNET_BUFFER nb, uint8_t *to)
{
    size_t done = 0, left = nb->DataLength;
    ULONG skip = nb->DataOffset;
    for (PMDL mdl = nb->MdlChain; mdl && left; mdl = mdl->Next) {
        if (skip >= mdl->ByteCount) {
            skip -= mdl->ByteCount;
            continue;
        }
        size_t n = mdl->ByteCount - skip < left ? mdl->ByteCount - skip : left;
        const uint8_t *data = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
        memcpy(to + done, data + skip, n);
        done += n;
        left -= n;
        skip = 0;
    }
    if (left) {
        sim_fail("delivery: DataLength %u is more than the MDLs hold", nb->DataLength);
    }
    return done;
}

/* Puts the tag that P carries out of band into FRAME of SIZE bytes, as far as TO preserves it. */
static size_t
insert_tag(struct sim_nbl *p, const NDIS_SWITCH_PORT_DESTINATION *to, uint8_t *frame, size_t size)
{
    NDIS_NET_BUFFER_LIST_8021Q_INFO tag;
    tag.Value = NET_BUFFER_LIST_INFO(&p->nbl, Ieee8021QNetBufferListInfo);
    unsigned vid = to->PreserveVLAN ? tag.TagHeader.VlanId : 0;
    unsigned priority = to->PreservePriority ? tag.TagHeader.UserPriority : 0;
    unsigned eligible = to->PreservePriority ? tag.TagHeader.CanonicalFormatId : 0;
    if ((!vid && !priority && !eligible) || size < 12) {
        return size;
    }
    memmove(frame + 16, frame + 12, size - 12);
    frame[12] = 0x81;
    frame[13] = 0x00;
    frame[14] = (uint8_t)(priority << 5 | eligible << 4 | vid >> 8);
    frame[15] = (uint8_t)vid;
    return size + 4;
}

static void
capture(struct sim_switch *sw, const NDIS_SWITCH_PORT_DESTINATION *to, const uint8_t *frame,
        size_t size)
{
    struct sim_capture *c = host_alloc(sizeof *c + size);
    c->size = size;
    memcpy(c->data, frame, size);
    KIRQL irql = sim_lock();
    struct sim_port *port = sim_port_find(sw, to->PortId);
    struct sim_nic *nic = port ? sim_nic_find(port, to->NicIndex) : NULL;
    bool takes =
        nic && nic->is.NicState == NdisSwitchNicStateConnected && port->n_captured < MAX_CAPTURED;
    if (takes) {
        list_push_back(&port->captured, &c->node);
        port->n_captured++;
        port->delivered++;
    }
    sim_unlock(irql);
    if (!takes) {
        host_free(c);
    }
}

void
sim_deliver(struct sim_switch *sw, struct sim_nbl *p)
{
    const NDIS_SWITCH_PORT_DESTINATION *to;
    size_t n = sim_forwarding_destinations(p, &to);
    if (!n) { /* the switch itself forwards nothing while it has a forwarding extension */
        __atomic_fetch_add(&sw->undirected, 1, __ATOMIC_RELAXED);
    }
    for (PNET_BUFFER nb = p->nbl.FirstNetBuffer; nb; nb = nb->Next) {
        if (nb->DataLength > MAX_FRAME) {
            sim_fail("delivery: a packet of %u bytes", nb->DataLength);
            continue;
        }
        uint8_t *frame = host_alloc((size_t)nb->DataLength + 4);
        for (size_t i = 0; i < n; i++) {
            size_t size = gather(nb, frame);
            if (!to[i].IsExcluded) {
                size = insert_tag(p, &to[i], frame, size);
                capture(sw, &to[i], frame, size);
            }
        }
        host_free(frame);
    }
    KeSetEvent(&sim.arrived, 0, FALSE);
}

/* Takes the 802.1Q tag out of FRAME into INFO; what is left goes to BUFFER. A tag of zeros, which
 * would be as good as none there, stays. */
static struct sim_frame
strip_tag(const struct sim_frame *frame, uint8_t *buffer, NDIS_NET_BUFFER_LIST_8021Q_INFO *info)
{
    const uint8_t *data = frame->data;
    if (!sim_option(OPT_VLAN_OOB) || frame->size < 18 || data[12] != 0x81 || data[13] != 0x00 ||
        !(data[14] | data[15])) {
        return *frame;
    }
    info->TagHeader.UserPriority = data[14] >> 5;
    info->TagHeader.CanonicalFormatId = data[14] >> 4 & 1;
    info->TagHeader.VlanId = (UINT32)(data[14] & 15) << 8 | data[15];
    memcpy(buffer, data, 12);
    memcpy(buffer + 12, data + 16, frame->size - 16);
    return (struct sim_frame){buffer, frame->size - 4};
}

/* A packet of FRAMES, all with the same tag or none, from port ID's adapter INDEX. */
static PNET_BUFFER_LIST
packet_from(NDIS_SWITCH_PORT_ID id, NDIS_SWITCH_NIC_INDEX index, const struct sim_frame *frames,
            size_t n)
{
    struct sim_frame bare[SIM_MAX_BATCH];
    NDIS_NET_BUFFER_LIST_8021Q_INFO tag = {.Value = NULL};
    uint8_t *buffers[SIM_MAX_BATCH];
    for (size_t i = 0; i < n; i++) {
        buffers[i] = host_alloc(frames[i].size);
        bare[i] = strip_tag(&frames[i], buffers[i], &tag);
    }
    PNET_BUFFER_LIST nbl = sim_nbl_make(bare, n);
    for (size_t i = 0; i < n; i++) {
        host_free(buffers[i]);
    }
    struct sim_nbl *p = CONTAINING_RECORD(nbl, struct sim_nbl, nbl);
    sim_forwarding_new(p, &sim);
    PNDIS_SWITCH_FORWARDING_DETAIL_NET_BUFFER_LIST_INFO detail =
        NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(nbl);
    detail->SourcePortId = id;
    detail->SourceNicIndex = index;
    detail->IsPacketDataSafe = 1;
    NET_BUFFER_LIST_INFO(nbl, Ieee8021QNetBufferListInfo) = tag.Value;
    return nbl;
}

static unsigned
tag_of(const struct sim_frame *frame)
{
    const uint8_t *data = frame->data;
    return frame->size >= 18 && data[12] == 0x81 && data[13] == 0 ? data[14] << 8u | data[15] : 0;
}

/* How many of N frames from FRAMES on go into one packet. */
static size_t
batch_of(const struct sim_frame *frames, size_t n)
{
    size_t k = 1;
    while (k < n && k < SIM_MAX_BATCH && tag_of(&frames[k]) == tag_of(&frames[0]) &&
           sim_option(OPT_FRAGMENT) && sim_flip()) {
        k++;
    }
    return k;
}

/* The adapter of port ID that frames come from: the external port's are its physical ones. */
static int
source_of(struct sim_switch *sw, NDIS_SWITCH_PORT_ID id, size_t n, NDIS_SWITCH_NIC_INDEX *index)
{
    int found = -1;
    KIRQL irql = sim_lock();
    struct sim_port *port = sim_port_find(sw, id);
    if (port && !list_is_empty(&port->nics)) {
        struct sim_nic *nic = CONTAINER_OF(port->nics.prev, struct sim_nic, node);
        if (nic->is.NicState == NdisSwitchNicStateConnected) {
            *index = nic->is.NicIndex;
            port->sent += n;
            sw->sent += n;
            found = 0;
        }
    }
    sim_unlock(irql);
    return found;
}

/* Holds a sender back while M has very many packets, as an adapter's queue would; not for ever,
 * since the extension may be waiting for something. */
static void
press_back(struct sim_module *m)
{
    ULONGLONG end = sim_deadline(BACK_PRESSURE_MS);
    while (__atomic_load_n(&m->lent, __ATOMIC_ACQUIRE) > BACK_PRESSURE_PACKETS && sim_wait(end)) {
    }
}

int
sim_send(const char *switch_name, unsigned id, const struct sim_frame *frames, size_t n)
{
    struct sim_module *m = NULL;
    NDIS_SWITCH_NIC_INDEX index;
    KIRQL irql = sim_lock();
    struct sim_switch *sw = sim_switch_find(switch_name);
    if (sw && sw->module && sw->module->admits) {
        m = sw->module;
        __atomic_add_fetch(&m->lent, 1, __ATOMIC_ACQ_REL); /* keeps it attached meanwhile */
    }
    sim_unlock(irql);
    if (!m) {
        return -1;
    }
    int result = source_of(sw, id, n, &index);
    PNET_BUFFER_LIST chain = NULL, *tail = &chain;
    for (size_t done = 0, k; result == 0 && done < n; done += k) {
        k = batch_of(frames + done, n - done);
        *tail = packet_from(id, index, frames + done, k);
        tail = &(*tail)->Next;
    }
    if (chain) {
        press_back(m);
        sim_ingress(m, chain, sim_flip());
    }
    __atomic_sub_fetch(&m->lent, 1, __ATOMIC_ACQ_REL);
    return result;
}

int
sim_take(const char *switch_name, unsigned id, void *data, size_t size)
{
    struct sim_capture *c = NULL;
    int result = -1;
    KIRQL irql = sim_lock();
    struct sim_switch *sw = sim_switch_find(switch_name);
    struct sim_port *port = sw ? sim_port_find(sw, id) : NULL;
    if (port) {
        result = 0;
        if (!list_is_empty(&port->captured)) {
            c = CONTAINER_OF(list_pop_front(&port->captured), struct sim_capture, node);
            port->n_captured--;
        }
    }
    sim_unlock(irql);
    if (c) {
        result = (int)c->size;
        memcpy(data, c->data, c->size < size ? c->size : size);
        host_free(c);
    }
    return result;
}
