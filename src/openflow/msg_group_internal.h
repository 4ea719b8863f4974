/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files that read and write groups. */
#pragma once

#include "openflow/msg_group.h"

/* Whether VERSION has groups as OpenFlow 1.5 does: buckets with numbers, properties. */
bool ofp_group_is_15(uint8_t version);

/* Adds the buckets that are in the next LEN bytes of R to G. */
enum ofp_error ofp_buckets_get(struct rd *r, size_t len, uint8_t version, struct ofp_group *g);
void ofp_buckets_put(struct wr *w, enum ofp_version version, const struct ofp_group *, bool *lost);
/* The same, and puts how many bytes they are into the 16 bits at LEN_AT. */
void ofp_buckets_put_counted(struct wr *w, size_t len_at, enum ofp_version version,
                             const struct ofp_group *, bool *lost);

/* A group's properties, all that R has: OpenFlow 1.5 and 1.0. */
enum ofp_error ofp_group_props_get(struct rd *r, enum ofp_group_command, struct ofp_group *g);
void ofp_group_props_put(struct wr *w, enum ofp_version version, const struct ofp_group *);
