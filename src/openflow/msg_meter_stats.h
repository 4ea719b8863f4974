/* SPDX-License-Identifier: Apache-2.0 */
/* What meters have counted, and what a switch's meters can do. OpenFlow 1.5.1 sections 7.3.5.13
 * and 7.3.5.14. Any thread; input may be anything. */
#pragma once

#include "openflow/ofp_msg.h"

struct ofp_band_stats {
    uint64_t packets, bytes;
};

struct ofp_meter_stats {
    uint32_t meter, n_flows;
    uint64_t packets, bytes;
    uint32_t duration_sec, duration_nsec;
    struct rd bands; /* for ofp_band_stats_next() */
};

/* Takes the entry of a reply at R; `bands` borrows of it. OFPBRC_BAD_LEN. */
enum ofp_error ofp_meter_stats_get(struct rd *r, struct ofp_meter_stats *);
/* False: there is no other. */
bool ofp_band_stats_next(struct rd *bands, struct ofp_band_stats *);
/* Appends an entry, for ofp_parts_put(), with N bands; `bands` is not looked at. */
void ofp_meter_stats_put(struct wr *w, const struct ofp_meter_stats *,
                         const struct ofp_band_stats *bands, size_t n);

struct ofp_meter_features {
    uint32_t max_meters;
    uint32_t band_types;   /* bits by enum ofp_meter_band_type */
    uint32_t capabilities; /* enum ofp_meter_flag */
    uint8_t max_bands, max_color;
};

void ofp_meter_features_get(const struct ofp_msg *m, struct ofp_meter_features *);
void ofp_meter_features_put(struct wr *w, enum ofp_version version, uint32_t xid,
                            const struct ofp_meter_features *);
