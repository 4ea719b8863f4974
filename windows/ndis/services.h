/* SPDX-License-Identifier: Apache-2.0 */
/* NDIS's general services for drivers: memory, locks, events, timers, work items, devices.  A
 * driver prefers them to the kernel's own because the simulated switch can watch them. */
#pragma once

/* Memory.  NdisAllocateMemoryWithTagPriority is not paged, and not cleared. */
NDISAPI PVOID NTAPI NdisAllocateMemoryWithTagPriority(NDIS_HANDLE NdisHandle, UINT Length,
                                                      ULONG Tag, EX_POOL_PRIORITY Priority);
NDISAPI VOID NTAPI NdisFreeMemoryWithTagPriority(NDIS_HANDLE NdisHandle, PVOID VirtualAddress,
                                                 ULONG Tag);
NDISAPI VOID NTAPI NdisFreeMemory(PVOID VirtualAddress, UINT Length, UINT MemoryFlags);

/* Spin locks; the Dpr forms are for callers that are at DISPATCH_LEVEL already. */
typedef struct _NDIS_SPIN_LOCK {
    KSPIN_LOCK SpinLock;
    KIRQL OldIrql;
} NDIS_SPIN_LOCK, *PNDIS_SPIN_LOCK;

NDISAPI VOID NTAPI NdisAllocateSpinLock(PNDIS_SPIN_LOCK SpinLock);
NDISAPI VOID NTAPI NdisFreeSpinLock(PNDIS_SPIN_LOCK SpinLock);
NDISAPI VOID NTAPI NdisAcquireSpinLock(PNDIS_SPIN_LOCK SpinLock);
NDISAPI VOID NTAPI NdisReleaseSpinLock(PNDIS_SPIN_LOCK SpinLock);
NDISAPI VOID NTAPI NdisDprAcquireSpinLock(PNDIS_SPIN_LOCK SpinLock);
NDISAPI VOID NTAPI NdisDprReleaseSpinLock(PNDIS_SPIN_LOCK SpinLock);

/* Read-write locks.  Holders are at DISPATCH_LEVEL. */
typedef struct _NDIS_RW_LOCK_EX NDIS_RW_LOCK_EX, *PNDIS_RW_LOCK_EX;

typedef struct _LOCK_STATE_EX {
    KIRQL OldIrql;
    UCHAR LockState;
    UCHAR Flags;
} LOCK_STATE_EX, *PLOCK_STATE_EX;

#define NDIS_RWL_AT_DISPATCH_LEVEL 1

NDISAPI PNDIS_RW_LOCK_EX NTAPI NdisAllocateRWLock(NDIS_HANDLE NdisHandle);
NDISAPI VOID NTAPI NdisFreeRWLock(PNDIS_RW_LOCK_EX Lock);
NDISAPI VOID NTAPI NdisAcquireRWLockRead(PNDIS_RW_LOCK_EX Lock, PLOCK_STATE_EX LockState,
                                         UCHAR Flags);
NDISAPI VOID NTAPI NdisAcquireRWLockWrite(PNDIS_RW_LOCK_EX Lock, PLOCK_STATE_EX LockState,
                                          UCHAR Flags);
NDISAPI VOID NTAPI NdisReleaseRWLock(PNDIS_RW_LOCK_EX Lock, PLOCK_STATE_EX LockState);

/* Events.  Waiting is for PASSIVE_LEVEL; 0 ms means for ever. */
typedef struct _NDIS_EVENT {
    KEVENT Event;
} NDIS_EVENT, *PNDIS_EVENT;

NDISAPI VOID NTAPI NdisInitializeEvent(PNDIS_EVENT Event);
NDISAPI VOID NTAPI NdisSetEvent(PNDIS_EVENT Event);
NDISAPI VOID NTAPI NdisResetEvent(PNDIS_EVENT Event);
NDISAPI BOOLEAN NTAPI NdisWaitEvent(PNDIS_EVENT Event, UINT MsToWait);
NDISAPI VOID NTAPI NdisMSleep(ULONG MicrosecondsToSleep);

/* Timers; their functions run at DISPATCH_LEVEL. */
typedef VOID(NTAPI NDIS_TIMER_FUNCTION)(PVOID SystemSpecific1, PVOID FunctionContext,
                                        PVOID SystemSpecific2, PVOID SystemSpecific3);

typedef struct _NDIS_TIMER_CHARACTERISTICS {
    NDIS_OBJECT_HEADER Header;
    ULONG AllocationTag;
    NDIS_TIMER_FUNCTION *TimerFunction;
    PVOID FunctionContext;
} NDIS_TIMER_CHARACTERISTICS, *PNDIS_TIMER_CHARACTERISTICS;

#define NDIS_TIMER_CHARACTERISTICS_REVISION_1 1
#define NDIS_SIZEOF_TIMER_CHARACTERISTICS_REVISION_1                                              \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_TIMER_CHARACTERISTICS, FunctionContext)

NDISAPI NDIS_STATUS NTAPI NdisAllocateTimerObject(NDIS_HANDLE NdisHandle,
                                                  PNDIS_TIMER_CHARACTERISTICS Characteristics,
                                                  PNDIS_HANDLE TimerObject);
NDISAPI BOOLEAN NTAPI NdisSetTimerObject(NDIS_HANDLE TimerObject, LARGE_INTEGER DueTime,
                                         LONG MillisecondsPeriod, PVOID FunctionContext);
NDISAPI BOOLEAN NTAPI NdisCancelTimerObject(NDIS_HANDLE TimerObject);
NDISAPI VOID NTAPI NdisFreeTimerObject(NDIS_HANDLE TimerObject);

/* Work items run once per queueing, at PASSIVE_LEVEL. */
typedef VOID(NTAPI NDIS_IO_WORKITEM_FUNCTION)(PVOID WorkItemContext,
                                              NDIS_HANDLE NdisIoWorkItemHandle);
typedef NDIS_IO_WORKITEM_FUNCTION *NDIS_IO_WORKITEM_ROUTINE;

NDISAPI NDIS_HANDLE NTAPI NdisAllocateIoWorkItem(NDIS_HANDLE NdisObjectHandle);
NDISAPI VOID NTAPI NdisQueueIoWorkItem(NDIS_HANDLE NdisIoWorkItemHandle,
                                       NDIS_IO_WORKITEM_ROUTINE Routine, PVOID WorkItemContext);
NDISAPI VOID NTAPI NdisFreeIoWorkItem(NDIS_HANDLE NdisIoWorkItemHandle);

/* Devices beside the network stack: the control device of a filter driver. */
typedef struct _NDIS_DEVICE_OBJECT_ATTRIBUTES {
    NDIS_OBJECT_HEADER Header;
    PNDIS_STRING DeviceName;
    PNDIS_STRING SymbolicName;
    PDRIVER_DISPATCH *MajorFunctions;
    ULONG ExtensionSize;
    PCUNICODE_STRING DefaultSDDLString;
    const GUID *DeviceClassGuid;
} NDIS_DEVICE_OBJECT_ATTRIBUTES, *PNDIS_DEVICE_OBJECT_ATTRIBUTES;

#define NDIS_DEVICE_OBJECT_ATTRIBUTES_REVISION_1 1
#define NDIS_SIZEOF_DEVICE_OBJECT_ATTRIBUTES_REVISION_1                                           \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_DEVICE_OBJECT_ATTRIBUTES, DeviceClassGuid)

NDISAPI NDIS_STATUS NTAPI
NdisRegisterDeviceEx(NDIS_HANDLE NdisHandle, PNDIS_DEVICE_OBJECT_ATTRIBUTES DeviceObjectAttributes,
                     PDEVICE_OBJECT *pDeviceObject, PNDIS_HANDLE NdisDeviceHandle);
NDISAPI VOID NTAPI NdisDeregisterDeviceEx(NDIS_HANDLE NdisDeviceHandle);
NDISAPI PVOID NTAPI NdisGetDeviceReservedExtension(PDEVICE_OBJECT DeviceObject);

/* Milliseconds since the system began, in steps of a timer's tick. */
NDISAPI VOID NTAPI NdisGetSystemUpTimeEx(PLARGE_INTEGER SystemUpTime);

/* Processors: numbers are below the count of those that may ever be there. */
NDISAPI ULONG NTAPI NdisCurrentProcessorIndex(VOID);
NDISAPI ULONG NTAPI NdisGroupMaxProcessorCount(USHORT Group);
#define ALL_PROCESSOR_GROUPS 0xffff
