/* SPDX-License-Identifier: Apache-2.0 */
/* Big-endian integers as one-member structures: using one as a host integer does not compile.
 * Only this header looks inside. */
#pragma once

#include "base/types.h"

typedef struct {
    uint16_t raw;
} be16;
typedef struct {
    uint32_t raw;
} be32;
typedef struct {
    uint64_t raw;
} be64;

static_assert(sizeof(be16) == 2 && sizeof(be32) == 4 && sizeof(be64) == 8, "wire sizes");

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ENDIAN_SWAP16(x) __builtin_bswap16(x)
#define ENDIAN_SWAP32(x) __builtin_bswap32(x)
#define ENDIAN_SWAP64(x) __builtin_bswap64(x)
#else
#define ENDIAN_SWAP16(x) ((uint16_t)(x))
#define ENDIAN_SWAP32(x) ((uint32_t)(x))
#define ENDIAN_SWAP64(x) ((uint64_t)(x))
#endif

/* A constant initialiser: `static const be16 x = BE16_INIT(0x0800);` */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BE16_INIT(x)                                                                              \
    {                                                                                             \
        (uint16_t)((((x)&0xff) << 8) | (((x) >> 8) & 0xff))                                       \
    }
#else
#define BE16_INIT(x)                                                                              \
    {                                                                                             \
        (x)                                                                                       \
    }
#endif

static inline be16
be16_from(uint16_t x)
{
    return (be16){ENDIAN_SWAP16(x)};
}

static inline be32
be32_from(uint32_t x)
{
    return (be32){ENDIAN_SWAP32(x)};
}

static inline be64
be64_from(uint64_t x)
{
    return (be64){ENDIAN_SWAP64(x)};
}

static inline uint16_t
be16_host(be16 x)
{
    return ENDIAN_SWAP16(x.raw);
}

static inline uint32_t
be32_host(be32 x)
{
    return ENDIAN_SWAP32(x.raw);
}

static inline uint64_t
be64_host(be64 x)
{
    return ENDIAN_SWAP64(x.raw);
}

static inline bool
be16_equal(be16 a, be16 b)
{
    return a.raw == b.raw;
}

static inline bool
be32_equal(be32 a, be32 b)
{
    return a.raw == b.raw;
}

static inline bool
be64_equal(be64 a, be64 b)
{
    return a.raw == b.raw;
}

/* Host value of the big-endian integer at P, which may be unaligned. */
static inline uint16_t
get_be16(const void *p)
{
    be16 x;
    memcpy(&x, p, sizeof x);
    return be16_host(x);
}

static inline uint32_t
get_be32(const void *p)
{
    be32 x;
    memcpy(&x, p, sizeof x);
    return be32_host(x);
}

static inline uint64_t
get_be64(const void *p)
{
    be64 x;
    memcpy(&x, p, sizeof x);
    return be64_host(x);
}

/* Writes the host value V as a big-endian integer at P, which may be unaligned. */
static inline void
put_be16(void *p, uint16_t v)
{
    be16 x = be16_from(v);
    memcpy(p, &x, sizeof x);
}

static inline void
put_be32(void *p, uint32_t v)
{
    be32 x = be32_from(v);
    memcpy(p, &x, sizeof x);
}

static inline void
put_be64(void *p, uint64_t v)
{
    be64 x = be64_from(v);
    memcpy(p, &x, sizeof x);
}
