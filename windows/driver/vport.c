/* SPDX-License-Identifier: Apache-2.0 */
/* The table of ports, an array by number. See the header for who may look at what. */
#include "driver/vport.h"

#include "base/err.h"
#include "base/mem.h"
#include "driver/name.h"
#include "driver/switch_nic.h"
#include "port/atomic.h"

enum { VPORT_NO_MAX = 65535, FIRST_SIZE = 16 };

struct vport_array {
    struct dp_deferred deferred;
    uint32_t size;
    struct vport *slot[];
};

static size_t
array_bytes(uint32_t size)
{
    return sizeof(struct vport_array) + size * sizeof(struct vport *);
}

static void
free_array(struct dp_deferred *d)
{
    struct vport_array *array = CONTAINER_OF(d, struct vport_array, deferred);
    mem_free(array, array_bytes(array->size));
}

static void
free_vport(struct dp_deferred *d)
{
    struct vport *v = CONTAINER_OF(d, struct vport, deferred);
    mem_free(v, sizeof *v + v->n_cpus * sizeof *v->counters);
}

/* Makes the array long enough for number NO. */
static int
grow(struct vport_table *t, uint32_t no)
{
    struct vport_array *old = t->array;
    uint32_t size = old ? old->size : FIRST_SIZE;
    while (size <= no) {
        size *= 2;
    }
    if (old && size == old->size) {
        return 0;
    }
    struct vport_array *array = mem_zalloc(array_bytes(size));
    if (!array) {
        return -E_NOMEM;
    }
    array->deferred.run = free_array;
    array->size = size;
    if (old) {
        memcpy(array->slot, old->slot, old->size * sizeof *old->slot);
    }
    PORT_STORE_RELEASE(&t->array, array);
    if (old) {
        epoch_defer(t->epoch, &old->deferred);
    }
    return 0;
}

_Use_decl_annotations_
int
vport_table_init(struct vport_table *t, struct epoch *epoch, uint32_t n_cpus)
{
    *t = (struct vport_table){.epoch = epoch, .n_cpus = n_cpus};
    return grow(t, 0);
}

_Use_decl_annotations_
void
vport_table_fini(struct vport_table *t)
{
    if (!t->array) {
        return;
    }
    for (struct vport *v; (v = vport_next(t, 0)) != NULL;) {
        vport_del(t, v);
    }
    epoch_defer(t->epoch, &t->array->deferred);
    t->array = NULL;
}

_Use_decl_annotations_
struct vport *
vport_find(const struct vport_table *t, uint32_t no)
{
    const struct vport_array *array = PORT_LOAD_ACQUIRE(&t->array);
    return no < array->size ? PORT_LOAD_ACQUIRE(&array->slot[no]) : NULL;
}

_Use_decl_annotations_
struct vport *
vport_next(const struct vport_table *t, uint32_t from)
{
    for (uint32_t no = from; no < t->array->size; no++) {
        if (t->array->slot[no]) {
            return t->array->slot[no];
        }
    }
    return NULL;
}

_Use_decl_annotations_
struct vport *
vport_find_name(const struct vport_table *t, const char *name)
{
    for (struct vport *v = vport_next(t, 0); v; v = vport_next(t, v->no + 1)) {
        if (name_equal(v->name, name)) {
            return v;
        }
    }
    return NULL;
}

/* Checks *NO, or chooses the least that is free; 0 is only for who asks for it. */
static int
choose_number(const struct vport_table *t, uint32_t *no)
{
    if (*no != UINT32_MAX) {
        return *no > VPORT_NO_MAX ? -E_FBIG : vport_find(t, *no) ? -E_BUSY : 0;
    }
    for (*no = 1; *no <= VPORT_NO_MAX; ++*no) {
        if (!vport_find(t, *no)) {
            return 0;
        }
    }
    return -E_FBIG;
}

_Use_decl_annotations_
int
vport_add(struct vport_table *t, const struct dp_vport *wanted, uint32_t *no, struct vport **vport)
{
    uint32_t chosen = *no;
    int error = vport_find_name(t, wanted->name) ? -E_EXIST : choose_number(t, &chosen);
    if (!error) {
        error = grow(t, chosen);
    }
    if (error) {
        return error;
    }
    struct vport *v = mem_zalloc(sizeof *v + t->n_cpus * sizeof *v->counters);
    if (!v) {
        return -E_NOMEM;
    }
    v->deferred.run = free_vport;
    v->no = chosen;
    v->type = wanted->type;
    v->upcall_pid = wanted->upcall_pid;
    v->n_cpus = t->n_cpus;
    memcpy(v->name, wanted->name, sizeof v->name);
    PORT_STORE_RELEASE(&t->array->slot[chosen], v);
    *no = chosen;
    *vport = v;
    return 0;
}

_Use_decl_annotations_
void
vport_del(struct vport_table *t, struct vport *v)
{
    vport_unbind(v);
    PORT_STORE_RELEASE(&t->array->slot[v->no], NULL);
    epoch_defer(t->epoch, &v->deferred);
}

_Use_decl_annotations_
void
vport_bind(struct vport *v, struct nic *nic)
{
    ASSERT(!v->nic && !nic->vport);
    PORT_STORE_RELEASE(&v->nic, nic);
    PORT_STORE_RELEASE(&nic->vport, v);
}

_Use_decl_annotations_
void
vport_unbind(struct vport *v)
{
    if (v->nic) {
        PORT_STORE_RELEASE(&v->nic->vport, NULL);
        PORT_STORE_RELEASE(&v->nic, NULL);
    }
}

static void
add_counters(const struct vport *v, struct dp_vport_stats *sum)
{
    for (uint32_t i = 0; i < v->n_cpus; i++) {
        const struct vport_counters *c = &v->counters[i];
        sum->rx_packets += PORT_READ_ONCE(&c->rx_packets);
        sum->rx_bytes += PORT_READ_ONCE(&c->rx_bytes);
        sum->rx_dropped += PORT_READ_ONCE(&c->rx_dropped);
        sum->tx_packets += PORT_READ_ONCE(&c->tx_packets);
        sum->tx_bytes += PORT_READ_ONCE(&c->tx_bytes);
        sum->tx_dropped += PORT_READ_ONCE(&c->tx_dropped);
    }
}

_Use_decl_annotations_
void
vport_describe(const struct vport *v, struct dp_vport *out)
{
    memset(out, 0, sizeof *out);
    out->no = v->no;
    out->type = v->type;
    out->upcall_pid = v->upcall_pid;
    out->ifindex = v->nic ? nic_ifindex(v->nic) : 0;
    memcpy(out->name, v->name, sizeof out->name);
    add_counters(v, &out->stats);
}
