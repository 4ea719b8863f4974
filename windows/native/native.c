/* SPDX-License-Identifier: Apache-2.0 */
/* Begins and ends the stand-in kernel, and says what is wrong. */
#include "native/kernel_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
native_start(unsigned processors)
{
    kernel_processors_start(processors);
    kernel_timers_start();
    kernel_work_start();
}

void
native_quiesce(void)
{
    kernel_work_quiesce();
    KeFlushQueuedDpcs();
}

void
native_finish(void)
{
    kernel_work_finish();
    kernel_timers_finish();
    kernel_thread_check_idle("the main thread");
    size_t left = kernel_devices_report_left() + kernel_pool_report_leaks();
    if (kernel_threads_left()) {
        fprintf(stderr, "native kernel: %zu system threads or handles to them are left\n",
                kernel_threads_left());
        left++;
    }
    if (left) {
        native_fail("something of a driver is left when all drivers are gone");
    }
}

void
native_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    flockfile(stderr);
    fprintf(stderr, "native kernel: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    funlockfile(stderr);
    va_end(args);
    abort();
}

ULONG
DbgPrint(PCSTR format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    return 0;
}

VOID
KeBugCheckEx(ULONG code, ULONG_PTR p1, ULONG_PTR p2, ULONG_PTR p3, ULONG_PTR p4)
{
    native_fail("bug check %#x (%#zx, %#zx, %#zx, %#zx)", code, (size_t)p1, (size_t)p2, (size_t)p3,
                (size_t)p4);
}
