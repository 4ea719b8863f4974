/* SPDX-License-Identifier: Apache-2.0 */
/* Flows as they are told of: monitors, and statistics of single flows. */
#include "openflow_families.h"

#include "openflow/msg_flow_monitor.h"
#include "openflow/msg_flow_status.h"

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
flow_status(enum ofp_version v)
{
    struct ofp_flow_status f = {.priority = (uint16_t)rnd(),
                                .table = (uint8_t)rnd(),
                                .reason = (uint8_t)below(2)},
                           got;
    struct ofp_parts parts;
    struct str out = STR_INIT;
    struct ofp_msg m;
    if (v < OFP_15) {
        return 0;
    }
    memset(&f.counts, UINT8_MAX, sizeof f.counts);
    f.counts.n_packets = below(2) ? rnd() : OFP_COUNT_UNKNOWN;
    f.counts.n_bytes = rnd();
    if (below(2)) {
        f.counts.duration_s = below(1000);
        f.counts.duration_ns = below(1000000000);
        f.counts.idle_s = below(1000);
    }
    any_match(&f.match);
    ofp_parts_begin(&parts, &out, OFPST_FLOW_STATS_REPLY, v, XID);
    assert_int_equal(ofp_flow_status_put(&parts, &f), 0);
    assert_int_equal(ofp_flow_status_put(&parts, &f), 0);
    ofp_parts_end(&parts);
    memcpy(first, out.s, out.n);
    size_t n = out.n;
    str_fini(&out);
    assert_int_equal(ofp_msg_get(&m, first, n), OFP_OK);
    struct rd r = m.body;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(ofp_flow_status_get(&r, &got), OFP_OK);
        assert_int_equal(got.priority, f.priority);
        assert_int_equal(got.table, f.table);
        assert_int_equal(got.reason, f.reason);
        assert_memory_equal(&got.counts, &f.counts, sizeof f.counts);
        assert_true(of_match_equal(&got.match, &f.match));
    }
    assert_int_equal(rd_left(&r), 0);
    return n;
}

/* These the reference does not know. */
static void
test_texts_of_our_own(void **unused UNUSED)
{
    check_text("06120038 00000001 0011 0000 00000000 05 000000 ffffffff ffffffff 00000000"
               "0000000000000000 0000000000000000 0001 0004 00000000",
               "OFPST_FLOW_STATS request (OF1.5) (xid=0x1): table=5\n");
    check_text("06130050 00000001 0011 0000 00000000"
               "0040 0000 02 01 0007 0001 000a 80000a02 0800 000000000000"
               "0000 0028 8002 00 08 00000005 1dcd6500 8002 02 08 00000003 00000000"
               "8002 08 08 0000000000000009",
               "OFPST_FLOW_STATS reply (OF1.5) (xid=0x1):\n"
               " duration=5.500s, table=2, n_packets=9, idle_age=3, reason=stat_trigger, "
               "priority=7,ip\n");
}

int
main(void)
{
    static const struct family table[] = {
        {"flow_monitor", flow_monitor},
        {"flow_update", flow_update},
        {"flow_status", flow_status},
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_of_our_own),
        FAMILY_TESTS,
    };
    begin_families(table, ARRAY_LEN(table));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
