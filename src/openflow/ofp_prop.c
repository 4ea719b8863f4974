/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/ofp_prop.h"

enum { ALIGN = 8 };

enum ofp_error
ofp_prop_get(struct rd *r, struct ofp_prop *p)
{
    uint16_t type = rd_be16(r), len = rd_be16(r);
    size_t padded = ROUND_UP((size_t)len, ALIGN);
    if (r->bad || len < OFP_PROP_HEAD || padded - OFP_PROP_HEAD > rd_left(r)) {
        return OFPBPC_BAD_LEN;
    }
    *p = (struct ofp_prop){.type = type, .body = rd_sub(r, (size_t)len - OFP_PROP_HEAD)};
    rd_skip(r, padded - len);
    if (type == OFP_PROP_EXPERIMENTER) {
        p->vendor = rd_be32(&p->body);
        p->vendor_type = rd_be32(&p->body);
    }
    if (p->body.bad) {
        return OFPBPC_BAD_LEN;
    }
    return type == OFP_PROP_EXPERIMENTER && !p->vendor ? OFPBPC_BAD_EXPERIMENTER : OFP_OK;
}

size_t
ofp_prop_begin(struct wr *w, uint16_t type)
{
    size_t begin = w->n;
    wr_be16(w, type);
    wr_be16(w, 0);
    return begin;
}

size_t
ofp_prop_begin_vendor(struct wr *w, uint32_t vendor, uint32_t vendor_type)
{
    size_t begin = ofp_prop_begin(w, OFP_PROP_EXPERIMENTER);
    wr_be32(w, vendor);
    wr_be32(w, vendor_type);
    return begin;
}

void
ofp_prop_end(struct wr *w, size_t begin)
{
    size_t len = w->n - begin;
    if (len > UINT16_MAX) {
        w->bad = true;
    }
    if (!w->bad) {
        put_be16(w->start + begin + 2, (uint16_t)len);
    }
    wr_zeros(w, ROUND_UP(len, ALIGN) - len);
}
