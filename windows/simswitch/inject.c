/* SPDX-License-Identifier: Apache-2.0 */
/* Options, failures to inject, and the randomness of everything, which one seed decides (and the
 * threads' order, where they are let loose). */
#include "simswitch/sim_internal.h"

static const char *const option_names[N_OPTIONS] = {
    [OPT_FRAGMENT] = "fragment", [OPT_ASYNC] = "async",       [OPT_HOLD] = "hold",
    [OPT_REORDER] = "reorder",   [OPT_DISPATCH] = "dispatch", [OPT_PEND] = "pend",
    [OPT_VLAN_OOB] = "vlan-oob",
};

static const char *const failure_names[N_FAILURES] = {
    [FAIL_ALLOC] = "alloc",
    [FAIL_GROW] = "grow",
    [FAIL_OID] = "oid",
    [FAIL_ATTACH] = "attach",
};

static bool options[N_OPTIONS] = {[OPT_VLAN_OOB] = true};
static LONG countdowns[N_FAILURES];
static LONG n_failed[N_FAILURES];
static volatile LONG64 random_state = 1;

static int
find(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++) {
        const char *a = names[i], *b = name;
        while (*a && *a == *b) {
            a++, b++;
        }
        if (*a == *b) {
            return i;
        }
    }
    return -1;
}

int
sim_option_find(const char *name)
{
    return find(option_names, N_OPTIONS, name);
}

int
sim_failure_find(const char *name)
{
    return find(failure_names, N_FAILURES, name);
}

bool
sim_option(enum sim_option option)
{
    return __atomic_load_n(&options[option], __ATOMIC_RELAXED);
}

void
sim_option_set(enum sim_option option, bool on)
{
    __atomic_store_n(&options[option], on, __ATOMIC_RELAXED);
}

void
sim_failure_set(enum sim_failure failure, unsigned countdown)
{
    __atomic_store_n(&countdowns[failure], (LONG)countdown, __ATOMIC_RELAXED);
}

bool
sim_failure_now(enum sim_failure failure)
{
    if (__atomic_load_n(&countdowns[failure], __ATOMIC_RELAXED) <= 0) {
        return false;
    }
    bool now = __atomic_sub_fetch(&countdowns[failure], 1, __ATOMIC_RELAXED) == 0;
    if (now) {
        __atomic_add_fetch(&n_failed[failure], 1, __ATOMIC_RELAXED);
    }
    return now;
}

LONG
sim_failures_so_far(enum sim_failure failure)
{
    return __atomic_load_n(&n_failed[failure], __ATOMIC_RELAXED);
}

void
sim_seed(uint64_t seed)
{
    __atomic_store_n(&random_state, (LONG64)seed, __ATOMIC_RELAXED);
}

/* splitmix64: a step of a counter, and a mixing of it. */
uint32_t
sim_random(uint32_t below)
{
    uint64_t z = (uint64_t)__atomic_add_fetch(&random_state, (LONG64)0x9e3779b97f4a7c15ull,
                                              __ATOMIC_RELAXED);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return (uint32_t)((z ^ z >> 31) >> 32) % below;
}

bool
sim_flip(void)
{
    return sim_random(2);
}
