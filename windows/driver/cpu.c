/* SPDX-License-Identifier: Apache-2.0 */
/* Entering and leaving packet work. Which CPU's state one gets is a matter of the processor
 * number at that moment; the lock makes that safe whatever happens then. */
#include "driver/cpu.h"

#include "base/err.h"
#include "base/mem.h"
#include "driver/clock.h"
#include "driver/complete.h"
#include "driver/driver.h"
#include "driver/filter.h"
#include "driver/output.h"
#include "port/atomic.h"

static void
work_init(struct cpu_work *w)
{
    memset(w, 0, sizeof *w);
    nbl_chain_init(&w->send);
    nbl_chain_init(&w->untouched);
    nbl_chain_init(&w->done);
    nbl_chain_init(&w->dropped);
}

/* What FROM has, at another place; FROM starts anew. */
static void
work_move(struct cpu_work *to, struct cpu_work *from)
{
    *to = *from;
    nbl_chain_move(&to->send, &from->send);
    nbl_chain_move(&to->untouched, &from->untouched);
    nbl_chain_move(&to->done, &from->done);
    nbl_chain_move(&to->dropped, &from->dropped);
    work_init(from);
}

_Use_decl_annotations_
int
cpu_new(struct driver *driver, uint32_t id, struct cpu **cpup)
{
    struct cpu *cpu = mem_zalloc(sizeof *cpu);
    if (!cpu) {
        return -E_NOMEM;
    }
    cpu->driver = driver;
    cpu->id = id;
    NdisAllocateSpinLock(&cpu->lock);
    for (uint32_t i = 0; i < CPU_VIEWS; i++) {
        cpu_put_view(cpu, &cpu->views[i]);
    }
    cpu->queued_end = &cpu->queued;
    destination_arena_clear(&cpu->destinations);
    work_init(&cpu->work);
    int error = dp_thread_init(&cpu->thread, &driver->dp, id, CPU_EMC_SIZE);
    cpu->thread.host = cpu;
    if (error) {
        cpu_free(cpu);
        return error;
    }
    *cpup = cpu;
    return 0;
}

_Use_decl_annotations_
void
cpu_free(struct cpu *cpu)
{
    if (cpu) {
        dp_thread_fini(&cpu->thread);
        NdisFreeSpinLock(&cpu->lock);
        mem_free(cpu, sizeof *cpu);
    }
}

_Use_decl_annotations_
struct cpu *
cpu_enter(struct driver *driver)
{
    struct cpu *cpu = driver->cpus[NdisCurrentProcessorIndex() % driver->n_cpus];
    uint32_t phase = epoch_enter(&driver->epoch, cpu->id);
    NdisAcquireSpinLock(&cpu->lock);
    cpu->phase = phase;
    struct filter *owner = PORT_LOAD_ACQUIRE(&driver->owner);
    cpu->filter = owner && filter_is_running(owner) ? owner : NULL;
    cpu->thread.now_ms = clock_ms();
    return cpu;
}

_Use_decl_annotations_
void
cpu_leave(struct cpu *cpu, ULONG flags)
{
    struct cpu_work work;
    struct driver *driver = cpu->driver;
    output_flush(cpu);
    struct filter *filter = cpu->filter;
    uint32_t phase = cpu->phase;
    work_move(&work, &cpu->work);
    NdisReleaseSpinLock(&cpu->lock);
    if (filter) {
        complete_work(filter, &work, flags);
    }
    if (work.waiting) {
        wait_queue_deliver(&work.waiting->queue);
    }
    epoch_leave(&driver->epoch, cpu->id, phase);
}

_Use_decl_annotations_
struct nbl_packet *
cpu_get_view(struct cpu *cpu)
{
    struct nbl_packet *v = cpu->free_views;
    if (v) {
        cpu->free_views = v->next;
    }
    return v;
}

_Use_decl_annotations_
void
cpu_put_view(struct cpu *cpu, struct nbl_packet *v)
{
    v->next = cpu->free_views;
    cpu->free_views = v;
}

_Use_decl_annotations_
struct block_pool *
cpu_blocks(const struct cpu *cpu)
{
    return &cpu->driver->blocks;
}
