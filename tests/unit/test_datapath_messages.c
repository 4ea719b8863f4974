/* SPDX-License-Identifier: Apache-2.0 */
/* datapath/messages/message: the table against the kernel's headers, error numbers against the
 * host's, and messages and attributes that are cut short or lie about their lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/openvswitch.h>

#include "datapath/messages/message.h"

#define DP_FAMILY     OVS_DATAPATH_FAMILY, OVS_DATAPATH_VERSION
#define VPORT_FAMILY  OVS_VPORT_FAMILY, OVS_VPORT_VERSION
#define FLOW_FAMILY   OVS_FLOW_FAMILY, OVS_FLOW_VERSION
#define PACKET_FAMILY OVS_PACKET_FAMILY, OVS_PACKET_VERSION
#define NETDEV_FAMILY "ovs_netdev", 1

/* Numbers. */
#define CMD(FAMILY, ID, NUMBER) static_assert(OVS_##FAMILY##_CMD_##ID == (NUMBER), #ID);
#define OWN_CMD(...)
#define ATTR(FAMILY, ID, NUMBER, MIN_N, MAX_N)                                                    \
    static_assert(OVS_##FAMILY##_ATTR_##ID == (NUMBER), #ID);
#define OWN_ATTR(FAMILY, ID, NUMBER, MIN_N, MAX_N) static_assert((NUMBER) < MSG_ATTR_COUNT, #ID);
#include "datapath/messages/messages.def"

static_assert(MSG_PACKET_ATTR_OFFLOADS > OVS_PACKET_ATTR_MAX + 8, "away from the kernel's");
static_assert(MSG_NL_HEADER == NLMSG_HDRLEN &&
                  MSG_HEADER == NLMSG_HDRLEN + GENL_HDRLEN + sizeof(struct ovs_header) &&
                  MSG_ERROR_SIZE == NLMSG_HDRLEN + sizeof(struct nlmsgerr),
              "sizes of headers");
static_assert(MSG_TYPE_ERROR == NLMSG_ERROR && MSG_TYPE_DONE == NLMSG_DONE &&
                  MSG_TYPE_MIN == NLMSG_MIN_TYPE,
              "netlink's own types");
static_assert((int)MSG_F_REQUEST == NLM_F_REQUEST && (int)MSG_F_MULTI == NLM_F_MULTI &&
                  (int)MSG_F_ACK == NLM_F_ACK && (int)MSG_F_ECHO == NLM_F_ECHO &&
                  (int)MSG_F_DUMP == NLM_F_DUMP && (int)MSG_F_CREATE == NLM_F_CREATE,
              "flags");
static_assert((int)MSG_VPORT_NETDEV == OVS_VPORT_TYPE_NETDEV &&
                  (int)MSG_VPORT_INTERNAL == OVS_VPORT_TYPE_INTERNAL &&
                  MSG_UFID_OMIT_KEY == OVS_UFID_F_OMIT_KEY &&
                  MSG_UFID_OMIT_MASK == OVS_UFID_F_OMIT_MASK &&
                  MSG_UFID_OMIT_ACTIONS == OVS_UFID_F_OMIT_ACTIONS &&
                  MSG_DP_F_UNALIGNED == OVS_DP_F_UNALIGNED &&
                  MSG_DP_F_VPORT_PIDS == OVS_DP_F_VPORT_PIDS,
              "values");

/* Sizes of structures, which are exact in the table. */
static const struct {
    enum msg_family family;
    uint16_t attr;
    size_t size;
} structures[] = {
    {MSG_DP, OVS_DP_ATTR_STATS, sizeof(struct ovs_dp_stats)},
    {MSG_DP, OVS_DP_ATTR_MEGAFLOW_STATS, sizeof(struct ovs_dp_megaflow_stats)},
    {MSG_VPORT, OVS_VPORT_ATTR_STATS, sizeof(struct ovs_vport_stats)},
    {MSG_FLOW, OVS_FLOW_ATTR_STATS, sizeof(struct ovs_flow_stats)},
};

static void
test_table(void **state UNUSED)
{
    static const struct {
        const char *name;
        int version;
    } linux_families[] = {{DP_FAMILY},
                          {VPORT_FAMILY},
                          {FLOW_FAMILY},
                          {PACKET_FAMILY},
                          {NETDEV_FAMILY}},
      families[] = {
#define FAMILY(ID, NUMBER, NAME, VERSION) {NAME, VERSION},
#include "datapath/messages/messages.def"
      };
    assert_int_equal(ARRAY_LEN(families), MSG_N_FAMILIES);
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        assert_string_equal(families[i].name, linux_families[i].name);
        assert_int_equal(families[i].version, linux_families[i].version);
    }
    for (size_t i = 0; i < ARRAY_LEN(structures); i++) {
        const struct msg_attr_info *info = msg_attr_info(structures[i].family, structures[i].attr);
        assert_int_equal(info->min, structures[i].size);
        assert_int_equal(info->max, structures[i].size);
    }
    assert_null(msg_attr_info(MSG_DP, 0)->name);
    assert_null(msg_attr_info(MSG_DP, MSG_ATTR_COUNT)->name);
    assert_null(msg_attr_info((enum msg_family)3, 1)->name);
}

/* Each code with an error number travels as Linux's, and comes back. */
static void
test_error_numbers(void **state UNUSED)
{
    static const struct {
        int code, number;
    } errors[] = {
#define ERR(NAME, TEXT, ERRNO) {E_##NAME, ERRNO},
#include "base/err.def"
#undef ERR
    };
    const struct msg request = {.type = MSG_FLOW, .flags = 5, .seq = 77, .pid = 3};
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        struct nlmsgerr e;
        uint32_t buffer[MSG_ERROR_SIZE / 4];
        struct msg m;
        struct wr w = wr_make(buffer, sizeof buffer);
        msg_put_error(&w, &request, 3, -errors[i].code);
        struct rd r = rd_make(buffer, w.n);
        assert_true(!w.bad && msg_next(&r, &m) && !rd_left(&r));
        assert_int_equal(m.type, NLMSG_ERROR);
        assert_int_equal(m.payload_size, sizeof e);
        memcpy(&e, m.payload, sizeof e);
        assert_int_equal(e.msg.nlmsg_seq, 77);
        assert_int_equal(e.msg.nlmsg_len, MSG_HEADER);
        if (errors[i].number) {
            assert_int_equal(e.error, -errors[i].number);
            assert_int_equal(msg_error_code(&m), -errors[i].code);
        } else {
            assert_true(e.error < 0);
            assert_true(msg_error_code(&m) < 0);
        }
    }
    const struct msg strange = {
        .type = MSG_TYPE_ERROR, .payload = (const uint8_t *)"\xf9\xff\xff\xff", .payload_size = 4};
    assert_int_equal(msg_error_code(&strange), -E_UNKNOWN);
    const struct msg cut = {
        .type = MSG_TYPE_ERROR, .payload = (const uint8_t *)"\1\2\3", .payload_size = 3};
    assert_int_equal(msg_error_code(&cut), -E_PROTO);
}

static void
test_headers(void **state UNUSED)
{
    const struct msg first = {MSG_VPORT, MSG_F_REQUEST, 5, 6, OVS_VPORT_CMD_GET, 1, 9, NULL, 0};
    uint32_t buffer[64];
    struct wr w = wr_make(buffer, sizeof buffer);
    size_t at = msg_begin(&w, &first);
    nl_put(&w, OVS_VPORT_ATTR_NAME, "a", 2);
    msg_end(&w, at);
    msg_put_done(&w, 5, 6);
    assert_false(w.bad);
    const struct nlmsghdr *h = (const void *)buffer;
    const struct genlmsghdr *g = NLMSG_DATA(h);
    assert_int_equal(h->nlmsg_len, MSG_HEADER + 8);
    assert_int_equal(h->nlmsg_type, MSG_VPORT);
    assert_int_equal(g->cmd, OVS_VPORT_CMD_GET);
    assert_int_equal(((const struct ovs_header *)(g + 1))->dp_ifindex, 9);
    struct msg m;
    struct rd r = rd_make(buffer, w.n);
    assert_true(msg_next(&r, &m));
    assert_int_equal(m.payload_size, 8);
    assert_int_equal(m.dp_ifindex, 9);
    assert_true(msg_next(&r, &m));
    assert_int_equal(m.type, NLMSG_DONE);
    assert_false(msg_next(&r, &m));
    assert_false(r.bad);
    /* Every shorter length, in blocks of exactly that size, and every length that a header may
     * claim. */
    for (size_t n = 1; n < MSG_HEADER + 8; n++) {
        uint8_t *copy = malloc(n);
        memcpy(copy, buffer, n);
        r = rd_make(copy, n);
        assert_false(msg_next(&r, &m));
        assert_true(r.bad);
        free(copy);
    }
    for (uint32_t len = 0; len < MSG_HEADER; len++) {
        buffer[0] = len;
        r = rd_make(buffer, w.n);
        assert_false(msg_next(&r, &m));
    }
    buffer[0] = UINT32_MAX;
    r = rd_make(buffer, w.n);
    assert_false(msg_next(&r, &m));
}

static void
test_attrs(void **state UNUSED)
{
    static const struct {
        uint8_t bytes[16];
        size_t n;
        int code;
    } vectors[] = {
        {{0}, 0, 0},
        {{8, 0, 1, 0, 9, 0, 0, 0}, 8, 0},                      /* PORT_NO */
        {{8, 0, 1, 0x80, 9, 0, 0, 0}, 8, 0},                   /* flags are not the type's */
        {{4, 0, 99, 0}, 4, 0},                                 /* unknown */
        {{4, 0, 31, 0}, 4, 0},                                 /* no row */
        {{4, 0, 1, 0}, 4, -E_RANGE},                           /* too short */
        {{12, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8}, 12, -E_RANGE}, /* too long */
        {{3, 0, 1, 0}, 4, -E_INVAL},                           /* shorter than its header */
        {{9, 0, 1, 0, 9, 0, 0, 0}, 8, -E_INVAL},               /* past the end */
        {{8, 0, 1, 0, 9, 0, 0, 0, 4}, 9, -E_INVAL},            /* half a header */
        {{6, 0, 3, 0, 'a', 0}, 6, 0},                          /* the last one unpadded */
    };
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct msg_attrs attrs;
        void *copy = malloc(vectors[i].n ? vectors[i].n : 1);
        memcpy(copy, vectors[i].bytes, vectors[i].n);
        assert_int_equal(msg_get_attrs(MSG_VPORT, copy, vectors[i].n, &attrs), vectors[i].code);
        free(copy);
    }
    struct msg_attrs attrs;
    static const uint8_t twice[] = {8, 0, 1, 0, 9, 0, 0, 0, 8, 0,   1,
                                    0, 7, 0, 0, 0, 6, 0, 3, 0, 'a', 'b'};
    assert_int_equal(msg_get_attrs(MSG_VPORT, twice, sizeof twice, &attrs), 0);
    assert_int_equal(msg_u32(&attrs, MSG_VPORT_ATTR_PORT_NO, 1), 7); /* the last one counts */
    assert_int_equal(msg_u32(&attrs, MSG_VPORT_ATTR_TYPE, 1), 1);
    assert_null(msg_string(&attrs, MSG_VPORT_ATTR_NAME)); /* no zero */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_error_numbers),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_attrs),
    };
    return cmocka_run_group_tests_name("datapath_messages", tests, NULL, NULL);
}
