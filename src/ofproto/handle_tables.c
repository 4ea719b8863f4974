/* SPDX-License-Identifier: Apache-2.0 */
/* Flow tables, as peers ask about them. All are alike, but that the last has none after it. */
#include "ofproto/flow_table.h"
#include "ofproto/handlers.h"
#include "ofproto/of_view.h"
#include "openflow/msg_table_features.h"

enum { MAX_ENTRIES = 1000000 }; /* what is told; there is no limit */

static void
fill_instructions(struct ofp_table_instructions *can, uint8_t table)
{
    static const enum of_can_action actions[] = {
        OF_CAN_OUTPUT,       OF_CAN_SET_FIELD,    OF_CAN_SET_VLAN_VID, OF_CAN_SET_VLAN_PCP,
        OF_CAN_STRIP_VLAN,   OF_CAN_PUSH_VLAN,    OF_CAN_SET_ETH_SRC,  OF_CAN_SET_ETH_DST,
        OF_CAN_SET_IPV4_SRC, OF_CAN_SET_IPV4_DST, OF_CAN_SET_IP_DSCP,  OF_CAN_SET_IP_ECN,
        OF_CAN_SET_IP_TTL,   OF_CAN_SET_L4_SRC,   OF_CAN_SET_L4_DST,   OF_CAN_DEC_TTL,
    };
    can->instructions = OFP_CAN_APPLY_ACTIONS | OFP_CAN_WRITE_METADATA;
    if (table < FLOW_TABLE_COUNT - 1) {
        can->instructions |= OFP_CAN_GOTO_TABLE;
    }
    for (unsigned int i = table + 1u; i < FLOW_TABLE_COUNT; i++) {
        can->next[i / 64] |= UINT64_C(1) << i % 64;
    }
    for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
        can->apply.actions |= 1u << actions[i];
    }
    for (enum of_field_id id = 0; id < OF_FIELD_COUNT; id++) {
        if (of_view_has(id) && of_fields[id].access == OF_ACCESS_RW) {
            of_field_set_add(&can->apply.set_fields, id);
        }
    }
}

static void
fill_features(struct ofp_table_features *f, uint8_t table)
{
    ofp_table_features_init(f);
    f->table = table;
    f->metadata_match = f->metadata_write = UINT64_MAX;
    f->max_entries = MAX_ENTRIES;
    fill_instructions(&f->hit, table);
    f->miss_does = f->hit;
    for (enum of_field_id id = 0; id < OF_FIELD_COUNT; id++) {
        if (of_view_has(id)) {
            of_field_set_add(&f->match, id);
            of_field_set_add(&f->wildcard, id);
            if (of_fields[id].mask == OF_MASK_ANY) {
                of_field_set_add(&f->mask, id);
            }
        }
    }
}

/* Answers with an entry for each table, which PUT writes. */
static enum ofp_error
send_tables(struct ofconn *c, const struct ofp_msg *m, enum ofp_msg_id reply,
            void (*put)(struct wr *, enum ofp_version, const struct flow_tables *, uint8_t table))
{
    struct str out = STR_INIT;
    struct ofp_parts parts;
    ofp_parts_begin(&parts, &out, reply, (enum ofp_version)m->version, m->xid);
    for (uint8_t table = 0; table < FLOW_TABLE_COUNT; table++) {
        uint8_t buffer[4096];
        struct wr w = wr_make(buffer, sizeof buffer);
        put(&w, (enum ofp_version)m->version, c->mgr->ofproto->tables, table);
        VERIFY(!w.bad && !ofp_parts_put(&parts, buffer, w.n));
    }
    ofp_parts_end(&parts);
    ofconn_send(c, str_text(&out), out.n);
    str_fini(&out);
    return OFP_OK;
}

static void
put_stats(struct wr *w, enum ofp_version version, const struct flow_tables *t, uint8_t table)
{
    struct ofp_table_features features;
    struct ofp_table_stats stats = {
        .table = table,
        .n_active = (uint32_t)t->table[table].n_rules,
        .n_lookups = t->n_lookups[table],
        .n_matches = t->n_matched[table],
    };
    fill_features(&features, table);
    ofp_table_stats_put(w, version, &stats, &features);
}

enum ofp_error
handle_table_stats(struct ofconn *c, const struct ofp_msg *m)
{
    return send_tables(c, m, OFPST_TABLE_REPLY, put_stats);
}

static void
put_features(struct wr *w, enum ofp_version version, const struct flow_tables *t UNUSED,
             uint8_t table)
{
    struct ofp_table_features features;
    fill_features(&features, table);
    ofp_table_features_put(w, version, &features);
}

enum ofp_error
handle_table_features(struct ofconn *c, const struct ofp_msg *m)
{
    /* Asking is all that can be done: what tables can do is not to be changed. */
    return rd_left(&m->body) ? OFPTFFC_EPERM
                             : send_tables(c, m, OFPST_TABLE_FEATURES_REPLY, put_features);
}

static void
put_desc(struct wr *w, enum ofp_version version UNUSED, const struct flow_tables *t UNUSED,
         uint8_t table)
{
    struct ofp_table_config config = {
        .table = table,
        .eviction_flags = OFP_EVICTION_OTHER | OFP_EVICTION_IMPORTANCE | OFP_EVICTION_LIFETIME,
    };
    ofp_table_desc_put(w, &config);
}

enum ofp_error
handle_table_desc(struct ofconn *c, const struct ofp_msg *m)
{
    return send_tables(c, m, OFPST_TABLE_DESC_REPLY, put_desc);
}
