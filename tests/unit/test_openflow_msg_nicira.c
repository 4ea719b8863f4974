/* SPDX-License-Identifier: Apache-2.0 */
/* Nicira's tables of tunnel options, flushes of connections, and IPFIX. */
#include "openflow_families.h"

#include "openflow/msg_ct_flush.h"
#include "openflow/msg_ipfix.h"
#include "openflow/msg_tlv_table.h"

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

int
main(void)
{
    static const struct family table[] = {
        {"tlv_table", tlv_table},
        {"ct_flush", ct_flush},
        {"ipfix", ipfix},
    };
    const struct CMUnitTest tests[] = {
        FAMILY_TESTS,
    };
    begin_families(table, ARRAY_LEN(table));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
