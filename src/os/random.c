/* SPDX-License-Identifier: Apache-2.0 */
/* Randomness: a xoshiro256** generator (Blackman and Vigna, public domain design) for choices,
 * and the host's source for UUIDs. The generator's state is per thread; os_random_seed() seeds
 * the calling thread's, and tests use one thread. */
#include "os/random.h"

#include <uv.h>

#include "os/err_format.h"
#include "os/log.h"

LOG_MODULE(entropy);

static _Thread_local uint64_t state[4];
static _Thread_local bool seeded, repeats;

static uint64_t
splitmix(uint64_t *x)
{
    uint64_t z = *x += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void
os_random_seed(uint64_t seed)
{
    for (size_t i = 0; i < ARRAY_LEN(state); i++) {
        state[i] = splitmix(&seed);
    }
    seeded = true;
}

void
os_random_repeat(uint64_t seed)
{
    os_random_seed(seed);
    repeats = true;
}

static uint64_t
rotl(uint64_t x, unsigned int k)
{
    return x << k | x >> (64 - k);
}

uint32_t
os_random_u32(void)
{
    if (PORT_UNLIKELY(!seeded)) {
        uint64_t seed;
        os_random_bytes(&seed, sizeof seed);
        os_random_seed(seed);
    }
    uint64_t result = rotl(state[1] * 5, 7) * 9;
    uint64_t t = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = rotl(state[3], 45);
    return (uint32_t)(result >> 32);
}

uint32_t
os_random_below(uint32_t n)
{
    VERIFY(n != 0);
    uint32_t rest = (0 - n) % n; /* the values that would favour small results */
    for (;;) {
        uint32_t x = os_random_u32();
        if (x >= rest) {
            return x % n;
        }
    }
}

void
os_random_bytes(void *p, size_t n)
{
    for (size_t i = 0; repeats && i < n; i++) {
        ((uint8_t *)p)[i] = (uint8_t)os_random_u32();
    }
    if (repeats) {
        return;
    }
    int status = uv_random(NULL, NULL, p, n, 0, NULL);
    if (status) {
        log_fatal_code(err_from_uv(status), "cannot obtain random bytes");
    }
}

struct uuid
os_uuid_new(void)
{
    struct uuid u;
    os_random_bytes(&u, sizeof u);
    u.word[1] = (u.word[1] & 0xffff0fffu) | 0x4000u;
    u.word[2] = (u.word[2] & 0x3fffffffu) | 0x80000000u;
    return u;
}
