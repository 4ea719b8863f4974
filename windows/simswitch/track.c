/* SPDX-License-Identifier: Apache-2.0 */
/* Knows every object that a driver can hold: what kind it is, whose it is, whether it is alive.
 *
 * Freed objects are filled with a byte and kept for a while; whoever writes to one is found when
 * it leaves, and whoever reads one is found at once under AddressSanitizer.  The lists are many,
 * by address, so that allocating orders threads as little as it does in a kernel. */
#include "simswitch/sim_internal.h"

#define MAGIC        0x53696d4fu
#define FREED_BYTE   0xdd
#define N_SHARDS     16
#define QUARANTINE_N 64 /* objects, for each shard */

static struct shard {
    KSPIN_LOCK lock;
    struct list live;
    struct list freed;
    unsigned n_freed;
} shards[N_SHARDS];

static const char *const kind_names[SIM_N_KINDS] = {
    [SIM_FREED] = "freed object",
    [SIM_NBL_POOL] = "net buffer list pool",
    [SIM_NB_POOL] = "net buffer pool",
    [SIM_NBL] = "net buffer list",
    [SIM_NB] = "net buffer",
    [SIM_MDL] = "MDL",
    [SIM_CONTEXT] = "net buffer list context",
    [SIM_OID_CLONE] = "cloned OID request",
    [SIM_SPIN_LOCK] = "spin lock",
    [SIM_RW_LOCK] = "read-write lock",
    [SIM_TIMER] = "timer",
    [SIM_WORK_ITEM] = "work item",
    [SIM_DEVICE] = "device",
    [SIM_MODULE] = "filter module",
    [SIM_FILTER] = "filter driver",
};

static struct shard *
shard_of(const void *object)
{
    return &shards[((uintptr_t)object >> 6) * 0x9e3779b97f4a7c15ull >> 60];
}

void
sim_objects_start(void)
{
    for (unsigned i = 0; i < N_SHARDS; i++) {
        KeInitializeSpinLock(&shards[i].lock);
        list_init(&shards[i].live);
        list_init(&shards[i].freed);
        shards[i].n_freed = 0;
    }
}

void *
sim_object_new(enum sim_kind kind, size_t size, void *owner)
{
    if (owner != &sim && kind != SIM_MODULE && kind != SIM_FILTER && sim_failure_now(FAIL_ALLOC)) {
        return NULL;
    }
    struct sim_object *object = host_alloc(size);
    object->magic = MAGIC;
    object->kind = kind;
    object->size = size;
    object->owner = owner;
    struct shard *shard = shard_of(object);
    KIRQL irql;
    KeAcquireSpinLock(&shard->lock, &irql);
    list_push_back(&shard->live, &object->node);
    KeReleaseSpinLock(&shard->lock, irql);
    return object;
}

/* Takes the eldest freed object out of SHARD, or NULL where there is room for more. */
static struct sim_object *
evict(struct shard *shard, unsigned room)
{
    if (shard->n_freed <= room) {
        return NULL;
    }
    shard->n_freed--;
    return CONTAINER_OF(list_pop_front(&shard->freed), struct sim_object, node);
}

/* Frees OBJECT for good, unless somebody has written to it since it was freed. */
static void
destroy(struct sim_object *object)
{
    const uint8_t *body = (const uint8_t *)(object + 1);
    size_t n = object->size - sizeof *object;
    host_unpoison(object + 1, n);
    for (size_t i = 0; i < n; i++) {
        if (body[i] != FREED_BYTE) {
            sim_fail("byte %u of a freed %s was written", (unsigned)(i + sizeof *object),
                     kind_names[object->magic ^ MAGIC]);
            break;
        }
    }
    host_free(object);
}

void
sim_object_free(void *p)
{
    struct sim_object *object = p;
    struct shard *shard = shard_of(object);
    KIRQL irql;
    KeAcquireSpinLock(&shard->lock, &irql);
    list_remove(&object->node);
    object->magic = MAGIC ^ object->kind; /* what it was */
    object->kind = SIM_FREED;
    memset(object + 1, FREED_BYTE, object->size - sizeof *object);
    host_poison(object + 1, object->size - sizeof *object);
    list_push_back(&shard->freed, &object->node);
    shard->n_freed++;
    struct sim_object *eldest = evict(shard, QUARANTINE_N);
    KeReleaseSpinLock(&shard->lock, irql);
    if (eldest) {
        destroy(eldest);
    }
}

void *
sim_object_check(void *p, enum sim_kind kind, const char *where)
{
    struct sim_object *object = p;
    if (!object) {
        sim_fail("%s: no %s", where, kind_names[kind]);
    } else if (object->kind == SIM_FREED) {
        sim_fail("%s: a %s that is free already", where, kind_names[object->magic ^ MAGIC]);
    } else if (object->magic != MAGIC || object->kind != kind) {
        sim_fail("%s: this is no %s", where, kind_names[kind]);
    }
    return object;
}

size_t
sim_objects_count(enum sim_kind kind, void *owner)
{
    size_t n = 0;
    for (unsigned i = 0; i < N_SHARDS; i++) {
        KIRQL irql;
        KeAcquireSpinLock(&shards[i].lock, &irql);
        LIST_FOR_EACH (struct sim_object, object, node, &shards[i].live) {
            n += object->kind == kind && (owner ? object->owner == owner : object->owner != &sim);
        }
        KeReleaseSpinLock(&shards[i].lock, irql);
    }
    return n;
}

void
sim_objects_check_gone(void *owner, const char *when)
{
    for (enum sim_kind kind = SIM_NBL_POOL; kind < SIM_MODULE; kind++) {
        size_t n = sim_objects_count(kind, owner);
        if (n) {
            sim_fail("%s: the driver has left a %s (%u of them)", when, kind_names[kind],
                     (unsigned)n);
        }
    }
}

void
sim_objects_finish(void)
{
    sim_objects_check_gone(NULL, "the end");
    for (unsigned i = 0; i < N_SHARDS; i++) {
        struct sim_object *object;
        while ((object = evict(&shards[i], 0)) != NULL) {
            destroy(object);
        }
    }
}
