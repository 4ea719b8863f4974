/* SPDX-License-Identifier: Apache-2.0 */
/* One process-wide epoch; each thread has a record, found through a thread-local pointer. Records
 * are recycled by Concurrency Kit and so never freed. */
#include "dpif/userspace/epoch.h"

#include <ck_epoch.h>

#include "os/mem.h"

static_assert(sizeof(ck_epoch_entry_t) <= sizeof(((struct dp_deferred *)0)->host),
              "an epoch entry fits the host's room");

static ck_epoch_t epoch;
static bool epoch_ready; /* set by the first thread to join, the control thread */
static _Thread_local ck_epoch_record_t *record;
static _Thread_local unsigned int n_deferred;

void
epoch_join(void)
{
    if (record) {
        return;
    }
    if (!epoch_ready) {
        ck_epoch_init(&epoch);
        epoch_ready = true;
    }
    record = ck_epoch_recycle(&epoch, NULL);
    if (!record) {
        /* Kept for the life of the process: the epoch's list of records only grows. */
        void *block = xalloc(sizeof *record + PORT_CACHE_LINE);
        record =
            (void *)(((uintptr_t)block + PORT_CACHE_LINE - 1) & ~(uintptr_t)(PORT_CACHE_LINE - 1));
        ck_epoch_register(&epoch, record, NULL);
    }
}

void
epoch_leave(void)
{
    epoch_barrier();
    ck_epoch_unregister(record);
    record = NULL;
}

void
epoch_begin(void)
{
    ck_epoch_begin(record, NULL);
}

void
epoch_end(void)
{
    ck_epoch_end(record, NULL);
}

static void
run_deferred(ck_epoch_entry_t *entry)
{
    struct dp_deferred *d = CONTAINER_OF(entry, struct dp_deferred, host);
    d->run(d);
}

void
epoch_defer(struct dp_deferred *d)
{
    n_deferred++;
    ck_epoch_call(record, (ck_epoch_entry_t *)(void *)d->host, run_deferred);
}

void
epoch_poll(void)
{
    if (n_deferred && ck_epoch_poll(record)) {
        n_deferred = record->n_pending;
    }
}

void
epoch_barrier(void)
{
    ck_epoch_barrier(record);
    n_deferred = 0;
}
