/* SPDX-License-Identifier: Apache-2.0 */
/* Matches: words to bits and back, what is refused, and which fields a match can do without. The
 * texts are ovs-fields(7)'s, and what the packaged ovs-ofctl was seen to make of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "openflow/match_oxm.h"
#include "openflow/match_text.h"

/* Reads TEXT as flows have it, words separated by commas outside parentheses. */
static int
parse(struct of_match *m, const char *text, struct err *e)
{
    of_match_init(m);
    for (const char *p = text; *p;) {
        size_t n = 0;
        int depth = 0;
        while (p[n] && (p[n] != ',' || depth)) {
            depth += p[n] == '(' ? 1 : p[n] == ')' ? -1 : 0;
            n++;
        }
        const char *equals = memchr(p, '=', n);
        size_t n_name = equals ? (size_t)(equals - p) : n;
        bool known;
        int code = of_match_parse_word(m, p, n_name, equals ? equals + 1 : NULL,
                                       equals ? n - n_name - 1 : 0, NULL, &known, e);
        if (code || !known) {
            return code ? code : -E_NOENT;
        }
        p += n + (p[n] == ',');
    }
    return 0;
}

static const struct {
    const char *in, *out; /* out NULL: the same */
} texts[] = {
    {"tcp", NULL},
    {"tcp,nw_src=1.2.3.4", NULL},
    {"ip,nw_src=1.2.3.4/24", "ip,nw_src=1.2.3.0/24"},
    {"ip,nw_src=1.2.3.4/255.255.0.1", "ip,nw_src=1.2.0.0/255.255.0.1"},
    {"ip,nw_src=1.2.3.4/0", "ip"},
    {"nw_dst=1.2.3.4,ip", "ip,nw_dst=1.2.3.4"},
    {"dl_type=0x800,nw_proto=6", "tcp"},
    {"dl_type=0x86dd,nw_proto=58", "icmp6"},
    {"ipv6,nw_proto=6", "tcp6"},
    {"ip,nw_proto=50", NULL},
    {"ip,nw_proto=132", "sctp"},
    {"dl_type=0x806,arp_op=3", "arp,arp_op=3"},
    {"dl_type=0x806,nw_proto=1,nw_src=1.2.3.4", "arp,arp_spa=1.2.3.4,arp_op=1"},
    {"dl_type=0x1234", NULL},
    {"dl_type=0x05ff", NULL},
    {"dl_type=5", "dl_type=0x0005"},
    {"ip,tcp", "tcp"},
    {"tcp,udp", "udp"},
    {"ip,dl_type=0x806", "arp"},
    {"mpls,mpls_label=5,mpls_tc=3,mpls_bos=1", NULL},
    {"arp,arp_spa=1.2.3.4,arp_tpa=5.6.7.8,arp_op=1,arp_sha=01:02:03:04:05:06,"
     "arp_tha=1:2:3:4:5:6/ff:ff:ff:00:00:00",
     "arp,arp_spa=1.2.3.4,arp_tpa=5.6.7.8,arp_op=1,arp_sha=01:02:03:04:05:06,"
     "arp_tha=01:02:03:00:00:00/ff:ff:ff:00:00:00"},
    {"ipv6,ipv6_src=fe80::1/64,ipv6_dst=::1,ipv6_label=5/0xff,nw_proto=58,icmp_type=135,"
     "icmp_code=0,nd_target=::5,nd_sll=1:2:3:4:5:6",
     "icmp6,ipv6_src=fe80::/64,ipv6_dst=::1,ipv6_label=0x00005/0x000ff,icmp_type=135,"
     "icmp_code=0,nd_target=::5,nd_sll=01:02:03:04:05:06"},
    {"ipv6,ipv6_src=::1/ffff::", "ipv6,ipv6_src=::/16"},
    {"ipv6,ipv6_label=0x12345", NULL},
    {"icmp,icmp_type=3,icmp_code=4", NULL},
    {"icmp,tp_src=3", "icmp,icmp_type=3"},
    {"icmp6,icmp_type=136,nd_tll=1:2:3:4:5:6", "icmp6,icmp_type=136,nd_tll=01:02:03:04:05:06"},
    {"sctp,sctp_src=5", "sctp,tp_src=5"},
    {"tcp,tp_src=0x50", "tcp,tp_src=80"},
    {"tcp,tp_src=80/0xfff0", "tcp,tp_src=0x50/0xfff0"},
    {"tcp,tp_src=5/0", "tcp"},
    {"tcp,tp_src=*", "tcp"},
    {"tcp,tp_src", "tcp"},
    {"tcp,tcp_flags=5", "tcp,tcp_flags=fin|rst"},
    {"tcp,tcp_flags=0x1ff", "tcp,tcp_flags=fin|syn|rst|psh|ack|urg|ece|cwr|ns"},
    {"tcp,tcp_flags=+syn-ack", NULL},
    {"tcp,tcp_flags=0x12/0x12", "tcp,tcp_flags=+syn+ack"},
    {"tcp,tcp_flags=0x200/0x200", "tcp,tcp_flags=+[200]"},
    {"tcp,tcp_flags=0xe00", "tcp,tcp_flags=[200]|[400]|[800]"},
    {"tcp,tcp_flags=0", NULL},
    {"tcp,tcp_flags=fin|", "tcp,tcp_flags=fin"},
    {"ct_state=+trk-new", "ct_state=-new+trk"},
    {"ct_state=trk", NULL},
    {"ct_state=0x21/0x21", "ct_state=+new+trk"},
    {"ct_state=1/3", "ct_state=+new-est"},
    {"ct_state=0", NULL},
    {"tun_flags=oam", "tun_flags=+oam"},
    {"tun_flags=0", "tun_flags=-oam"},
    {"reg0=5/4", "reg0=0x4/0x4"},
    {"xreg4=0x100000002", "reg8=0x1,reg9=0x2"},
    {"xxreg1=5/0xff", "reg7=0x5/0xff"},
    {"reg31=7", "reg31=0x7"},
    {"ct_label=0x12345678901234567890", NULL},
    {"metadata=5", "metadata=0x5"},
    {"in_port=LOCAL", NULL},
    {"in_port=controller", "in_port=CONTROLLER"},
    {"in_port=4294967294", "in_port=LOCAL"},
    {"in_port=65279", NULL},
    {"in_port_oxm=5", "in_port=5"},
    {"actset_output=5", NULL},
    {"dl_src=1:2:3:4:5:6/01:00:00:00:00:00", "dl_src=01:00:00:00:00:00/01:00:00:00:00:00"},
    {"dl_src=0:0:0:0:0:0/0:0:0:0:0:0", ""},
    {"dl_vlan=5,dl_vlan_pcp=3", NULL},
    {"dl_vlan=4096", "dl_vlan=0"},
    {"dl_vlan=65535", "vlan_tci=0x0000"},
    {"dl_vlan_pcp=8", "dl_vlan_pcp=0"},
    {"vlan_pcp=3", "dl_vlan_pcp=3"},
    {"vlan_vid=0x1005/0x1fff,vlan_pcp=3", "dl_vlan=5,dl_vlan_pcp=3"},
    {"vlan_vid=5/0xf", "vlan_tci=0x0005/0x000f"},
    {"vlan_vid=0x1000/0x1000", "vlan_tci=0x1000/0x1000"},
    {"vlan_tci=0x1003/0x1fff", "dl_vlan=3"},
    {"vlan_tci=0x3005", "dl_vlan=5,dl_vlan_pcp=1"},
    {"vlan_tci=0x3005/0xf000", "dl_vlan_pcp=1"},
    {"vlan_tci=0xf005/0xefff", "vlan_tci=0xe005/0xefff"},
    {"vlan_tci=0x1000/0xe000", "vlan_tci=0x0000/0xe000"},
    {"vlan_tci=0x0fff/0x1fff", NULL},
    {"vlan_tci=0", "vlan_tci=0x0000"},
    {"ip,nw_tos=7", "ip,nw_tos=4"},
    {"ip,ip_dscp=3,nw_frag=not_later", "ip,nw_tos=12,nw_frag=not_later"},
    {"ip,nw_tos=8,nw_ecn=2,nw_ttl=3,nw_frag=first", NULL},
    {"ip,nw_frag=no", NULL},
    {"ip,nw_frag=yes", NULL},
    {"packet_type=(1,0x800),nw_src=1.2.3.4", NULL},
    {"packet_type=(2,5)", "packet_type=(2,0x5)"},
    {"eth", ""},
    {"tun_gbp_id=5/7,tun_gbp_flags=3", "tun_gbp_id=0x5/0x7,tun_gbp_flags=0x3"},
    {"tun_metadata1", NULL},
    {"tun_metadata0=0x00001234", "tun_metadata0=0x1234"},
    {"tun_metadata3=0x12/0xff,tun_metadata0=7", "tun_metadata0=0x7,tun_metadata3=0x12"},
    {"tun_metadata1=1/1", "tun_metadata1=0x1/0x1"},
    {"tun_erspan_ver=1,tun_erspan_idx=5,tun_gtpu_flags=1,tun_gtpu_msgtype=3",
     "tun_erspan_ver=1,tun_erspan_idx=0x5,gtpu_flags=0x1,gtpu_msgtype=3"},
    {"dl_type=0x894f,nsh_flags=1/3,nsh_ttl=3,nsh_mdtype=1,nsh_np=3,nsp=5,nsi=7,nsh_c1=3,nsh_c2=4/"
     "7",
     "dl_type=0x894f,nsh_flags=0x01/0x03,nsh_ttl=3,nsh_mdtype=1,nsh_np=3,nsh_spi=0x5,nsh_si=7,"
     "nsh_c1=0x3,nsh_c2=0x4/0x7"},
    {"ct_state=+est,tcp,ct_nw_proto=6,ct_tp_src=1/3",
     "ct_state=+est,ct_nw_proto=6,ct_tp_src=0x1/0x3,tcp"},
    {"nw_src=1.2.3.4", NULL},
    {"nw_proto=6,tp_src=1", NULL},
    {"icmp6,nd_target=::1", NULL},
    /* All at once: the order. */
    {"tcp,tp_dst=2,tp_src=1,nw_ttl=3,nw_dst=2.2.2.2,nw_src=1.1.1.1,dl_dst=2:2:2:2:2:2,"
     "dl_src=1:1:1:1:1:1,dl_vlan=5,in_port=1,metadata=1,tun_metadata0=1,tun_flags=oam,"
     "tun_gbp_id=1,tun_ipv6_src=::1,tun_dst=1.1.1.1,tun_id=1,reg1=1,reg0=1,ct_label=1,ct_mark=1,"
     "ct_zone=1,ct_state=+trk,actset_output=1,conj_id=1,dp_hash=1,recirc_id=1,pkt_mark=1",
     "pkt_mark=0x1,recirc_id=0x1,dp_hash=0x1,conj_id=1,actset_output=1,ct_state=+trk,ct_zone=1,"
     "ct_mark=0x1,ct_label=0x1,eth,tcp,reg0=0x1,reg1=0x1,tun_id=0x1,tun_dst=1.1.1.1,"
     "tun_ipv6_src=::1,tun_gbp_id=1,tun_flags=+oam,tun_metadata0=0x1,metadata=0x1,in_port=1,"
     "dl_vlan=5,dl_src=01:01:01:01:01:01,dl_dst=02:02:02:02:02:02,nw_src=1.1.1.1,"
     "nw_dst=2.2.2.2,nw_ttl=3,tp_src=1,tp_dst=2"},
};

static void
test_texts(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct of_match m, again;
        struct err e = {.code = 0};
        struct str s = STR_INIT;
        const char *wanted = texts[i].out ? texts[i].out : texts[i].in;
        if (parse(&m, texts[i].in, &e)) {
            fail_msg("%s: %s", texts[i].in, e.text);
        }
        of_match_put(&s, &m, NULL);
        if (strcmp(str_text(&s), wanted)) {
            fail_msg("%s: is written as %s", texts[i].in, str_text(&s));
        }
        if (strcmp(texts[i].in, "eth")) { /* says nothing when written */
            if (parse(&again, str_text(&s), &e)) {
                fail_msg("%s: %s when read again", str_text(&s), e.text);
            }
            if (!of_match_equal(&m, &again)) {
                fail_msg("%s: is something else when read again", texts[i].in);
            }
        }
        str_fini(&s);
    }
}

static const struct {
    const char *in, *error;
} refused[] = {
    {"tp_src=65536", "65536: value too large for 2-byte field tcp_src"},
    {"tp_src=-1", "-1: value too large for 2-byte field tcp_src"},
    {"tp_src=x", "x: bad syntax for tcp_src value"},
    {"tp_src=5/", "5/: bad syntax for tcp_src mask"},
    {"tp_src=5/x", "5/x: bad syntax for tcp_src mask"},
    {"reg0=0x1ffffffff", "0x1ffffffff: value too large for 4-byte field reg0"},
    {"reg0=5/-1", "5/-1: mask too large for 4-byte field reg0"},
    {"tun_id=0x1ffffffffffffffff", "0x1ffffffffffffffff: value too large for 8-byte field tun_id"},
    {"ct_label=0x123456789012345678901234567890123",
     "0x123456789012345678901234567890123: value too large for 16-byte field ct_label"},
    {"dl_src=1:2:3", "1:2:3: invalid Ethernet address"},
    {"dl_src=01:02:03:04:05:06/ffff", "01:02:03:04:05:06/ffff: invalid Ethernet address"},
    {"dl_dst=01:02:03:04:05:06/", "01:02:03:04:05:06/: invalid Ethernet address"},
    {"dl_src=01-02-03-04-05-06", "01-02-03-04-05-06: invalid Ethernet address"},
    {"nw_src=1.2.3", "1.2.3: invalid IP address"},
    {"nw_src=1.2.3.4/", "1.2.3.4/: invalid IP address"},
    {"nw_src=1.2.3.4/x", "1.2.3.4/x: invalid IP address"},
    {"nw_src=1.2.3.4/33", "1.2.3.4/33: IPv4 network prefix bits not between 0 and 32, inclusive"},
    {"ipv6_src=zz", "zz: invalid IPv6 address"},
    {"ipv6_src=fe80::1/129",
     "fe80::1/129: IPv6 network prefix bits not between 0 and 128, inclusive"},
    {"in_port=foo", "foo: invalid or unknown port for in_port"},
    {"in_port=70000", "70000: invalid or unknown port for in_port"},
    {"in_port=-1", "-1: invalid or unknown port for in_port"},
    {"nw_frag=foo", "foo: unknown fragment type (valid types are \"no\", \"yes\", \"first\", "
                    "\"later\", \"not_later\""},
    {"tcp_flags=+foo", "foo: unknown TCP flag(s)"},
    {"tcp_flags=+syn+syn", "syn: Each TCP flag can be specified only once"},
    {"tcp_flags=0xf000", "0xf000: unknown TCP flag(s)"},
    {"tcp_flags=+fin|syn", "fin|syn: unknown TCP flag(s)"},
    {"tcp_flags=fin|foo", "fin|foo: unknown TCP flag(s)"},
    {"tcp_flags=+", ": unknown TCP flag(s)"},
    {"ct_state=+foo", "foo: unknown ct_state flag(s)"},
    {"ct_state=256", "256: unknown ct_state flag(s)"},
    {"tun_flags=foo", "foo: unknown tunnel flag(s)"},
    {"packet_type=1", "1: bad syntax for packet type missing '('"},
    {"dl_type=0x10000", "0x10000: value too large for 2-byte field eth_type"},
    {"dl_type=x", "x: bad syntax for eth_type value"},
    {"nw_tos=256", "256: value too large for 1-byte field nw_tos"},
    {"conj_id=5/6", "5/6: invalid mask for field conj_id"},
    {"dl_vlan=5/3", "5/3: invalid mask for field dl_vlan"},
    {"icmp_type=256", "256: value too large for 1-byte field icmp_type"},
};

static void
test_refusals(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct of_match m;
        struct err e = {.code = 0};
        assert_int_equal(parse(&m, refused[i].in, &e), -E_INVAL);
        assert_string_equal(e.text, refused[i].error);
    }
    struct of_match m;
    assert_int_equal(parse(&m, "foo=3", NULL), -E_NOENT);
}

static const struct {
    const char *match;
    enum of_prereq prereq;
    bool holds;
} demands[] = {
    {"", OF_PREREQ_ETH, true},
    {"packet_type=(1,0x800)", OF_PREREQ_ETH, false},
    {"packet_type=(1,0x800)", OF_PREREQ_IPV4, true},
    {"ip", OF_PREREQ_IPV4, true},
    {"ip", OF_PREREQ_IP, true},
    {"ipv6", OF_PREREQ_IP, true},
    {"ipv6", OF_PREREQ_IPV4, false},
    {"", OF_PREREQ_IP, false},
    {"tcp", OF_PREREQ_TCP, true},
    {"tcp6", OF_PREREQ_TCP, true},
    {"tcp,nw_frag=first", OF_PREREQ_TCP, true},
    {"tcp,nw_frag=later", OF_PREREQ_TCP, false},
    {"nw_proto=6", OF_PREREQ_TCP, false},
    {"rarp", OF_PREREQ_ARP, true},
    {"mplsm", OF_PREREQ_MPLS, true},
    {"dl_vlan=5", OF_PREREQ_VLAN_VID, true},
    {"vlan_tci=0", OF_PREREQ_VLAN_VID, false},
    {"icmp6,icmp_type=135", OF_PREREQ_ND, true},
    {"icmp6,icmp_type=135,icmp_code=1", OF_PREREQ_ND, false},
    {"icmp6,icmp_type=135", OF_PREREQ_ND_SOLICIT, true},
    {"icmp6,icmp_type=136", OF_PREREQ_ND_SOLICIT, false},
    {"icmp6", OF_PREREQ_ND, false},
    {"ct_state=+est,ip", OF_PREREQ_CT, true},
    {"ct_state=+trk,ip", OF_PREREQ_CT, false},
    {"ct_state=+inv,ip", OF_PREREQ_CT, false},
};

static void
test_demands(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(demands); i++) {
        struct of_match m;
        assert_int_equal(parse(&m, demands[i].match, NULL), 0);
        if (of_prereq_holds(demands[i].prereq, &m) != demands[i].holds) {
            fail_msg("row %u: %s", (unsigned int)i, demands[i].match);
        }
    }
}

static void
test_headers(void **state UNUSED)
{
    assert_string_equal(of_oxm_of(OF_TUN_ID, OFP_12)->name, "NXM_NX_TUN_ID");
    assert_string_equal(of_oxm_of(OF_TUN_ID, OFP_13)->name, "OXM_OF_TUNNEL_ID");
    assert_string_equal(of_oxm_of(OF_TCP_FLAGS, OFP_10)->name, "NXM_NX_TCP_FLAGS");
    assert_string_equal(of_oxm_of(OF_TCP_FLAGS, OFP_14)->name, "ONFOXM_ET_TCP_FLAGS");
    assert_string_equal(of_oxm_of(OF_TCP_FLAGS, OFP_15)->name, "OXM_OF_TCP_FLAGS");
    assert_null(of_oxm_of(OF_METADATA, OFP_10));
    assert_null(of_oxm_of(OF_DL_VLAN, OFP_15));
    assert_int_equal(of_oxm_find(0x8000, 38, 0)->field, OF_TUN_ID);
    assert_int_equal(of_oxm_find(0xffff, 4, 0x005ad650)->field, OF_NSH_SPI);
    assert_int_equal(of_oxm_find(0x1000, 1, 0)->field, OF_ND_RESERVED);
    assert_null(of_oxm_find(0x8000, 127, 0));
    assert_null(of_oxm_find(0x7777, 0, 0));
    for (enum of_field_id id = 0; id < OF_FIELD_COUNT; id++) {
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            const struct of_oxm *oxm = of_oxm_of(id, v);
            const struct of_oxm_class_info *c = oxm ? &of_oxm_classes[oxm->oxm_class] : NULL;
            assert_true(!oxm || of_oxm_find(c->number, oxm->number, c->experimenter) == oxm);
            assert_true(!oxm || of_oxm_find_name(oxm->name, strlen(oxm->name)) == oxm);
        }
    }
}

/* Setting a field changes it and nothing else. */
static void
test_fields_keep_to_their_bits(void **state UNUSED)
{
    uint8_t ones[OF_VALUE_MAX];
    memset(ones, 0xff, sizeof ones);
    for (enum of_field_id id = 0; id < OF_FIELD_COUNT; id++) {
        const struct of_field *f = &of_fields[id];
        if (of_field_is_tun_metadata(id)) {
            continue;
        }
        struct of_key key, zero = {.pkt_mark = {0}};
        uint8_t value[OF_VALUE_MAX];
        memset(&key, 0, sizeof key);
        of_field_set(id, &key, ones);
        assert_true(of_field_is_exact(id, &key));
        size_t n = 0;
        for (size_t i = 0; i < sizeof key; i++) {
            n += (size_t)__builtin_popcount(((const uint8_t *)&key)[i]);
        }
        assert_int_equal(n, f->bits);
        of_field_get(id, &key, value);
        assert_true(of_field_fits(id, value));
        memset(value, 0, sizeof value);
        of_field_set(id, &key, value);
        assert_true(of_field_is_zero(id, &key));
        assert_memory_equal(&key, &zero, sizeof key);
    }
}

/* -- NXM and OXM -- */

/* Fields as bytes, and the match that they are; or the error. */
static const struct {
    const char *hex, *match;
    enum ofp_error error;
} wires[] = {
    {"00000002 0001", "in_port=1", OFP_OK},
    {"00000002 fffe", "in_port=LOCAL", OFP_OK},
    {"80000004 fffffffe", "in_port=LOCAL", OFP_OK},
    {"00000602 0800 00000e04 01020304", "ip,nw_src=1.2.3.4", OFP_OK},
    {"00000e04 01020304", NULL, OFPBMC_BAD_PREREQ},
    {"00000602 0800 00013401 03 00000c01 06", "tcp,nw_frag=later", OFP_OK},
    {"00000602 0800 00013401 03 00000c01 06 00001202 0005", NULL, OFPBMC_BAD_PREREQ},
    {"00000602 894f ffff0808 005ad650 00000005", "dl_type=0x894f,nsh_spi=0x5", OFP_OK},
    {"ffff5608 4f4e4600 00000004", "actset_output=4", OFP_OK},
    {"00000602 86dd 00000c01 3a 00012a01 88 00012c01 00 10000204 00000003",
     "icmp6,icmp_type=136,icmp_code=0,nd_reserved=3", OFP_OK},
    {"00000802 1005", "dl_vlan=5,dl_vlan_pcp=0", OFP_OK},
    {"00000904 1005 1fff", "dl_vlan=5", OFP_OK},
    {"80000c02 1005 80000e01 03", "dl_vlan=5,dl_vlan_pcp=3", OFP_OK},
    {"80000e01 03", NULL, OFPBMC_BAD_PREREQ},
    {"00000602 0800 00000a01 f0", "ip,nw_tos=240", OFP_OK},
    {"00000602 0800 00000a01 f3", NULL, OFPBMC_BAD_VALUE},
    {"00000602 0800 00013801 06", NULL, OFPBMC_BAD_VALUE},
    {"00010004 12345678", "reg0=0x12345678", OFP_OK},
    {"00010108 12000000 ff000000", "reg0=0x12000000/0xff000000", OFP_OK},
    {"00010108 12345678 ff000000", NULL, OFPBMC_BAD_WILDCARDS},
    {"00010004 12345678 00010004 12345678", NULL, OFPBMC_DUP_FIELD},
    {"00000604 0800 ff00", NULL, OFPBMC_BAD_FIELD}, /* the length is part of the name */
    {"00000704 0800 ff00", NULL, OFPBMC_BAD_MASK},
    {"00000704 0800 ffff", "ip", OFP_OK},
    {"00000602 0806 00001e02 0001", "arp,arp_op=1", OFP_OK},
    {"00000602 0806 00001e02 0101", NULL, OFPBMC_BAD_VALUE},
    {"00000602 86dd 00013604 00f12345", NULL, OFPBMC_BAD_VALUE},
    {"0001d002 0003", NULL, OFPBMC_BAD_VALUE},
    {"00015002 1234", "tun_metadata0=0x1234", OFP_OK},
    {"00015000", "tun_metadata0", OFP_OK},
    {"7777 00 04 00000000", NULL, OFPBMC_BAD_FIELD},
    {"0000", NULL, OFPBMC_BAD_LEN},
    {"00000602 08", NULL, OFPBMC_BAD_LEN},
    {"ffff0803 005ad6", NULL, OFPBMC_BAD_LEN},
};

static size_t
bytes_of(const char *hex, uint8_t *out)
{
    size_t n = 0;
    for (; *hex; hex++) {
        if (*hex != ' ') {
            char pair[3] = {hex[0], hex[1], 0};
            out[n++] = (uint8_t)strtoul(pair, NULL, 16);
            hex++;
        }
    }
    return n;
}

static void
test_fields_on_the_wire(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(wires); i++) {
        uint8_t bytes[256];
        struct of_match m;
        struct str s = STR_INIT;
        enum ofp_error error = of_match_get_oxm(bytes, bytes_of(wires[i].hex, bytes), true, &m);
        if (error != wires[i].error) {
            fail_msg("%s: %s", wires[i].hex, error ? ofp_error_name(error) : "no error");
        }
        of_match_put(&s, &m, NULL);
        if (!error && strcmp(str_text(&s), wires[i].match)) {
            fail_msg("%s: %s", wires[i].hex, str_text(&s));
        }
        str_fini(&s);
    }
    struct of_match m;
    static const uint8_t unknown[] = {0x77, 0x77, 0, 1, 5};
    assert_int_equal(of_match_get_oxm(unknown, sizeof unknown, false, &m), OFP_OK);
}

/* What has a number in a version survives it. */
static void
test_matches_survive_the_wire(void **state UNUSED)
{
    static const char *const lost[] = {"reg31",
                                       "nw_src=1.2.3.4",
                                       "nw_proto=6",
                                       "icmp6,nd_target",
                                       "dl_vlan_pcp",
                                       "vlan_pcp",
                                       "vlan_tci=0x3005/0xf000",
                                       "vlan_tci=0xf005/0xefff",
                                       "vlan_tci=0x1000/0xe000",
                                       "packet_type",
                                       "eth",
                                       "dl_vlan=65535",
                                       "vlan_tci=0"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        bool keeps = true;
        for (size_t k = 0; k < ARRAY_LEN(lost); k++) {
            keeps = keeps && strncmp(texts[i].in, lost[k], strlen(lost[k]));
        }
        for (enum ofp_version v = OFP_13; keeps && v <= OFP_15; v++) {
            uint8_t bytes[1024];
            struct wr w = wr_make(bytes, sizeof bytes);
            struct of_match m, again;
            assert_int_equal(parse(&m, texts[i].in, NULL), 0);
            of_match_put_oxm(&w, &m, v);
            assert_false(w.bad);
            enum ofp_error error = of_match_get_oxm(bytes, w.n, true, &again);
            if (error || !of_match_equal(&m, &again)) {
                fail_msg("%s: %s in %s", texts[i].in,
                         error ? ofp_error_name(error) : "is something else", ofp_version_name(v));
            }
            /* Truncated anywhere, it is an error or a shorter match, and never a crash. */
            for (size_t n = 0; n < w.n; n++) {
                (void)of_match_get_oxm(bytes, n, true, &again);
            }
        }
    }
}

static void
test_errors(void **state UNUSED)
{
    for (enum ofp_error e = OFP_OK + 1; e < OFP_ERROR_COUNT; e++) {
        bool anywhere = false;
        for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
            struct ofp_error_wire w = ofp_error_wire(e, v);
            anywhere = anywhere || w.kind != OFP_ERR_NONE;
            assert_true(w.kind == OFP_ERR_NONE || ofp_error_find(v, &w) == e);
        }
        assert_true(anywhere);
        assert_int_equal(ofp_error_find_name(ofp_error_name(e)), e);
    }
    struct ofp_error_wire w = ofp_error_wire(OFPBMC_BAD_PREREQ, OFP_13);
    assert_int_equal(w.type, 4);
    assert_int_equal(w.code, 9);
    assert_null(ofp_error_name(OFP_OK));
    assert_int_equal(ofp_error_find_name("OFPBMC_NONSENSE"), OFP_OK);
}

/* -- The ways to a field -- */

static void
test_names(void **state UNUSED)
{
    for (enum of_field_id id = 0; id < OF_FIELD_COUNT; id++) {
        const struct of_field *f = &of_fields[id];
        assert_int_equal(of_field_find(f->name, strlen(f->name)), id);
        if (f->alias) {
            assert_int_equal(of_field_find(f->alias, strlen(f->alias)), id);
        }
        assert_int_not_equal(of_field_find(f->name, strlen(f->name) - 1), id);
    }
    assert_int_equal(of_field_find("NXM_OF_IN_PORT", strlen("NXM_OF_IN_PORT")), OF_IN_PORT);
    assert_int_equal(of_field_find("no_field", strlen("no_field")), OF_FIELD_COUNT);
    assert_int_equal(of_field_find("", 0), OF_FIELD_COUNT);
}

/* The set of a match is what asking for each field gives, whichever field was set. */
static void
test_sets(void **state UNUSED)
{
    static const uint8_t ones[OF_VALUE_MAX] = {[0 ... OF_VALUE_MAX - 1] = UINT8_MAX};
    struct of_match m;
    of_match_init(&m);
    struct of_field_set none = of_match_fields(&m);
    assert_int_equal(of_field_set_next(&none, 0), OF_FIELD_COUNT);
    for (enum of_field_id set = 0; set < OF_FIELD_COUNT; set++) {
        of_match_init(&m);
        if (of_field_is_tun_metadata(set)) {
            assert_int_equal(of_match_set_tun_metadata(&m, set - OF_TUN_METADATA0, ones, NULL, 4),
                             0);
        } else {
            of_match_set(&m, set, ones, NULL);
        }
        struct of_field_set fields = of_match_fields(&m);
        enum of_field_id next = 0;
        for (enum of_field_id id = 0; id < OF_FIELD_COUNT; id++) {
            assert_int_equal(of_field_set_has(&fields, id), of_match_has(&m, id));
        }
        OF_FIELD_SET_EACH (id, &fields) {
            assert_true(id >= next && of_match_has(&m, id));
            next = id + 1;
        }
        assert_true(of_field_set_has(&fields, set));
        assert_true(of_field_set_has(of_fields_with_place_of(set), set));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_demands),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_fields_keep_to_their_bits),
        cmocka_unit_test(test_fields_on_the_wire),
        cmocka_unit_test(test_matches_survive_the_wire),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
