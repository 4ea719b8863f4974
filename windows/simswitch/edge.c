/* SPDX-License-Identifier: Apache-2.0 */
/* The two edges of a switch, protocol and miniport, as places where work is done: at once on the
 * extension's own thread, or (option async) on threads of the simulator's, in order or (reorder)
 * not, or (hold) not yet, with chains of packets cut anywhere. */
#include "simswitch/sim_internal.h"

#define N_THREADS      2
#define REORDER_WINDOW 16 /* jobs, of which the next is taken */

struct job {
    struct list node;
    enum sim_job what;
    struct sim_module *module;
    void *subject;
    NDIS_STATUS status;
};

static KSPIN_LOCK lock;
static struct list jobs;
static unsigned n_jobs;    /* on the list */
static unsigned n_running; /* taken off it, and not done */
static bool ending;
static KEVENT work, rest;
static PVOID threads[N_THREADS];

static void
perform(struct job *job)
{
    if (job->what == JOB_OID) {
        sim_job_oid(job->module, job->subject, job->status);
    } else {
        sim_job_packets(job->what, job->module, job->subject);
    }
}

/* The next job, which is anyone's where order does not matter; NULL where there is none. */
static struct job *
take_job(bool *end)
{
    KIRQL irql;
    struct job *job = NULL;
    KeAcquireSpinLock(&lock, &irql);
    *end = ending;
    if (n_jobs && (ending || !sim_option(OPT_HOLD))) {
        struct list *at = jobs.next;
        uint32_t window = n_jobs < REORDER_WINDOW ? n_jobs : REORDER_WINDOW;
        for (uint32_t skip = sim_option(OPT_REORDER) ? sim_random(window) : 0; skip; skip--) {
            at = at->next;
        }
        list_remove(at);
        job = CONTAINER_OF(at, struct job, node);
        n_jobs--;
        n_running++;
    }
    KeReleaseSpinLock(&lock, irql);
    return job;
}

static void
done_with_job(struct job *job)
{
    host_free(job);
    KIRQL irql;
    KeAcquireSpinLock(&lock, &irql);
    n_running--;
    bool idle = !n_running && !n_jobs;
    KeReleaseSpinLock(&lock, irql);
    if (idle) {
        KeSetEvent(&rest, 0, FALSE);
    }
}

static VOID NTAPI
run(PVOID unused)
{
    (void)unused;
    for (;;) {
        bool end;
        struct job *job = take_job(&end);
        if (job) {
            perform(job);
            done_with_job(job);
        } else if (end) {
            break;
        } else {
            KeWaitForSingleObject(&work, Executive, KernelMode, FALSE, NULL);
        }
    }
    KeSetEvent(&work, 0, FALSE); /* for the others */
    PsTerminateSystemThread(STATUS_SUCCESS);
}

void
sim_edge_start(void)
{
    KeInitializeSpinLock(&lock);
    list_init(&jobs);
    n_jobs = n_running = 0;
    ending = false;
    KeInitializeEvent(&work, SynchronizationEvent, FALSE);
    KeInitializeEvent(&rest, NotificationEvent, TRUE);
    for (unsigned i = 0; i < N_THREADS; i++) {
        HANDLE handle;
        PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, run, NULL);
        ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, NULL, KernelMode, &threads[i], NULL);
        ZwClose(handle);
    }
}

void
sim_edge_finish(void)
{
    KIRQL irql;
    KeAcquireSpinLock(&lock, &irql);
    ending = true;
    KeReleaseSpinLock(&lock, irql);
    KeSetEvent(&work, 0, FALSE);
    for (unsigned i = 0; i < N_THREADS; i++) {
        KeWaitForSingleObject(threads[i], Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(threads[i]);
    }
}

void
sim_edge_wake(void)
{
    KeSetEvent(&work, 0, FALSE);
}

static void
enqueue(enum sim_job what, struct sim_module *m, void *subject, NDIS_STATUS status)
{
    struct job *job = host_alloc(sizeof *job);
    *job = (struct job){.what = what, .module = m, .subject = subject, .status = status};
    KIRQL irql;
    KeAcquireSpinLock(&lock, &irql);
    list_push_back(&jobs, &job->node);
    n_jobs++;
    KeClearEvent(&rest);
    KeReleaseSpinLock(&lock, irql);
    KeSetEvent(&work, 0, FALSE);
}

/* Cuts CHAIN after a random number of packets; the rest. */
static PNET_BUFFER_LIST
cut(PNET_BUFFER_LIST chain)
{
    while (chain->Next && sim_flip()) {
        chain = chain->Next;
    }
    PNET_BUFFER_LIST rest_of_it = chain->Next;
    chain->Next = NULL;
    return rest_of_it;
}

void
sim_edge_run(enum sim_job what, struct sim_module *m, PNET_BUFFER_LIST chain)
{
    if (!sim_option(OPT_ASYNC)) {
        sim_job_packets(what, m, chain);
        return;
    }
    for (PNET_BUFFER_LIST next; chain; chain = next) {
        next = cut(chain);
        enqueue(what, m, chain, 0);
    }
}

void
sim_edge_enqueue_oid(struct sim_module *m, PNDIS_OID_REQUEST request, NDIS_STATUS status)
{
    enqueue(JOB_OID, m, request, status);
}

void
sim_edge_quiesce(void)
{
    for (;;) {
        KeWaitForSingleObject(&rest, Executive, KernelMode, FALSE, NULL);
        KIRQL irql;
        KeAcquireSpinLock(&lock, &irql);
        bool idle = !n_running && !n_jobs;
        KeReleaseSpinLock(&lock, irql);
        if (idle) {
            return;
        }
        host_yield();
    }
}
