/* SPDX-License-Identifier: Apache-2.0 */
/* Work items, run by two threads at PASSIVE_LEVEL. */
#include "native/kernel_internal.h"

#define N_WORKERS 2

struct native_work_item {
    LIST_ENTRY entry;
    PDEVICE_OBJECT device;
    PIO_WORKITEM_ROUTINE routine;
    PVOID context;
    bool queued;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static LIST_ENTRY items;
static unsigned n_running;
static size_t n_items;
static bool ending;
static pthread_t workers[N_WORKERS];

static void *
run(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    for (;;) {
        while (IsListEmpty(&items) && !ending) {
            pthread_cond_wait(&changed, &lock);
        }
        if (IsListEmpty(&items)) {
            break;
        }
        PIO_WORKITEM item =
            CONTAINING_RECORD(RemoveHeadList(&items), struct native_work_item, entry);
        struct native_work_item copy = *item; /* the routine may free it */
        item->queued = false;
        n_running++;
        pthread_mutex_unlock(&lock);
        copy.routine(copy.device, copy.context);
        kernel_thread_check_idle("a work item");
        pthread_mutex_lock(&lock);
        n_running--;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

void
kernel_work_start(void)
{
    InitializeListHead(&items);
    ending = false;
    for (unsigned i = 0; i < N_WORKERS; i++) {
        pthread_create(&workers[i], NULL, run, NULL);
    }
}

void
kernel_work_quiesce(void)
{
    pthread_mutex_lock(&lock);
    while (n_running || !IsListEmpty(&items)) {
        pthread_cond_wait(&changed, &lock);
    }
    pthread_mutex_unlock(&lock);
}

void
kernel_work_finish(void)
{
    pthread_mutex_lock(&lock);
    ending = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    for (unsigned i = 0; i < N_WORKERS; i++) {
        pthread_join(workers[i], NULL);
    }
    if (n_items) {
        native_fail("%zu work items are left", n_items);
    }
}

PIO_WORKITEM
IoAllocateWorkItem(PDEVICE_OBJECT device)
{
    native_require_irql(DISPATCH_LEVEL, __func__);
    PIO_WORKITEM item = native_alloc(sizeof *item);
    item->device = device;
    pthread_mutex_lock(&lock);
    n_items++;
    pthread_mutex_unlock(&lock);
    return item;
}

VOID
IoQueueWorkItem(PIO_WORKITEM item, PIO_WORKITEM_ROUTINE routine, WORK_QUEUE_TYPE queue,
                PVOID context)
{
    (void)queue;
    pthread_mutex_lock(&lock);
    if (item->queued) {
        native_fail("a work item is queued that is queued already");
    }
    item->queued = true;
    item->routine = routine;
    item->context = context;
    InsertTailList(&items, &item->entry);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

VOID
IoFreeWorkItem(PIO_WORKITEM item)
{
    pthread_mutex_lock(&lock);
    if (item->queued) {
        native_fail("a work item is freed while it is queued");
    }
    n_items--;
    pthread_mutex_unlock(&lock);
    native_free(item);
}
