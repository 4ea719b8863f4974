/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of all matches and actions: in every format that can say it, a match at random
 * goes to the wire and comes back the same, and so does its text; and actions at random, said as
 * text, are the same after the wire. WEFT_SEED chooses others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "openflow/actions_text.h"
#include "openflow/actions_wire.h"
#include "openflow/flow_formats.h"
#include "openflow/match_text.h"
#include "openflow/match_wire.h"
#include "openflow/port_text.h"

enum { N_MATCHES = 6000, N_LISTS = 6000, WIRE_SIZE = 8192 };

static uint64_t seed;

static uint32_t
rnd(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 32) % n;
}

/* -- Matches -- */

/* What packets are, as far as other fields depend on it. */
static const char *const kinds[] = {
    "",
    "ip",
    "ipv6",
    "tcp",
    "tcp6",
    "udp",
    "udp6",
    "sctp",
    "sctp6",
    "icmp",
    "icmp6",
    "arp",
    "rarp",
    "mpls",
    "mplsm",
    "dl_vlan=5",
    "dl_vlan=7,tcp",

    "icmp6,icmp_type=135",
    "icmp6,icmp_type=136",
    "ct_state=+trk,tcp",
    "ct_state=+trk+est,ipv6,ct_nw_proto=17",
    "packet_type=(1,0x894f)",
    "packet_type=(1,0x800)",
    "dl_type=0x1234",
    "dl_src=1:2:3:4:5:6",
};

/* Fields that say what packets are, which KINDS sets, and those that are told by other names. */
static bool
is_left_alone(enum of_field_id id)
{
    static const uint8_t alone[] = {
        OF_ETH_TYPE,      OF_PACKET_TYPE, OF_IP_PROTO,    OF_VLAN_TCI, OF_VLAN_VID,
        OF_VLAN_PCP,      OF_DL_VLAN,     OF_DL_VLAN_PCP, OF_CT_STATE, OF_CT_NW_PROTO,
        OF_CT_TP_SRC,     OF_CT_TP_DST,   OF_IP_FRAG,     OF_IN_PORT,  OF_IN_PORT_OXM,
        OF_ACTSET_OUTPUT, OF_ICMPV6_TYPE, OF_ICMPV6_CODE};
    return memchr(alone, (int)id, sizeof alone) || !of_oxm_of(id, OFP_15);
}

static void
parse_words(struct of_match *m, const char *text)
{
    of_match_init(m);
    for (const char *p = text, *end = text + strlen(text); p < end;) {
        int depth = 0;
        size_t n = 0;
        while (p + n < end && (p[n] != ',' || depth)) {
            depth += p[n] == '(' ? 1 : p[n] == ')' ? -1 : 0;
            n++;
        }
        const char *equals = memchr(p, '=', n);
        size_t n_name = equals ? (size_t)(equals - p) : n;
        struct err e;
        bool known;
        int code = of_match_parse_word(m, p, n_name, equals ? equals + 1 : NULL,
                                       equals ? n - n_name - 1 : 0, NULL, &known, &e);
        if (code || !known) {
            fail_msg("%s: %s", text, code ? e.text : "unknown");
        }
        p += n + 1;
    }
}

/* Bytes that fit in the field. */
static void
random_value(enum of_field_id id, uint8_t *value)
{
    do {
        for (size_t i = 0; i < of_fields[id].wire; i++) {
            value[i] = (uint8_t)(rnd(3) ? rnd(256) : 0);
        }
        for (size_t i = 0; !of_field_fits(id, value) && i < of_fields[id].wire; i++) {
            value[i] = 0; /* the highest bits are those too many */
        }
    } while (!of_field_fits(id, value));
}

static void
add_field(struct of_match *m, enum of_field_id id)
{
    uint8_t value[OF_VALUE_MAX], mask[OF_VALUE_MAX];
    random_value(id, value);
    random_value(id, mask);
    if (of_field_is_tun_metadata(id)) {
        size_t len = 1 + rnd(rnd(4) ? 8 : OF_VALUE_MAX);
        value[0] |= 1; /* text says no zeros in front */
        mask[0] = UINT8_MAX;
        (void)of_match_set_tun_metadata(m, (unsigned int)(id - OF_TUN_METADATA0), value,
                                        rnd(2) ? mask : NULL, len);
        return;
    }
    bool is_masked = of_fields[id].mask == OF_MASK_ANY && rnd(2);
    for (size_t i = 0; is_masked && i < of_fields[id].wire; i++) {
        value[i] &= mask[i];
    }
    of_match_set(m, id, value, is_masked ? mask : NULL);
}

static void
random_match(struct of_match *m)
{
    parse_words(m, kinds[rnd(ARRAY_LEN(kinds))]);
    for (uint32_t n = rnd(5); n; n--) {
        enum of_field_id id = (enum of_field_id)rnd(OF_FIELD_COUNT);
        if (!is_left_alone(id) && !of_match_has(m, id) &&
            of_prereq_holds((enum of_prereq)of_fields[id].prereq, m)) {
            add_field(m, id);
        }
    }
    if (!rnd(3)) {
        of_match_set_u64(m, OF_IN_PORT_OXM,
                         of_port_to_11(rnd(2) ? 1 + rnd(OFP_PORT_MAX - 1) : OFP_PORT_LOCAL));
    }
}

static void
check_wire(const struct of_match *m, flow_formats format, const char *text)
{
    uint8_t bytes[WIRE_SIZE];
    struct wr w = wr_make(bytes, sizeof bytes);
    struct of_match back;
    enum ofp_version version = flow_format_version(format);
    enum ofp_error error;
    if (format & FORMAT_NXM_ANY) {
        size_t n = of_match_put_nxm(&w, m, NULL);
        struct rd r = rd_make(bytes, w.n);
        error = of_match_get_nxm(&r, n, true, &back, NULL);
    } else {
        of_match_put_wire(&w, version, m);
        struct rd r = rd_make(bytes, w.n);
        error = of_match_get_wire(&r, (uint8_t)version, true, &back);
    }
    assert_false(w.bad);
    if (error || !of_match_equal(m, &back)) {
        char *names = flow_formats_text(format);
        struct str s = STR_INIT;
        of_match_put(&s, &back, NULL);
        fail_msg("%s in %s: %s, comes back as %s", text, names,
                 error ? ofp_error_name(error) : "not the same", str_text(&s));
    }
}

static void
test_matches(void **state UNUSED)
{
    unsigned int n_formats[16] = {0};
    for (unsigned int i = 0; i < N_MATCHES; i++) {
        struct of_match m, back;
        struct str text = STR_INIT;
        random_match(&m);
        of_match_put(&text, &m, NULL);
        parse_words(&back, str_text(&text));
        if (!of_match_equal(&m, &back)) {
            fail_msg("%s is read as something else", str_text(&text));
        }
        flow_formats usable = flow_formats_of_match(&m);
        if (of_match_has(&m, OF_IP_ECN)) {
            usable &= ~FORMAT_OF11; /* which the reference takes for able, and it is not */
        }
        for (unsigned int k = 0; k < 9; k++) {
            if (usable & 1u << k) {
                check_wire(&m, 1u << k, str_text(&text));
                n_formats[k]++;
            }
        }
        str_fini(&text);
    }
    for (unsigned int k = 0; k < 9; k++) {
        assert_true(n_formats[k] > N_MATCHES / 20);
    }
}

/* -- Actions -- */

/* # is a number of its own range: the letter behind it says which. */
static const char *const actions[] = {
    "output:#p",
    "enqueue:#p:#w",
    "controller:#s",
    "controller(max_len=#s,id=#s,reason=no_match)",
    "controller(userdata=01.02.#x,pause,meter_id=#b)",
    "output:NXM_NX_REG#r[0..15]",
    "output(port=#p,max_len=#l)",
    "group:#w",
    "set_queue:#w",
    "pop_queue",
    "strip_vlan",
    "push_vlan:0x8100",
    "push_vlan:0x88a8",
    "push_mpls:0x8847",
    "pop_mpls:0x800",
    "mod_dl_src:0#d:1#d:2#d:03:04:05",
    "mod_nw_tos:8",
    "mod_vlan_vid:#v",
    "mod_vlan_pcp:#d",
    "set_mpls_label:#v",
    "set_mpls_tc:#d",
    "set_mpls_ttl:#t",
    "dec_mpls_ttl",
    "dec_ttl(#s,#s)",
    "set_tunnel:#w",
    "set_tunnel64:0x1000#v",
    "load:#d->NXM_NX_REG#r[4..7]",
    "load:#v->OXM_OF_METADATA[]",
    "move:NXM_NX_REG#r[0..7]->NXM_NX_REG#r[8..15]",
    "set_field:#v->reg#r",
    "set_field:0x#x/0xff->reg#r",
    "set_field:#v->metadata",
    "set_field:0#d:11:22:33:44:55->eth_dst",
    "set_field:#w->tun_id",
    "push:NXM_NX_REG#r[0..3]",
    "pop:NXM_NX_REG#r[]",
    "fin_timeout(idle_timeout=#s,hard_timeout=#s)",
    "note:0#d.#x",
    "resubmit(#p,#t)",
    "resubmit(,#t,ct)",
    "resubmit:#p",
    "exit",
    "ct_clear",
    "ct(commit,zone=#s,nat(src=10.0.0.#d-10.0.1.#d:#d-10))",
    "ct(commit,exec(load:#d->ct_mark))",
    "ct(table=#t,zone=NXM_NX_REG#r[0..15])",
    "clone(output:#p,dec_ttl)",
    "learn(table=#t,priority=#s,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])",
    "learn(table=1,idle_timeout=#s,limit=#w,reg#r=#d,load:#v->NXM_NX_REG#r[])",
    "multipath(symmetric_l4,#s,hash_threshold,4,0,NXM_NX_REG#r[])",
    "bundle(eth_src,#s,hrw,ofport,members:#p,#p)",
    "conjunction(#w,1/2)",
    "bundle_load(eth_src,#s,active_backup,ofport,NXM_NX_REG#r[],members:#p)",
    "sample(probability=1#d,collector_set_id=#w,obs_domain_id=#w,obs_point_id=#w)",
    "sample(probability=1#d,collector_set_id=#w,sampling_port=#p,egress)",
    "check_pkt_larger(#s)->NXM_NX_REG#r[3]",
    "dec_nsh_ttl",
    "encap(nsh(md_type=1))",
    "decap()",
    "delete_field:tun_metadata#d",
    "write_metadata:#v/0x#x",
    "goto_table:#t",
};

static void
put_number(struct str *s, char range)
{
    switch (range) {
    case 'd':
        str_putf(s, "%u", rnd(8));
        break;
    case 'r':
        str_putf(s, "%u", rnd(16));
        break;
    case 'b':
        str_putf(s, "%u", 1 + rnd(200));
        break;
    case 't':
        str_putf(s, "%u", rnd(255));
        break;
    case 'v':
        str_putf(s, "%u", rnd(4096));
        break;
    case 's':
        str_putf(s, "%u", rnd(UINT16_MAX + 1));
        break;
    case 'l':
        str_putf(s, "%u", 14 + rnd(5000));
        break;
    case 'w':
        str_putf(s, "%u", rnd(2) ? rnd(0xfffffff0) : rnd(100));
        break;
    case 'x':
        str_putf(s, "%02x", rnd(256));
        break;
    default:
        str_putf(s, "%u", 1 + rnd(60000));
        break;
    }
}

static void
random_action(struct str *s)
{
    for (const char *p = actions[rnd(ARRAY_LEN(actions))]; *p; p++) {
        if (*p == '#') {
            put_number(s, *++p);
        } else {
            str_putc(s, *p);
        }
    }
}

/* LIST of N bytes in VERSION, read again, into BACK; false: the version cannot say it. */
static bool
over_the_wire(const void *list, size_t n, enum ofp_version version, struct wr *back,
              const char *text)
{
    uint8_t bytes[WIRE_SIZE];
    struct wr w = wr_make(bytes, sizeof bytes);
    bool lost;
    of_acts_put(&w, list, n, version, &lost);
    assert_false(w.bad);
    if (lost) {
        return false;
    }
    enum ofp_error error = of_acts_get(bytes, w.n, version, back);
    if (error) {
        fail_msg("%s in %s: %s", text, ofp_version_name(version), ofp_error_name(error));
    }
    return true;
}

/* What comes back may be another action that does the same; from then on nothing changes. */
static void
test_action_lists(void **state UNUSED)
{
    static uint64_t first[WIRE_SIZE / 8], second[WIRE_SIZE / 8], third[WIRE_SIZE / 8];
    unsigned int n_said = 0;
    for (unsigned int i = 0; i < N_LISTS; i++) {
        struct str text = STR_INIT, there = STR_INIT, again = STR_INIT;
        struct err e;
        random_action(&text);
        struct wr a = wr_make(first, sizeof first);
        if (of_acts_parse(str_text(&text), text.n, NULL, &a, &e)) {
            fail_msg("%s: %s", str_text(&text), e.text);
        }
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            struct wr b = wr_make(second, sizeof second), c = wr_make(third, sizeof third);
            if (!over_the_wire(first, a.n, v, &b, str_text(&text)) ||
                !over_the_wire(second, b.n, v, &c, str_text(&text))) {
                continue;
            }
            n_said++;
            str_clear(&there);
            str_clear(&again);
            of_acts_text_put(&there, second, b.n, NULL);
            of_acts_text_put(&again, third, c.n, NULL);
            assert_string_equal(str_text(&there), str_text(&again));
            /* And its text says the same. */
            struct wr d = wr_make(third, sizeof third);
            if (of_acts_parse(str_text(&there), there.n, NULL, &d, &e)) {
                fail_msg("%s in %s is shown as %s: %s", str_text(&text), ofp_version_name(v),
                         str_text(&there), e.text);
            }
            str_clear(&again);
            of_acts_text_put(&again, third, d.n, NULL);
            assert_string_equal(str_text(&there), str_text(&again));
        }
        str_fini(&text);
        str_fini(&there);
        str_fini(&again);
    }
    assert_true(n_said > N_LISTS * 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_action_lists),
    };
    const char *chosen = getenv("WEFT_SEED");
    seed = chosen ? strtoull(chosen, NULL, 10) : 88172645463325252u;
    printf("WEFT_SEED=%llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
