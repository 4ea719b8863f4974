/* SPDX-License-Identifier: Apache-2.0 */
/* How tables behave when nothing matches or nothing more fits: changes of it, descriptions, and
 * the news that a table fills or empties. OpenFlow 1.5.1 sections 7.3.4.1, 7.3.5.19 and 7.4.5.
 * Any thread. */
#pragma once

#include "openflow/ofp_msg.h"
#include "openflow/ofp_print.h"

/* What happens to packets that no flow matches: OpenFlow 1.1 and 1.2. */
enum ofp_miss { OFP_MISS_DEFAULT, OFP_MISS_CONTROLLER, OFP_MISS_CONTINUE, OFP_MISS_DROP };

enum ofp_eviction_flag {
    OFP_EVICTION_OTHER = 1 << 0,
    OFP_EVICTION_IMPORTANCE = 1 << 1,
    OFP_EVICTION_LIFETIME = 1 << 2,
};
#define OFP_EVICTION_UNTOLD UINT32_MAX

/* A table of OpenFlow 1.4 and later; with MISS and TABLE alone one of earlier versions. */
struct ofp_table_config {
    uint8_t table; /* OFP_TABLE_ALL in a change: all */
    enum ofp_miss miss;
    bool eviction, vacancy;
    uint32_t eviction_flags;          /* enum ofp_eviction_flag, OFP_EVICTION_UNTOLD */
    uint8_t vacancy_down, vacancy_up; /* per cent that are free when it is told */
    uint8_t vacancy_now;              /* per cent that are */
};

/* A TABLE_MOD. OFPBRC_BAD_TYPE, OFPBPC_BAD_LEN, _BAD_VALUE. */
enum ofp_error ofp_table_mod_get(const struct ofp_msg *m, struct ofp_table_config *);
void ofp_table_mod_put(struct wr *w, enum ofp_version version, uint32_t xid,
                       const struct ofp_table_config *);

/* Takes the description at R, of OpenFlow 1.4 or later. OFPBRC_BAD_LEN, OFPBPC_BAD_LEN. */
enum ofp_error ofp_table_desc_get(struct rd *r, struct ofp_table_config *);
void ofp_table_desc_put(struct wr *w, const struct ofp_table_config *);
/* Appends it in lines, each with its end. */
void ofp_table_desc_format(struct str *, const struct ofp_table_config *,
                           const struct ofp_table_names *);

enum ofp_table_reason { OFP_TABLE_VACANCY_DOWN = 3, OFP_TABLE_VACANCY_UP = 4 };

enum ofp_error ofp_table_status_get(const struct ofp_msg *m, enum ofp_table_reason *,
                                    struct ofp_table_config *);
void ofp_table_status_put(struct wr *w, enum ofp_version version, enum ofp_table_reason,
                          const struct ofp_table_config *);
