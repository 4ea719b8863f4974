/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel and executive: IRQL and processors, locks, objects one can wait for, memory pools,
 * time, threads and timers. */
#pragma once

#include "native/kernel_types.h"

/* IRQL.  KeRaiseIrql to DISPATCH_LEVEL takes a processor and KeLowerIrql gives it back. */
#define PASSIVE_LEVEL  0
#define APC_LEVEL      1
#define DISPATCH_LEVEL 2

KIRQL KeGetCurrentIrql(VOID);
VOID KeRaiseIrql(KIRQL new_irql, PKIRQL old_irql);
VOID KeLowerIrql(KIRQL irql);
KIRQL KeRaiseIrqlToDpcLevel(VOID);
#define PAGED_CODE() native_require_irql(APC_LEVEL, __func__)
VOID native_require_irql(KIRQL highest, const char *where);

typedef struct _PROCESSOR_NUMBER {
    USHORT Group;
    UCHAR Number;
    UCHAR Reserved;
} PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;

#ifndef ALL_PROCESSOR_GROUPS
#define ALL_PROCESSOR_GROUPS 0xffff
#endif
ULONG KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER number);
ULONG KeQueryActiveProcessorCountEx(USHORT group);
ULONG KeQueryMaximumProcessorCountEx(USHORT group);
ULONG KeGetCurrentProcessorNumber(VOID);

/* Spin locks. */
typedef ULONG_PTR KSPIN_LOCK, *PKSPIN_LOCK;

VOID KeInitializeSpinLock(PKSPIN_LOCK lock);
VOID native_acquire_spin_lock(PKSPIN_LOCK lock, PKIRQL old_irql);
#define KeAcquireSpinLock(lock, old_irql) native_acquire_spin_lock(lock, old_irql)
VOID KeReleaseSpinLock(PKSPIN_LOCK lock, KIRQL new_irql);
VOID KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK lock);
VOID KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK lock);

/* Objects to wait for. */
typedef enum _EVENT_TYPE {
    NotificationEvent,
    SynchronizationEvent,
} EVENT_TYPE;

typedef enum _KWAIT_REASON {
    Executive = 0,
} KWAIT_REASON;

typedef CCHAR KPROCESSOR_MODE;
#define KernelMode 0
#define UserMode   1

typedef enum native_object_type {
    NATIVE_EVENT_NOTIFICATION = 0x6e01,
    NATIVE_EVENT_SYNCHRONIZATION,
    NATIVE_MUTEX,
} NATIVE_OBJECT_TYPE;

typedef struct _DISPATCHER_HEADER {
    NATIVE_OBJECT_TYPE type;
    LONG signalled;
} DISPATCHER_HEADER;

typedef struct _KEVENT {
    DISPATCHER_HEADER header;
} KEVENT, *PKEVENT, *PRKEVENT;

typedef struct _KMUTANT {
    DISPATCHER_HEADER header;
    uintptr_t owner;
    LONG depth;
} KMUTEX, *PKMUTEX, *PRKMUTEX;

VOID KeInitializeEvent(PKEVENT event, EVENT_TYPE type, BOOLEAN state);
LONG KeSetEvent(PKEVENT event, LONG increment, BOOLEAN wait);
VOID KeClearEvent(PKEVENT event);
LONG KeResetEvent(PKEVENT event);
LONG KeReadStateEvent(PKEVENT event);
VOID KeInitializeMutex(PKMUTEX mutex, ULONG level);
LONG KeReleaseMutex(PKMUTEX mutex, BOOLEAN wait);
NTSTATUS KeWaitForSingleObject(PVOID object, KWAIT_REASON reason, KPROCESSOR_MODE mode,
                               BOOLEAN alertable, PLARGE_INTEGER timeout);
NTSTATUS KeDelayExecutionThread(KPROCESSOR_MODE mode, BOOLEAN alertable, PLARGE_INTEGER interval);

/* A fast mutex raises to APC_LEVEL and may not be taken twice. */
typedef struct _FAST_MUTEX {
    KMUTEX mutex;
    KIRQL old_irql;
} FAST_MUTEX, *PFAST_MUTEX;

VOID ExInitializeFastMutex(PFAST_MUTEX mutex);
VOID ExAcquireFastMutex(PFAST_MUTEX mutex);
VOID ExReleaseFastMutex(PFAST_MUTEX mutex);

/* Memory.  Blocks are filled with rubbish when allocated and freed. */
typedef enum _POOL_TYPE {
    NonPagedPool = 0,
    PagedPool = 1,
    NonPagedPoolNx = 512,
} POOL_TYPE;

typedef enum _EX_POOL_PRIORITY {
    LowPoolPriority = 0,
    NormalPoolPriority = 16,
    HighPoolPriority = 32,
} EX_POOL_PRIORITY;

PVOID ExAllocatePoolWithTag(POOL_TYPE type, SIZE_T size, ULONG tag);
VOID ExFreePoolWithTag(PVOID p, ULONG tag);
VOID ExFreePool(PVOID p);

/* Time: in 100 ns; the interrupt time does not jump. */
ULONGLONG KeQueryInterruptTime(VOID);
LARGE_INTEGER KeQueryPerformanceCounter(PLARGE_INTEGER frequency);

/* Threads. */
typedef struct native_thread *PETHREAD, *PKTHREAD;
typedef VOID(NTAPI *PKSTART_ROUTINE)(PVOID context);
typedef struct _OBJECT_TYPE *POBJECT_TYPE;
typedef struct _OBJECT_ATTRIBUTES *POBJECT_ATTRIBUTES;
typedef struct _CLIENT_ID *PCLIENT_ID;
extern POBJECT_TYPE *PsThreadType;

#define THREAD_ALL_ACCESS 0x001fffff

NTSTATUS PsCreateSystemThread(PHANDLE handle, ULONG access, POBJECT_ATTRIBUTES attributes,
                              HANDLE process, PCLIENT_ID id, PKSTART_ROUTINE start, PVOID context);
NTSTATUS PsTerminateSystemThread(NTSTATUS status);
NTSTATUS ObReferenceObjectByHandle(HANDLE handle, ACCESS_MASK access, POBJECT_TYPE type,
                                   KPROCESSOR_MODE mode, PVOID *object, PVOID information);
VOID ObDereferenceObject(PVOID object);
NTSTATUS ZwClose(HANDLE handle);
PKTHREAD KeGetCurrentThread(VOID);
HANDLE PsGetCurrentProcessId(VOID);
HANDLE PsGetCurrentThreadId(VOID);

/* Timers and their DPCs. */
typedef struct _KDPC *PKDPC;
typedef VOID(NTAPI KDEFERRED_ROUTINE)(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2);
typedef KDEFERRED_ROUTINE *PKDEFERRED_ROUTINE;

typedef struct _KDPC {
    PKDEFERRED_ROUTINE routine;
    PVOID context;
} KDPC;

typedef struct _KTIMER {
    LIST_ENTRY entry; /* on the list of those that are set */
    ULONGLONG due;
    LONG period_ms;
    BOOLEAN set;
    PKDPC dpc;
} KTIMER, *PKTIMER;

VOID KeInitializeDpc(PKDPC dpc, PKDEFERRED_ROUTINE routine, PVOID context);
VOID KeInitializeTimer(PKTIMER timer);
BOOLEAN KeSetTimer(PKTIMER timer, LARGE_INTEGER due, PKDPC dpc);
BOOLEAN KeSetTimerEx(PKTIMER timer, LARGE_INTEGER due, LONG period_ms, PKDPC dpc);
BOOLEAN KeCancelTimer(PKTIMER timer);
VOID KeFlushQueuedDpcs(VOID);

ULONG DbgPrint(PCSTR format, ...) __attribute__((format(printf, 1, 2)));
VOID KeBugCheckEx(ULONG code, ULONG_PTR p1, ULONG_PTR p2, ULONG_PTR p3, ULONG_PTR p4)
    __attribute__((noreturn));
