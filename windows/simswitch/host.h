/* SPDX-License-Identifier: Apache-2.0 */
/* Where the simulator's two hosts differ: the stand-in kernel on Linux (host_native.c), and Wine's
 * kernel under our ndis.sys (host_wine.c), which has no IRQL and no C library. */
#pragma once

#include <stdarg.h>

#ifdef _WIN32
#define HOST_PRINTF(a, b)
#define HOST_HAS_IRQL 0
#else
#define HOST_PRINTF(a, b) __attribute__((format(printf, a, b)))
#define HOST_HAS_IRQL     1
#endif

typedef KMUTEX HOST_MUTEX;

/* Memory of the simulator's own. */
void *host_alloc(size_t size);
void host_free(void *p);

/* Formats as snprintf does, with its usual conversions but those for floating point. */
int host_format(char *buffer, size_t size, const char *format, va_list args);

/* Ends the run (Linux), or remembers MESSAGE for whoever asks next (Wine). */
void host_fail(const char *message);
const char *host_failure(void);

/* The IRQL of this thread, PASSIVE_LEVEL where the host has none. */
KIRQL host_irql(void);
KIRQL host_raise(void);
void host_lower(KIRQL irql);

/* Memory that must not be touched until it is unpoisoned, where a sanitizer watches. */
void host_poison(void *p, size_t size);
void host_unpoison(void *p, size_t size);

/* Lets other threads run. */
void host_yield(void);

/* Time in 100 ns that does not jump. */
ULONGLONG host_ticks(void);

/* The simulator has started; the filter driver is gone (Wine: and will be unloaded, with us). */
void host_started(void);
void host_stopping(void);
