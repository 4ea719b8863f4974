/* SPDX-License-Identifier: Apache-2.0 */
/* System threads, and who the current thread is.  A handle to a thread and a reference to it are
 * both its address; each counts. */
#include "native/kernel_internal.h"

struct native_thread {
    KEVENT ended; /* first: one waits for the thread */
    LONG refs;
    pthread_t thread;
    PKSTART_ROUTINE start;
    PVOID context;
};

static size_t n_threads; /* that exist, ended or not */
static POBJECT_TYPE thread_type;
POBJECT_TYPE *PsThreadType = &thread_type;

static _Thread_local struct native_thread *current;
static _Thread_local ULONG process_id;

static void
unref(struct native_thread *thread)
{
    if (__atomic_sub_fetch(&thread->refs, 1, __ATOMIC_ACQ_REL) == 0) {
        __atomic_fetch_sub(&n_threads, 1, __ATOMIC_RELEASE);
        native_free(thread);
    }
}

/* Tells those who wait that this thread has ended. */
static void
end_current(void)
{
    kernel_thread_check_idle("a system thread");
    struct native_thread *thread = current;
    KeSetEvent(&thread->ended, 0, FALSE);
    unref(thread);
}

static void *
run(void *argument)
{
    current = argument;
    current->start(current->context);
    end_current();
    return NULL;
}

NTSTATUS
PsCreateSystemThread(PHANDLE handle, ULONG access, POBJECT_ATTRIBUTES attributes, HANDLE process,
                     PCLIENT_ID id, PKSTART_ROUTINE start, PVOID context)
{
    (void)access, (void)attributes, (void)process, (void)id;
    native_require_irql(PASSIVE_LEVEL, __func__);
    struct native_thread *thread = native_alloc(sizeof *thread);
    thread->start = start;
    thread->context = context;
    thread->refs = 2; /* the handle's and its own */
    KeInitializeEvent(&thread->ended, NotificationEvent, FALSE);
    __atomic_fetch_add(&n_threads, 1, __ATOMIC_RELAXED);
    if (pthread_create(&thread->thread, NULL, run, thread) != 0) {
        native_fail("no thread");
    }
    pthread_detach(thread->thread);
    *handle = thread;
    return STATUS_SUCCESS;
}

NTSTATUS
PsTerminateSystemThread(NTSTATUS status)
{
    (void)status;
    if (!current) {
        native_fail("PsTerminateSystemThread on a thread that is none of the system's");
    }
    end_current();
    pthread_exit(NULL);
}

NTSTATUS
ObReferenceObjectByHandle(HANDLE handle, ACCESS_MASK access, POBJECT_TYPE type,
                          KPROCESSOR_MODE mode, PVOID *object, PVOID information)
{
    (void)access, (void)type, (void)mode, (void)information;
    native_require_irql(PASSIVE_LEVEL, __func__);
    struct native_thread *thread = handle;
    __atomic_fetch_add(&thread->refs, 1, __ATOMIC_RELAXED);
    *object = thread;
    return STATUS_SUCCESS;
}

VOID
ObDereferenceObject(PVOID object)
{
    unref(object);
}

NTSTATUS
ZwClose(HANDLE handle)
{
    native_require_irql(PASSIVE_LEVEL, __func__);
    unref(handle);
    return STATUS_SUCCESS;
}

size_t
kernel_threads_left(void)
{
    /* One that has just said that it ended may still be letting go of itself. */
    for (int i = 0; i < 2000 && __atomic_load_n(&n_threads, __ATOMIC_ACQUIRE); i++) {
        KeDelayExecutionThread(KernelMode, FALSE, &(LARGE_INTEGER){.QuadPart = -10000});
    }
    return __atomic_load_n(&n_threads, __ATOMIC_ACQUIRE);
}

PKTHREAD
KeGetCurrentThread(VOID)
{
    return (PKTHREAD)kernel_thread_self();
}

HANDLE
PsGetCurrentThreadId(VOID)
{
    return (HANDLE)kernel_thread_self();
}

HANDLE
PsGetCurrentProcessId(VOID)
{
    return (HANDLE)(uintptr_t)(process_id ? process_id : 4);
}

void
native_set_process(ULONG id)
{
    process_id = id;
}
