/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator's host on Linux: the stand-in kernel. */
#include "simswitch/sim_internal.h"

#include "native/native.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONS 1
#endif
#endif

#ifdef POISONS
void __asan_poison_memory_region(void const volatile *p, size_t size);
void __asan_unpoison_memory_region(void const volatile *p, size_t size);
#endif

void *
host_alloc(size_t size)
{
    return native_alloc(size);
}

void
host_free(void *p)
{
    native_free(p);
}

int
host_format(char *buffer, size_t size, const char *format, va_list args)
{
    return vsnprintf(buffer, size, format, args);
}

void
host_fail(const char *message)
{
    fprintf(stderr, "simulated switch: %s\n", message);
    fflush(stderr);
    abort();
}

const char *
host_failure(void)
{
    return NULL;
}

KIRQL
host_irql(void)
{
    return KeGetCurrentIrql();
}

KIRQL
host_raise(void)
{
    return KeRaiseIrqlToDpcLevel();
}

void
host_lower(KIRQL irql)
{
    KeLowerIrql(irql);
}

void
host_poison(void *p, size_t size)
{
#ifdef POISONS
    __asan_poison_memory_region(p, size);
#else
    (void)p, (void)size;
#endif
}

void
host_unpoison(void *p, size_t size)
{
#ifdef POISONS
    __asan_unpoison_memory_region(p, size);
#else
    (void)p, (void)size;
#endif
}

void
host_yield(void)
{
    sched_yield();
}

ULONGLONG
host_ticks(void)
{
    return KeQueryInterruptTime();
}

void
host_started(void)
{
}

void
host_stopping(void)
{
}
