/* SPDX-License-Identifier: Apache-2.0 */
/* Where a frame goes: sets of switch ports, collected while the core runs, in memory that each
 * CPU has for one batch; and what they become, the destinations in a list's forwarding context.
 * One CPU, under its lock. */
#pragma once

#include "driver/kernel.h"

enum { DESTINATIONS_MAX = 4096 }; /* of all frames of a batch */

struct destination {
    uint32_t port_id;
    uint16_t nic_index;
    uint16_t next; /* in the arena; 0: the last */
};

struct destination_arena {
    uint32_t n; /* used, counting number 0, which is nobody's */
    struct destination at[DESTINATIONS_MAX];
};

struct destination_set {
    uint16_t first, last;
    uint32_t n;
};

struct filter;

/* Forgets all sets. */
void destination_arena_clear(_Out_ struct destination_arena *arena);
/* Adds a place to SET. 0; -E_EXIST: it is there; -E_NOBUFS: the arena is used up. */
int destination_add(_Inout_ struct destination_arena *arena, _Inout_ struct destination_set *set,
                    _In_ uint32_t port_id, _In_ uint16_t nic_index);
bool destination_sets_equal(_In_ const struct destination_arena *arena,
                            _In_ const struct destination_set *a,
                            _In_ const struct destination_set *b);
/* Writes SET, which is not empty, to the forwarding context of NBL. 0 or -E_NOMEM. */
_IRQL_requires_max_(DISPATCH_LEVEL)
_Must_inspect_result_ int destination_commit(_In_ const struct filter *filter,
                                             _In_ const struct destination_arena *arena,
                                             _In_ const struct destination_set *set,
                                             _Inout_ PNET_BUFFER_LIST nbl);
