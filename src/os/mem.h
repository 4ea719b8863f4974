/* SPDX-License-Identifier: Apache-2.0 */
/* Hosted allocation. The x forms end the process when memory is out; daemons and tools use them
 * for sizes of their own choosing. Sizes that a peer chooses are bounded first and then go
 * through mem_alloc() (base/mem.h), which can fail. What these return is given back with
 * os_free(), which wants no size. Any thread. */
#pragma once

#include <stdarg.h>

#include "base/mem.h"

void *xalloc(size_t size);
void *xzalloc(size_t size);
/* Resizes P (may be NULL), which came from here. */
void *xrealloc(void *p, size_t size);
/* Grows the array P of *CAPACITY elements of SIZE bytes to at least *CAPACITY + 1, doubling. */
void *xgrow(void *p, size_t *capacity, size_t size);
void *xmemdup(const void *p, size_t n);
/* A NUL-terminated copy of the N characters at P. */
char *xmemdup0(const char *p, size_t n);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) PORT_PRINTF(1, 2);
char *xvasprintf(const char *fmt, va_list) PORT_PRINTF(1, 0);
/* P may be NULL. */
void os_free(void *p);

/* For tests: the Nth mem_alloc() from now on fails (0: none does); how many blocks are live. */
void os_mem_fail_nth(unsigned int n);
size_t os_mem_live_blocks(void);
