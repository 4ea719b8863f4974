/* SPDX-License-Identifier: Apache-2.0 */
/* What groups have counted, and what a switch's groups can do. OpenFlow 1.5.1 sections 7.3.5.10
 * and 7.3.5.12; of OpenFlow 1.0 and 1.1 Nicira's extension. Any thread; input may be anything. */
#pragma once

#include "openflow/msg_group.h"

struct ofp_bucket_stats {
    uint64_t packets, bytes;
};

struct ofp_group_stats {
    uint32_t group, n_refs;
    uint64_t packets, bytes;
    uint32_t duration_sec, duration_nsec; /* not in OpenFlow 1.1 and 1.2 */
    struct rd buckets;                    /* for ofp_bucket_stats_next() */
};

/* Takes the entry of a reply at R; `buckets` borrows of it. OFPBRC_BAD_LEN. */
enum ofp_error ofp_group_stats_get(struct rd *r, uint8_t version, struct ofp_group_stats *);
/* False: there is no other. */
bool ofp_bucket_stats_next(struct rd *buckets, struct ofp_bucket_stats *);
/* Appends an entry, for ofp_parts_put(), with N buckets; `buckets` is not looked at. */
void ofp_group_stats_put(struct wr *w, enum ofp_version version, const struct ofp_group_stats *,
                         const struct ofp_bucket_stats *buckets, size_t n);

enum { OFP_GROUP_N_TYPES = 4 };

struct ofp_group_features {
    uint32_t types,
        capabilities; /* bits by enum ofp_group_type; 1.5.1's enum ofp_group_capabilities */
    uint32_t max_groups[OFP_GROUP_N_TYPES];
    uint32_t actions[OFP_GROUP_N_TYPES]; /* bits by enum of_can_action */
};

void ofp_group_features_get(const struct ofp_msg *m, struct ofp_group_features *);
void ofp_group_features_put(struct wr *w, enum ofp_version version, uint32_t xid,
                            const struct ofp_group_features *);
