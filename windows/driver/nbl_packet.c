/* SPDX-License-Identifier: Apache-2.0 */
/* The packet operations. What of a frame is not in the packet's linear bytes starts at tail_ofs
 * in the frame; moving to a block copies linear bytes and as many more as are wanted. Bytes of a
 * block that others see (a clone, or a list that is being sent) are never written. */
#include "driver/nbl_packet.h"

#include "base/mem.h"
#include "driver/cpu.h"

static const struct pkt_ops ops;

static void
free_view(struct nbl_packet *v)
{
    block_unref(v->block);
    if (v->cpu) {
        cpu_put_view(v->cpu, v);
    } else {
        mem_free(v, sizeof *v);
    }
}

/* How many bytes to have in a block when END of them are needed: a frame of ordinary length
 * whole, since sending it will want that anyway; the headers of a longer one. */
static uint32_t
bytes_to_take(const struct nbl_packet *v, uint32_t end)
{
    if (v->pkt.len <= BLOCK_ROOM) {
        return v->pkt.len;
    }
    uint32_t headers = MAX(end, BLOCK_HEADERS);
    return v->block ? MAX(headers, v->pkt.linear) : headers;
}

/* Puts the packet's first N bytes into a block of its own, HEADROOM bytes from the start. */
static bool
move(struct nbl_packet *v, uint32_t headroom, uint32_t n)
{
    struct pkt *p = &v->pkt;
    struct block *b = block_new(v->blocks, (size_t)headroom + n);
    if (!b) {
        return false;
    }
    uint8_t *data = b->bytes + headroom;
    uint32_t k = MIN(n, p->linear);
    memcpy(data, p->data, k);
    if (n > k && !frame_read(v->frame, v->tail_ofs, data + k, n - k)) {
        block_unref(b);
        return false;
    }
    v->tail_ofs = v->tail_ofs + n - p->linear;
    block_unref(v->block);
    v->block = b;
    p->data = data;
    p->linear = n;
    p->headroom = (uint16_t)headroom;
    p->tailroom = 0;
    return true;
}

/* Makes END bytes linear, in the block where it has room and is the packet's alone. */
static bool
extend(struct nbl_packet *v, uint32_t end)
{
    struct pkt *p = &v->pkt;
    struct block *b = v->block;
    if (!b || !block_is_private(b) || (size_t)(p->data - b->bytes) + end > b->size) {
        return move(v, BLOCK_HEADROOM, bytes_to_take(v, end));
    }
    if (!frame_read(v->frame, v->tail_ofs, p->data + p->linear, end - p->linear)) {
        return false;
    }
    v->tail_ofs += end - p->linear;
    p->linear = end;
    return true;
}

static void
set_changed(struct nbl_packet *v)
{
    v->changed = true;
    v->pkt.flags &= (uint16_t)~PKT_SHARED;
}

static bool
view_need(struct pkt *p, uint32_t ofs, uint32_t n)
{
    struct nbl_packet *v = nbl_packet_of(p);
    return v->frame && extend(v, ofs + n);
}

static bool
view_edit(struct pkt *p, uint32_t ofs, uint32_t n)
{
    struct nbl_packet *v = nbl_packet_of(p);
    uint32_t end = ofs + n;
    if (end > p->linear && !extend(v, end)) {
        return false;
    }
    if ((!v->block || !block_is_private(v->block)) &&
        !move(v, BLOCK_HEADROOM, bytes_to_take(v, end))) {
        return false;
    }
    set_changed(v);
    return true;
}

static bool
view_reserve(struct pkt *p, uint32_t n)
{
    struct nbl_packet *v = nbl_packet_of(p);
    if (!move(v, MAX(n, BLOCK_HEADROOM), bytes_to_take(v, 0))) {
        return false;
    }
    set_changed(v);
    return true;
}

static void
view_trim(struct pkt *p, uint32_t len)
{
    uint32_t linear = MIN(p->linear, len);
    nbl_packet_of(p)->tail_ofs -= p->linear - linear;
    p->len = len;
    p->linear = linear;
    p->tailroom = 0;
}

/* A view for a packet on CPU, or anywhere if that is NULL. */
static struct nbl_packet *
new_view(struct cpu *cpu)
{
    struct nbl_packet *v = cpu ? cpu_get_view(cpu) : mem_alloc(sizeof *v);
    if (v) {
        memset(v, 0, sizeof *v);
        v->cpu = cpu;
        v->pkt.ops = &ops;
        v->pkt.l2_5 = v->pkt.l3 = v->pkt.l4 = PKT_NO_LAYER;
    }
    return v;
}

static struct pkt *
view_clone(struct pkt *p)
{
    struct nbl_packet *v = nbl_packet_of(p), *clone = new_view(v->cpu);
    if (!clone) {
        return NULL;
    }
    p->flags |= PKT_SHARED;
    p->tailroom = 0;
    *clone = *v;
    if (clone->block) {
        clone->block->refs++;
    }
    return &clone->pkt;
}

static void
view_free(struct pkt **packets, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free_view(nbl_packet_of(packets[i]));
    }
}

static const struct pkt_ops ops = {
    .need = view_need,
    .edit = view_edit,
    .reserve = view_reserve,
    .trim = view_trim,
    .clone = view_clone,
    .free = view_free,
};

_Use_decl_annotations_
void
nbl_packet_set_original(struct nbl_packet *v)
{
    v->changed = false;
    v->pkt.flags |= PKT_SHARED;
    v->frame->view_len = v->pkt.len;
}

_Use_decl_annotations_
struct nbl_packet *
nbl_packet_from_frame(struct cpu *cpu, struct frame *frame)
{
    struct nbl_packet *v = new_view(cpu);
    if (v) {
        v->blocks = cpu_blocks(cpu);
        v->frame = frame;
        v->pkt.data = frame->bytes;
        v->pkt.len = frame->len;
        v->pkt.linear = v->tail_ofs = frame->linear;
        nbl_packet_set_original(v);
    }
    return v;
}

_Use_decl_annotations_
struct pkt *
nbl_packet_from_bytes(struct block_pool *blocks, const void *bytes, size_t n)
{
    struct nbl_packet *v = n <= UINT32_MAX / 2 ? new_view(NULL) : NULL;
    struct block *b = v ? block_new(blocks, BLOCK_HEADROOM + n) : NULL;
    if (!b) {
        mem_free(v, sizeof *v);
        return NULL;
    }
    if (n) {
        memcpy(b->bytes + BLOCK_HEADROOM, bytes, n);
    }
    v->blocks = blocks;
    v->block = b;
    v->changed = true;
    v->pkt.data = b->bytes + BLOCK_HEADROOM;
    v->pkt.len = v->pkt.linear = (uint32_t)n;
    v->pkt.headroom = BLOCK_HEADROOM;
    return &v->pkt;
}

_Use_decl_annotations_
bool
nbl_packet_detach(struct nbl_packet *v)
{
    return move(v, BLOCK_HEADROOM, bytes_to_take(v, 0));
}
