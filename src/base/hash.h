/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing of byte strings and words: 64-bit multiply-fold mixing (the wyhash construction, a
 * published public-domain design). Results are stable within a process only; do not store them. */
#pragma once

#include "base/types.h"

static inline uint64_t
hash_mix64(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t x = (a ^ (b >> 31)) * 0x9e3779b97f4a7c15u + b;
    return x ^ (x >> 29);
#endif
}

/* Adds the word W to the running hash H. */
static inline uint64_t
hash_add64(uint64_t h, uint64_t w)
{
    return hash_mix64(h ^ 0xa0761d6478bd642fu, w ^ 0xe7037ed1a0b428dbu);
}

/* The 32 bits to index a table with. */
static inline uint32_t
hash_finish(uint64_t h)
{
    return (uint32_t)(h ^ (h >> 32));
}

/* N bytes at P, starting from BASIS. */
uint32_t hash_bytes(const void *p, size_t n, uint32_t basis);

/* A NUL-terminated string. */
uint32_t hash_string(const char *s, uint32_t basis);

static inline uint32_t
hash_u32(uint32_t x, uint32_t basis)
{
    return hash_finish(hash_add64(basis, x));
}

static inline uint32_t
hash_pointer(const void *p, uint32_t basis)
{
    return hash_finish(hash_add64(basis, (uint64_t)(uintptr_t)p));
}
