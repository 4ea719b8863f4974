/* SPDX-License-Identifier: Apache-2.0 */
/* Groups, meters, statistics, bundles, monitors and the rest: structures at random go to the wire
 * and back in every version, and what is cut or changed on the way is shown without harm. The seed
 * is printed; WEFT_SEED chooses another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "base/hex.h"
#include "openflow/actions_text.h"
#include "openflow/flow_format.h"
#include "openflow/msg_bundle.h"
#include "openflow/msg_controller_status.h"
#include "openflow/msg_ct_flush.h"
#include "openflow/msg_desc.h"
#include "openflow/msg_flow_monitor.h"
#include "openflow/msg_group.h"
#include "openflow/msg_group_stats.h"
#include "openflow/msg_ipfix.h"
#include "openflow/msg_meter.h"
#include "openflow/msg_meter_stats.h"
#include "openflow/msg_port_stats.h"
#include "openflow/msg_queue_config.h"
#include "openflow/msg_table_features.h"
#include "openflow/msg_tlv_table.h"
#include "openflow/ofp_print.h"

enum { ROUNDS = 40, XID = 7 };

static uint8_t first[OFP_MSG_MAX + 1], second[OFP_MSG_MAX + 1];
static uint64_t state;

/* -- Random values -- */

static uint64_t
rnd(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static uint32_t
below(uint32_t n)
{
    return (uint32_t)(rnd() % n);
}

static void
fill(void *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ((uint8_t *)p)[i] = (uint8_t)rnd();
    }
}

static uint32_t
any_port(void)
{
    return below(3) ? below(OFP_PORT_MAX) : OFP_PORT_LOCAL;
}

static void
any_name(char *name, size_t size)
{
    memset(name, 0, size);
    for (size_t i = 0, n = below((uint32_t)size); i < n; i++) {
        name[i] = (char)('a' + below(26));
    }
}

/* -- A message of an entry, and back -- */

static size_t message_begin;

static struct wr
start(enum ofp_msg_id id, enum ofp_version version)
{
    struct wr w = wr_make(first, sizeof first);
    message_begin = ofp_msg_begin(&w, id, version, XID);
    return w;
}

static struct ofp_msg
finish(struct wr *w)
{
    struct ofp_msg m;
    ofp_msg_end(w, message_begin);
    assert_false(w->bad);
    assert_int_equal(ofp_msg_get(&m, first, w->n), OFP_OK);
    return m;
}

/* The entry in BODY was written again as the bytes of W. */
static void
same_bytes(const struct wr *w, const void *body, size_t n)
{
    assert_false(w->bad);
    assert_int_equal(w->n, n);
    assert_memory_equal(w->start, body, n);
}

static struct wr
again(void)
{
    return wr_make(second, sizeof second);
}

/* -- Families: each gives the length of the message in `first`, 0 where VERSION has none -- */

static size_t
desc(enum ofp_version v)
{
    struct ofp_desc d, got;
    struct wr w = wr_make(first, sizeof first);
    any_name(d.manufacturer, sizeof d.manufacturer);
    any_name(d.hardware, sizeof d.hardware);
    any_name(d.software, sizeof d.software);
    any_name(d.serial, sizeof d.serial);
    any_name(d.datapath, sizeof d.datapath);
    struct ofp_msg m;
    ofp_desc_put(&w, v, XID, &d);
    assert_int_equal(ofp_msg_get(&m, first, w.n), OFP_OK);
    ofp_desc_get(&m, &got);
    assert_memory_equal(&got, &d, sizeof d);
    return w.n;
}

static size_t
port_stats(enum ofp_version v)
{
    struct ofp_port_stats p, got;
    uint8_t custom[400];
    struct wr c = wr_make(custom, sizeof custom), w = start(OFPST_PORT_REPLY, v), x = again();
    ofp_port_stats_init(&p);
    p.port = any_port();
    size_t n = v < OFP_14 ? OFP_PORT_RX_1_TO_64 : OFP_PORT_N_COUNTERS;
    for (size_t i = 0; i < n; i++) {
        p.counters[i] = below(4) ? rnd() : OFP_STAT_UNKNOWN;
    }
    if (v >= OFP_13) {
        p.duration_sec = below(1000);
        p.duration_nsec = below(1000000000);
    }
    for (uint32_t i = v < OFP_14 ? 0 : below(5); i > 0; i--) {
        char name[OFP_CUSTOM_NAME_SIZE];
        any_name(name, sizeof name);
        ofp_custom_stat_put(&c, name, rnd());
    }
    p.custom = rd_make(custom, c.n);
    ofp_port_stats_put(&w, v, &p);
    struct ofp_msg m = finish(&w);
    struct rd r = m.body;
    assert_int_equal(ofp_port_stats_get(&r, (uint8_t)v, &got), OFP_OK);
    assert_int_equal(rd_left(&r), 0);
    assert_int_equal(got.port, p.port);
    assert_memory_equal(got.counters, p.counters, sizeof p.counters);
    assert_int_equal(got.duration_sec, p.duration_sec);
    assert_int_equal(rd_left(&got.custom), rd_left(&p.custom));
    ofp_port_stats_put(&x, v, &got);
    same_bytes(&x, m.body.p, rd_left(&m.body));
    return w.n;
}

static size_t
queue_stats(enum ofp_version v)
{
    struct ofp_queue_stats q = {any_port(),           (uint32_t)rnd(),     rnd(), rnd(), rnd(),
                                OFP_DURATION_UNKNOWN, OFP_DURATION_UNKNOWN},
                           got;
    if (v >= OFP_13) {
        q.duration_sec = below(1000);
        q.duration_nsec = below(1000000000);
    }
    struct wr w = start(OFPST_QUEUE_REPLY, v);
    ofp_queue_stats_put(&w, v, &q);
    struct rd r = finish(&w).body;
    assert_int_equal(ofp_queue_stats_get(&r, (uint8_t)v, &got), OFP_OK);
    assert_memory_equal(&got, &q, sizeof q);
    assert_int_equal(rd_left(&r), 0);
    return w.n;
}

static size_t
queue_config(enum ofp_version v)
{
    uint32_t port = below(OFP_PORT_MAX), got_port;
    struct wr w = v < OFP_14 ? wr_make(first, sizeof first) : start(OFPST_QUEUE_DESC_REPLY, v);
    struct ofp_queue_config q[3];
    message_begin = v < OFP_14 ? ofp_queue_config_begin(&w, v, XID, port) : message_begin;
    for (size_t i = 0; i < ARRAY_LEN(q); i++) {
        q[i] = (struct ofp_queue_config){v < OFP_14 ? port : any_port(), (uint32_t)rnd(),
                                         below(2) ? (uint16_t)below(2000) : OFP_RATE_NONE,
                                         below(2) ? (uint16_t)below(2000) : OFP_RATE_NONE};
        ofp_queue_config_put(&w, v, &q[i]);
    }
    struct rd r = finish(&w).body;
    assert_int_equal(ofp_queue_config_start(&r, (uint8_t)v, &got_port), OFP_OK);
    for (size_t i = 0; i < ARRAY_LEN(q); i++) {
        struct ofp_queue_config got;
        assert_int_equal(ofp_queue_config_get(&r, (uint8_t)v, got_port, &got), OFP_OK);
        assert_memory_equal(&got, &q[i], sizeof got);
    }
    assert_int_equal(rd_left(&r), 0);
    return w.n;
}

static struct of_field_set
any_fields(enum ofp_version v)
{
    struct of_field_set set = {{0}};
    for (uint32_t i = below(20); i > 0; i--) {
        enum of_field_id id = (enum of_field_id)below(OF_FIELD_COUNT);
        if (of_oxm_of(id, v)) {
            of_field_set_add(&set, id);
        }
    }
    return set;
}

static void
any_does(struct ofp_table_instructions *does, enum ofp_version v)
{
    does->instructions = (uint32_t)rnd() & (OFP_CAN_GOTO_TABLE * 2 - 1);
    does->instructions &= v < OFP_13 ? ~(uint32_t)OFP_CAN_METER : UINT32_MAX;
    does->write.actions = of_action_bits_from_wire((uint32_t)rnd(), v);
    does->apply.actions =
        v == OFP_11 ? does->write.actions : of_action_bits_from_wire((uint32_t)rnd(), v);
    if (v >= OFP_13) {
        fill(does->next, sizeof does->next);
        does->next[3] &= ~(UINT64_C(1) << 63);
        does->write.set_fields = any_fields(v);
        does->apply.set_fields = any_fields(v);
    }
}

static size_t
table_features(enum ofp_version v)
{
    struct ofp_table_features f, got;
    struct wr w, x = again();
    if (v < OFP_13) {
        return 0;
    }
    w = start(OFPST_TABLE_FEATURES_REPLY, v);
    ofp_table_features_init(&f);
    f.table = (uint8_t)below(255);
    any_name(f.name, sizeof f.name);
    f.metadata_match = rnd();
    f.metadata_write = rnd();
    f.max_entries = (uint32_t)rnd();
    f.command = v >= OFP_15 ? (enum ofp_table_features_command)below(4) : OFP_TABLE_REPLACE;
    if (v >= OFP_14) {
        f.can_evict = (int8_t)below(2);
        f.has_vacancy = (int8_t)below(2);
    }
    any_does(&f.hit, v);
    f.miss_does = f.hit;
    if (below(2)) {
        any_does(&f.miss_does, v);
    }
    f.match = any_fields(v);
    f.wildcard = any_fields(v);
    for (size_t i = 0; i < OF_FIELD_SET_WORDS; i++) {
        f.mask.bits[i] = f.match.bits[i] & rnd();
    }
    ofp_table_features_put(&w, v, &f);
    struct ofp_msg m = finish(&w);
    struct rd r = m.body;
    assert_int_equal(ofp_table_features_get(&r, (uint8_t)v, &got), OFP_OK);
    assert_int_equal(rd_left(&r), 0);
    assert_true(ofp_table_instructions_equal(&got.hit, &f.hit));
    assert_true(ofp_table_instructions_equal(&got.miss_does, &f.miss_does));
    assert_memory_equal(&got.mask, &f.mask, sizeof f.mask);
    assert_memory_equal(&got.wildcard, &f.wildcard, sizeof f.wildcard);
    ofp_table_features_put(&x, v, &got);
    same_bytes(&x, m.body.p, rd_left(&m.body));
    return w.n;
}

static size_t
table_stats(enum ofp_version v)
{
    struct ofp_table_stats t = {(uint8_t)rnd(), (uint32_t)rnd(), rnd(), rnd()}, got;
    struct ofp_table_features f, got_f;
    struct wr w = start(OFPST_TABLE_REPLY, v), x = again();
    ofp_table_features_init(&f);
    any_name(f.name, sizeof f.name);
    f.max_entries = (uint32_t)rnd();
    if (v == OFP_11 || v == OFP_12) {
        any_does(&f.hit, v);
        f.miss = (enum ofp_miss)(OFP_MISS_CONTROLLER + below(3));
        f.metadata_match = rnd();
    }
    of_field_set_add(&f.wildcard, OF_VLAN_PCP);
    of_field_set_add(&f.match, OF_VLAN_PCP);
    of_field_set_add(&f.wildcard, OF_IPV4_DST);
    of_field_set_add(&f.match, OF_IPV4_DST);
    ofp_table_stats_put(&w, v, &t, &f);
    struct ofp_msg m = finish(&w);
    struct rd r = m.body;
    assert_int_equal(ofp_table_stats_get(&r, (uint8_t)v, &got, &got_f), OFP_OK);
    assert_int_equal(got.table, t.table);
    assert_int_equal(got.n_active, t.n_active);
    assert_int_equal(got.n_lookups, t.n_lookups);
    assert_int_equal(got.n_matches, t.n_matches);
    if (v <= OFP_12) {
        assert_memory_equal(&got_f.match, &f.match, sizeof f.match);
        assert_true(ofp_table_instructions_equal(&got_f.hit, &f.hit));
        assert_int_equal(got_f.miss, f.miss);
    }
    ofp_table_stats_put(&x, v, &got, &got_f);
    same_bytes(&x, m.body.p, rd_left(&m.body));
    return w.n;
}

/* -- Groups -- */

static void
any_bucket(struct ofp_group *g, uint32_t id, const struct wr *list)
{
    struct ofp_bucket b = {.id = id,
                           .watch_port = OFP_PORT_NONE,
                           .watch_group = OFP_GROUP_ANY,
                           .weight = g->type == OFP_GROUP_SELECT ? (uint16_t)rnd() : 0};
    if (g->type == OFP_GROUP_FF || (g->type == OFP_GROUP_SELECT && below(2))) {
        b.watch_port = any_port();
        b.watch_group = below(2) ? below(100) : OFP_GROUP_ANY;
    }
    ofp_group_add_bucket(g, &b, list->start, list->n);
}

static void
any_group(struct ofp_group *g, enum ofp_version v)
{
    static const char *const lists[] = {"output:1", "output:3,dec_ttl,output:4", "drop",
                                        "resubmit(,3),ct(commit,table=5)"};
    bool is_15 = v == OFP_10 || v >= OFP_15;
    ofp_group_init(g);
    g->id = below(1000);
    g->type = (uint8_t)below(4);
    struct wr list = ofp_actions_buffer();
    uint32_t n = g->type == OFP_GROUP_INDIRECT ? 1 : below(4);
    for (uint32_t i = 0; i < n; i++) {
        const char *text = lists[below(ARRAY_LEN(lists))];
        list.n = 0;
        assert_int_equal(of_acts_parse(text, strlen(text), NULL, &list, NULL), 0);
        any_bucket(g, is_15 ? 3 * i : i, &list);
    }
    ofp_actions_buffer_free(&list);
    if (is_15 && g->type == OFP_GROUP_SELECT && below(2)) {
        strcpy(g->selection_method, "hash");
        g->selection_param = rnd();
        struct ofp_group_field a = {.id = OF_IPV4_SRC, .len = 4, .mask = {255, 255, 255, 0}};
        struct ofp_group_field b = {.id = OF_ETH_SRC, .len = 6, .mask = {255}};
        assert_true(ofp_group_add_field(g, &a));
        assert_true(ofp_group_add_field(g, &b));
        assert_false(ofp_group_add_field(g, &a));
        assert_int_equal(g->fields[0].id, OF_ETH_SRC);
    }
}

static void
same_group(const struct ofp_group *a, const struct ofp_group *b)
{
    size_t i = 0, k = 0;
    const struct ofp_bucket *x, *y;
    assert_int_equal(a->id, b->id);
    assert_int_equal(a->type, b->type);
    assert_string_equal(a->selection_method, b->selection_method);
    assert_int_equal(a->selection_param, b->selection_param);
    assert_int_equal(a->n_fields, b->n_fields);
    for (size_t f = 0; f < a->n_fields; f++) {
        assert_int_equal(a->fields[f].id, b->fields[f].id);
        assert_int_equal(a->fields[f].len, b->fields[f].len);
        assert_memory_equal(a->fields[f].mask, b->fields[f].mask, a->fields[f].len);
    }
    do {
        x = ofp_bucket_next(a, &i);
        y = ofp_bucket_next(b, &k);
        assert_int_equal(!x, !y);
        if (x) {
            assert_int_equal(x->id, y->id);
            assert_int_equal(x->weight, y->weight);
            assert_int_equal(x->watch_port, y->watch_port);
            assert_int_equal(x->watch_group, y->watch_group);
        }
    } while (x);
}

static size_t
group_mod(enum ofp_version v)
{
    static const enum ofp_group_command commands[] = {OFP_GROUP_ADD, OFP_GROUP_MODIFY,
                                                      OFP_GROUP_ADD_OR_MODIFY};
    struct ofp_group_mod mod = {commands[below(3)], OFP_BUCKET_ALL, {0}}, got;
    struct wr w = wr_make(first, sizeof first), x = again();
    struct ofp_msg m;
    bool lost;
    any_group(&mod.group, v);
    ofp_group_mod_put(&w, v, XID, &mod, &lost);
    assert_false(w.bad || lost);
    assert_int_equal(ofp_msg_get(&m, first, w.n), OFP_OK);
    assert_int_equal(ofp_group_mod_get(&m, &got), OFP_OK);
    assert_int_equal(got.command, mod.command);
    assert_int_equal(got.command_bucket_id, mod.command_bucket_id);
    same_group(&got.group, &mod.group);
    ofp_group_mod_put(&x, v, XID, &got, &lost);
    same_bytes(&x, first, w.n);
    ofp_group_fini(&got.group);
    ofp_group_fini(&mod.group);
    return w.n;
}

static size_t
group_desc(enum ofp_version v)
{
    enum ofp_msg_id id = OFPST_GROUP_DESC_REPLY;
    struct ofp_group g, got;
    assert_true(ofp_msg_find(id, v, &id));
    struct wr w = start(id, v), x = again();
    any_group(&g, v);
    ofp_group_desc_put(&w, v, &g, NULL);
    struct ofp_msg m = finish(&w);
    struct rd r = m.body;
    assert_int_equal(ofp_group_desc_get(&r, (uint8_t)v, &got), OFP_OK);
    assert_int_equal(rd_left(&r), 0);
    same_group(&got, &g);
    ofp_group_desc_put(&x, v, &got, NULL);
    same_bytes(&x, m.body.p, rd_left(&m.body));
    ofp_group_fini(&g);
    ofp_group_fini(&got);
    return w.n;
}

static size_t
group_stats(enum ofp_version v)
{
    enum ofp_msg_id id = OFPST_GROUP_REPLY;
    struct ofp_bucket_stats b[4], got_b;
    struct ofp_group_stats t = {.group = (uint32_t)rnd(),
                                .n_refs = (uint32_t)rnd(),
                                .packets = rnd(),
                                .bytes = rnd(),
                                .duration_sec = below(9)},
                           got;
    assert_true(ofp_msg_find(id, v, &id));
    struct wr w = start(id, v);
    size_t n = below(ARRAY_LEN(b) + 1);
    fill(b, sizeof b);
    ofp_group_stats_put(&w, v, &t, b, n);
    struct rd r = finish(&w).body;
    assert_int_equal(ofp_group_stats_get(&r, (uint8_t)v, &got), OFP_OK);
    assert_int_equal(got.group, t.group);
    assert_int_equal(got.n_refs, t.n_refs);
    assert_int_equal(got.packets, t.packets);
    assert_int_equal(got.bytes, t.bytes);
    for (size_t i = 0; i < n; i++) {
        assert_true(ofp_bucket_stats_next(&got.buckets, &got_b));
        assert_memory_equal(&got_b, &b[i], sizeof got_b);
    }
    assert_false(ofp_bucket_stats_next(&got.buckets, &got_b));
    return w.n;
}

static size_t
group_features(enum ofp_version v)
{
    struct ofp_group_features f, got;
    struct wr w = wr_make(first, sizeof first);
    struct ofp_msg m;
    fill(&f, sizeof f);
    for (size_t i = 0; i < OFP_GROUP_N_TYPES; i++) {
        f.actions[i] = of_action_bits_from_wire(f.actions[i], v);
    }
    ofp_group_features_put(&w, v, XID, &f);
    assert_int_equal(ofp_msg_get(&m, first, w.n), OFP_OK);
    ofp_group_features_get(&m, &got);
    assert_memory_equal(&got, &f, sizeof f);
    return w.n;
}

/* -- Meters -- */

static void
any_meter(struct ofp_meter *meter)
{
    *meter = (struct ofp_meter)OFP_METER_INIT;
    meter->id = (uint32_t)rnd();
    meter->flags = (uint16_t)((uint16_t)rnd() & ~OFP_METER_PKTPS);
    for (uint32_t i = below(4); i > 0; i--) {
        struct ofp_meter_band *band = ofp_meter_add_band(meter);
        band->type = below(2) ? OFP_BAND_DROP : OFP_BAND_DSCP_REMARK;
        band->rate = (uint32_t)rnd();
        band->burst_size = (uint32_t)rnd();
        band->prec_level = band->type == OFP_BAND_DROP ? 0 : (uint8_t)rnd();
    }
}

static void
same_meter(const struct ofp_meter *a, const struct ofp_meter *b)
{
    assert_int_equal(a->id, b->id);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->n_bands, b->n_bands);
    for (size_t i = 0; i < a->n_bands; i++) {
        assert_int_equal(a->bands[i].type, b->bands[i].type);
        assert_int_equal(a->bands[i].rate, b->bands[i].rate);
        assert_int_equal(a->bands[i].burst_size, b->bands[i].burst_size);
        assert_int_equal(a->bands[i].prec_level, b->bands[i].prec_level);
    }
}

static size_t
meter_mod(enum ofp_version v)
{
    struct ofp_meter meter, got = OFP_METER_INIT;
    enum ofp_meter_command command;
    struct wr w = wr_make(first, sizeof first);
    struct ofp_msg m;
    if (v < OFP_13) {
        return 0;
    }
    any_meter(&meter);
    ofp_meter_mod_put(&w, v, XID, OFP_METER_MODIFY, &meter);
    assert_int_equal(ofp_msg_get(&m, first, w.n), OFP_OK);
    assert_int_equal(ofp_meter_mod_get(&m, &command, &got), OFP_OK);
    assert_int_equal(command, OFP_METER_MODIFY);
    same_meter(&got, &meter);
    ofp_meter_fini(&meter);
    ofp_meter_fini(&got);
    return w.n;
}

static size_t
meter_config(enum ofp_version v)
{
    struct ofp_meter meter, got = OFP_METER_INIT;
    if (v < OFP_13) {
        return 0;
    }
    struct wr w = start(OFPST_METER_CONFIG_REPLY, v);
    any_meter(&meter);
    ofp_meter_config_put(&w, &meter);
    struct rd r = finish(&w).body;
    assert_int_equal(ofp_meter_config_get(&r, &got), OFP_OK);
    assert_int_equal(rd_left(&r), 0);
    same_meter(&got, &meter);
    ofp_meter_fini(&meter);
    ofp_meter_fini(&got);
    return w.n;
}

static size_t
meter_stats(enum ofp_version v)
{
    struct ofp_band_stats b[3], got_b;
    struct ofp_meter_stats t = {.meter = (uint32_t)rnd(), .packets = rnd(), .bytes = rnd()}, got;
    if (v < OFP_13) {
        return 0;
    }
    struct wr w = start(OFPST_METER_REPLY, v);
    size_t n = below(ARRAY_LEN(b) + 1);
    fill(b, sizeof b);
    ofp_meter_stats_put(&w, &t, b, n);
    struct rd r = finish(&w).body;
    assert_int_equal(ofp_meter_stats_get(&r, &got), OFP_OK);
    assert_int_equal(got.meter, t.meter);
    assert_int_equal(got.packets, t.packets);
    for (size_t i = 0; i < n; i++) {
        assert_true(ofp_band_stats_next(&got.bands, &got_b));
        assert_memory_equal(&got_b, &b[i], sizeof got_b);
    }
    assert_false(ofp_band_stats_next(&got.bands, &got_b));
    return w.n;
}

static size_t
meter_features(enum ofp_version v)
{
    struct ofp_meter_features f = {(uint32_t)rnd(), (uint32_t)rnd(), (uint32_t)rnd(),
                                   (uint8_t)rnd(), (uint8_t)rnd()},
                              got;
    struct wr w = wr_make(first, sizeof first);
    struct ofp_msg m;
    if (v < OFP_13) {
        return 0;
    }
    ofp_meter_features_put(&w, v, XID, &f);
    assert_int_equal(ofp_msg_get(&m, first, w.n), OFP_OK);
    ofp_meter_features_get(&m, &got);
    assert_int_equal(got.max_meters, f.max_meters);
    assert_int_equal(got.band_types, f.band_types);
    assert_int_equal(got.max_color, f.max_color);
    return w.n;
}

/* -- The rest -- */

static size_t
bundle_add(enum ofp_version v)
{
    uint8_t inner[64];
    struct ofp_bundle_add a = {(uint32_t)rnd(), (uint16_t)below(4), OFPT_GROUP_MOD, inner, 0}, got;
    struct wr i = wr_make(inner, sizeof inner), w = wr_make(first, sizeof first);
    struct ofp_group_mod mod = {OFP_GROUP_DELETE, OFP_BUCKET_ALL, {.id = 5}};
    struct ofp_msg m;
    if (v < OFP_13) {
        return 0;
    }
    ofp_group_mod_put(&i, v, XID, &mod, NULL);
    a.len = i.n;
    ofp_bundle_add_put(&w, v, XID, &a);
    assert_int_equal(ofp_msg_get(&m, first, w.n), OFP_OK);
    assert_int_equal(ofp_bundle_add_get(&m, &got), OFP_OK);
    assert_int_equal(got.bundle, a.bundle);
    assert_int_equal(got.flags, a.flags);
    assert_int_equal(got.id, OFPT_GROUP_MOD);
    assert_int_equal(got.len, a.len);
    assert_memory_equal(got.bytes, inner, a.len);
    return w.n;
}

static size_t
bundle_control(enum ofp_version v)
{
    struct ofp_bundle_control c = {(uint32_t)rnd(), (uint16_t)rnd(), (uint16_t)rnd()}, got;
    struct wr w = wr_make(first, sizeof first);
    struct ofp_msg m;
    if (v < OFP_13) {
        return 0;
    }
    c.has_time = v >= OFP_15 && below(2);
    c.when = (struct ofp_time){c.has_time ? rnd() : 0, c.has_time ? (uint32_t)rnd() : 0};
    ofp_bundle_control_put(&w, v, XID, &c);
    assert_int_equal(ofp_msg_get(&m, first, w.n), OFP_OK);
    assert_int_equal(ofp_bundle_control_get(&m, &got), OFP_OK);
    assert_int_equal(got.bundle, c.bundle);
    assert_int_equal(got.type, c.type);
    assert_int_equal(got.flags, c.flags);
    assert_int_equal(got.has_time, c.has_time);
    assert_int_equal(got.when.seconds, c.when.seconds);
    assert_int_equal(got.when.nanoseconds, c.when.nanoseconds);
    return w.n;
}

static struct ofp_time
any_time(void)
{
    return (struct ofp_time){rnd(), (uint32_t)rnd()};
}

static size_t
bundle_features(enum ofp_version v)
{
    enum ofp_msg_id id = below(2) ? OFPST_BUNDLE_FEATURES_REQUEST : OFPST_BUNDLE_FEATURES_REPLY;
    struct ofp_bundle_features f = {(uint16_t)rnd(), below(2),   any_time(),
                                    any_time(),      any_time(), any_time()},
                               got;
    struct wr w = wr_make(first, sizeof first);
    struct ofp_msg m;
    if (v < OFP_15) {
        return 0;
    }
    ofp_bundle_features_put(&w, id, XID, &f);
    assert_int_equal(ofp_msg_get(&m, first, w.n), OFP_OK);
    assert_int_equal(ofp_bundle_features_get(&m, &got), OFP_OK);
    assert_int_equal(got.flags, f.flags);
    assert_int_equal(got.has_time, f.has_time);
    if (f.has_time) {
        assert_int_equal(got.accuracy.seconds, f.accuracy.seconds);
        assert_int_equal(got.max_future.nanoseconds, f.max_future.nanoseconds);
        assert_int_equal(got.max_past.seconds, f.max_past.seconds);
        assert_int_equal(got.now.nanoseconds, f.now.nanoseconds);
    }
    return w.n;
}

static size_t
controller_status(enum ofp_version v)
{
    static const char uri[] = "tls:192.0.2.1:6653";
    struct ofp_controller_status c = {(uint16_t)rnd(), (enum ofp_role)below(4), (uint8_t)below(9),
                                      below(2), rd_make(uri, below(sizeof uri))},
                                 got;
    if (v < OFP_15) {
        return 0;
    }
    bool is_list = below(2);
    struct wr w = start(is_list ? OFPST_CONTROLLER_STATUS_REPLY : OFPT_CONTROLLER_STATUS, v);
    for (uint32_t n = is_list ? 2 : 1; n; n--) {
        ofp_controller_status_put(&w, &c);
    }
    struct rd r = finish(&w).body;
    while (rd_left(&r)) {
        assert_int_equal(ofp_controller_status_get(&r, &got), OFP_OK);
        assert_int_equal(got.short_id, c.short_id);
        assert_int_equal(got.role, c.role);
        assert_int_equal(got.reason, c.reason);
        assert_int_equal(got.is_down, c.is_down);
        assert_int_equal(rd_left(&got.uri), rd_left(&c.uri));
        assert_memory_equal(got.uri.p, uri, rd_left(&c.uri));
    }
    return w.n;
}

/* These the reference does not know. */
static void
test_texts_of_our_own(void **unused UNUSED)
{
    static const struct {
        const char *hex, *text;
    } messages[] = {
        {"06230030 00000001 0028 0003 00000002 01 00 000000000000 0000 0016"
         "746c733a3139322e302e322e313a36363533 0000",
         "OFPT_CONTROLLER_STATUS (OF1.5) (xid=0x1): id=3 role=primary channel=up "
         "reason=channel_status uri=tls:192.0.2.1:6653\n"},
        {"06120010 00000001 0012 0000 00000000",
         "OFPST_CONTROLLER_STATUS request (OF1.5) (xid=0x1):\n"},
        {"06130030 00000001 0012 0000 00000000 0010 0001 00000001 00 01 000000000000"
         "0010 0002 00000003 03 00 000000000000",
         "OFPST_CONTROLLER_STATUS reply (OF1.5) (xid=0x1):\n id=1 role=equal channel=down "
         "reason=request\n id=2 role=secondary channel=up reason=added\n"},
        {"06120018 00000001 0013 0000 00000000 00000003 00000000",
         "OFPST_BUNDLE_FEATURES request (OF1.5) (xid=0x1): flags=timestamp time_set_sched\n"},
        {"06210028 00000001 00000005 0004 0007 0001 0018 00000000 0000000000000064 00000005"
         "00000000",
         "OFPT_BUNDLE_CONTROL (OF1.5) (xid=0x1):\n bundle_id=0x5 type=COMMIT_REQUEST "
         "flags=atomic ordered 0x4 scheduled=100.000000005s\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        size_t n = 0;
        for (const char *p = messages[i].hex; *p; p++) {
            if (*p != ' ') {
                first[n++] = (uint8_t)(hex_digit(p[0]) << 4 | hex_digit(p[1]));
                p++;
            }
        }
        struct str s = STR_INIT;
        ofp_print(&s, first, n, &(struct ofp_print){.verbosity = 0});
        assert_string_equal(str_text(&s), messages[i].text);
        str_fini(&s);
    }
}

static void
any_match(struct of_match *m)
{
    of_match_init(m);
    of_match_set_u64(m, OF_ETH_TYPE, 0x0800);
    of_match_set_u64(m, OF_IPV4_DST, rnd() & UINT32_MAX);
    if (below(2)) {
        of_match_set_u64(m, OF_IP_PROTO, 6);
        of_match_set_u64(m, OF_TCP_SRC, below(65536));
    }
}

static size_t
flow_monitor(enum ofp_version v)
{
    struct ofp_flow_monitor f = {.id = (uint32_t)rnd(),
                                 .table = (uint8_t)rnd(),
                                 .out_port = any_port(),
                                 .out_group = OFP_GROUP_ANY},
                            got;
    struct wr w = wr_make(first, sizeof first);
    f.flags = (uint16_t)(OFP_MONITOR_ADD | (rnd() & OFP_MONITOR_ALL));
    any_match(&f.match);
    message_begin = ofp_flow_monitor_begin(&w, v, XID);
    ofp_flow_monitor_put(&w, v, &f);
    struct ofp_msg m = finish(&w);
    struct rd r = m.body;
    assert_int_equal(ofp_flow_monitor_get(&r, m.id, (uint8_t)v, &got), OFP_OK);
    assert_int_equal(rd_left(&r), 0);
    assert_int_equal(got.id, f.id);
    assert_int_equal(got.flags, f.flags);
    assert_int_equal(got.table, f.table);
    assert_int_equal(got.out_port, f.out_port);
    assert_true(of_match_equal(&got.match, &f.match));
    return w.n;
}

static size_t
flow_update(enum ofp_version v)
{
    static const char actions[] = "output:1,output:2";
    enum ofp_msg_id id = OFPST_FLOW_MONITOR_REPLY;
    struct ofp_flow_update u = {.event = (uint8_t)(OFP_UPDATE_ADDED + below(4)),
                                .xid = (uint32_t)rnd(),
                                .reason = (uint16_t)below(6),
                                .priority = (uint16_t)rnd(),
                                .idle_timeout = (uint16_t)rnd(),
                                .table = (uint8_t)rnd(),
                                .cookie = rnd(),
                                .actions = ofp_actions_buffer()},
                           got = {.actions = ofp_actions_buffer()};
    assert_true(ofp_msg_find(id, v, &id));
    struct wr w = start(id, v), x = again();
    any_match(&u.match);
    assert_int_equal(of_acts_parse(actions, strlen(actions), NULL, &u.actions, NULL), 0);
    ofp_flow_update_put(&w, v, &u);
    struct ofp_msg m = finish(&w);
    struct rd r = m.body;
    assert_int_equal(ofp_flow_update_get(&r, m.id, (uint8_t)v, &got), OFP_OK);
    assert_int_equal(rd_left(&r), 0);
    assert_int_equal(got.event, u.event);
    if (u.event == OFP_UPDATE_ABBREV) {
        assert_int_equal(got.xid, u.xid);
    } else {
        assert_int_equal(got.cookie, u.cookie);
        assert_int_equal(got.priority, u.priority);
        assert_int_equal(got.table, u.table);
        assert_true(of_match_equal(&got.match, &u.match));
    }
    ofp_flow_update_put(&x, v, &got);
    same_bytes(&x, m.body.p, rd_left(&m.body));
    ofp_actions_buffer_free(&u.actions);
    ofp_actions_buffer_free(&got.actions);
    return w.n;
}

static size_t
tlv_table(enum ofp_version v)
{
    struct ofp_tlv_table t = OFP_TLV_TABLE_INIT, got = OFP_TLV_TABLE_INIT;
    struct wr w = wr_make(first, sizeof first);
    struct ofp_msg m;
    t.max_space = (uint32_t)rnd();
    t.max_fields = (uint16_t)rnd();
    for (uint32_t i = below(5); i > 0; i--) {
        struct ofp_tlv_map map = {(uint16_t)rnd(), (uint8_t)rnd(), (uint8_t)(4 * below(32)),
                                  (uint16_t)below(64)};
        ofp_tlv_table_add(&t, &map);
    }
    ofp_tlv_reply_put(&w, v, XID, &t);
    assert_int_equal(ofp_msg_get(&m, first, w.n), OFP_OK);
    assert_int_equal(ofp_tlv_reply_get(&m, &got), OFP_OK);
    assert_int_equal(got.max_space, t.max_space);
    assert_int_equal(got.n, t.n);
    for (size_t i = 0; i < t.n; i++) {
        assert_memory_equal(&got.maps[i], &t.maps[i], sizeof got.maps[i]);
    }
    ofp_tlv_table_fini(&t);
    ofp_tlv_table_fini(&got);
    return w.n;
}

static size_t
ct_flush(enum ofp_version v)
{
    static const uint8_t protos[] = {0, 1, 6, 58};
    struct ofp_ct_match c = {.ip_proto = protos[below(4)],
                             .has_zone = below(2),
                             .has_mark = below(2),
                             .has_labels = below(2)},
                        got;
    struct wr w = wr_make(first, sizeof first), x = again();
    struct ofp_msg m;
    c.zone = c.has_zone ? (uint16_t)rnd() : 0;
    c.mark = (uint32_t)rnd();
    c.mark_mask = (uint32_t)rnd();
    fill(c.labels, sizeof c.labels);
    fill(c.labels_mask, sizeof c.labels_mask);
    fill(&c.orig, sizeof c.orig);
    c.reply.src_port = (uint16_t)rnd();
    ofp_ct_flush_put(&w, v, XID, &c);
    assert_int_equal(ofp_msg_get(&m, first, w.n), OFP_OK);
    assert_int_equal(ofp_ct_flush_get(&m, &got), OFP_OK);
    assert_memory_equal(&got.orig, &c.orig, sizeof c.orig);
    assert_memory_equal(&got.reply, &c.reply, sizeof c.reply);
    assert_int_equal(got.zone, c.zone);
    assert_int_equal(got.ip_proto, c.ip_proto);
    ofp_ct_flush_put(&x, v, XID, &got);
    same_bytes(&x, first, w.n);
    return w.n;
}

static size_t
ipfix(enum ofp_version v)
{
    struct ofp_ipfix_stats t, got;
    struct wr w = start(NXST_IPFIX_FLOW_REPLY, v);
    memset(&t, 0, sizeof t);
    t.flows = rnd();
    t.tx_errors = rnd();
    t.collector_set = (uint32_t)rnd();
    ofp_ipfix_stats_put(&w, &t);
    struct rd r = finish(&w).body;
    ofp_ipfix_stats_get(&r, &got);
    assert_int_equal(got.flows, t.flows);
    assert_int_equal(got.tx_errors, t.tx_errors);
    assert_int_equal(got.collector_set, t.collector_set);
    return w.n;
}

static const struct {
    const char *name;
    size_t (*make)(enum ofp_version);
} families[] = {
    {"desc", desc},
    {"port_stats", port_stats},
    {"queue_stats", queue_stats},
    {"queue_config", queue_config},
    {"table_features", table_features},
    {"table_stats", table_stats},
    {"group_mod", group_mod},
    {"group_desc", group_desc},
    {"group_stats", group_stats},
    {"group_features", group_features},
    {"meter_mod", meter_mod},
    {"meter_config", meter_config},
    {"meter_stats", meter_stats},
    {"meter_features", meter_features},
    {"bundle_add", bundle_add},
    {"bundle_control", bundle_control},
    {"bundle_features", bundle_features},
    {"controller_status", controller_status},
    {"flow_monitor", flow_monitor},
    {"flow_update", flow_update},
    {"tlv_table", tlv_table},
    {"ct_flush", ct_flush},
    {"ipfix", ipfix},
};

static void
test_round_trips(void **unused UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            for (size_t n = 0; n < ROUNDS; n++) {
                families[i].make(v);
            }
        }
    }
}

/* Shows N bytes that lie where reading past their end is noticed. */
static void
show(const uint8_t *bytes, size_t n)
{
    struct str s = STR_INIT;
    struct ofp_print how = {.verbosity = (int)below(4)};
    uint8_t *copy = malloc(n ? n : 1);
    memcpy(copy, bytes, n);
    if (n >= OFP_HEADER_SIZE) {
        put_be16(copy + 2, (uint16_t)n);
    }
    ofp_print(&s, copy, n, &how);
    assert_true(s.n);
    free(copy);
    str_fini(&s);
}

static void
test_cut(void **unused UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            size_t n = families[i].make(v);
            for (size_t k = 0; k < n; k++) {
                show(first, k);
            }
        }
    }
}

static void
test_changed(void **unused UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            size_t n = families[i].make(v);
            for (size_t k = 0; n > OFP_HEADER_SIZE && k < 4 * ROUNDS; k++) {
                size_t at = OFP_HEADER_SIZE + below((uint32_t)(n - OFP_HEADER_SIZE));
                uint8_t was = first[at];
                first[at] = (uint8_t)(below(2) ? rnd() : below(32));
                show(first, n);
                first[at] = below(2) ? was : first[at];
            }
        }
    }
}

int
main(void)
{
    const char *seed = getenv("WEFT_SEED");
    state = seed ? strtoull(seed, NULL, 0) : UINT64_C(0x5eed0fa11);
    print_message("WEFT_SEED=%#llx\n", (unsigned long long)state);
    state = state ? state : 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_of_our_own),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
