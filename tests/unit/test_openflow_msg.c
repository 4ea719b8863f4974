/* SPDX-License-Identifier: Apache-2.0 */
/* The messages' table and what goes around bodies: every row in every version is found again when
 * it is written, lengths are checked, long statistics are split and joined. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "base/err.h"
#include "openflow/msg_hello.h"
#include "openflow/ofp_parts.h"

static uint8_t buffer[OFP_MSG_MAX + 1];

/* Starts ID in VERSION and makes it as long as it has to be. */
static size_t
smallest(enum ofp_msg_id id, enum ofp_version version, struct ofp_msg *m)
{
    struct wr w = wr_make(buffer, sizeof buffer);
    size_t begin = ofp_msg_begin(&w, id, version, 0x12345678);
    for (size_t n = 0; n < 2000; n++) {
        ofp_msg_end(&w, begin);
        if (!w.bad && !ofp_msg_get(m, buffer, w.n)) {
            return w.n;
        }
        wr_u8(&w, 0);
    }
    return 0;
}

static void
test_rows(void **state UNUSED)
{
    for (enum ofp_msg_id id = 0; id < OFP_MSG_COUNT; id++) {
        bool any = false;
        assert_int_equal(ofp_msg_kind(ofp_msg_kind(id)), ofp_msg_kind(id));
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            struct ofp_msg m;
            enum ofp_msg_id found;
            if (!ofp_msg_is_in(id, v)) {
                struct wr w = wr_make(buffer, sizeof buffer);
                ofp_msg_begin(&w, id, v, 1);
                assert_true(w.bad);
                continue;
            }
            any = true;
            size_t n = smallest(id, v, &m);
            assert_true(n);
            assert_int_equal(m.id, id);
            assert_int_equal(m.version, v);
            assert_int_equal(m.xid, 0x12345678);
            assert_ptr_equal(m.body.end, buffer + n);
            assert_true(ofp_msg_find(ofp_msg_kind(id), v, &found));
            assert_int_equal(ofp_msg_kind(found), ofp_msg_kind(id));
        }
        assert_true(any);
    }
}

static void
test_truncated(void **state UNUSED)
{
    for (enum ofp_msg_id id = 0; id < OFP_MSG_COUNT; id++) {
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            struct ofp_msg m;
            size_t n = ofp_msg_is_in(id, v) ? smallest(id, v, &m) : 0;
            for (size_t k = 0; k < n; k++) {
                uint8_t *copy = malloc(k ? k : 1);
                memcpy(copy, buffer, k);
                assert_int_equal(ofp_msg_get(&m, copy, k), OFPBRC_BAD_LEN);
                ofp_msg_get_partial(&m, copy, k);
                free(copy);
            }
        }
    }
}

static const struct {
    const char *bytes;
    size_t n;
    enum ofp_error error;
} bad[] = {
    {"\1\x63\0\x8\0\0\0\1", 8, OFPBRC_BAD_TYPE},
    {"\0\0\0\x8\0\0\0\1", 8, OFPBRC_BAD_TYPE},
    {"\7\5\0\x8\0\0\0\1", 8, OFPBRC_BAD_TYPE},
    {"\1\5\0\x9\0\0\0\1\0", 9, OFPBRC_BAD_LEN},
    {"\1\5\0\x9\0\0\0\1", 8, OFPBRC_BAD_LEN},
    {"\1\x10\0\xc\0\0\0\1\0\x77\0\0", 12, OFPBRC_BAD_STAT},
    {"\1\4\0\x10\0\0\0\1\0\xaa\x23\x20\0\0\0\1", 16, OFPBRC_BAD_VENDOR},
    {"\1\4\0\x10\0\0\0\1\0\0\x23\x20\0\0\0\1", 16, OFPBRC_BAD_SUBTYPE},
    {"\4\x12\0\x18\0\0\0\1\xff\xff\0\0\0\0\0\0\0\0\x23\x20\0\0\0\x99", 24, OFPBRC_BAD_SUBTYPE},
    {"\xff\0\0\x8\0\0\0\1", 8, OFP_OK},
};

static void
test_bad(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct ofp_msg m;
        assert_int_equal(ofp_msg_get(&m, bad[i].bytes, bad[i].n), bad[i].error);
    }
}

static void
test_hello(void **state UNUSED)
{
    for (uint32_t versions = 2; versions < 1u << OFP_VERSION_END; versions += 2) {
        struct wr w = wr_make(buffer, sizeof buffer);
        struct ofp_msg m;
        uint32_t got;
        ofp_hello_put(&w, versions, 7);
        assert_false(w.bad);
        assert_int_equal(ofp_msg_get(&m, buffer, w.n), OFP_OK);
        assert_true(ofp_hello_get(&m, &got));
        assert_int_equal(got, versions);
    }
}

/* Entries of SIZE bytes, as many as make several parts, and back. */
static void
split_and_join(enum ofp_version version, enum ofp_msg_id id, size_t size)
{
    struct str out = STR_INIT;
    struct ofp_parts p;
    struct ofp_whole whole;
    uint8_t *entry = malloc(size);
    size_t n = 3 * OFP_MSG_MAX / size + 1, n_parts = 0;
    ofp_parts_begin(&p, &out, id, version, 9);
    for (size_t i = 0; i < n; i++) {
        memset(entry, (int)i, size);
        assert_int_equal(ofp_parts_put(&p, entry, size), 0);
    }
    ofp_parts_end(&p);
    ofp_whole_init(&whole);
    bool is_whole = false;
    for (size_t ofs = 0; ofs < out.n;) {
        struct ofp_header h;
        struct ofp_msg m;
        assert_false(is_whole);
        assert_true(ofp_header_get(out.s + ofs, out.n - ofs, &h));
        assert_int_equal(ofp_msg_get(&m, out.s + ofs, h.len), OFP_OK);
        assert_int_equal(ofp_whole_add(&whole, &m, &is_whole), OFP_OK);
        n_parts++;
        ofs += h.len;
        for (size_t i = 0; is_whole && i < n; i++) {
            const uint8_t *got = rd_take(&m.body, size);
            memset(entry, (int)i, size);
            assert_non_null(got);
            assert_memory_equal(got, entry, size);
        }
        assert_true(!is_whole || !rd_left(&m.body));
    }
    assert_true(is_whole);
    assert_true(n_parts > 2);
    ofp_whole_fini(&whole);
    str_fini(&out);
    free(entry);
}

static void
test_parts(void **state UNUSED)
{
    split_and_join(OFP_10, OFPST_FLOW_REPLY, 88);
    split_and_join(OFP_10, NXST_FLOW_REPLY, 4096);
    split_and_join(OFP_13, OFPST_FLOW_REPLY, 1000);
    split_and_join(OFP_15, OFPST_FLOW_REPLY, 65000);
}

/* A part of a statistics message of N zeros in `buffer`, decoded. */
static struct ofp_msg
part(uint32_t xid, size_t n, uint16_t flags)
{
    struct wr w = wr_make(buffer, sizeof buffer);
    struct ofp_msg m;
    size_t begin = ofp_msg_begin(&w, OFPST_FLOW_REPLY, OFP_13, xid);
    wr_zeros(&w, n);
    ofp_msg_end(&w, begin);
    put_be16(buffer + 10, flags);
    assert_int_equal(ofp_msg_get(&m, buffer, w.n), OFP_OK);
    return m;
}

/* A peer that never ends. */
static void
test_parts_bounded(void **state UNUSED)
{
    struct ofp_whole whole;
    bool is_whole;
    enum ofp_error error = OFP_OK;
    unsigned int n = 0;
    ofp_whole_init(&whole);
    for (; !error && n < 1000; n++) {
        struct ofp_msg m = part(1, 60000, OFP_FLAG_MORE);
        error = ofp_whole_add(&whole, &m, &is_whole);
    }
    assert_int_equal(error, OFPBRC_MULTIPART_BUFFER_OVERFLOW);
    assert_true(n < 20);
    struct ofp_msg m = part(1, 8, 0);
    assert_int_equal(ofp_whole_add(&whole, &m, &is_whole), OFP_OK);
    assert_true(is_whole);
    assert_int_equal(rd_left(&m.body), 8);
    ofp_whole_fini(&whole);
}

/* Whole messages pass between parts; another message in parts waits for the end of the first. */
static void
test_parts_mixed(void **state UNUSED)
{
    struct ofp_whole whole;
    bool is_whole;
    ofp_whole_init(&whole);
    struct ofp_msg m = part(1, 100, OFP_FLAG_MORE);
    assert_int_equal(ofp_whole_add(&whole, &m, &is_whole), OFP_OK);
    assert_false(is_whole);
    m = part(2, 7, 0);
    assert_int_equal(ofp_whole_add(&whole, &m, &is_whole), OFP_OK);
    assert_true(is_whole);
    assert_int_equal(rd_left(&m.body), 7);
    m = part(2, 7, OFP_FLAG_MORE);
    assert_int_equal(ofp_whole_add(&whole, &m, &is_whole), OFPBRC_MULTIPART_BUFFER_OVERFLOW);
    assert_false(is_whole);
    m = part(1, 30, 0);
    assert_int_equal(ofp_whole_add(&whole, &m, &is_whole), OFP_OK);
    assert_true(is_whole);
    assert_int_equal(rd_left(&m.body), 130);
    m = part(2, 7, OFP_FLAG_MORE);
    assert_int_equal(ofp_whole_add(&whole, &m, &is_whole), OFP_OK);
    assert_false(is_whole);
    ofp_whole_fini(&whole);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_bad),         cmocka_unit_test(test_hello),
        cmocka_unit_test(test_parts),       cmocka_unit_test(test_parts_bounded),
        cmocka_unit_test(test_parts_mixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
