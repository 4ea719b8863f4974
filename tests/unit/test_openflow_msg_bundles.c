/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles, and the status of controllers. */
#include "openflow_families.h"

#include "openflow/msg_bundle.h"
#include "openflow/msg_controller_status.h"
#include "openflow/msg_group.h"

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
        check_text(messages[i].hex, messages[i].text);
    }
}

int
main(void)
{
    static const struct family table[] = {
        {"bundle_add", bundle_add},
        {"bundle_control", bundle_control},
        {"bundle_features", bundle_features},
        {"controller_status", controller_status},
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_of_our_own),
        FAMILY_TESTS,
    };
    begin_families(table, ARRAY_LEN(table));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
