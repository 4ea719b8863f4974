/* SPDX-License-Identifier: Apache-2.0 */
/* Values that actions show as words. */
#include "openflow/actions_names.h"

#include <string.h>

#include "openflow/actions.h"

#define NAMES(OF)                                                                                 \
    {                                                                                             \
        OF, ARRAY_LEN(OF)                                                                         \
    }

static const char *const hash_fields[] = {
    [OF_HASH_ETH_SRC] = "eth_src",
    [OF_HASH_SYMMETRIC_L4] = "symmetric_l4",
    [OF_HASH_SYMMETRIC_L3L4] = "symmetric_l3l4",
    [OF_HASH_SYMMETRIC_L3L4_UDP] = "symmetric_l3l4+udp",
    [OF_HASH_NW_SRC] = "nw_src",
    [OF_HASH_NW_DST] = "nw_dst",
    [OF_HASH_SYMMETRIC_L3] = "symmetric_l3",
};
const struct act_names act_hash_fields = NAMES(hash_fields);

static const char *const multipath_algorithms[] = {"modulo_n", "hash_threshold", "hrw",
                                                   "iter_hash"};
const struct act_names act_multipath_algorithms = NAMES(multipath_algorithms);

static const char *const bundle_algorithms[] = {
    [OF_BUNDLE_ACTIVE_BACKUP] = "active_backup",
    [OF_BUNDLE_HRW] = "hrw",
};
const struct act_names act_bundle_algorithms = NAMES(bundle_algorithms);

static const char *const reasons[] = {
    [OF_REASON_NO_MATCH] = "no_match",
    [OF_REASON_ACTION] = "action",
    [OF_REASON_INVALID_TTL] = "invalid_ttl",
};
const struct act_names act_reasons = NAMES(reasons);

const char *
act_name_of(const struct act_names *names, unsigned int value)
{
    return value < names->n ? names->names[value] : NULL;
}

bool
act_name_find(const struct act_names *names, const char *text, size_t n, unsigned int *value)
{
    for (unsigned int i = 0; i < names->n; i++) {
        if (strlen(names->names[i]) == n && !memcmp(names->names[i], text, n)) {
            *value = i;
            return true;
        }
    }
    return false;
}
