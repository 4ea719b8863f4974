/* SPDX-License-Identifier: Apache-2.0 */
/* Begins and ends the simulator, and says which rule was broken. */
#include "simswitch/sim_internal.h"

struct sim sim;

void
sim_start(void)
{
    memset(&sim, 0, sizeof sim);
    list_init(&sim.switches);
    KeInitializeSpinLock(&sim.lock);
    KeInitializeMutex(&sim.control, 0);
    KeInitializeEvent(&sim.arrived, SynchronizationEvent, FALSE);
    sim_objects_start();
    sim_nbl_pools_start();
    sim_edge_start();
    sim.started = true;
    host_started();
}

void
sim_finish(void)
{
    sim_switches_finish();
    if (sim.filter) {
        sim_fail("the end: the filter driver is still registered");
    }
    LONG n = __atomic_load_n(&sim.n_memory, __ATOMIC_ACQUIRE);
    if (n) {
        sim_fail("the end: %d blocks of memory are not freed", (int)n);
    }
    sim_edge_finish();
    sim_nbl_pools_finish();
    sim_objects_finish();
    sim.started = false;
}

void
sim_fail(const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    host_format(text, sizeof text, format, args);
    va_end(args);
    host_fail(text);
}

ULONGLONG
sim_deadline(unsigned ms)
{
    return host_ticks() + 10000ull * ms;
}

bool
sim_wait(ULONGLONG deadline)
{
    if (host_ticks() >= deadline) {
        return false;
    }
    /* The event wakes one of those who wait; the milliseconds are for the others. */
    LARGE_INTEGER step = {.QuadPart = -20000};
    KeWaitForSingleObject(&sim.arrived, Executive, KernelMode, FALSE, &step);
    return true;
}
