/* SPDX-License-Identifier: Apache-2.0 */
/* Compiler primitives. This backend serves gcc and clang, for Linux, MinGW and the Windows
 * kernel; another compiler gets a header of the same names. */
#pragma once

#define PORT_TRAP()             __builtin_trap()
#define PORT_UNUSED             __attribute__((unused))
#define PORT_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define PORT_NORETURN           __attribute__((noreturn))
#define PORT_MUST_CHECK         __attribute__((warn_unused_result))
#define PORT_INLINE             static inline __attribute__((always_inline))
#define PORT_LIKELY(x)          __builtin_expect(!!(x), 1)
#define PORT_UNLIKELY(x)        __builtin_expect(!!(x), 0)
#define PORT_PREFETCH(p)        __builtin_prefetch(p)
#define PORT_CACHE_LINE         64
#define PORT_ALIGNED(n)         __attribute__((aligned(n)))
/* Positions and counts of bits; the argument of the first two must not be 0. */
#define PORT_CTZ64(x)      ((unsigned int)__builtin_ctzll(x))
#define PORT_CLZ64(x)      ((unsigned int)__builtin_clzll(x))
#define PORT_POPCOUNT64(x) ((unsigned int)__builtin_popcountll(x))
/* True on overflow; *r gets the wrapped result. */
#define PORT_ADD_OVERFLOW(a, b, r) __builtin_add_overflow(a, b, r)
#define PORT_MUL_OVERFLOW(a, b, r) __builtin_mul_overflow(a, b, r)
#if defined(_WIN32) && !defined(__clang__)
#undef PORT_PRINTF
#define PORT_PRINTF(fmt, first) __attribute__((format(gnu_printf, fmt, first)))
#endif
