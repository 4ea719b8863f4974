/* SPDX-License-Identifier: Apache-2.0 */
/* Which form a match has, and what goes around fields. */
#include "openflow/match_wire.h"

#include "openflow/field_set.h"
#include "openflow/match_text.h"
#include "openflow/match_wire_internal.h"
#include "os/log.h"

LOG_MODULE(ofp_match);

static struct log_rate normalize_rate = LOG_RATE(3, 15);

enum { TYPE_STANDARD = 0, TYPE_OXM = 1, HEAD = 4, STANDARD_SIZE = 88, ALIGN = 8 };

static enum ofp_error
get_oxm(struct rd *r, uint16_t len, bool strict, struct of_match *m)
{
    size_t n = len - (size_t)HEAD, padded = ROUND_UP((size_t)len, ALIGN) - HEAD;
    if (len < HEAD || padded > rd_left(r)) {
        return OFPBMC_BAD_LEN;
    }
    struct rd fields = rd_sub(r, padded);
    return of_match_get_oxm(fields.p, n, strict, m);
}

enum ofp_error
of_match_get_wire(struct rd *r, uint8_t version, bool strict, struct of_match *m)
{
    if (version == OFP_10) {
        return match_get_10(r, m);
    }
    uint16_t type = rd_be16(r), len = rd_be16(r);
    if (r->bad) {
        return OFPBMC_BAD_LEN;
    }
    if (type == TYPE_OXM) {
        return get_oxm(r, len, strict, m);
    }
    return type != TYPE_STANDARD  ? OFPBMC_BAD_TYPE
           : len != STANDARD_SIZE ? OFPBMC_BAD_LEN
                                  : match_get_11(r, m);
}

enum ofp_error
of_match_get_oxm_wire(struct rd *r, struct of_match *m)
{
    uint16_t type = rd_be16(r), len = rd_be16(r);
    return r->bad             ? OFPBMC_BAD_LEN
           : type != TYPE_OXM ? OFPBMC_BAD_TYPE
                              : get_oxm(r, len, false, m);
}

void
of_match_put_wire(struct wr *w, enum ofp_version version, const struct of_match *m)
{
    if (version == OFP_10) {
        match_put_10(w, m);
    } else if (version == OFP_11) {
        match_put_11(w, m);
    } else {
        of_match_put_oxm_wire(w, version, m);
    }
}

void
of_match_put_oxm_wire(struct wr *w, enum ofp_version version, const struct of_match *m)
{
    size_t begin = w->n;
    wr_be16(w, TYPE_OXM);
    wr_be16(w, 0);
    of_match_put_oxm(w, m, version);
    size_t len = w->n - begin;
    if (!w->bad) {
        put_be16(w->start + begin + 2, (uint16_t)len);
    }
    wr_zeros(w, ROUND_UP(len, ALIGN) - len);
}

enum ofp_error
of_match_get_nxm(struct rd *r, size_t n, bool strict, struct of_match *m,
                 struct of_match_cookie *cookie)
{
    size_t padded = ROUND_UP(n, ALIGN);
    if (padded > rd_left(r)) {
        return OFPBMC_BAD_LEN;
    }
    struct rd fields = rd_sub(r, padded);
    return of_match_get_fields(fields.p, n, strict, m, cookie);
}

size_t
of_match_put_nxm(struct wr *w, const struct of_match *m, const struct of_match_cookie *cookie)
{
    size_t begin = w->n;
    of_match_put_oxm(w, m, OFP_10);
    if (cookie && cookie->mask) {
        of_match_put_cookie(w, cookie);
    }
    size_t len = w->n - begin;
    wr_zeros(w, ROUND_UP(len, ALIGN) - len);
    return len;
}

/* -- Fields without meaning -- */

/* Fields that a match keeps for no packet to have, though nothing says that it could. */
static bool
is_kept(const struct of_field *f, enum of_field_id id)
{
    return id == OF_TCP_FLAGS || id == OF_IP_FRAG || id == OF_ND_RESERVED ||
           id == OF_ND_OPTIONS_TYPE || f->prereq < OF_PREREQ_MPLS || f->prereq == OF_PREREQ_NSH ||
           f->prereq == OF_PREREQ_CT;
}

/* Whether any field that has the place of ID in the key has its meaning in M. */
static bool
has_meaning(const struct of_match *m, enum of_field_id id)
{
    OF_FIELD_SET_EACH (i, of_fields_with_place_of(id)) {
        if (of_prereq_is_said(of_fields[i].prereq, m)) {
            return true;
        }
    }
    return false;
}

static bool
lacks_meaning(const struct of_match *m, enum of_field_id id)
{
    const struct of_field *f = &of_fields[id];
    return id == OF_ETH_SRC || id == OF_ETH_DST ? !of_prereq_holds(OF_PREREQ_ETH, m)
                                                : !is_kept(f, id) && !has_meaning(m, id);
}

void
of_match_normalize(struct of_match *m)
{
    struct of_field_set fields = of_fields_in(&m->mask), meaningless = {{0}};
    OF_FIELD_SET_EACH (id, &fields) {
        if (lacks_meaning(m, id)) {
            of_field_set_add(&meaningless, id);
        }
    }
    if (of_field_set_is_empty(&meaningless)) {
        return;
    }
    struct of_match before = *m;
    OF_FIELD_SET_EACH (id, &meaningless) {
        if (id != OF_IPV6_LABEL) {
            of_match_clear(m, id);
        }
    }
    if (of_match_is_ethernet(&before) && of_match_has(m, OF_RECIRC_ID)) {
        of_match_set_u64(m, OF_PACKET_TYPE, 0);
    }
    if (log_is_enabled(LOG_INFO)) {
        struct str pre = STR_INIT, post = STR_INIT;
        of_match_put(&pre, &before, NULL);
        of_match_put(&post, m, NULL);
        log_limited(&normalize_rate, LOG_INFO, "normalization changed ofp_match, details:");
        log_limited(&normalize_rate, LOG_INFO, " pre: %s", str_text(&pre));
        log_limited(&normalize_rate, LOG_INFO, "post: %s", str_text(&post));
        str_fini(&pre);
        str_fini(&post);
    }
}
