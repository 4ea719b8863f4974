/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_group_stats.h"

#include "openflow/action_bits.h"
#include "openflow/flow_format.h"
#include "openflow/ofp_printers.h"

enum { HEAD_11 = 32, HEAD_13 = 40, BUCKET_SIZE = 16 };

static bool
has_duration(uint8_t version)
{
    return version == OFP_10 || version >= OFP_13;
}

enum ofp_error
ofp_group_stats_get(struct rd *r, uint8_t version, struct ofp_group_stats *t)
{
    bool timed = has_duration(version);
    size_t head = timed ? HEAD_13 : HEAD_11;
    uint16_t len = rd_be16(r);
    rd_skip(r, 2);
    t->group = rd_be32(r);
    t->n_refs = rd_be32(r);
    rd_skip(r, 4);
    t->packets = rd_be64(r);
    t->bytes = rd_be64(r);
    t->duration_sec = timed ? rd_be32(r) : UINT32_MAX;
    t->duration_nsec = timed ? rd_be32(r) : UINT32_MAX;
    if (r->bad || len < head || len - head > rd_left(r)) {
        return OFPBRC_BAD_LEN;
    }
    /* As the reference has it, what is less than a bucket belongs to the next entry. */
    t->buckets = rd_sub(r, (len - head) / BUCKET_SIZE * BUCKET_SIZE);
    return OFP_OK;
}

bool
ofp_bucket_stats_next(struct rd *buckets, struct ofp_bucket_stats *b)
{
    b->packets = rd_be64(buckets);
    b->bytes = rd_be64(buckets);
    return !buckets->bad;
}

void
ofp_group_stats_put(struct wr *w, enum ofp_version version, const struct ofp_group_stats *t,
                    const struct ofp_bucket_stats *buckets, size_t n)
{
    bool timed = has_duration((uint8_t)version);
    wr_be16(w, (uint16_t)((timed ? HEAD_13 : HEAD_11) + BUCKET_SIZE * n));
    wr_zeros(w, 2);
    wr_be32(w, t->group);
    wr_be32(w, t->n_refs);
    wr_zeros(w, 4);
    wr_be64(w, t->packets);
    wr_be64(w, t->bytes);
    if (timed) {
        wr_be32(w, t->duration_sec);
        wr_be32(w, t->duration_nsec);
    }
    for (size_t i = 0; i < n; i++) {
        wr_be64(w, buckets[i].packets);
        wr_be64(w, buckets[i].bytes);
    }
}

static void
put_stats(struct str *s, struct ofp_group_stats *t)
{
    struct ofp_bucket_stats b;
    str_putf(s, "\n group_id=%u,", t->group);
    if (t->duration_sec != UINT32_MAX) {
        str_puts(s, "duration=");
        ofp_duration_put(s, t->duration_sec, t->duration_nsec);
        str_putc(s, ',');
    }
    str_putf(s, "ref_count=%u,packet_count=%llu,byte_count=%llu", t->n_refs,
             (unsigned long long)t->packets, (unsigned long long)t->bytes);
    for (unsigned int i = 0; ofp_bucket_stats_next(&t->buckets, &b); i++) {
        if (b.packets != UINT64_MAX) {
            str_putf(s, ",bucket%u:packet_count=%llu,byte_count=%llu", i,
                     (unsigned long long)b.packets, (unsigned long long)b.bytes);
        }
    }
}

enum ofp_error
ofp_print_group_stats(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    struct rd r = m->body;
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(&r)) {
        struct ofp_group_stats t;
        error = ofp_group_stats_get(&r, m->version, &t);
        if (!error) {
            put_stats(s, &t);
        } else {
            str_puts(s, " ***parse error***");
        }
    }
    return error;
}

/* -- Features -- */

void
ofp_group_features_get(const struct ofp_msg *m, struct ofp_group_features *f)
{
    struct rd r = m->body;
    f->types = rd_be32(&r);
    f->capabilities = rd_be32(&r);
    for (size_t i = 0; i < OFP_GROUP_N_TYPES; i++) {
        f->max_groups[i] = rd_be32(&r);
    }
    for (size_t i = 0; i < OFP_GROUP_N_TYPES; i++) {
        f->actions[i] = of_action_bits_from_wire(rd_be32(&r), (enum ofp_version)m->version);
    }
}

void
ofp_group_features_put(struct wr *w, enum ofp_version version, uint32_t xid,
                       const struct ofp_group_features *f)
{
    enum ofp_msg_id id = version < OFP_12 ? NXST_GROUP_FEATURES_REPLY : OFPST_GROUP_FEATURES_REPLY;
    size_t begin = ofp_msg_begin(w, id, version, xid);
    wr_be32(w, f->types);
    wr_be32(w, f->capabilities);
    for (size_t i = 0; i < OFP_GROUP_N_TYPES; i++) {
        wr_be32(w, f->max_groups[i]);
    }
    for (size_t i = 0; i < OFP_GROUP_N_TYPES; i++) {
        wr_be32(w, of_action_bits_to_wire(f->actions[i], version));
    }
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_print_group_features(struct str *s, const struct ofp_msg *m,
                         const struct ofp_print *how UNUSED)
{
    static const char *const names[] = {"all", "select", "indirect", "fast failover"};
    struct ofp_group_features f;
    ofp_group_features_get(m, &f);
    str_putf(s, "\n Group table:\n    Types:  0x%x\n    Capabilities:  0x%x\n", f.types,
             f.capabilities);
    for (size_t i = 0; i < OFP_GROUP_N_TYPES; i++) {
        if (f.types >> i & 1) {
            str_putf(s, "    %s group:\n       max_groups=%#x\n       actions:", names[i],
                     f.max_groups[i]);
            of_action_bits_put(s, f.actions[i]);
            str_puts(s, f.actions[i] ? "\n" : " <none>\n");
        }
    }
    return OFP_OK;
}
