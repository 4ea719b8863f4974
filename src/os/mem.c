/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation of hosted programs: defines the tree's mem_hooks over malloc, with the counters
 * that let a test fail the Nth allocation and look for leaks. The x forms use malloc as well
 * but are not failed on purpose: their callers do not survive it. */
#include "os/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/atomic.h"

static unsigned int fail_countdown;
static size_t live_blocks;

static void *
hosted_alloc(void *aux UNUSED, size_t size)
{
    if (PORT_UNLIKELY(PORT_READ_ONCE(&fail_countdown) != 0) &&
        PORT_FETCH_SUB(&fail_countdown, 1) == 1) {
        return NULL;
    }
    void *p = malloc(size ? size : 1);
    if (p) {
        PORT_FETCH_ADD(&live_blocks, 1);
    }
    return p;
}

static void
hosted_free(void *aux UNUSED, void *p, size_t size UNUSED)
{
    if (p) {
        PORT_FETCH_SUB(&live_blocks, 1);
        free(p);
    }
}

struct mem_hooks mem_hooks = {.alloc = hosted_alloc, .free = hosted_free};

void
os_mem_fail_nth(unsigned int n)
{
    PORT_WRITE_ONCE(&fail_countdown, n);
}

size_t
os_mem_live_blocks(void)
{
    return PORT_READ_ONCE(&live_blocks);
}

static void *
check(void *p)
{
    if (PORT_UNLIKELY(!p)) {
        fputs("virtual memory exhausted\n", stderr);
        abort();
    }
    return p;
}

void *
xalloc(size_t size)
{
    return check(malloc(size ? size : 1));
}

void *
xzalloc(size_t size)
{
    return check(calloc(1, size ? size : 1));
}

void *
xrealloc(void *p, size_t size)
{
    return check(realloc(p, size ? size : 1));
}

void *
xgrow(void *p, size_t *capacity, size_t size)
{
    size_t n = *capacity ? *capacity * 2 : 4;
    VERIFY(n < SIZE_MAX / size);
    *capacity = n;
    return xrealloc(p, n * size);
}

void *
xmemdup(const void *p, size_t n)
{
    void *copy = xalloc(n);
    if (n) {
        memcpy(copy, p, n);
    }
    return copy;
}

char *
xmemdup0(const char *p, size_t n)
{
    char *copy = xalloc(n + 1);
    if (n) {
        memcpy(copy, p, n);
    }
    copy[n] = '\0';
    return copy;
}

char *
xstrdup(const char *s)
{
    return xmemdup0(s, strlen(s));
}

char *
xvasprintf(const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    VERIFY(n >= 0);
    char *s = xalloc((size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, fmt, args);
    return s;
}

char *
xasprintf(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *s = xvasprintf(fmt, args);
    va_end(args);
    return s;
}

void
os_free(void *p)
{
    free(p);
}
