/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds-checked cursors over bytes. `struct rd` reads, `struct wr` writes into a fixed buffer;
 * the first step past the end sets `bad`, after which reads give zeros and writes do nothing, so
 * a codec checks once at its end. Neither owns its bytes. Any context. */
#pragma once

#include "base/endian.h"

struct rd {
    const uint8_t *p, *end;
    bool bad;
};

struct wr {
    uint8_t *start;
    size_t n;    /* bytes written */
    size_t size; /* bytes that fit */
    bool bad;
};

static inline struct rd
rd_make(const void *p, size_t n)
{
    const uint8_t *start = p;
    return (struct rd){start, n ? start + n : start, false};
}

static inline size_t
rd_left(const struct rd *r)
{
    return (size_t)(r->end - r->p);
}

/* The next N bytes, skipped; NULL (and bad) when there are fewer. */
static inline const uint8_t *
rd_take(struct rd *r, size_t n)
{
    if (r->bad || n > rd_left(r)) {
        r->bad = true;
        r->p = r->end;
        return NULL;
    }
    const uint8_t *p = r->p;
    r->p += n;
    return p;
}

static inline uint8_t
rd_u8(struct rd *r)
{
    const uint8_t *p = rd_take(r, 1);
    return p ? *p : 0;
}

static inline uint16_t
rd_be16(struct rd *r)
{
    const uint8_t *p = rd_take(r, 2);
    return p ? get_be16(p) : 0;
}

static inline uint32_t
rd_be32(struct rd *r)
{
    const uint8_t *p = rd_take(r, 4);
    return p ? get_be32(p) : 0;
}

static inline uint64_t
rd_be64(struct rd *r)
{
    const uint8_t *p = rd_take(r, 8);
    return p ? get_be64(p) : 0;
}

/* Integers in host order, as netlink has them. */
static inline uint16_t
rd_u16(struct rd *r)
{
    uint16_t x = 0;
    const uint8_t *p = rd_take(r, sizeof x);
    if (p) {
        memcpy(&x, p, sizeof x);
    }
    return x;
}

static inline uint32_t
rd_u32(struct rd *r)
{
    uint32_t x = 0;
    const uint8_t *p = rd_take(r, sizeof x);
    if (p) {
        memcpy(&x, p, sizeof x);
    }
    return x;
}

static inline uint64_t
rd_u64(struct rd *r)
{
    uint64_t x = 0;
    const uint8_t *p = rd_take(r, sizeof x);
    if (p) {
        memcpy(&x, p, sizeof x);
    }
    return x;
}

/* Copies N bytes to DST, zeros when there are fewer. */
static inline void
rd_copy(struct rd *r, void *dst, size_t n)
{
    const uint8_t *p = rd_take(r, n);
    if (p) {
        memcpy(dst, p, n);
    } else {
        memset(dst, 0, n);
    }
}

static inline void
rd_skip(struct rd *r, size_t n)
{
    (void)rd_take(r, n);
}

/* A cursor over the next N bytes, which R skips. Bad if there are fewer. */
static inline struct rd
rd_sub(struct rd *r, size_t n)
{
    const uint8_t *p = rd_take(r, n);
    struct rd sub = rd_make(p ? p : r->end, p ? n : 0);
    sub.bad = r->bad;
    return sub;
}

static inline struct wr
wr_make(void *p, size_t size)
{
    return (struct wr){p, 0, size, false};
}

/* Room for N bytes, counted as written; NULL (and bad) when they do not fit. */
static inline uint8_t *
wr_take(struct wr *w, size_t n)
{
    if (w->bad || n > w->size - w->n) {
        w->bad = true;
        return NULL;
    }
    uint8_t *p = w->n ? w->start + w->n : w->start; /* an empty buffer may be NULL */
    w->n += n;
    return p;
}

static inline void
wr_bytes(struct wr *w, const void *src, size_t n)
{
    uint8_t *p = wr_take(w, n);
    if (p && n) {
        memcpy(p, src, n);
    }
}

static inline void
wr_zeros(struct wr *w, size_t n)
{
    uint8_t *p = wr_take(w, n);
    if (p) {
        memset(p, 0, n);
    }
}

static inline void
wr_u8(struct wr *w, uint8_t x)
{
    wr_bytes(w, &x, sizeof x);
}

static inline void
wr_be16(struct wr *w, uint16_t x)
{
    uint8_t *p = wr_take(w, 2);
    if (p) {
        put_be16(p, x);
    }
}

static inline void
wr_be32(struct wr *w, uint32_t x)
{
    uint8_t *p = wr_take(w, 4);
    if (p) {
        put_be32(p, x);
    }
}

static inline void
wr_be64(struct wr *w, uint64_t x)
{
    uint8_t *p = wr_take(w, 8);
    if (p) {
        put_be64(p, x);
    }
}

static inline void
wr_u16(struct wr *w, uint16_t x)
{
    wr_bytes(w, &x, sizeof x);
}

static inline void
wr_u32(struct wr *w, uint32_t x)
{
    wr_bytes(w, &x, sizeof x);
}

static inline void
wr_u64(struct wr *w, uint64_t x)
{
    wr_bytes(w, &x, sizeof x);
}
