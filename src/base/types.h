/* SPDX-License-Identifier: Apache-2.0 */
/* The one place where freestanding code meets the compiler's headers, and the few macros that
 * every file may use. ASSERT states what only our own bug can break and vanishes from release
 * builds; VERIFY is always on and guards what would corrupt memory. Neither sees outside input. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "port/compiler.h"

#ifndef static_assert
#define static_assert _Static_assert
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof *(a))
/* Some systems' headers have these two as well. */
#undef MIN
#undef MAX
#define MIN(a, b)          ((a) < (b) ? (a) : (b))
#define MAX(a, b)          ((a) > (b) ? (a) : (b))
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define ROUND_UP(n, to)    (DIV_ROUND_UP(n, to) * (to))

/* The structure of type T whose member M is at P. */
#define CONTAINER_OF(p, T, m) ((T *)(void *)((char *)(p)-offsetof(T, m)))

#define VERIFY(cond) ((cond) ? (void)0 : PORT_TRAP())
#ifdef WEFT_DEBUG
#define ASSERT(cond) VERIFY(cond)
#else
#define ASSERT(cond) ((void)sizeof(!(cond)))
#endif

#define UNUSED PORT_UNUSED

/* The freestanding code's only imports, besides mem_hooks. */
void *memcpy(void *, const void *, size_t);
void *memmove(void *, const void *, size_t);
void *memset(void *, int, size_t);
int memcmp(const void *, const void *, size_t);
