/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's random number generator, ksecdd.sys, by the host's. */
#include <sys/random.h>

#include "native/ntddk.h"

NTSTATUS NTAPI BCryptGenRandom(PVOID algorithm, PUCHAR buffer, ULONG n, ULONG flags);

NTSTATUS NTAPI
BCryptGenRandom(PVOID algorithm, PUCHAR buffer, ULONG n, ULONG flags)
{
    (void)algorithm;
    (void)flags;
    return getrandom(buffer, n, 0) == (ssize_t)n ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
