/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of messages: what is put is got back, in every version, from random structures and from
 * flows as text; and no beginning of a message is read past its end. WEFT_SEED chooses others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "openflow/actions_text.h"
#include "openflow/flow_format.h"
#include "openflow/flow_parse.h"
#include "openflow/msg_packet_out.h"
#include "openflow/match_text.h"
#include "openflow/msg_async.h"
#include "openflow/msg_config.h"
#include "openflow/msg_dialect.h"
#include "openflow/msg_error.h"
#include "openflow/msg_features.h"
#include "openflow/msg_flow_removed.h"
#include "openflow/msg_port_mod.h"
#include "openflow/msg_role.h"
#include "openflow/msg_table.h"

static const char *const flows[] = {
    "actions=drop",
    "in_port=3,actions=output:1",
    "priority=5,tcp,nw_src=10.0.0.0/8,tp_dst=80,idle_timeout=5,hard_timeout=9,actions=NORMAL",
    "udp,dl_vlan=5,dl_vlan_pcp=3,nw_tos=16,send_flow_rem,actions=mod_dl_src:1:2:3:4:5:6,LOCAL",
    "arp,arp_spa=1.2.3.4,arp_op=1,dl_src=1:2:3:4:5:6,actions=CONTROLLER:128",
    "icmp,icmp_type=3,icmp_code=1,actions=FLOOD",
    "dl_type=0x1234,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=IN_PORT",
    "metadata=0x12/0xff,mpls,mpls_label=7,mpls_tc=2,actions=output:2",
    "reg0=5,reg3=0/0xff,tun_id=9,icmp6,icmp_type=135,nd_target=::1,actions=load:5->reg1",
    "tcp6,ipv6_src=fe80::/64,tcp_flags=+syn-ack,ct_state=+trk+new,actions=ct(commit,zone=5)",
    "sctp,sctp_src=9,nw_frag=not_later,check_overlap,actions=resubmit(,5)",
    "table=3,cookie=0x1234,ip,actions=dec_ttl,set_queue:7,output:5,pop_queue",
    "table=2,actions=write_actions(output:1),write_metadata:5/7,goto_table:9",
    "packet_type=(1,0x800),nw_dst=9.9.9.9,pkt_mark=3,actset_output=4,actions=output:9",
    "ip,importance=9,reset_counts,actions=group:4",
    "ip,no_packet_counts,no_byte_counts,actions=meter:3,output:1",
};

static const struct flow_names no_names;
static uint8_t wire[OFP_MSG_MAX + 1], again[OFP_MSG_MAX + 1];
static uint64_t seed;

static uint64_t
rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void
fill(void *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ((uint8_t *)p)[i] = (uint8_t)rnd();
    }
}

/* Shows every beginning of the N bytes in WIRE, as a message cut off and as one of that length. */
static void
show_beginnings(size_t n)
{
    static const struct ofp_print how = {.verbosity = 3};
    for (size_t k = 0; k <= n; k++) {
        for (int is_whole = 0; is_whole < 2; is_whole++) {
            uint8_t *copy = malloc(k ? k : 1);
            struct str s = STR_INIT;
            memcpy(copy, wire, k);
            if (is_whole && k >= OFP_HEADER_SIZE) {
                put_be16(copy + 2, (uint16_t)k);
            }
            ofp_print(&s, copy, k, &how);
            assert_int_equal(s.s[s.n - 1], '\n');
            str_fini(&s);
            free(copy);
        }
    }
}

static struct ofp_msg
get(const struct wr *w)
{
    struct ofp_msg m;
    assert_false(w->bad);
    assert_int_equal(ofp_msg_get(&m, w->start, w->n), OFP_OK);
    return m;
}

static void
assert_same(const struct wr *a, const struct wr *b)
{
    assert_false(a->bad || b->bad);
    assert_int_equal(a->n, b->n);
    assert_memory_equal(a->start, b->start, a->n);
}

/* -- Flows -- */

static void
assert_same_match(const struct of_match *got, const struct of_match *want, enum ofp_version v)
{
    struct str a = STR_INIT, b = STR_INIT;
    of_match_put(&a, got, NULL);
    of_match_put(&b, want, NULL);
    if (!of_match_equal(got, want)) {
        fail_msg("%s: %s instead of %s", ofp_version_name(v), str_text(&a), str_text(&b));
    }
    str_fini(&a);
    str_fini(&b);
}

static void
through_flow_mod(const struct ofp_flow_mod *fm, flow_formats format)
{
    struct wr w = wr_make(wire, sizeof wire), x = wr_make(again, sizeof again);
    struct ofp_flow_mod got = {.actions = ofp_actions_buffer()};
    enum ofp_version v = flow_format_version(format);
    bool nxm = format & FORMAT_NXM_ANY, has_table = format & (FORMAT_OF10_TID | FORMAT_NXM_TID);
    ofp_flow_mod_put(&w, v, nxm, has_table, 7, fm);
    struct ofp_msg m = get(&w);
    assert_int_equal(ofp_flow_mod_get(&m, &got), OFP_OK);
    assert_same_match(&got.match, &fm->match, v);
    assert_int_equal(got.priority, fm->priority);
    assert_int_equal(got.idle_timeout, fm->idle_timeout);
    assert_int_equal(got.new_cookie, fm->new_cookie);
    assert_int_equal(got.flags, fm->flags);
    ofp_flow_mod_put(&x, v, nxm, has_table, 7, &got);
    assert_same(&w, &x);
    show_beginnings(w.n);
    ofp_actions_buffer_free(&got.actions);
}

static void
through_flow_stats(const struct ofp_flow_mod *fm, flow_formats format)
{
    enum ofp_version v = flow_format_version(format);
    struct ofp_flow_stats f = {.match = fm->match,
                               .counts = {5, 6, OFP_COUNT32_UNKNOWN, OFP_COUNT32_UNKNOWN, 7, 8},
                               .cookie = 9,
                               .priority = fm->priority,
                               .table = 3,
                               .idle_age = -1,
                               .hard_age = -1,
                               .actions = fm->actions};
    struct ofp_flow_stats got = {.actions = ofp_actions_buffer()};
    struct ofp_parts parts;
    struct str out = STR_INIT;
    ofp_parts_begin(&parts, &out, format & FORMAT_NXM_ANY ? NXST_FLOW_REPLY : OFPST_FLOW_REPLY, v,
                    1);
    assert_int_equal(ofp_flow_stats_put(&parts, &f), 0);
    assert_int_equal(ofp_flow_stats_put(&parts, &f), 0);
    ofp_parts_end(&parts);
    struct wr w = {(uint8_t *)out.s, out.n, out.n, false};
    struct ofp_msg m = get(&w);
    struct rd r = m.body;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ofp_flow_stats_get(&m, &r, &got), OFP_OK);
        assert_same_match(&got.match, &f.match, v);
        assert_int_equal(got.cookie, 9);
        assert_int_equal(got.counts.n_bytes, 8);
        assert_int_equal(got.counts.duration_ns, 6);
    }
    assert_int_equal(rd_left(&r), 0);
    memcpy(wire, out.s, out.n);
    show_beginnings(out.n);
    str_fini(&out);
    ofp_actions_buffer_free(&got.actions);
}

static void
through_flow_removed(const struct ofp_flow_mod *fm, flow_formats format)
{
    enum ofp_version v = flow_format_version(format);
    struct ofp_flow_removed f = {.match = fm->match,
                                 .counts = {5, 6, 0, 0, 7, 8},
                                 .cookie = 9,
                                 .priority = fm->priority,
                                 .idle_timeout = 4,
                                 .table = 3,
                                 .reason = OFP_REMOVED_HARD};
    struct ofp_flow_removed got;
    struct wr w = wr_make(wire, sizeof wire);
    ofp_flow_removed_put(&w, v, format & FORMAT_NXM_ANY, &f);
    struct ofp_msg m = get(&w);
    assert_int_equal(ofp_flow_removed_get(&m, &got), OFP_OK);
    assert_same_match(&got.match, &f.match, v);
    assert_int_equal(got.reason, OFP_REMOVED_HARD);
    assert_int_equal(got.counts.n_packets, 7);
    assert_int_equal(got.table, format & FORMAT_10_ANY ? OFP_TABLE_ALL : 3);
    show_beginnings(w.n);
}

static void
test_flows(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(flows); i++) {
        struct ofp_flow_mod fm = {.actions = ofp_actions_buffer()};
        flow_formats usable;
        struct err e = {0};
        if (flow_parse(flows[i], strlen(flows[i]), OFP_FLOW_ADD, &no_names, &fm, &usable, &e)) {
            fail_msg("%s: %s", flows[i], e.text);
        }
        assert_true(usable);
        for (flow_formats f = 1; f <= FORMAT_OXM15; f <<= 1) {
            if (usable & f) {
                through_flow_mod(&fm, f);
                through_flow_stats(&fm, f);
                through_flow_removed(&fm, f);
            }
        }
        ofp_actions_buffer_free(&fm.actions);
    }
}

/* Part of what lies where ICMP's code does, which no message can say. */
static void
test_part_of_icmp_code(void **state UNUSED)
{
    struct ofp_flow_mod fm = {.actions = ofp_actions_buffer()};
    flow_formats usable;
    struct wr w = wr_make(wire, sizeof wire);
    static const char text[] = "tcp,tp_dst=79/0xf,icmp,actions=drop";
    assert_int_equal(flow_parse(text, strlen(text), OFP_FLOW_ADD, &no_names, &fm, &usable, NULL),
                     0);
    ofp_flow_mod_put(&w, OFP_13, false, true, 1, &fm);
    struct ofp_msg m = get(&w);
    assert_int_equal(ofp_flow_mod_get(&m, &fm), OFP_OK);
    ofp_actions_buffer_free(&fm.actions);
}

/* -- Packets -- */

static void
test_packets(void **state UNUSED)
{
    uint8_t packet[64], userdata[5] = {1, 2, 3, 4, 5};
    fill(packet, sizeof packet);
    for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
        for (enum ofp_packet_in_format f = 0; f < OFP_PACKET_IN_N_FORMATS; f++) {
            struct ofp_packet_in p = {.packet = rd_make(packet, sizeof packet),
                                      .total_len = 100,
                                      .buffer = 7,
                                      .cookie = 8,
                                      .table = 9,
                                      .reason = OFP_REASON_ACTION,
                                      .has_userdata = true,
                                      .userdata = rd_make(userdata, sizeof userdata)};
            struct ofp_packet_in got;
            struct wr w = wr_make(wire, sizeof wire);
            of_match_set_u64(&p.metadata, OF_IN_PORT_OXM, of_port_to_11(OFP_PORT_LOCAL));
            ofp_packet_in_put(&w, v, f, &p);
            struct ofp_msg m = get(&w);
            assert_int_equal(ofp_packet_in_get(&m, &got), OFP_OK);
            assert_int_equal(rd_left(&got.packet), sizeof packet);
            assert_memory_equal(got.packet.p, packet, sizeof packet);
            assert_int_equal(got.total_len, 100);
            assert_int_equal(got.buffer, 7);
            assert_int_equal(got.reason, OFP_REASON_ACTION);
            assert_true(of_match_equal(&got.metadata, &p.metadata));
            assert_int_equal(got.has_userdata, f == OFP_PACKET_IN_NXT2);
            show_beginnings(w.n);
        }
        struct ofp_packet_out out = {.packet = rd_make(packet, sizeof packet),
                                     .buffer = OFP_BUFFER_NONE,
                                     .actions = ofp_actions_buffer()};
        struct ofp_packet_out got = {.actions = ofp_actions_buffer()};
        struct wr w = wr_make(wire, sizeof wire);
        of_match_set_u64(&out.metadata, OF_IN_PORT_OXM, 5);
        assert_int_equal(of_acts_parse("output:3,FLOOD", 14, NULL, &out.actions, NULL), 0);
        ofp_packet_out_put(&w, v, 1, &out);
        struct ofp_msg m = get(&w);
        assert_int_equal(ofp_packet_out_get(&m, &got), OFP_OK);
        assert_int_equal(ofp_packet_out_in_port(&got), 5);
        assert_int_equal(got.actions.n, out.actions.n);
        assert_memory_equal(got.packet.p, packet, sizeof packet);
        show_beginnings(w.n);
        ofp_actions_buffer_free(&out.actions);
        ofp_actions_buffer_free(&got.actions);
    }
}

/* -- Ports -- */

static void
random_port(struct ofp_port_desc *d, enum ofp_version v)
{
    memset(d, 0, sizeof *d);
    d->port = (uint32_t)rnd() % OFP_PORT_MAX;
    fill(d->mac, sizeof d->mac);
    snprintf(d->name, sizeof d->name, "p%u", d->port);
    d->config = (uint32_t)rnd() & ofp_port_config_known((uint8_t)v);
    d->state = (uint32_t)rnd() & (v == OFP_10 ? OFP_PS_LINK_DOWN | OFP_PS_STP_MASK : 7);
    d->current = ofp_port_features_from_wire((uint8_t)v, (uint32_t)rnd());
    d->supported = ofp_port_features_from_wire((uint8_t)v, (uint32_t)rnd());
    d->current_kbps = (uint32_t)rnd();
}

static void
test_ports(void **state UNUSED)
{
    for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
        struct ofp_port_desc d, got;
        enum ofp_port_reason reason;
        struct wr w = wr_make(wire, sizeof wire);
        random_port(&d, v);
        ofp_port_status_put(&w, v, 0, OFP_PORT_MODIFY, &d);
        struct ofp_msg m = get(&w);
        assert_int_equal(ofp_port_status_get(&m, &reason, &got), OFP_OK);
        assert_int_equal(reason, OFP_PORT_MODIFY);
        if (v == OFP_10) { /* which has no speeds but as features */
            d.current_kbps = got.current_kbps;
            d.max_kbps = got.max_kbps;
        }
        assert_memory_equal(&d, &got, sizeof d);
        show_beginnings(w.n);
        struct ofp_port_mod pm = {.port = 3, .config = 1, .mask = 5, .advertise = OFP_PF_COPPER};
        struct ofp_port_mod pm_got;
        w = wr_make(wire, sizeof wire);
        ofp_port_mod_put(&w, v, 1, &pm);
        m = get(&w);
        assert_int_equal(ofp_port_mod_get(&m, &pm_got), OFP_OK);
        assert_memory_equal(&pm, &pm_got, sizeof pm);
        show_beginnings(w.n);
        struct ofp_features f = {.datapath_id = rnd(), .n_buffers = 3, .n_tables = 254};
        struct ofp_features f_got;
        f.capabilities = OFP_CAP_FLOW_STATS | OFP_CAP_QUEUE_STATS;
        w = wr_make(wire, sizeof wire);
        size_t begin = ofp_features_begin(&w, v, 1, &f);
        if (v < OFP_13) {
            ofp_port_desc_put(&w, v, &d);
        }
        ofp_msg_end(&w, begin);
        m = get(&w);
        ofp_features_get(&m, &f_got);
        assert_int_equal(f_got.datapath_id, f.datapath_id);
        assert_int_equal(f_got.capabilities, f.capabilities);
        assert_int_equal(rd_left(&f_got.ports) > 0, v < OFP_13);
        show_beginnings(w.n);
    }
}

/* -- What controllers and switches agree on -- */

static void
test_settings(void **state UNUSED)
{
    for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
        struct ofp_switch_config c = {OFP_FRAGS_REASM, v < OFP_13, (uint16_t)rnd()}, c_got;
        struct wr w = wr_make(wire, sizeof wire);
        ofp_switch_config_put(&w, OFPT_SET_CONFIG, v, 1, &c);
        struct ofp_msg m = get(&w);
        assert_int_equal(ofp_switch_config_get(&m, &c_got), OFP_OK);
        assert_int_equal(c_got.miss_send_len, c.miss_send_len);
        assert_int_equal(c_got.invalid_ttl_to_controller, v < OFP_13);
        w = wr_make(wire, sizeof wire);
        ofp_set_controller_id_put(&w, v, 1, 0x1234);
        m = get(&w);
        assert_int_equal(ofp_set_controller_id_get(&m), 0x1234);
        for (enum ofp_msg_id id = 0; id < OFP_MSG_COUNT; id++) {
            enum ofp_msg_id kind = ofp_msg_kind(id);
            if (!ofp_msg_is_in(id, v)) {
                continue;
            }
            w = wr_make(wire, sizeof wire);
            if (kind == OFPT_SET_ASYNC) {
                struct ofp_async a = {{0}, {0}}, a_got = {{0}, {0}};
                a.primary[OFP_ASYNC_PACKET_IN] = 5;
                a.secondary[OFP_ASYNC_FLOW_REMOVED] = 6;
                ofp_async_put(&w, id, v, 1, &a);
                m = get(&w);
                assert_int_equal(ofp_async_get(&m, &a_got), OFP_OK);
                assert_memory_equal(&a, &a_got, sizeof a);
                show_beginnings(w.n);
            } else if (kind == OFPT_ROLE_REQUEST) {
                struct ofp_role_msg r = {OFP_ROLE_PRIMARY, 77}, r_got;
                ofp_role_put(&w, id, v, 1, &r);
                m = get(&w);
                assert_int_equal(ofp_role_get(&m, &r_got), OFP_OK);
                assert_int_equal(r_got.role, r.role);
                assert_true(r_got.generation == 77 || id == NXT_ROLE_REQUEST);
                show_beginnings(w.n);
            }
        }
    }
}

static void
test_tables(void **state UNUSED)
{
    for (enum ofp_version v = OFP_11; v < OFP_VERSION_END; v++) {
        struct ofp_table_config c = {.table = 5, .eviction_flags = OFP_EVICTION_UNTOLD}, got;
        c.miss = v < OFP_13 ? OFP_MISS_DROP : OFP_MISS_DEFAULT;
        if (v >= OFP_14) {
            c.eviction = c.vacancy = true;
            c.vacancy_down = 10;
            c.vacancy_up = 20;
            c.eviction_flags = OFP_EVICTION_LIFETIME;
        }
        struct wr w = wr_make(wire, sizeof wire);
        ofp_table_mod_put(&w, v, 1, &c);
        struct ofp_msg m = get(&w);
        assert_int_equal(ofp_table_mod_get(&m, &got), OFP_OK);
        assert_memory_equal(&c, &got, sizeof c);
        show_beginnings(w.n);
    }
}

/* Each error in each version, or what stands for it. */
static void
test_errors(void **state UNUSED)
{
    for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
        for (enum ofp_error e = OFP_OK + 1; e < OFP_ERROR_COUNT; e++) {
            struct wr w = wr_make(wire, sizeof wire);
            struct rd payload;
            ofp_error_msg_put(&w, e, v, 1, "12345678", 8);
            struct ofp_msg m = get(&w);
            enum ofp_error got = ofp_error_msg_get(&m, &payload);
            assert_int_equal(rd_left(&payload), 8);
            bool can_say = ofp_error_wire(e, v).kind != OFP_ERR_NONE;
            struct ofp_error_wire wire_of_e = ofp_error_wire(e, v);
            assert_int_equal(got,
                             can_say ? ofp_error_find(v, &wire_of_e) : NXBRC_UNENCODABLE_ERROR);
        }
    }
}

int
main(void)
{
    const char *chosen = getenv("WEFT_SEED");
    seed = chosen ? strtoull(chosen, NULL, 10) : 88172645463325252u;
    printf("WEFT_SEED=%llu\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flows),    cmocka_unit_test(test_part_of_icmp_code),
        cmocka_unit_test(test_packets),  cmocka_unit_test(test_ports),
        cmocka_unit_test(test_settings), cmocka_unit_test(test_tables),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
