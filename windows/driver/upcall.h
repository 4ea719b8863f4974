/* SPDX-License-Identifier: Apache-2.0 */
/* Packets for clients: misses, and what userspace actions send. */
#pragma once

#include "driver/cpu.h"

/* The core's upcall (struct dp_env): queues a message for the client that P is for, and takes P.
 * The client is woken when the CPU leaves. Negative: nobody to take it, no room or no memory. */
_IRQL_requires_(DISPATCH_LEVEL)
int upcall_send(_Inout_ struct cpu *cpu, _Inout_ struct pkt *p, _In_ const struct dp_upcall *up);
