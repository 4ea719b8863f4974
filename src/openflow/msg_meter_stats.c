/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_meter_stats.h"

#include "openflow/msg_meter.h"
#include "openflow/flow_format.h"
#include "openflow/ofp_printers.h"

enum { HEAD_SIZE = 40, BAND_SIZE = 16 };

enum ofp_error
ofp_meter_stats_get(struct rd *r, struct ofp_meter_stats *t)
{
    t->meter = rd_be32(r);
    uint16_t len = rd_be16(r);
    rd_skip(r, 6);
    t->n_flows = rd_be32(r);
    t->packets = rd_be64(r);
    t->bytes = rd_be64(r);
    t->duration_sec = rd_be32(r);
    t->duration_nsec = rd_be32(r);
    if (r->bad || len < HEAD_SIZE || (size_t)len - HEAD_SIZE > rd_left(r) ||
        (len - HEAD_SIZE) % BAND_SIZE) {
        return OFPBRC_BAD_LEN;
    }
    t->bands = rd_sub(r, (size_t)len - HEAD_SIZE);
    return OFP_OK;
}

bool
ofp_band_stats_next(struct rd *bands, struct ofp_band_stats *band)
{
    band->packets = rd_be64(bands);
    band->bytes = rd_be64(bands);
    return !bands->bad;
}

void
ofp_meter_stats_put(struct wr *w, const struct ofp_meter_stats *t,
                    const struct ofp_band_stats *bands, size_t n)
{
    wr_be32(w, t->meter);
    wr_be16(w, (uint16_t)(HEAD_SIZE + BAND_SIZE * n));
    wr_zeros(w, 6);
    wr_be32(w, t->n_flows);
    wr_be64(w, t->packets);
    wr_be64(w, t->bytes);
    wr_be32(w, t->duration_sec);
    wr_be32(w, t->duration_nsec);
    for (size_t i = 0; i < n; i++) {
        wr_be64(w, bands[i].packets);
        wr_be64(w, bands[i].bytes);
    }
}

static void
put_stats(struct str *s, struct ofp_meter_stats *t)
{
    struct ofp_band_stats band;
    str_putc(s, '\n');
    ofp_meter_put_id(s, t->meter, ':');
    str_putf(s, " flow_count:%u packet_in_count:%llu byte_in_count:%llu duration:", t->n_flows,
             (unsigned long long)t->packets, (unsigned long long)t->bytes);
    ofp_duration_put(s, t->duration_sec, t->duration_nsec);
    str_puts(s, " bands:\n");
    for (unsigned int i = 0; ofp_band_stats_next(&t->bands, &band); i++) {
        str_putf(s, "%u: packet_count:%llu byte_count:%llu\n", i, (unsigned long long)band.packets,
                 (unsigned long long)band.bytes);
    }
}

enum ofp_error
ofp_print_meter_stats(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    struct rd r = m->body;
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(&r)) {
        struct ofp_meter_stats t;
        error = ofp_meter_stats_get(&r, &t);
        if (!error) {
            put_stats(s, &t);
        }
    }
    return error;
}

void
ofp_meter_features_get(const struct ofp_msg *m, struct ofp_meter_features *f)
{
    struct rd r = m->body;
    f->max_meters = rd_be32(&r);
    f->band_types = rd_be32(&r);
    f->capabilities = rd_be32(&r);
    f->max_bands = rd_u8(&r);
    f->max_color = rd_u8(&r);
}

void
ofp_meter_features_put(struct wr *w, enum ofp_version version, uint32_t xid,
                       const struct ofp_meter_features *f)
{
    size_t begin = ofp_msg_begin(w, OFPST_METER_FEATURES_REPLY, version, xid);
    wr_be32(w, f->max_meters);
    wr_be32(w, f->band_types);
    wr_be32(w, f->capabilities);
    wr_u8(w, f->max_bands);
    wr_u8(w, f->max_color);
    wr_zeros(w, 2);
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_print_meter_features(struct str *s, const struct ofp_msg *m,
                         const struct ofp_print *how UNUSED)
{
    static const struct ofp_bit_name band_types[] = {{1 << OFP_BAND_DROP, "drop"},
                                                     {1 << OFP_BAND_DSCP_REMARK, "dscp_remark"}};
    static const struct ofp_bit_name capabilities[] = {{OFP_METER_KBPS, "kbps"},
                                                       {OFP_METER_PKTPS, "pktps"},
                                                       {OFP_METER_BURST, "burst"},
                                                       {OFP_METER_STATS, "stats"}};
    struct ofp_meter_features f;
    ofp_meter_features_get(m, &f);
    str_putf(s, "\nmax_meter:%u max_bands:%u max_color:%u\nband_types: ", f.max_meters,
             f.max_bands, f.max_color);
    ofp_put_bits(s, f.band_types, band_types, ARRAY_LEN(band_types), ' ');
    str_puts(s, "\ncapabilities: ");
    ofp_put_bits(s, f.capabilities, capabilities, ARRAY_LEN(capabilities), ' ');
    return OFP_OK;
}
