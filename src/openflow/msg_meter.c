/* SPDX-License-Identifier: Apache-2.0 */
/* All bands are 16 bytes long, whatever is in the last four. */
#include "openflow/msg_meter.h"

enum { BAND_SIZE = 16, HEAD_SIZE = 8 };

void
ofp_meter_fini(struct ofp_meter *meter)
{
    os_free(meter->bands);
    *meter = (struct ofp_meter)OFP_METER_INIT;
}

struct ofp_meter_band *
ofp_meter_add_band(struct ofp_meter *meter)
{
    if (meter->n_bands == meter->capacity) {
        meter->bands = xgrow(meter->bands, &meter->capacity, sizeof *meter->bands);
    }
    struct ofp_meter_band *band = &meter->bands[meter->n_bands++];
    *band = (struct ofp_meter_band){0};
    return band;
}

static enum ofp_error
get_bands(struct rd *r, struct ofp_meter *meter)
{
    while (rd_left(r)) {
        uint16_t type = rd_be16(r), len = rd_be16(r);
        if (r->bad || rd_left(r) < BAND_SIZE - 4 || len < BAND_SIZE || len - 4u > rd_left(r)) {
            return OFPBRC_BAD_LEN;
        }
        if (type != OFP_BAND_DROP && type != OFP_BAND_DSCP_REMARK) {
            return OFPMMFC_BAD_BAND;
        }
        if (len != BAND_SIZE) {
            return OFPBRC_BAD_LEN;
        }
        struct ofp_meter_band *band = ofp_meter_add_band(meter);
        band->type = type;
        band->rate = rd_be32(r);
        band->burst_size = rd_be32(r);
        band->prec_level = rd_u8(r);
        rd_skip(r, 3);
    }
    return OFP_OK;
}

static void
put_bands(struct wr *w, const struct ofp_meter *meter)
{
    for (size_t i = 0; i < meter->n_bands; i++) {
        const struct ofp_meter_band *band = &meter->bands[i];
        wr_be16(w, band->type);
        wr_be16(w, BAND_SIZE);
        wr_be32(w, band->rate);
        wr_be32(w, band->burst_size);
        wr_u8(w, band->type == OFP_BAND_DSCP_REMARK ? band->prec_level : 0);
        wr_zeros(w, 3);
    }
}

enum ofp_error
ofp_meter_mod_get(const struct ofp_msg *m, enum ofp_meter_command *command,
                  struct ofp_meter *meter)
{
    struct rd r = m->body;
    uint16_t number = rd_be16(&r), flags = rd_be16(&r);
    uint32_t id = rd_be32(&r);
    meter->n_bands = 0;
    meter->flags = 0;
    meter->id = id;
    if (number > OFP_METER_DELETE) {
        return OFPMMFC_BAD_COMMAND;
    }
    *command = (enum ofp_meter_command)number;
    if (number == OFP_METER_DELETE) {
        return OFP_OK;
    }
    if (flags & OFP_METER_KBPS && flags & OFP_METER_PKTPS) {
        return OFPMMFC_BAD_FLAGS;
    }
    meter->flags = flags;
    return get_bands(&r, meter);
}

void
ofp_meter_mod_put(struct wr *w, enum ofp_version version, uint32_t xid,
                  enum ofp_meter_command command, const struct ofp_meter *meter)
{
    size_t begin = ofp_msg_begin(w, OFPT_METER_MOD, version, xid);
    wr_be16(w, (uint16_t)command);
    wr_be16(w, meter->flags);
    wr_be32(w, meter->id);
    put_bands(w, meter);
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_meter_config_get(struct rd *r, struct ofp_meter *meter)
{
    uint16_t len = rd_be16(r);
    meter->n_bands = 0;
    meter->flags = rd_be16(r);
    meter->id = rd_be32(r);
    if (r->bad || len < HEAD_SIZE || (size_t)len - HEAD_SIZE > rd_left(r)) {
        return OFPBRC_BAD_LEN;
    }
    struct rd bands = rd_sub(r, (size_t)len - HEAD_SIZE);
    return get_bands(&bands, meter);
}

void
ofp_meter_config_put(struct wr *w, const struct ofp_meter *meter)
{
    wr_be16(w, (uint16_t)(HEAD_SIZE + BAND_SIZE * meter->n_bands));
    wr_be16(w, meter->flags);
    wr_be32(w, meter->id);
    put_bands(w, meter);
}

uint32_t
ofp_meter_request_get(const struct ofp_msg *m)
{
    struct rd r = m->body;
    return rd_be32(&r);
}

void
ofp_meter_request_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version, uint32_t xid,
                      uint32_t meter)
{
    size_t begin = ofp_msg_begin(w, id, version, xid);
    wr_be32(w, meter);
    wr_zeros(w, 4);
    ofp_msg_end(w, begin);
}
