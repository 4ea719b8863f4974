/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's scalar types, strings and lists, and the macros every driver uses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

/* Annotations for Microsoft's analysers. */
#define _In_
#define _In_opt_
#define _Out_
#define _Out_opt_
#define _Inout_
#define _Inout_opt_
#define _Outptr_
#define _Success_(x)
#define _Must_inspect_result_
#define _Use_decl_annotations_
#define _Function_class_(x)
#define _IRQL_requires_(x)
#define _IRQL_requires_max_(x)
#define _IRQL_requires_min_(x)
#define _IRQL_requires_same_
#define _IRQL_raises_(x)
#define _IRQL_saves_
#define _IRQL_restores_
#define _Requires_lock_held_(x)
#define _Acquires_lock_(x)
#define _Releases_lock_(x)
#define _In_reads_(x)
#define _In_reads_bytes_(x)
#define _In_reads_bytes_opt_(x)
#define _Out_writes_(x)
#define _Out_writes_bytes_(x)
#define _Out_writes_bytes_to_(x, y)
#define _Inout_updates_bytes_(x)
#define _Dispatch_type_(x)
#define __drv_allocatesMem(x)
#define __drv_freesMem(x)

#define NTAPI
#define NTSYSAPI
#define NTKERNELAPI
#define DECLSPEC_IMPORT
#define DECLSPEC_ALIGN(n)                     __attribute__((aligned(n)))
#define MEMORY_ALLOCATION_ALIGNMENT           16
#define FORCEINLINE                           static inline __attribute__((always_inline))
#define FIELD_OFFSET(type, field)             ((LONG)offsetof(type, field))
#define RTL_FIELD_SIZE(type, field)           (sizeof(((type *)0)->field))
#define RTL_SIZEOF_THROUGH_FIELD(type, field) (offsetof(type, field) + RTL_FIELD_SIZE(type, field))
#define CONTAINING_RECORD(address, type, field)                                                   \
    ((type *)(PVOID)((PCHAR)(address)-offsetof(type, field)))
#define UNREFERENCED_PARAMETER(x) ((void)(x))
#define RTL_NUMBER_OF(a)          (sizeof(a) / sizeof((a)[0]))

#define TRUE  1
#define FALSE 0
#define VOID  void

typedef char CHAR, *PCHAR, CCHAR;
typedef const char *PCSTR;
typedef unsigned char UCHAR, *PUCHAR, BOOLEAN, *PBOOLEAN, KIRQL, *PKIRQL;
typedef const UCHAR *PCUCHAR;
typedef int16_t SHORT, CSHORT;
typedef uint16_t USHORT, *PUSHORT;
typedef int INT;
typedef int32_t LONG, *PLONG, NTSTATUS, *PNTSTATUS, INT32;
typedef uint32_t ULONG, *PULONG, DWORD, ACCESS_MASK, UINT32, *PUINT32;
typedef int64_t LONGLONG, LONG64, INT64;
typedef uint64_t ULONGLONG, ULONG64, UINT64, *PUINT64;
typedef uint8_t UINT8, *PUINT8;
typedef uint16_t UINT16, *PUINT16;
typedef uintptr_t ULONG_PTR, *PULONG_PTR;
typedef intptr_t LONG_PTR;
typedef size_t SIZE_T, *PSIZE_T;
typedef void *PVOID, *HANDLE, **PHANDLE;
typedef wchar_t WCHAR, *PWCHAR, *PWSTR;
typedef const wchar_t *PCWSTR;

_Static_assert(sizeof(WCHAR) == 2, "compile with -fshort-wchar");

typedef union _LARGE_INTEGER {
    struct {
        ULONG LowPart;
        LONG HighPart;
    };
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER, PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;

typedef struct _GUID {
    ULONG Data1;
    USHORT Data2;
    USHORT Data3;
    UCHAR Data4[8];
} GUID;

typedef struct _UNICODE_STRING {
    USHORT Length; /* bytes */
    USHORT MaximumLength;
    PWSTR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

typedef union DECLSPEC_ALIGN(16) _SLIST_HEADER {
    struct {
        ULONGLONG Alignment;
        ULONGLONG Region;
    };
} SLIST_HEADER, *PSLIST_HEADER;

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;

static inline VOID
InitializeListHead(PLIST_ENTRY head)
{
    head->Flink = head->Blink = head;
}

static inline BOOLEAN
IsListEmpty(const LIST_ENTRY *head)
{
    return head->Flink == head;
}

static inline VOID
InsertTailList(PLIST_ENTRY head, PLIST_ENTRY entry)
{
    entry->Flink = head;
    entry->Blink = head->Blink;
    head->Blink->Flink = entry;
    head->Blink = entry;
}

static inline VOID
InsertHeadList(PLIST_ENTRY head, PLIST_ENTRY entry)
{
    InsertTailList(head->Flink, entry);
}

static inline BOOLEAN
RemoveEntryList(PLIST_ENTRY entry)
{
    entry->Blink->Flink = entry->Flink;
    entry->Flink->Blink = entry->Blink;
    return entry->Flink == entry->Blink;
}

static inline PLIST_ENTRY
RemoveHeadList(PLIST_ENTRY head)
{
    PLIST_ENTRY first = head->Flink;
    RemoveEntryList(first);
    return first;
}

#define RtlCopyMemory(to, from, n) memcpy(to, from, n)
#define RtlMoveMemory(to, from, n) memmove(to, from, n)
#define RtlZeroMemory(to, n)       memset(to, 0, n)
#define RtlFillMemory(to, n, c)    memset(to, c, n)
#define RtlEqualMemory(a, b, n)    (memcmp(a, b, n) == 0)

#define RTL_CONSTANT_STRING(s)                                                                    \
    {                                                                                             \
        sizeof(s) - sizeof((s)[0]), sizeof(s), (PWSTR)(s)                                         \
    }

VOID RtlInitUnicodeString(PUNICODE_STRING to, PCWSTR from);
BOOLEAN RtlEqualUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b, BOOLEAN ignore_case);
LONG RtlCompareUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b, BOOLEAN ignore_case);
VOID RtlCopyUnicodeString(PUNICODE_STRING to, PCUNICODE_STRING from);

/* Atomic operations, all of them full barriers as on Windows. */
#define InterlockedIncrement(p)        ((LONG)__atomic_add_fetch((p), 1, __ATOMIC_SEQ_CST))
#define InterlockedDecrement(p)        ((LONG)__atomic_sub_fetch((p), 1, __ATOMIC_SEQ_CST))
#define InterlockedExchange(p, v)      ((LONG)__atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST))
#define InterlockedExchangeAdd(p, v)   ((LONG)__atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST))
#define InterlockedAdd(p, v)           ((LONG)__atomic_add_fetch((p), (v), __ATOMIC_SEQ_CST))
#define InterlockedOr(p, v)            ((LONG)__atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST))
#define InterlockedAnd(p, v)           ((LONG)__atomic_fetch_and((p), (v), __ATOMIC_SEQ_CST))
#define InterlockedIncrement64(p)      ((LONG64)__atomic_add_fetch((p), 1, __ATOMIC_SEQ_CST))
#define InterlockedDecrement64(p)      ((LONG64)__atomic_sub_fetch((p), 1, __ATOMIC_SEQ_CST))
#define InterlockedExchangeAdd64(p, v) ((LONG64)__atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST))
#define InterlockedExchangePointer(p, v)                                                          \
    __atomic_exchange_n((PVOID *)(p), (PVOID)(v), __ATOMIC_SEQ_CST)
#define KeMemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define YieldProcessor()  __builtin_ia32_pause()

static inline LONG
InterlockedCompareExchange(volatile LONG *p, LONG v, LONG expected)
{
    __atomic_compare_exchange_n(p, &expected, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}

static inline LONG64
InterlockedCompareExchange64(volatile LONG64 *p, LONG64 v, LONG64 expected)
{
    __atomic_compare_exchange_n(p, &expected, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}

static inline PVOID
InterlockedCompareExchangePointer(PVOID volatile *p, PVOID v, PVOID expected)
{
    __atomic_compare_exchange_n(p, &expected, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}
