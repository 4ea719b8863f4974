/* SPDX-License-Identifier: Apache-2.0 */
/* Groups and meters. */
#include "openflow_families.h"

#include "openflow/action_bits.h"
#include "openflow/msg_group.h"
#include "openflow/msg_group_stats.h"
#include "openflow/msg_meter.h"
#include "openflow/msg_meter_stats.h"

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

int
main(void)
{
    static const struct family table[] = {
        {"group_mod", group_mod},     {"group_desc", group_desc},
        {"group_stats", group_stats}, {"group_features", group_features},
        {"meter_mod", meter_mod},     {"meter_config", meter_config},
        {"meter_stats", meter_stats}, {"meter_features", meter_features},
    };
    const struct CMUnitTest tests[] = {
        FAMILY_TESTS,
    };
    begin_families(table, ARRAY_LEN(table));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
