/* SPDX-License-Identifier: Apache-2.0 */
/* Packets on their way out: what the core outputs is gathered on the CPU and becomes lists with
 * destinations when the batch is over. */
#pragma once

#include "driver/cpu.h"

/* The core's output: takes the packets of BATCH, which go to the datapath port NO. */
_IRQL_requires_(DISPATCH_LEVEL)
void output_batch(_Inout_ struct cpu *cpu, _In_ uint32_t no, _Inout_ struct pkt_batch *batch);
/* Makes lists of what was output, and sees what becomes of the lists that arrived, into
 * cpu.work. All packets are gone. */
_IRQL_requires_(DISPATCH_LEVEL)
void output_flush(_Inout_ struct cpu *cpu);
