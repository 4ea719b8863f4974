# SPDX-License-Identifier: Apache-2.0
"""ovs-vswitchd's OpenFlow side. The same flows go to ours and to the packaged one, by the packaged
ovs-ofctl; packets then must make the same datapath flows in both."""
import re
import socket

import pytest

UDP = ("in_port(1),eth(src=50:54:00:00:00:05,dst=50:54:00:00:00:07),eth_type(0x0800),"
       "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=1,dst=2)")
UDP_LAST = UDP.replace("ttl=64", "ttl=1")
FIRST = UDP.replace("frag=no", "frag=first")
LATER = UDP.replace("frag=no", "frag=later").replace(",udp(src=1,dst=2)", "")
UDP6 = ("in_port(1),eth(src=50:54:00:00:00:05,dst=50:54:00:00:00:07),eth_type(0x86dd),"
        "ipv6(src=fc00::1,dst=fc00::2,label=0,proto=17,tclass=0,hlimit=64,frag=no),"
        "udp(src=1,dst=2)")
TAGGED = ("in_port(1),eth(src=50:54:00:00:00:05,dst=50:54:00:00:00:07),eth_type(0x8100),"
          "vlan(vid=9,pcp=2),encap(eth_type(0x0800),"
          "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no),tcp(src=1,dst=2))")
ARP = ("in_port(1),eth(src=50:54:00:00:00:05,dst=ff:ff:ff:ff:ff:ff),eth_type(0x0806),"
       "arp(sip=10.0.0.1,tip=10.0.0.2,op=1,sha=50:54:00:00:00:05,tha=00:00:00:00:00:00)")

# Flows, the packet, whether the megaflow is the same as well as the actions.
CASES = [
    (["actions=output:2"], UDP),
    (["actions=drop"], UDP),
    (["actions=2,3,in_port"], UDP),
    (["actions=1,2"], UDP),  # not back where it came from
    (["in_port=1,ip,nw_dst=10.0.0.2,actions=mod_nw_src:1.2.3.4,mod_vlan_vid:5,output:2,strip_vlan,"
      "mod_dl_dst:00:11:22:33:44:55,output:3"], UDP),
    (["actions=mod_tp_dst:9,mod_nw_tos:32,3"], UDP),
    (["ip,actions=mod_nw_ecn:2,3"], UDP),
    (["ip,actions=dec_ttl,3,in_port"], UDP),
    (["ip,actions=dec_ttl,3"], ARP),
    (["ip,actions=mod_nw_ttl:7,3"], UDP),
    (["actions=mod_dl_src:00:11:22:33:44:55,mod_dl_dst:00:11:22:33:44:66,2"], UDP),
    (["actions=load:3->NXM_NX_REG0[],output:NXM_NX_REG0[]"], UDP),
    (["actions=load:0x3->NXM_NX_REG0[4..7],output:NXM_NX_REG0[4..7]"], UDP),
    (["actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],2"], UDP),
    (["ip,actions=move:NXM_OF_IP_SRC[0..7]->NXM_OF_IP_DST[24..31],2"], UDP),
    (["ipv6,actions=set_field:fc00::9->ipv6_dst,2"], UDP6),
    (["actions=mod_tp_src:5,2"], UDP6),
    (["actions=mod_nw_tos:32,2"], UDP6),
    (["arp,actions=set_field:10.9.9.9->arp_spa,2"], ARP),
    (["arp,arp_op=1,actions=2", "arp,arp_op=2,actions=3"], ARP),
    (["actions=strip_vlan,2"], TAGGED),
    (["actions=mod_vlan_vid:7,2"], TAGGED),
    (["actions=mod_vlan_pcp:5,2"], TAGGED),
    (["dl_vlan=9,actions=2", "priority=1,actions=3"], TAGGED),
    (["dl_vlan=9,actions=2", "priority=1,actions=3"], UDP),
    (["vlan_tci=0x1000/0x1000,actions=2", "priority=1,actions=3"], UDP),
    (["vlan_tci=0,actions=2"], UDP),
    (["actions=mod_vlan_vid:7,2,strip_vlan,3"], UDP),
    (["priority=5,udp,tp_dst=2,actions=2", "priority=4,ip,actions=3"], UDP),
    (["priority=5,udp,tp_dst=3,actions=2", "priority=4,ip,actions=3"], UDP),
    (["priority=5,udp,tp_dst=0x10/0xfff0,actions=2", "priority=4,ip,actions=3"], UDP),
    (["nw_dst=10.0.0.0/24,ip,actions=2"], UDP),
    (["ip,nw_frag=no,actions=2"], UDP),
    (["actions=resubmit(,3)", "table=3,ip,actions=resubmit(,4),3", "table=4,actions=2"], UDP),
    (["actions=resubmit(7,1)", "table=1,in_port=7,actions=2", "table=1,actions=3"], UDP),
    (["actions=load:7->NXM_NX_REG1[],resubmit(,1)", "table=1,reg1=7,actions=2",
      "table=1,reg1=8,actions=3"], UDP),
    (["actions=clone(mod_dl_dst:00:11:22:33:44:66,2),3"], UDP),
    (["actions=resubmit(,1),3", "table=1,actions=2,exit"], UDP),
    (["actions=note:01.02.03,2"], UDP),
    (["priority=2,udp,tp_dst=0,actions=2", "priority=1,actions=3"], FIRST),
    (["priority=2,udp,tp_dst=0,actions=2", "priority=1,actions=3"], LATER),
    (["ip,nw_frag=later,actions=2", "priority=1,actions=3"], LATER),
    (["actions=normal"], UDP),
    (["actions=flood"], UDP),
    (["actions=all"], UDP),
    (["actions=mod_dl_dst:ff:ff:ff:ff:ff:ff,normal"], UDP),
    (["actions=set_field:5->metadata,resubmit(,2)", "table=2,metadata=5,actions=3"], UDP),
]


class Side:
    """A switch with the ports 1 to 3, and the packaged ovs-ofctl to drive it."""

    def __init__(self, box, ofctl):
        self.box = box
        box.start_switch()
        box.vsctl("add-br br0 -- set bridge br0 datapath_type=dummy")
        for n in (1, 2, 3):
            box.vsctl(f"add-port br0 p{n} -- set interface p{n} type=dummy ofport_request={n}")
        self.run_ofctl = ofctl

    def ofctl(self, *argv, **kwargs):
        env = {k: self.box.env[k] for k in ("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR",
                                            "OVS_SYSCONFDIR")}
        return self.run_ofctl(["ovs-ofctl", "--no-names", *argv], env=env, **kwargs)

    def set_flows(self, flows):
        self.ofctl("del-flows", "br0").ok()
        for flow in flows:
            self.ofctl("add-flow", "br0", flow).ok()
        self.box.appctl("fdb/flush")
        self.box.appctl("revalidator/purge")

    def receive(self, packet):
        self.box.appctl(["netdev-dummy/receive", "p1", packet])

    def megaflows(self):
        """Lines `match actions`, of which the order of a flood's outputs is made even."""
        lines = []
        for line in self.box.appctl("dpctl/dump-flows").splitlines():
            if line.startswith("recirc_id"):
                match, rest = line.split(", packets:")
                actions = rest.split("actions:")[1]
                if re.fullmatch(r"[\d,]+", actions):
                    actions = ",".join(sorted(actions.split(",")))
                lines.append(f"{match} {actions}")
        return lines

    def translate(self, flows, packet):
        self.set_flows(flows)
        self.receive(packet)
        self.box.wait_until(self.megaflows, what=f"for a datapath flow of {flows}")
        return self.megaflows()


@pytest.fixture
def sides(sandboxes):
    packaged = sandboxes("reference")
    return Side(sandboxes("weft"), packaged.run), Side(packaged, packaged.run)


def test_same_translation(sides):
    ours, theirs = sides
    different = []
    for flows, packet in CASES:
        mine, other = ours.translate(flows, packet), theirs.translate(flows, packet)
        if mine != other and "slow_path" not in other[0]:
            different.append("\n".join([*flows, *mine, *other]))
    assert not different, "\n\n".join(different)


# What peers ask, after the same flows: everything but addresses, ages and the order of flows.
QUESTIONS = [
    f"-O OpenFlow1{v} {command}"
    for v in range(6) for command in ("show br0", "dump-flows br0", "dump-flows br0 table=1",
                                      "dump-flows br0 ip", "dump-flows br0 out_port=2",
                                      "dump-aggregate br0", "dump-aggregate br0 table=1",
                                      "dump-desc br0", "dump-ports br0", "dump-ports br0 2",
                                      "dump-ports-desc br0", "get-frags br0")
] + [f"-O OpenFlow1{v} {command}" for v, command in (
    (0, "dump-tables br0"), (3, "dump-tables br0"), (4, "dump-table-desc br0"))]
FLOWS = ["priority=7,ip,nw_src=10.0.0.0/8,actions=2,3", "table=1,cookie=0x12,actions=drop",
         "arp,idle_timeout=600,hard_timeout=900,actions=NORMAL",
         "priority=1,send_flow_rem,actions=resubmit(,1)",
         "udp6,tp_dst=53,dl_vlan=5,actions=strip_vlan,load:1->NXM_NX_REG0[],CONTROLLER:99"]


def even(text):
    """TEXT without what differs between any two switches."""
    text = re.sub(r"(addr|dpid):[0-9a-f:]+", r"\1:X", text)
    text = re.sub(r"(duration|idle_age|hard_age)=[\d.]+s?", r"\1=X", text)
    text = re.sub(r"Software: .*", "Software: X", text)
    text = re.sub(r"xid=0x[0-9a-f]+", "xid=X", text)
    text = re.sub(r" (QUEUE_STATS|GROUP_STATS|BUNDLES)", "", text)  # not there yet
    text = text.replace("output enqueue ", "output ")
    text = re.sub(r"\n +CUSTOM Statistics\n(?: {20}.*\n?)+", "\n", text)
    text = re.sub(r"(bytes|pkts|drop|errs|frame|over|crc|coll)=[\d?]+", r"\1=X", text)
    return text.rstrip("\n")


def blocks(text):
    """The lines of TEXT, each with the indented ones that follow it, sorted below the first."""
    first, *rest = text.split("\n")
    parts = re.split(r"\n(?= (?! {3}))|\n(?= {2}port)", "\n" + "\n".join(rest))
    return [first, *sorted(parts)]


def test_same_answers(sides):
    answers = []
    for side in sides:
        side.set_flows(FLOWS)
        answers.append([side.ofctl(*q.split()) for q in QUESTIONS])
    different = []
    for question, mine, other in zip(QUESTIONS, *answers):
        texts = [blocks(even(x.out)) + even(x.err).splitlines()[:1] for x in (mine, other)]
        if texts[0] != texts[1] or mine.code != other.code:
            different.append("\n".join([question, *texts[0], "--- not", *texts[1]]))
    assert not different, "\n\n".join(different)


# What a flow_mod may ask for that it does not get, or gets in its own way, and the flows then.
CHANGES = [
    ["add-flow br0 table=254,actions=2"],
    ["-O OpenFlow13 add-flow br0 table=254,actions=2"],
    ["-O OpenFlow13 add-flow br0 check_overlap,priority=7,ip,actions=2"],
    ["-O OpenFlow13 add-flow br0 check_overlap,priority=8,ip,actions=2"],
    ["mod-flows br0 ip,actions=3"],
    ["mod-flows br0 dl_vlan=77,actions=3"],
    ["-O OpenFlow13 mod-flows br0 dl_vlan=78,actions=3"],
    ["--strict mod-flows br0 priority=7,ip,nw_src=10.0.0.0/8,actions=1"],
    ["--strict mod-flows br0 priority=6,ip,nw_src=10.0.0.0/8,actions=1"],
    ["-O OpenFlow13 mod-flows br0 cookie=0x12/-1,actions=1"],
    ["del-flows br0 ip"],
    ["del-flows br0 table=1"],
    ["del-flows br0 out_port=2"],
    ["del-flows br0 cookie=0x12/-1"],
    ["del-flows br0 cookie=0x10/0xf0"],
    ["--strict del-flows br0 priority=1"],
    ["--strict del-flows br0 priority=2"],
    ["-O OpenFlow11 del-flows br0"],
    ["-O OpenFlow15 del-flows br0 arp"],
    ["-O OpenFlow15 add-flow br0 importance=5,priority=9,ip,actions=2", "del-flows br0 ip"],
    ["-O OpenFlow12 add-flow br0 tcp,actions=set_field:5->tcp_dst,2"],
    ["mod-port br0 2 no-flood"],
    ["mod-port br0 2 down", "mod-port br0 2 up"],
    ["mod-port br0 9 down"],
    ["set-frags br0 drop", "get-frags br0"],
]


def test_same_changes(sides):
    results = []
    for side in sides:
        texts = []
        for commands in CHANGES:
            side.set_flows(FLOWS)
            done = [side.ofctl(*c.split()) for c in commands]
            after = [side.ofctl("-O", "OpenFlow14", *c.split())
                     for c in ("dump-flows br0", "show br0")]
            texts.append(["; ".join(commands),
                          *[f"{d.code} {even(d.out)} {even(d.err)}" for d in done],
                          *[line for a in after for line in blocks(even(a.out))]])
        results.append(texts)
    different = ["\n".join([*mine, "--- not", *other])
                 for mine, other in zip(*results) if mine != other]
    assert not different, "\n\n".join(different)


def exchange(path, message):
    """The reply of the switch at PATH to MESSAGE of OpenFlow 1.5."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(path)
        file = s.makefile("rwb")
        file.write(bytes.fromhex("0600000800000001") + message)
        file.flush()
        while True:
            header = file.read(8)
            reply = header + file.read(int.from_bytes(header[2:4], "big") - 8)
            if header[4:] == message[4:8] and header[1] != 0:
                return reply


def test_statistics_of_single_flows(sandboxes):
    """OpenFlow 1.5's, which neither ovs-ofctl asks for."""
    box = sandboxes("weft")
    box.start_switch()
    box.vsctl("add-br br0 -- set bridge br0 datapath_type=dummy fail-mode=secure"
              " protocols=OpenFlow15")
    box.run("ovs-ofctl -O OpenFlow15 add-flows br0 -", stdin="priority=7,ip,actions=drop\n"
            "table=3,priority=9,tcp,tp_dst=80,actions=resubmit(,4)\n").ok()
    request = bytes.fromhex("06120038 00000005 0011 0000 00000000 03 000000 ffffffff ffffffff 00000000"
                            "0000000000000000 0000000000000000 0001 0004 00000000")
    reply = exchange(f"{box.env['OVS_RUNDIR']}/br0.mgmt", request)
    text = box.run(f"ovs-ofctl ofp-print {reply.hex()}").ok().out
    assert re.sub(r"duration=[0-9.]+s", "duration=T", text) == (
        "OFPST_FLOW_STATS reply (OF1.5) (xid=0x5):\n"
        " duration=T, table=3, n_packets=0, n_bytes=0, idle_age=0, priority=9,tcp,tp_dst=80\n")
    every = request[:16] + b"\xff" + request[17:]
    reply = exchange(f"{box.env['OVS_RUNDIR']}/br0.mgmt", every)
    assert box.run(f"ovs-ofctl ofp-print {reply.hex()}").ok().out.count("table=") == 2
    bad = exchange(f"{box.env['OVS_RUNDIR']}/br0.mgmt", request[:16] + b"\xfe" + request[17:])
    assert "OFPBRC_BAD_TABLE_ID" in box.run(f"ovs-ofctl ofp-print {bad.hex()}").ok().out
