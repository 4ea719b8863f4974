/* SPDX-License-Identifier: Apache-2.0 */
/* A 48-bit Ethernet address (IEEE 802). Bytes in wire order. */
#pragma once

#include "base/hash.h"

struct mac {
    uint8_t byte[6];
};

#define MAC_FORMAT  "%02x:%02x:%02x:%02x:%02x:%02x"
#define MAC_ARGS(m) (m).byte[0], (m).byte[1], (m).byte[2], (m).byte[3], (m).byte[4], (m).byte[5]

static inline uint64_t
mac_to_u64(struct mac m)
{
    uint64_t x = 0;
    for (size_t i = 0; i < 6; i++) {
        x = x << 8 | m.byte[i];
    }
    return x;
}

static inline struct mac
mac_from_u64(uint64_t x)
{
    struct mac m;
    for (size_t i = 6; i-- > 0; x >>= 8) {
        m.byte[i] = (uint8_t)x;
    }
    return m;
}

static inline bool
mac_equal(struct mac a, struct mac b)
{
    return !memcmp(&a, &b, sizeof a);
}

static inline bool
mac_is_zero(struct mac m)
{
    return !mac_to_u64(m);
}

/* Group address: multicast or broadcast. */
static inline bool
mac_is_group(struct mac m)
{
    return m.byte[0] & 1;
}

/* 01:80:c2:00:00:0x, which bridges do not forward (IEEE 802.1D 7.12.6). */
static inline bool
mac_is_reserved(struct mac m)
{
    return (mac_to_u64(m) & ~(uint64_t)0xf) == 0x0180c2000000;
}
