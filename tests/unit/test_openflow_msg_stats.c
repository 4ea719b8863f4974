/* SPDX-License-Identifier: Apache-2.0 */
/* What switches, ports, queues and tables say of themselves. */
#include "openflow_families.h"

#include "openflow/msg_desc.h"
#include "openflow/msg_port_stats.h"
#include "openflow/msg_queue_config.h"
#include "openflow/msg_table_features.h"

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

int
main(void)
{
    static const struct family table[] = {
        {"desc", desc},
        {"port_stats", port_stats},
        {"queue_stats", queue_stats},
        {"queue_config", queue_config},
        {"table_features", table_features},
        {"table_stats", table_stats},
    };
    const struct CMUnitTest tests[] = {
        FAMILY_TESTS,
    };
    begin_families(table, ARRAY_LEN(table));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
