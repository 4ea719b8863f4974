/* SPDX-License-Identifier: Apache-2.0 */
/* ksecdd.sys for Wine, whose own has no generator of random numbers: one that will do for tests,
 * the clock through splitmix64's mixing. */
#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
__declspec(dllexport) NTSTATUS NTAPI
    BCryptGenRandom(PVOID algorithm, PUCHAR buffer, ULONG n, ULONG flags);

NTSTATUS NTAPI
DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)driver, (void)path;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI
BCryptGenRandom(PVOID algorithm, PUCHAR buffer, ULONG n, ULONG flags)
{
    (void)algorithm, (void)flags;
    ULONG64 state = (ULONG64)KeQueryPerformanceCounter(NULL).QuadPart ^ (ULONG_PTR)&state;
    for (ULONG i = 0; i < n; i++) {
        ULONG64 z = state += 0x9e3779b97f4a7c15ull;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ z >> 27) * 0x94d049bb133111ebull;
        buffer[i] = (UCHAR)(z >> 56);
    }
    return STATUS_SUCCESS;
}
