/* SPDX-License-Identifier: Apache-2.0 */
/* A stand-in for the WDK's <ntddk.h> on Linux: what the driver and the simulated switch use of the
 * Windows kernel, so that the same sources run here under the sanitizers.  Microsoft's names and
 * meanings; layouts only where layout.def or the driver needs them.  Compile with -fshort-wchar
 * -fno-strict-aliasing.
 *
 * It is stricter than the kernel: IRQL is tracked for each thread, and a call at the wrong IRQL, a
 * lock taken twice, an IRP completed twice, memory freed with another tag ends the program with a
 * message (native_fail).  Raising a thread to DISPATCH_LEVEL gives it one of a few virtual
 * processors for itself, so data that belongs to the current processor is as exclusive here as in
 * a kernel, and no more than that.
 *
 * Tests begin and end this kernel, load a driver, open its devices: native.h. */
#pragma once

#ifdef _WIN32
#error "this is the stand-in for Linux; a driver includes MinGW's ddk/ntddk.h"
#endif

#include "native/kernel_types.h"
#include "native/status.h"
#include "native/executive.h"
#include "native/io.h"
