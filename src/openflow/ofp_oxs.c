/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/ofp_oxs.h"

enum { HEAD = 4, ALIGN = 8, CLASS_BASIC = 0x8002 };
enum { DURATION = 0, IDLE = 1, FLOW_COUNT = 3, PACKET_COUNT = 4, BYTE_COUNT = 5 };

static void
get_one(struct rd *r, uint8_t number, struct ofp_flow_counts *c)
{
    switch (number) {
    case DURATION:
        c->duration_s = rd_be32(r);
        c->duration_ns = rd_be32(r);
        break;
    case IDLE:
        c->idle_s = rd_be32(r);
        break;
    case FLOW_COUNT:
        c->n_flows = rd_be32(r);
        break;
    case PACKET_COUNT:
        c->n_packets = rd_be64(r);
        break;
    case BYTE_COUNT:
        c->n_bytes = rd_be64(r);
        break;
    default:
        break;
    }
}

/* Bytes of statistic NUMBER, 0: it is not one that is read. */
static uint8_t
size_of(uint8_t number)
{
    static const uint8_t sizes[] = {
        [DURATION] = 8, [IDLE] = 8, [FLOW_COUNT] = 4, [PACKET_COUNT] = 8, [BYTE_COUNT] = 8};
    return number < ARRAY_LEN(sizes) ? sizes[number] : 0;
}

enum ofp_error
ofp_oxs_get(struct rd *r, struct ofp_flow_counts *c, bool *has_unknown)
{
    memset(c, UINT8_MAX, sizeof *c);
    if (has_unknown) {
        *has_unknown = false;
    }
    rd_skip(r, 2);
    uint16_t len = rd_be16(r);
    size_t padded = ROUND_UP((size_t)len, ALIGN);
    if (r->bad || len < HEAD || padded - HEAD > rd_left(r)) {
        return OFPBMC_BAD_LEN;
    }
    struct rd list = rd_sub(r, (size_t)len - HEAD);
    rd_skip(r, padded - len);
    while (rd_left(&list)) {
        uint16_t oxs_class = rd_be16(&list);
        uint8_t number = rd_u8(&list), n = rd_u8(&list);
        struct rd one = rd_sub(&list, n);
        if (list.bad) {
            return OFPBMC_BAD_LEN;
        }
        if (oxs_class == CLASS_BASIC && !(number & 1) && n == size_of(number >> 1)) {
            get_one(&one, number >> 1, c);
        } else if (has_unknown) {
            *has_unknown = true;
        }
    }
    return OFP_OK;
}

static void
put_head(struct wr *w, uint8_t number)
{
    wr_be16(w, CLASS_BASIC);
    wr_u8(w, (uint8_t)(number << 1));
    wr_u8(w, size_of(number));
}

static void
put_count(struct wr *w, uint8_t number, uint64_t x)
{
    if (x != OFP_COUNT_UNKNOWN) {
        put_head(w, number);
        wr_be64(w, x);
    }
}

void
ofp_oxs_put(struct wr *w, const struct ofp_flow_counts *c)
{
    size_t begin = w->n;
    wr_zeros(w, HEAD);
    if (c->duration_s != OFP_COUNT32_UNKNOWN) {
        put_head(w, DURATION);
        wr_be32(w, c->duration_s);
        wr_be32(w, c->duration_ns);
    }
    if (c->idle_s != OFP_COUNT32_UNKNOWN) {
        put_head(w, IDLE);
        wr_be32(w, c->idle_s);
        wr_be32(w, 0);
    }
    if (c->n_flows != OFP_COUNT32_UNKNOWN) {
        put_head(w, FLOW_COUNT);
        wr_be32(w, c->n_flows);
    }
    put_count(w, PACKET_COUNT, c->n_packets);
    put_count(w, BYTE_COUNT, c->n_bytes);
    size_t len = w->n - begin;
    if (!w->bad) {
        put_be16(w->start + begin + 2, (uint16_t)len);
    }
    wr_zeros(w, ROUND_UP(len, ALIGN) - len);
}
