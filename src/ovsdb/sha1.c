/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1 after FIPS 180-4, section 6.1. The message schedule is kept in 16 words, the alternate
 * method of section 6.1.3. */
#include "ovsdb/sha1.h"

#include "base/endian.h"

static uint32_t
rotate(uint32_t x, unsigned int n)
{
    return x << n | x >> (32 - n);
}

void
sha1_init(struct sha1 *s)
{
    *s = (struct sha1){.h = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
}

#define ROUND(F, K)                                                                               \
    do {                                                                                          \
        uint32_t w = i < 16                                                                       \
                         ? words[i]                                                               \
                         : (words[i & 15] = rotate(words[(i + 13) & 15] ^ words[(i + 8) & 15] ^   \
                                                       words[(i + 2) & 15] ^ words[i & 15],       \
                                                   1));                                           \
        uint32_t next = rotate(a, 5) + (F) + e + (K) + w;                                         \
        e = d;                                                                                    \
        d = c;                                                                                    \
        c = rotate(b, 30);                                                                        \
        b = a;                                                                                    \
        a = next;                                                                                 \
    } while (0)

static void
add_block(struct sha1 *s, const uint8_t *p)
{
    uint32_t words[16];
    for (unsigned int i = 0; i < 16; i++) {
        words[i] = get_be32(p + 4 * i);
    }
    uint32_t a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3], e = s->h[4];
    unsigned int i = 0;
    for (; i < 20; i++) {
        ROUND(d ^ (b & (c ^ d)), 0x5a827999);
    }
    for (; i < 40; i++) {
        ROUND(b ^ c ^ d, 0x6ed9eba1);
    }
    for (; i < 60; i++) {
        ROUND((b & c) | (d & (b | c)), 0x8f1bbcdc);
    }
    for (; i < 80; i++) {
        ROUND(b ^ c ^ d, 0xca62c1d6);
    }
    s->h[0] += a;
    s->h[1] += b;
    s->h[2] += c;
    s->h[3] += d;
    s->h[4] += e;
}

void
sha1_add(struct sha1 *s, const void *p_, size_t n)
{
    const uint8_t *p = p_;
    size_t used = (size_t)(s->n % 64);
    s->n += n;
    if (used) {
        size_t room = 64 - used, take = MIN(room, n);
        memcpy(s->block + used, p, take);
        p += take;
        n -= take;
        if (take < room) {
            return;
        }
        add_block(s, s->block);
    }
    for (; n >= 64; n -= 64, p += 64) {
        add_block(s, p);
    }
    if (n) {
        memcpy(s->block, p, n);
    }
}

void
sha1_end(struct sha1 *s, uint8_t digest[SHA1_SIZE])
{
    static const uint8_t padding[64] = {0x80};
    uint8_t length[8];
    put_be64(length, s->n * 8);
    size_t used = (size_t)(s->n % 64);
    sha1_add(s, padding, used < 56 ? 56 - used : 120 - used);
    sha1_add(s, length, sizeof length);
    for (size_t i = 0; i < 5; i++) {
        put_be32(digest + 4 * i, s->h[i]);
    }
}

void
sha1_format(const uint8_t digest[SHA1_SIZE], char text[SHA1_TEXT_LEN + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SHA1_SIZE; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[SHA1_TEXT_LEN] = '\0';
}
