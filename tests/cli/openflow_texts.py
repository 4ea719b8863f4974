# SPDX-License-Identifier: Apache-2.0
"""Texts for ovs-ofctl, half of them wrong in some way: matches, actions, flows, groups, meters and
packet-outs, made from tables by chance of a fixed seed, so that every run has the same ones."""
import random
import re

FIELDS = {  # ovs-fields(7): a field, what must be matched with it, values
    "in_port": ("", ["1", "LOCAL", "0xfffe", "65535", "controller", "7"]),
    "dl_src": ("", ["00:11:22:33:44:55", "ff:ff:ff:ff:ff:ff/01:00:00:00:00:00"]),
    "dl_dst": ("", ["01:00:00:00:00:00/01:00:00:00:00:00", "2:3:4:5:6:7"]),
    "dl_type": ("", ["0x0800", "0x86dd", "2054", "0x5ff", "0x88cc"]),
    "dl_vlan": ("", ["0", "4095", "0xffff", "100"]),
    "dl_vlan_pcp": ("", ["0", "7", "3"]),
    "vlan_tci": ("", ["0", "0x1123", "0x1000/0x1000", "0x123/0xfff", "0xf000/0xf000"]),
    "vlan_vid": ("", ["0x1005", "5", "0x1000/0x1000"]),
    "nw_src": ("ip", ["10.0.0.1", "10.0.0.0/8", "192.168.0.1/255.255.0.255", "0.0.0.0/0"]),
    "nw_dst": ("ip", ["1.2.3.4", "224.0.0.0/4", "10.1.2.3/32"]),
    "nw_proto": ("ip", ["6", "17", "132", "255", "0x11"]),
    "nw_tos": ("ip", ["0", "32", "252"]),
    "ip_dscp": ("ip", ["0", "8", "63"]),
    "nw_ecn": ("ip", ["0", "3", "1"]),
    "nw_ttl": ("ip", ["1", "64", "255"]),
    "nw_frag": ("ip", ["no", "yes", "first", "later", "not_later"]),
    "ipv6_src": ("ipv6", ["::1", "fc00::/7", "2001:db8::1/ffff:ffff::", "::ffff:1.2.3.4"]),
    "ipv6_dst": ("ipv6", ["ff02::1:ff00:0/104", "::/0", "fe80::1"]),
    "ipv6_label": ("ipv6", ["5", "0xfffff", "0x10/0xf0"]),
    "tcp_src": ("tcp", ["0", "65535", "0x10/0xfff0"]),
    "tcp_dst": ("tcp6", ["80", "0x1000/0x1000"]),
    "tcp_flags": ("tcp", ["+syn-ack", "0x2/0x12", "fin|syn", "+syn"]),
    "udp_src": ("udp", ["53", "0x80/0x80"]),
    "tp_dst": ("udp6", ["53", "5"]),
    "sctp_dst": ("sctp", ["1000"]),
    "icmp_type": ("icmp", ["3", "255"]),
    "icmp_code": ("icmp,icmp_type=3", ["1"]),
    "icmpv6_type": ("icmp6", ["135", "136"]),
    "nd_target": ("icmp6,icmp_type=135", ["fe80::1", "fe80::/64"]),
    "nd_sll": ("icmp6,icmp_type=135", ["00:11:22:33:44:55"]),
    "nd_tll": ("icmp6,icmp_type=136", ["00:11:22:33:44:55"]),
    "arp_spa": ("arp", ["10.0.0.1", "10.0.0.0/24"]),
    "arp_tpa": ("arp", ["10.0.0.9"]),
    "arp_sha": ("arp", ["00:11:22:33:44:55"]),
    "arp_op": ("arp", ["1", "2", "255"]),
    "mpls_label": ("mpls", ["0", "1048575"]),
    "mpls_tc": ("mplsm", ["7"]),
    "mpls_bos": ("mpls", ["0", "1"]),
    "tun_id": ("", ["5", "0x5/0xff", "0xffffffffffffffff"]),
    "tun_src": ("", ["1.2.3.4", "10.0.0.0/8"]),
    "tun_dst": ("", ["1.2.3.4"]),
    "tun_ipv6_dst": ("", ["fc00::1"]),
    "tun_flags": ("", ["oam", "+oam", "-oam", "0"]),
    "tun_gbp_id": ("", ["7", "0x10/0xf0"]),
    "tun_metadata0": ("", ["5", "0x1234/0xffff", "0x12345678"]),
    "tun_metadata63": ("", ["1"]),
    "ct_state": ("", ["+trk", "+trk-new", "0x21/0x21", "+est+trk", "-trk"]),
    "ct_zone": ("", ["5", "65535"]),
    "ct_mark": ("", ["5", "0x5/0xf"]),
    "ct_label": ("", ["0x123456789abcdef0", "1/1", "0x1/0xffffffffffffffffffff"]),
    "ct_nw_src": ("ct_state=+trk,ip", ["10.0.0.1"]),
    "ct_tp_dst": ("ct_state=+trk,ip", ["80"]),
    "reg0": ("", ["5", "0x5/0xff", "4294967295"]),
    "reg15": ("", ["1"]),
    "xreg3": ("", ["0x123456789abcdef0", "5/7"]),
    "xxreg1": ("", ["0x10000000000000000", "1"]),
    "metadata": ("", ["5", "0x5/0xff"]),
    "pkt_mark": ("", ["5", "1/1"]),
    "conj_id": ("", ["5"]),
    "dp_hash": ("", ["1/3"]),
    "recirc_id": ("", ["0"]),
    "actset_output": ("", ["1", "LOCAL"]),
    "packet_type": ("", ["(0,0)", "(1,0x800)"]),
    "nsh_ttl": ("nsh", ["5"]),
    "nsh_spi": ("nsh", ["0x123456"]),
    "nsh_c1": ("nsh", ["0x1", "1/3"]),
}
PROTOCOLS = ["ip", "ipv6", "icmp", "icmp6", "tcp", "tcp6", "udp", "udp6", "sctp", "sctp6", "arp",
             "rarp", "mpls", "mplsm", "eth", "nsh"]
ACTIONS = [  # ovs-actions(7)
    "output:1", "2", "LOCAL", "in_port", "NORMAL", "normal", "flood", "ALL", "drop", "table",
    "controller", "controller:128", "CONTROLLER", "controller(max_len=9,reason=no_match,id=3)",
    "controller(userdata=01.02.03,pause)", "controller(meter_id=5)", "output:NXM_NX_REG0[0..15]",
    "output:reg1[]", "output(port=5,max_len=100)", "enqueue:1:2", "enqueue(1,2)",
    "bundle(eth_src,0,hrw,ofport,members:1,2,3)", "bundle(symmetric_l4,50,active_backup,"
    "ofport,slaves:1,2)", "bundle_load(eth_src,0,hrw,ofport,NXM_NX_REG0[],members:4,8)",
    "group:5", "strip_vlan", "pop_vlan", "push_vlan:0x8100", "push_vlan:0x88a8",
    "push_mpls:0x8847", "pop_mpls:0x0800", "mod_vlan_vid:5", "mod_vlan_pcp:3",
    "mod_dl_src:00:11:22:33:44:55", "mod_dl_dst:0:1:2:3:4:5", "mod_nw_src:1.2.3.4",
    "mod_nw_dst:9.8.7.6", "mod_nw_tos:32", "mod_nw_ecn:2", "mod_nw_ttl:9", "mod_tp_src:80",
    "mod_tp_dst:81", "dec_ttl", "dec_ttl(1,2)", "set_mpls_label:5", "set_mpls_tc:3",
    "set_mpls_ttl:9", "dec_mpls_ttl", "set_tunnel:5", "set_tunnel64:0x100000000", "set_queue:3",
    "pop_queue", "load:5->NXM_NX_REG0[]", "load:0x3->NXM_NX_REG1[4..7]",
    "load:1->OXM_OF_METADATA[]", "move:NXM_NX_REG0[]->NXM_NX_REG1[]",
    "move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]", "move:reg0[0..5]->reg1[7..12]",
    "set_field:5->reg0", "set_field:0x5/0xff->reg2", "set_field:00:11:22:33:44:55->eth_src",
    "set_field:10.0.0.1->ip_src", "set_field:fc00::1->ipv6_dst", "set_field:5->tun_id",
    "set_field:7->metadata", "set_field:4100->vlan_vid", "push:NXM_NX_REG0[]",
    "pop:NXM_NX_REG3[0..7]", "fin_timeout(idle_timeout=5,hard_timeout=9)", "fin_timeout()",
    "conjunction(5,1/2)", "note:01.02.03", "note:", "resubmit:5", "resubmit(,3)", "resubmit(5,2)",
    "resubmit(1)", "resubmit(,3,ct)", "ct()", "ct(commit)", "ct(commit,zone=5,force)",
    "ct(commit,nat(src=10.0.0.1-10.0.0.9:1-100,persistent))", "ct(nat)", "ct(table=3)",
    "ct(commit,exec(load:1->NXM_NX_CT_MARK[]))", "ct(zone=NXM_NX_REG0[0..15],alg=ftp,commit)",
    "ct(commit,nat(dst=[fc00::1]-[fc00::9]:7,random))", "ct_clear", "clone(output:1,output:2)",
    "clone()", "learn(table=5,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])",
    "learn(table=1,idle_timeout=5,priority=7,eth_type=0x800,load:5->NXM_NX_REG0[])",
    "learn(table=2,cookie=0x5,send_flow_rem,delete_learned,limit=9,nw_src=1.2.3.4)",
    "multipath(eth_src,50,modulo_n,1,0,NXM_NX_REG0[])",
    "multipath(symmetric_l4,0,hash_threshold,4,0,NXM_NX_REG0[0..3])",
    "sample(probability=5,collector_set_id=1,obs_domain_id=2,obs_point_id=3)",
    "sample(probability=65535,sampling_port=3,egress)", "exit", "check_pkt_larger(100)->reg0[3]",
    "encap(nsh(md_type=1))", "encap(ethernet)", "decap()", "decap(packet_type(ns=0,type=0))",
    "dec_nsh_ttl", "delete_field:tun_metadata0",
]
INSTRUCTIONS = ["goto_table:5", "write_metadata:5", "write_metadata:0x5/0xff", "clear_actions",
                "write_actions(output:1,push_vlan:0x8100)", "write_actions(drop)", "meter:3"]
KEYS = ["priority=5", "priority=65535", "table=3", "cookie=0x5", "idle_timeout=10",
        "hard_timeout=60", "importance=7", "send_flow_rem", "check_overlap", "reset_counts",
        "no_packet_counts", "no_byte_counts", "allow_hidden_fields", "cookie=7/0xff", "out_port=3",
        "out_group=5", "duration=5s", "n_packets=5", "idle_age=3"]
GROUP = ["group_id=1,type=all,bucket=output:1", "group_id=5,type=select,bucket=weight:10,output:1,"
         "bucket=weight:20,output:2", "group_id=7,type=indirect,bucket=output:3",
         "group_id=9,type=fast_failover,bucket=watch_port:1,output:1,bucket=watch_group:2,drop",
         "group_id=3,type=ff,bucket=watch_port=5,actions=output:5",
         "group_id=2,type=select,selection_method=hash,fields(ip_src,tcp_dst),bucket=1",
         "group_id=2,type=select,selection_method=dp_hash,selection_method_param=5,bucket=actions=2",
         "group_id=4,type=all,bucket=bucket_id:1,actions=output:1,bucket=bucket_id:2,output:2",
         "group_id=0xffffff00,type=all", "type=all,bucket=1", "group_id=1", "group_id=1,bucket=2",
         "group_id=1,type=select,fields=eth_src,selection_method=hash,bucket=1"]
METERS = ["meter=1,pktps,band=type=drop,rate=10", "meter=2,kbps,burst,band=type=drop,rate=10,"
          "burst_size=5", "meter=3,pktps,stats,band=type=dscp_remark,rate=5,prec_level=1",
          "meter=slowpath,pktps,band=type=drop,rate=1", "meter=controller,pktps,"
          "band=type=drop,rate=100", "meter=1,kbps,bands=type=drop,rate=1 type=drop,rate=2",
          "meter=4", "kbps,band=type=drop,rate=10", "meter=all"]
PACKETS = ["in_port=1 packet=00112233445566778899aabb0800 actions=output:2",
           "in_port=controller,packet=00112233445566778899aabb0800,actions=flood",
           "in_port=LOCAL, metadata=5, packet=00112233445566778899aabb0800, actions=table",
           "packet=0011,actions=1", "in_port=1,actions=2", "in_port=1,packet=001,actions=2"]
PIECES = ["", ",", "=", "=5", "/", "(", ")", "x", "0x", "-1", "99999999999", "->", "[", "..", " ",
          "256.1.1.1", ":", "zz:00", "nonsense", "nonsense=1", "65536", "4294967296"]


# What we do otherwise, and leave out.
DEPARTURES = [re.compile(x) for x in (
    # On purpose: parts of addresses must be in range, a number must be all of what stands before
    # "->", an address in brackets must be one, and a value that flags cannot have is too large.
    r"(?<![0-9a-fA-F:])(?:[0-9a-fA-F]{1,2}:){2,5}[0-9a-fA-F]{3,}",
    r"(?<![0-9a-fA-F:])[0-9a-fA-F]{3,}(?::[0-9a-fA-F]{1,2}){5}",
    r"(?:[0-9a-fA-F]{1,2}:)[0-9a-fA-F]{3,}(?::[0-9a-fA-F]{1,2}){2,4}(?![:0-9a-fA-F])",
    r":0x[0-9a-fA-F]+:",
    r"load:(?!(?:0x[0-9a-f]*|[1-9]\d*|0[0-7]*)->)[^,]*->",
    r"\[[0-9a-f]{5,}:",
    r"(?:ct_state|tcp_flags|tun_flags)=\d{6}",
    r"(?:ct_state|tcp_flags|tun_flags)=[^,]*/[^,]*[^,0-9a-fx]",
    r":-|=-\d+:",
    # An action by the name that the manual has for it.
    r"conjunction.*(?:mod_|output:[Nr]|set_field)|(?:mod_|output:[Nr]|set_field).*conjunction",
    # Words in which a program's own path stands.
    r"^-",
    # Faults there: clone() forgets what the actions before it need, and a part of one field becomes
    # a part of another with the same place.
    r"actions=.+clone\(",
    r"(?:tcp|udp)_(?:src|dst)=0x[^,]*/.*icmp|tcp_flags.*icmp6",
    r"tcp,.*rarp.*fin_timeout",  # a protocol's number that is an operation of ARP
    # What is logged of a match that contradicts itself.
    r"packet_type=\(1.*(?:arp|ipv6|mpls|[a-z]6)|(?:arp|ipv6|mpls|[a-z]6).*packet_type=\(1",
)]
QUAD = re.compile(r"(-?\d+)\.(-?\d+)\.(-?\d+)\.(-?\d+)")


def departs(text, version):
    """Whether TEXT in VERSION is something that we do otherwise."""
    return (any(d.search(text) for d in DEPARTURES)
            or any(not 0 <= int(x) <= 255 for quad in QUAD.findall(text) for x in quad)
            or ("set_mpls_ttl" in text and version == "OpenFlow15")  # logged as deprecated
            # What is said of Ethernet where no header is.
            or (re.search("ct_(?:nw|tp)_|nsh", text) and not re.search(r"\bip\b", text))
            # Sent there in versions that it is not read in.
            or (re.search("decap|dec_nsh_ttl", text) and version < "OpenFlow13"))


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def damaged(self, text):
        """TEXT with a mistake, or a few, in it."""
        for _ in range(self.random.choice([1, 1, 1, 2])):
            at = self.random.randrange(len(text) + 1)
            until = min(len(text), at + self.random.choice([0, 0, 1, 2, 5]))
            text = text[:at] + self.random.choice(PIECES) + text[until:]
        return text.replace("\n", "").replace("\0", "") or "x"

    def match(self):
        parts = []
        for name in self.random.sample(list(FIELDS), self.random.choice([0, 1, 1, 1, 2, 3])):
            wants, values = FIELDS[name]
            if wants and self.random.random() < 0.9:
                parts.append(wants)
            parts.append(f"{name}={self.random.choice(values)}")
        if self.random.random() < 0.2:
            parts.append(self.random.choice(PROTOCOLS))
        return ",".join(parts)

    def actions(self):
        some = self.random.sample(ACTIONS, self.random.choice([1, 1, 2, 3]))
        if self.random.random() < 0.15:
            some.append(self.random.choice(INSTRUCTIONS))
        return ",".join(some)

    def flow(self):
        parts = [p for p in (self.match(), *self.random.sample(KEYS, self.random.choice(
            [0, 0, 1, 2]))) if p]
        return ",".join(parts + ["actions=" + self.actions()])

    def text(self, kind):
        if kind in ("flow", "actions", "match"):
            return getattr(self, kind)() or "ip"
        return self.random.choice({"group": GROUP, "meter": METERS, "packet": PACKETS}[kind])

    def some(self, kind, n):
        """N texts of KIND, each second one damaged, all different."""
        texts = {}
        while len(texts) < n:
            text = self.text(kind)
            texts[self.damaged(text) if len(texts) % 2 else text] = None
            if len(texts) % 2 == 0 and kind not in ("flow", "actions", "match"):
                texts[self.damaged(self.text(kind))] = None  # there are few good ones
        return list(texts)[:n]


# Each told of a fault once.
FOUND = [
    "udp,actions=mod_tp_src:80", "sctp6,actions=mod_tp_dst:80", "tcp,actions=mod_tp_dst:80",
    "actions=load:5->xxreg0", "actions=load:5->xxreg0[0..100]", "actions=load:5->tun_metadata0",
    "actions=load:0x1ffffffffffffffffffff->xxreg0", "actions=load:-1->reg0",
    "actions=load:0x1fff->vlan_vid", "actions=load:5->", "actions=load:5->dp_hash",
    "actions=output:1,load:5->dp_hash,output:3", "actions=clone(output:1,load:5->dp_hash)",
    "actions=push:dl_vlan", "actions=move:dl_vlan->reg0[0..11]", "actions=pop:dp_hash[]",
    "actions=move:reg0->dp_hash[]", "actions=learn(load:5->dp_hash)", "actions=push:reg0[]x",
    "actions=learn(result_dst=dp_hash[0])", "actions=delete_field:reg0",
    "actions=move:NXM_NX_REG0[]x->NXM_NX_REG1[]", "actions=load:1->reg0[]x",
    "actions=load:1->reg0[-1]", "actions=load:1->reg0[0x1..0x2]", "actions=load:1->reg0[3..1]",
    "actions=multipath(symmetric_l4,0x10,hash_threshold,4x,0,reg0[0..3])",
    "actions=multipath(symmetric_l4,5,hash_threshold,99999999999,3,reg0)",
    "actions=multipath(=symmetric_l4,5,iter_hash,1,65537,reg0)",
    "actions=bundle(a:b,0x5,active_backup,ofport,members:1)",
    "actions=bundle(symmetric_l4,50,active_backup,ofport,:members::1,2)",
    "actions=bundle_load(symmetric_l4,50,active_backup,ofport,reg0[]x,members:1,2)",
    "actions=encap(nsh(tlv(0x1000,10,0x12345678)))", "actions=encap(nsh(tlv(1000,10,0x12)))",
    "actions=encap(nsh(tlv))", "actions=encap(nsh(md_type=x))", "actions=encap(nsh(foo))",
    "actions=set_field:5->tun_id", "actions=set_field:0x1ffffffff->tun_id",
    "actions=goto_table:0x5", "actions=goto_table:256", "actions=resubmit(,010)",
    "actions=resubmit(5,2,)", "actions=dec_ttl(0x5,5x)", "actions=learn(table=010)",
    "actions=mod_nw_src:1.2.3", "actions=output(port=5,max_len=42949672960)",
    "actions=conjunction(5,1/2),meter:3", "ip,actions=ct(table=256)",
    "ipv6,actions=ct(commit,nat(src=[fc00::1]-[fc00::9]:7))", "in_port=0xfffffffe,actions=drop",
    "in_port=-1,actions=drop", "in_port=42949672968,actions=drop", "metadata=010,actions=drop",
    "metadata=09,actions=drop", "metadata=0x,actions=drop", "metadata=+1,actions=drop",
    "metadata=-1,actions=drop", "metadata=0x-1,actions=drop", "xxreg0=-1,actions=drop",
    "table=0x5,actions=drop", "table=-1,actions=drop", "recirc_id=0,udp,actions=drop",
    "recirc_id=0,nw_src=1.1.1.1,actions=drop", "packet_type=(0,0),tcp,actions=drop",
    "eth,reg0=1,actions=drop", "packet_type=(1,0x800),dl_src=ff:ff:ff:ff:ff:ff,actions=drop",
    "packet_type=(nonsense00),actions=drop", "packet_type=(1,actions=drop",
    "packet_type=(1 2),actions=drop", "packet_type=(70000,2),actions=drop",
    "tun_metadata63=1,actions=drop", "tun_metadata0=0x1234/0xffff,actions=drop",
    "tun_flags=oam,actions=drop", "vlan_tci=0x1,actions=drop", "vlan_vid[0..12]=5,actions=drop",
    "dl_vlan=4095,vlan_vid=0x1000/0x1000,actions=drop", "rarp,arp_spa=1.1.1.1,actions=drop",
    "sctp,tp_src=5,actions=drop", "sctp_dst=1000,actions=drop", "icmpv6_type=136,actions=drop",
    "ip4,actions=drop", "ip4,5,actions=drop", "ip,nw_src=010.0.0.1,actions=drop",
    "ip,nw_src=10.0.0.1/+8,actions=drop", "ip,nw_src=10.0.0.1/0x8,actions=drop",
    "ipv6,ipv6_src=2001:db8::1/ffff:ffff,actions=drop", "ipv6,ipv6_src=::1/0x64,actions=drop",
]
