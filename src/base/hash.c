/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing of byte strings. */
#include "base/hash.h"

uint32_t
hash_bytes(const void *p_, size_t n, uint32_t basis)
{
    const uint8_t *p = p_;
    uint64_t h = hash_add64(basis, n);
    for (; n >= 8; n -= 8, p += 8) {
        uint64_t w;
        memcpy(&w, p, sizeof w);
        h = hash_add64(h, w);
    }
    if (n) {
        uint64_t w = 0;
        memcpy(&w, p, n);
        h = hash_add64(h, w);
    }
    return hash_finish(h);
}

uint32_t
hash_string(const char *s, uint32_t basis)
{
    size_t n = 0;
    while (s[n]) {
        n++;
    }
    return hash_bytes(s, n, basis);
}
