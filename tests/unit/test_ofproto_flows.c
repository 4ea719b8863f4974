/* SPDX-License-Identifier: Apache-2.0 */
/* ofproto: the classifier against a plain search, flow tables, and the view of a packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/endian.h"
#include "ofproto/flow_table.h"
#include "ofproto/of_view.h"
#include "openflow/port_text.h"
#include "os/mem.h"

/* -- Random rules and packets: few values, so that they meet -- */

static uint64_t seed = 1;

static uint32_t
random_below(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static const enum of_field_id fields[] = {OF_IN_PORT, OF_ETH_TYPE, OF_IPV4_SRC, OF_IPV4_DST,
                                          OF_TCP_DST, OF_REG0,     OF_METADATA};

static void
random_value(enum of_field_id id, uint8_t *value)
{
    memset(value, 0, of_fields[id].wire);
    value[of_fields[id].wire - 1] = (uint8_t)random_below(4);
    value[0] = (uint8_t)(random_below(2) << 4);
}

static void
random_match(struct of_match *m)
{
    of_match_init(m);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        uint8_t value[16], mask[16];
        random_value(fields[i], value);
        memset(mask, 0, sizeof mask);
        mask[0] = random_below(2) ? 0xff : 0xf0;
        uint32_t how = random_below(4);
        if (how < 2) {
            of_match_set(m, fields[i], value, how ? mask : NULL);
        }
    }
}

static void
random_key(struct of_key *key)
{
    memset(key, 0, sizeof *key);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        uint8_t value[16];
        random_value(fields[i], value);
        of_field_set(fields[i], key, value);
    }
}

static bool
meets(const struct of_key *key, const struct of_match *m)
{
    const uint8_t *k = (const void *)key, *v = (const void *)&m->key, *b = (const void *)&m->mask;
    for (size_t i = 0; i < sizeof *key; i++) {
        if ((k[i] ^ v[i]) & b[i]) {
            return false;
        }
    }
    return true;
}

/* -- The classifier -- */

enum { N_RULES = 300, N_LOOKUPS = 2000 };

struct case_rule {
    struct cls_rule cls;
    struct of_match match;
    bool is_in;
};

static struct case_rule *
best_of(struct case_rule *rules, const struct of_key *key)
{
    struct case_rule *best = NULL;
    for (size_t i = 0; i < N_RULES; i++) {
        if (rules[i].is_in && meets(key, &rules[i].match) &&
            (!best || rules[i].cls.priority > best->cls.priority)) {
            best = &rules[i];
        }
    }
    return best;
}

static void
take_out(struct cls *c, struct case_rule *r)
{
    if (r->is_in) {
        cls_remove(c, &r->cls);
        os_free(r->cls.value);
        r->is_in = false;
    }
}

static void
put_in(struct cls *c, struct case_rule *r, int32_t priority)
{
    random_match(&r->match);
    cls_insert(c, &r->cls, xalloc(cls_value_size(&r->match.mask) + 1), &r->match, priority);
    r->is_in = true;
    struct of_match back;
    cls_rule_match(&r->cls, &back);
    assert_true(of_match_equal(&back, &r->match));
    assert_ptr_equal(cls_find(c, &r->match, priority), &r->cls);
}

/* A packet that differs from KEY only where WC says that it does not matter. */
static void
vary(struct of_key *key, const struct of_key *wc)
{
    for (size_t i = 0; i < sizeof *key; i++) {
        uint8_t keep = ((const uint8_t *)wc)[i];
        uint8_t *at = (uint8_t *)key + i;
        *at = (uint8_t)((*at & keep) | ((random_below(4) << 4 | random_below(4)) & ~keep));
    }
}

static void
check_lookup(const struct cls *c, struct case_rule *rules)
{
    struct of_key key, wc;
    random_key(&key);
    memset(&wc, 0, sizeof wc);
    struct case_rule *want = best_of(rules, &key);
    struct cls_rule *got = cls_lookup(c, &key, &wc);
    assert_true(want ? &want->cls == got : !got);
    assert_ptr_equal(cls_lookup(c, &key, NULL), got);
    for (int i = 0; i < 3; i++) {
        struct of_key other = key;
        vary(&other, &wc);
        assert_ptr_equal(cls_lookup(c, &other, NULL), got);
    }
}

static void
test_classifier_is_right(void **state UNUSED)
{
    struct case_rule *rules = xzalloc(N_RULES * sizeof *rules);
    struct cls c;
    cls_init(&c);
    for (int round = 0; round < N_LOOKUPS; round++) {
        /* Every priority is another rule's, so that there is one right answer. */
        uint32_t i = random_below(N_RULES);
        take_out(&c, &rules[i]);
        if (random_below(4)) {
            put_in(&c, &rules[i], (int32_t)(i * 7919 % N_RULES) * 100);
        }
        check_lookup(&c, rules);
    }
    for (size_t i = 0; i < N_RULES; i++) {
        take_out(&c, &rules[i]);
    }
    assert_true(list_is_empty(&c.subtables));
    cls_fini(&c);
    os_free(rules);
}

/* -- Flow tables -- */

static void
add(struct flow_tables *t, uint8_t table, const struct of_match *m, uint16_t priority,
    uint64_t cookie)
{
    struct rule_spec spec = {
        .match = m, .table = table, .priority = priority, .cookie = cookie, .actions = ""};
    assert_int_equal(flow_tables_add(t, &spec, 1000), OFP_OK);
}

static struct rule_choice
all(const struct of_match *m)
{
    return (struct rule_choice){
        .match = m, .table = OFP_TABLE_ALL, .out_port = OFP_PORT_NONE, .out_group = OFP_GROUP_ANY};
}

static void
ip_match(struct of_match *m, uint32_t dst, uint32_t mask)
{
    uint8_t value[4], bits[4];
    put_be32(value, dst & mask);
    put_be32(bits, mask);
    of_match_init(m);
    of_match_set_u64(m, OF_ETH_TYPE, 0x0800);
    of_match_set(m, OF_IPV4_DST, value, bits);
}

static void
test_adding_replaces(void **state UNUSED)
{
    struct flow_tables *t = flow_tables_new();
    struct of_match m;
    ip_match(&m, 0x0a000001, UINT32_MAX);
    add(t, 0, &m, 5, 1);
    struct rule_spec again = {.match = &m, .priority = 5, .cookie = 2, .actions = ""};
    struct of_key key = m.key;
    rule_count(flow_tables_lookup(t, 0, &key, NULL), 3, 300, 1500);
    assert_int_equal(flow_tables_add(t, &again, 2000), OFP_OK);
    struct rule *rule = flow_tables_lookup(t, 0, &key, NULL);
    assert_int_equal(flow_tables_count(t), 1);
    assert_int_equal(rule->cookie, 2);
    assert_int_equal(rule->n_packets, 3);
    assert_int_equal(rule->created_ms, 2000);
    again.flags = OFP_FF_RESET_COUNTS;
    assert_int_equal(flow_tables_add(t, &again, 3000), OFP_OK);
    assert_int_equal(flow_tables_lookup(t, 0, &key, NULL)->n_packets, 0);
    add(t, 0, &m, 6, 3);
    add(t, 1, &m, 5, 4);
    assert_int_equal(flow_tables_count(t), 3);
    flow_tables_free(t);
}

static void
test_overlap_is_refused(void **state UNUSED)
{
    struct flow_tables *t = flow_tables_new();
    struct of_match net, host, other;
    ip_match(&net, 0x0a000000, 0xff000000);
    ip_match(&host, 0x0a000001, UINT32_MAX);
    ip_match(&other, 0x0b000001, UINT32_MAX);
    add(t, 0, &net, 5, 1);
    struct rule_spec spec = {
        .match = &host, .priority = 5, .flags = OFP_FF_CHECK_OVERLAP, .actions = ""};
    assert_int_equal(flow_tables_add(t, &spec, 1), OFPFMFC_OVERLAP);
    spec.priority = 6;
    assert_int_equal(flow_tables_add(t, &spec, 1), OFP_OK);
    spec.priority = 5;
    spec.match = &other;
    assert_int_equal(flow_tables_add(t, &spec, 1), OFP_OK);
    flow_tables_free(t);
}

static void
test_deleting_chooses(void **state UNUSED)
{
    struct flow_tables *t = flow_tables_new();
    struct of_match any, net, host;
    of_match_init(&any);
    ip_match(&net, 0x0a000000, 0xff000000);
    ip_match(&host, 0x0a000001, UINT32_MAX);
    add(t, 0, &any, 1, 0x10);
    add(t, 0, &net, 2, 0x11);
    add(t, 0, &host, 3, 0x12);
    add(t, 9, &host, 3, 0x22);

    struct rule_choice strict = all(&net);
    strict.strict = true;
    strict.priority = 3;
    assert_int_equal(flow_tables_delete(t, &strict), 0);
    strict.priority = 2;
    assert_int_equal(flow_tables_delete(t, &strict), 1);

    struct rule_choice cookie = all(&any);
    cookie.cookie = 0x20;
    cookie.cookie_mask = 0xf0;
    assert_int_equal(flow_tables_delete(t, &cookie), 1);

    struct rule_choice sends = all(&any);
    sends.out_port = 7;
    assert_int_equal(flow_tables_delete(t, &sends), 0);

    struct rule_choice below = all(&net);
    assert_int_equal(flow_tables_delete(t, &below), 1);
    assert_int_equal(flow_tables_count(t), 1);
    struct rule_choice rest = all(&any);
    assert_int_equal(flow_tables_delete(t, &rest), 1);
    flow_tables_free(t);
}

static void
remember(void *log, const struct rule *rule, enum ofp_flow_removed_reason why)
{
    uint64_t *seen = log;
    *seen = *seen * 100 + rule->cookie * 10 + (unsigned int)why;
}

static void
test_rules_time_out(void **state UNUSED)
{
    struct flow_tables *t = flow_tables_new();
    uint64_t log = 0;
    t->removed = remember;
    t->aux = &log;
    struct of_match m;
    ip_match(&m, 1, UINT32_MAX);
    struct rule_spec spec = {.match = &m, .cookie = 1, .idle_timeout = 5, .actions = ""};
    assert_int_equal(flow_tables_add(t, &spec, 10000), OFP_OK);
    spec.priority = 1;
    spec.cookie = 2;
    spec.hard_timeout = 7;
    assert_int_equal(flow_tables_add(t, &spec, 10000), OFP_OK);
    assert_int_equal(flow_tables_expire(t, 14999), 0);
    rule_count(flow_tables_lookup(t, 0, &m.key, NULL), 1, 60, 14000);
    assert_int_equal(flow_tables_expire(t, 15000), 1);
    assert_int_equal(log, 10 + OFP_REMOVED_IDLE);
    assert_int_equal(flow_tables_expire(t, 16999), 0);
    assert_int_equal(flow_tables_expire(t, 17000), 1);
    assert_int_equal(log, (10 + OFP_REMOVED_IDLE) * 100 + 20 + OFP_REMOVED_HARD);
    flow_tables_free(t);
}

static void
test_equal_actions_are_kept_once(void **state UNUSED)
{
    struct rule_actions_pool pool;
    uint64_t buffer[4];
    struct wr w = wr_make(buffer, sizeof buffer);
    struct of_act_output *out = of_act_begin(&w, OF_ACT_OUTPUT, sizeof *out);
    out->port = 7;
    of_act_end(&w, 0);
    rule_actions_pool_init(&pool);
    const struct rule_actions *a = rule_actions_get(&pool, buffer, w.n);
    const struct rule_actions *b = rule_actions_get(&pool, buffer, w.n);
    assert_ptr_equal(a, b);
    assert_true(of_acts_send_to(a->list, a->size, 7, OFP_GROUP_ANY));
    assert_true(of_acts_send_to(a->list, a->size, OFP_PORT_NONE, OFP_GROUP_ANY));
    assert_false(of_acts_send_to(a->list, a->size, 8, OFP_GROUP_ANY));
    assert_false(of_acts_send_to(a->list, a->size, OFP_PORT_NONE, 7));
    rule_actions_put(&pool, a);
    rule_actions_put(&pool, b);
    rule_actions_pool_fini(&pool);
}

/* -- The view -- */

static void
test_view_of_a_packet(void **state UNUSED)
{
    struct flow_key flow = {.in_port = 4, .skb_mark = 0x01020304, .ct_zone = 0x0506};
    flow.eth_type = be16_from(ETH_TYPE_IPV4);
    flow.nw_proto = IP_PROTO_TCP;
    flow.ipv4_src = be32_from(0x0a000001);
    flow.tp_dst = be16_from(80);
    flow.vlan_tci0 = be16_from(FLOW_VLAN_PRESENT | 9);
    flow.vlan_tpid0 = be16_from(ETH_TYPE_VLAN);
    struct of_key view;
    memset(&view, 0, sizeof view);
    of_field_set_u64(OF_REG0, &view, 7);
    of_view_set(&view, &flow, OFP_PORT_LOCAL);
    assert_int_equal(of_field_get_u64(OF_IN_PORT_OXM, &view), 0xfffffffe);
    assert_int_equal(of_field_get_u64(OF_PKT_MARK, &view), 0x01020304);
    assert_int_equal(of_field_get_u64(OF_CT_ZONE, &view), 0x0506);
    assert_int_equal(of_field_get_u64(OF_IPV4_SRC, &view), 0x0a000001);
    assert_int_equal(of_field_get_u64(OF_TCP_DST, &view), 80);
    assert_int_equal(of_field_get_u64(OF_VLAN_VID, &view), 0x1009);
    assert_int_equal(of_field_get_u64(OF_REG0, &view), 7);
    of_field_set_u64(OF_TCP_DST, &view, 8080);
    struct flow_key changed = flow;
    of_view_apply(&view, &changed);
    assert_int_equal(be16_host(changed.tp_dst), 8080);
    changed.tp_dst = flow.tp_dst;
    assert_true(flow_key_equal(&changed, &flow));
}

static void
test_view_of_arp(void **state UNUSED)
{
    struct flow_key flow = {.arp_op = be16_from(2)};
    flow.eth_type = be16_from(ETH_TYPE_ARP);
    struct of_key view, wc;
    memset(&view, 0, sizeof view);
    memset(&wc, 0, sizeof wc);
    of_view_set(&view, &flow, 1);
    assert_int_equal(of_field_get_u64(OF_ARP_OP, &view), 2);
    wc.nw_proto[0] = 0xff;
    memset(wc.tp_src, 0xff, sizeof wc.tp_src);
    struct flow_key mask = {.pad_end = 0};
    of_view_add_mask(&wc, &flow, &mask);
    assert_int_equal(be16_host(mask.arp_op), 0xffff);
    assert_int_equal(be16_host(mask.tp_src), 0); /* ARP has no ports */
    assert_int_equal(mask.nw_proto, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classifier_is_right),
        cmocka_unit_test(test_adding_replaces),
        cmocka_unit_test(test_overlap_is_refused),
        cmocka_unit_test(test_deleting_chooses),
        cmocka_unit_test(test_rules_time_out),
        cmocka_unit_test(test_equal_actions_are_kept_once),
        cmocka_unit_test(test_view_of_a_packet),
        cmocka_unit_test(test_view_of_arp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
