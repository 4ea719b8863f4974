/* SPDX-License-Identifier: Apache-2.0 */
/* What tables can do: OFPST_TABLE_FEATURES since OpenFlow 1.3, before that part of the statistics
 * of tables; and those statistics. OpenFlow 1.0.2 section 5.3.5, 1.5.1 sections 7.3.5.4 and
 * 7.3.5.5. Any thread; input may be anything. */
#pragma once

#include "openflow/action_bits.h"
#include "openflow/field_set.h"
#include "openflow/msg_table.h"

enum { OFP_TABLE_NAME_SIZE = 32 };

/* Instructions, in the order in which they are shown. */
enum ofp_can_instruction {
    OFP_CAN_METER = 1 << 0,
    OFP_CAN_APPLY_ACTIONS = 1 << 1,
    OFP_CAN_CLEAR_ACTIONS = 1 << 2,
    OFP_CAN_WRITE_ACTIONS = 1 << 3,
    OFP_CAN_WRITE_METADATA = 1 << 4,
    OFP_CAN_GOTO_TABLE = 1 << 5,
};

struct ofp_table_actions {
    uint32_t actions; /* bits by enum of_can_action */
    struct of_field_set set_fields;
};

/* What the flows of a table can do, or its miss. */
struct ofp_table_instructions {
    uint64_t next[4];      /* bit N: goto table N */
    uint32_t instructions; /* enum ofp_can_instruction */
    struct ofp_table_actions write, apply;
};

enum ofp_table_features_command {
    OFP_TABLE_REPLACE,
    OFP_TABLE_MODIFY,
    OFP_TABLE_ENABLE,
    OFP_TABLE_DISABLE
};

struct ofp_table_features {
    uint8_t table;
    enum ofp_table_features_command command; /* OpenFlow 1.5 */
    bool keeps_properties;          /* of a modification: `hit` and what follows is not told */
    char name[OFP_TABLE_NAME_SIZE]; /* ends in a NUL */
    uint64_t metadata_match, metadata_write;
    enum ofp_miss miss;            /* OpenFlow 1.1 and 1.2, else OFP_MISS_DEFAULT */
    int8_t can_evict, has_vacancy; /* OpenFlow 1.4 and later, else -1: untold */
    uint32_t max_entries;
    struct ofp_table_instructions hit, miss_does;
    struct of_field_set match, mask, wildcard; /* can be matched; with any mask; or not at all */
};

struct ofp_table_stats {
    uint8_t table;
    uint32_t n_active;
    uint64_t n_lookups, n_matches;
};

void ofp_table_features_init(struct ofp_table_features *);
bool ofp_table_actions_equal(const struct ofp_table_actions *, const struct ofp_table_actions *);
bool ofp_table_instructions_equal(const struct ofp_table_instructions *,
                                  const struct ofp_table_instructions *);

/* Takes the entry of a request or a reply at R. OFPTFFC_*, OFPBPC_*, OFPBRC_BAD_LEN and others. */
enum ofp_error ofp_table_features_get(struct rd *r, uint8_t version, struct ofp_table_features *);
/* Appends an entry, for ofp_parts_put(). */
void ofp_table_features_put(struct wr *w, enum ofp_version version,
                            const struct ofp_table_features *);

/* Takes the entry of OFPST_TABLE's reply at R; up to OpenFlow 1.2 with FEATURES, which otherwise
 * get the table's number only. OFPBRC_BAD_LEN. */
enum ofp_error ofp_table_stats_get(struct rd *r, uint8_t version, struct ofp_table_stats *,
                                   struct ofp_table_features *);
void ofp_table_stats_put(struct wr *w, enum ofp_version version, const struct ofp_table_stats *,
                         const struct ofp_table_features *);

/* -- Text -- */

/* Where a list of tables is: what is like the table before is told as "ditto". */
struct ofp_table_listing {
    struct ofp_table_features last;
    struct ofp_table_stats last_stats;
    bool any;
    int ditto_from, ditto_to; /* tables without a name that are still to be told; -1: none */
};

void ofp_table_listing_init(struct ofp_table_listing *);
/* Appends a table to the listing. STATS may be NULL. */
void ofp_table_listing_put(struct str *, struct ofp_table_listing *,
                           const struct ofp_table_features *, const struct ofp_table_stats *stats,
                           const struct ofp_table_names *);
void ofp_table_listing_end(struct str *, struct ofp_table_listing *,
                           const struct ofp_table_names *);
