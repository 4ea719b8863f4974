# SPDX-License-Identifier: Apache-2.0
"""Our ovs-ofctl and the packaged one on the packaged switch: the same answers, in every version."""
import re
import socket
import struct
import threading

import pytest

VERSIONS = ["OpenFlow10", "OpenFlow11", "OpenFlow12", "OpenFlow13", "OpenFlow14", "OpenFlow15"]
FLOWS = """\
priority=10,in_port=1,actions=output:2
priority=20,tcp,tp_src=80,actions=output:1,output:2
table=1,priority=5,ip,nw_src=10.0.0.0/8,actions=resubmit(,2)
table=1,priority=6,arp,actions=NORMAL
table=2,udp,tp_dst=53,actions=CONTROLLER:65535
table=3,reg0=0x1,cookie=0x55,actions=drop
table=3,priority=1,idle_timeout=100,actions=drop
priority=9,tcp,tp_src=443,send_flow_rem,actions=resubmit(,3)
"""
IP_UDP = "4500001c00000000401100000102030405060708" "0035003600080000"
QUESTIONS = [
    "show br0", "dump-desc br0", "dump-ports-desc br0", "dump-ports br0", "dump-ports br0 p1",
    "dump-ports br0 nosuch", "queue-stats br0", "queue-stats br0 1 2", "dump-tables br0",
    "dump-table-desc br0", "dump-table-features br0", "get-frags br0", "set-frags br0 foo",
    "dump-flows br0", "--no-stats dump-flows br0", "--names --no-stats dump-flows br0 table=1",
    "--sort dump-flows br0", "--rsort=tcp_src dump-flows br0", "dump-flows br0 table=1",
    "dump-flows br0 cookie=0x55/-1", "dump-flows br0 cookie=5", "dump-flows br0 reg0=1",
    "dump-flows br0 foo", "dump-flows br0 out_port=2", "dump-aggregate br0",
    "dump-aggregate br0 table=1", "dump-groups br0", "dump-groups br0 x", "dump-group-stats br0",
    "dump-group-features br0", "dump-meters br0", "meter-stats br0", "meter-features br0",
    "probe br0", "mod-port br0 p1 foo", "mod-port br0 nosuch up", "mod-table br0 1 foo",
    "mod-table br0 1 evict", "add-flow br0 actions=group:5", "add-flow br0 tcp",
    "add-flow br0 in_port=nosuch,actions=drop",
    "packet-out br0 in_port=1", "packet-out br0 in_port=1,packet=00,actions=2", "monitor br0 foo",
    "queue-get-config br0", "queue-get-config br0 p1", "queue-get-config br0 1 2",
    "queue-get-config br0 any", "queue-get-config br0 LOCAL", "queue-get-config br0 nosuch",
    "dump-ipfix-bridge br0", "dump-ipfix-flow br0", "dump-tlv-map br0", "ct-flush-zone br0 5",
    "ct-flush br0", "ct-flush br0 zone=5 ct_nw_src=10.0.0.1,ct_nw_proto=6",
]


@pytest.fixture
def switch(sandboxes):
    """(ours, theirs, box): functions that run either ovs-ofctl on the packaged switch of BOX."""
    box, clients = sandboxes("reference"), sandboxes("weft")
    box.start_switch()
    box.vsctl("add-br br0 -- set bridge br0 datapath_type=dummy fail-mode=secure"
              f" protocols={','.join(VERSIONS)} -- add-port br0 p1 -- set interface p1 type=dummy"
              " ofport_request=1 -- add-port br0 p2 -- set interface p2 type=dummy"
              " ofport_request=2")
    env = {k: box.env[k] for k in ("OVS_RUNDIR", "OVS_LOGDIR")}

    def ours(arguments, **kwargs):
        return clients.run(f"ovs-ofctl {arguments}", env=env, **kwargs)

    def theirs(arguments, **kwargs):
        return box.run(f"ovs-ofctl {arguments}", **kwargs)

    return ours, theirs, box


def steady(text):
    text = re.sub(r"^\d{4}-\d\d-\S+\|\d+\|\w+\|(WARN|INFO)\|.*\n", "", text, flags=re.M)
    text = re.sub(r"duration=[0-9.]+s", "duration=T", text)
    return re.sub(r"(idle|hard)_age=\d+", r"\1_age=T", text)


@pytest.mark.parametrize("version", VERSIONS)
def test_answers(switch, version):
    ours, theirs, _ = switch
    theirs("-O OpenFlow13 add-flows br0 -", stdin=FLOWS).ok()
    different = []
    for question in QUESTIONS:
        want, got = (f(f"-O {version} {question}") for f in (theirs, ours))
        if (want.code, steady(want.out), steady(want.err)) != \
                (got.code, steady(got.out), steady(got.err)):
            different.append(f"{question}\n--- theirs {want.code}\n{want.out}{want.err}"
                             f"--- ours {got.code}\n{got.out}{got.err}")
    assert not different, "\n".join(different)


@pytest.mark.parametrize("options", ["", "-O OpenFlow11", "-O OpenFlow13", "--bundle",
                                     "-O OpenFlow13 --bundle", "-O OpenFlow15"])
def test_flows_come_back(switch, options):
    """What we add is what we, and they, read; and once more from what was read."""
    ours, theirs, box = switch
    flows = "\n".join(line for line in FLOWS.splitlines()
                      if "11" not in options or "reg0" not in line) + "\n"
    box.write("flows", flows)
    ours(f"{options} add-flows br0 -", stdin=flows).ok()
    # Flags are no difference; what 1.0 says of the table is a format of its own there.
    assert theirs(f"-O OpenFlow13 diff-flows br0 {box.path('cwd', 'flows')}").ok().out == ""
    assert ours(f"-O OpenFlow13 diff-flows br0 {box.path('cwd', 'flows')}").ok().out == ""
    dumped = ours("--no-stats dump-flows br0").ok().out
    theirs("-O OpenFlow13 del-flows br0").ok()
    ours("add-flows br0 -", stdin=dumped).ok()
    assert ours("--no-stats dump-flows br0").ok().out == dumped


def test_changes(switch):
    ours, theirs, box = switch

    def flows():
        return theirs("--no-stats dump-flows br0").ok().lines

    ours("add-flow br0 in_port=p1,cookie=7,actions=p2").ok()
    ours("add-flow br0 table=1,priority=3,tcp,actions=drop").ok()
    assert flows() == [" cookie=0x7, in_port=1 actions=output:2",
                       " table=1, priority=3,tcp actions=drop"]
    ours("mod-flows br0 cookie=7/-1,actions=drop").ok()
    ours("--strict del-flows br0 table=1,priority=4,tcp").ok()
    assert flows()[0].endswith("in_port=1 actions=drop") and len(flows()) == 2
    ours("--strict del-flows br0 table=1,priority=3,tcp").ok()
    assert len(flows()) == 1
    box.write("wanted", "priority=5,arp,actions=NORMAL\ntable=2,ip,actions=1\n")
    ours(f"replace-flows br0 {box.path('cwd', 'wanted')}").ok()
    assert flows() == [" priority=5,arp actions=NORMAL", " table=2, ip actions=output:1"]
    ours(f"--bundle replace-flows br0 {box.path('cwd', 'wanted')}").ok()
    assert len(flows()) == 2
    ours("del-flows br0").ok()
    assert flows() == []


def test_tunnel_options(switch):
    ours, theirs, _ = switch
    options = ["{class=0xffff,type=0x80,len=4}->tun_metadata0",
               "{class=0xffff,type=0x81,len=8}->tun_metadata63"]
    for version in [v for v in VERSIONS if v != "OpenFlow11"]:  # which has no such fields
        ours(f"-O {version} add-tlv-map br0 '{','.join(options)}'").ok()
        told = theirs(f"-O {version} dump-tlv-map br0").ok().out
        assert "tun_metadata0" in told and "tun_metadata63" in told
        again = ours(f"-O {version} add-tlv-map br0 '{options[0]}'")
        assert again.code == 1 and "NXTTMFC_ALREADY_MAPPED" in again.err
        ours(f"-O {version} del-tlv-map br0 '{options[0]}'").ok()
        assert "tun_metadata0" not in theirs(f"-O {version} dump-tlv-map br0").ok().out
        ours(f"-O {version} del-tlv-map br0").ok()
        assert "tun_metadata63" not in theirs(f"-O {version} dump-tlv-map br0").ok().out


def test_a_bundle_of_many_kinds(switch):
    ours, theirs, box = switch
    box.write("changes", "group group_id=1,type=all,bucket=2\nflow in_port=1,actions=group:1\n"
              "flow modify in_port=1,actions=2\n# none\ngroup delete group_id=1\n"
              f"packet-out in_port=2 packet={'0' * 28} actions=1\n")
    for version in ("OpenFlow10", "OpenFlow13", "OpenFlow14", "OpenFlow15"):
        ours(f"-O {version} bundle br0 {box.path('cwd', 'changes')}").ok()
        assert theirs("--no-stats dump-flows br0").ok().lines == [" in_port=1 actions=output:2"]
        assert "group_id" not in theirs("-O OpenFlow13 dump-groups br0").ok().out
        theirs("del-flows br0").ok()
    box.write("changes", "flow actions=1\nflow actions=group:77\n")
    done = ours(f"bundle br0 {box.path('cwd', 'changes')}")
    assert done.code == 1 and "Error OFPBAC_BAD_OUT_GROUP for: OFPT_FLOW_MOD" in done.err
    assert theirs("--no-stats dump-flows br0").ok().lines == []


def test_an_error_among_many(switch):
    """Flows are sent without waiting: the first error is told and is the exit status."""
    ours, theirs, _ = switch
    lines = "".join(f"priority={i},actions=drop\n" for i in range(1, 500))
    done = ours("-O OpenFlow13 add-flows br0 -", stdin=lines + "actions=group:9\n" + lines)
    assert done.code == 1 and "OFPBAC_BAD_OUT_GROUP" in done.err
    done = ours("--bundle add-flows br0 -", stdin="tcp,actions=drop\nactions=group:9\n")
    assert done.code == 1 and "Error OFPBAC_BAD_OUT_GROUP for: OFPT_FLOW_MOD" in done.err
    assert "tcp" not in theirs("dump-flows br0").ok().out


def test_groups_and_meters(switch):
    ours, theirs, _ = switch
    ours("-O OpenFlow15 add-group br0 group_id=1,type=select,bucket=weight:5,actions=1").ok()
    ours("-O OpenFlow15 insert-buckets br0 group_id=1,command_bucket_id=last,"
         "bucket=bucket_id:1,actions=2").ok()
    dumped = theirs("-O OpenFlow15 dump-groups br0").ok().out
    assert "weight:5,actions=output:1" in dumped and "actions=output:2" in dumped
    assert ours("-O OpenFlow15 dump-groups br0").ok().out == dumped
    ours("-O OpenFlow13 add-groups br0 -", stdin="group_id=2,type=all,bucket=1\ndelete group_id=1\n")
    assert "group_id=1" not in theirs("-O OpenFlow13 dump-groups br0").ok().out
    ours("-O OpenFlow13 --may-create mod-group br0 group_id=3,type=all,bucket=2").ok()
    ours("-O OpenFlow13 add-meter br0 meter=1,kbps,bands=type=drop,rate=5").ok()
    assert ours("-O OpenFlow13 dump-meters br0").ok().out == \
        theirs("-O OpenFlow13 dump-meters br0").ok().out
    ours("-O OpenFlow13 del-meters br0").ok()
    ours("-O OpenFlow13 del-groups br0").ok()
    assert "group_id" not in theirs("-O OpenFlow13 dump-groups br0").ok().out


def test_ports_and_tables(switch):
    ours, theirs, _ = switch
    ours("mod-port br0 p1 no-flood").ok()
    assert "NO_FLOOD" in theirs("show br0").ok().out
    ours("set-frags br0 drop").ok()
    assert theirs("get-frags br0").ok().out == "drop\n"
    ours("-O OpenFlow14 mod-table br0 1 evict").ok()
    assert "eviction=on" in theirs("-O OpenFlow14 dump-table-desc br0").ok().out


NAMED = [
    "add-flow br0 table=first,in_port=p1,actions=resubmit(,second)",
    "add-flow br0 priority=1,actions=goto_table:first",
    "add-flow br0 'priority=2,actions=resubmit(p1,\"first\")'",
    "add-flow br0 priority=3,ip,actions=ct(table=first)",
    "add-flow br0 priority=4,actions=learn(table=first,in_port=5)",
    "add-flow br0 'priority=5,actions=clone(resubmit(,first)),write_actions(output:p2),goto_table:5x'",
    "add-flow br0 priority=6,actions=goto_table:nosuch",
    "add-flow br0 'priority=6,actions=resubmit(,nosuch)'",
    "add-flow br0 priority=6,ip,actions=ct(table=nosuch)",
    "add-flow br0 priority=6,actions=learn(table=nosuch)",
    "add-flow br0 'priority=6,actions=resubmit(,\"fir\")'",
    "add-flow br0 table=nosuch,actions=drop",
    "--no-names add-flow br0 priority=6,actions=goto_table:first",
    "--may-create mod-group br0 'group_id=1,type=all,bucket=actions=resubmit(,first)'",
    "packet-out br0 'in_port=p1,packet=0001020304050607080910110800,actions=resubmit(,first)'",
    "--names --no-stats dump-flows br0", "--no-names --no-stats dump-flows br0",
    "--names dump-groups br0", "--no-names dump-groups br0",
    "mod-table br0 first foo", "mod-table br0 nosuch evict", "mod-table br0 first evict",
    "mod-table br0 254 name:x", "mod-table br0 all name:x", "mod-table br0 1 name:",
]


@pytest.mark.parametrize("version", ["OpenFlow13", "OpenFlow15"])
def test_names_of_tables(switch, version):
    ours, theirs, box = switch
    box.vsctl("-- --id=@a create flow_table name=first -- --id=@b create flow_table name=second"
              " -- --id=@c create flow_table name=5x"
              " -- set bridge br0 flow_tables:1=@a flow_tables:2=@b flow_tables:3=@c")
    for question in NAMED:
        want, got = (f(f"-O {version} {question}") for f in (theirs, ours))
        assert (want.code, steady(want.out), steady(want.err)) == \
            (got.code, steady(got.out), steady(got.err)), question


def test_a_table_is_renamed(switch):
    """The packaged switch refuses this in some versions, and lets it be in others: what counts is
    that both ask the same of it."""
    ours, theirs, _ = switch
    debug = "-vvconn:console:dbg -O OpenFlow15 mod-table br0 1 name:x"
    asked = [re.search(r"sent \(Success\): OFPST_TABLE_FEATURES request[^\n]*\n  command: modify\n"
                       r"(?:  .*\n)+", f(debug).err) for f in (theirs, ours)]
    assert all(asked)
    assert asked[0][0].split("\n", 1)[1] == asked[1][0].split("\n", 1)[1]
    listed = [re.findall(r"table \d+[^\n]*", f("-O OpenFlow13 -vvconn:console:dbg mod-table br0 1"
                                               " name:x").err) for f in (theirs, ours)]
    assert any('table 1 ("x")' in line for line in listed[0]) == \
        any('table 1 ("x")' in line for line in listed[1])


def test_monitor_sees_a_packet(switch):
    ours, _, box = switch
    ours(f"monitor br0 65534 --detach --no-chdir --pidfile={box.path('run', 'monitor.pid')}"
         f" --unixctl={box.path('run', 'monitor.ctl')}").ok()
    try:
        ours("add-flow br0 actions=controller").ok()
        ours("packet-out br0 in_port=1,packet=00000000000b00000000000a0800,actions=table").ok()
        def tell(*words):
            return box.run(["ovs-appctl", "-t", box.path("run", "monitor.ctl"), *words])
        tell("ofctl/barrier").ok()
        out = box.path("run", "monitored")
        tell("ofctl/set-output-file", out).ok()
        bad = tell("ofctl/packet-out", "in_port=1 packet=00")
        assert bad.code == 2 and "packet" in bad.err
        done = tell("ofctl/packet-out",
                    "in_port=1 packet=00000000000c00000000000a0800 actions=table").ok()
        assert done.out.startswith("send: OFPT_PACKET_OUT")
        box.wait_until(lambda: "dl_dst=00:00:00:00:00:0c" in open(out, encoding="utf-8").read())
    finally:
        box.run(["ovs-appctl", "-t", box.path("run", "monitor.ctl"), "exit"])


def fake_switch(path, said):
    """A switch of OpenFlow 1.0 that says hello, tells its features and sends SAID's packet-in."""
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    s.settimeout(10)
    s.sendall(struct.pack(">BBHI", 1, 0, 8, 1))
    rest, got = b"", []
    while len([m for m in got if m[1] in (4, 13, 14)]) < said["answers"]:
        rest += s.recv(65536)
        while len(rest) >= 8 and len(rest) >= struct.unpack(">H", rest[2:4])[0]:
            n = struct.unpack(">H", rest[2:4])[0]
            message, rest = rest[:n], rest[n:]
            got.append(message)
            if message[1] == 5:
                body = struct.pack(">QIB3xII", 1, 0, 1, 0, 0xfff)
                s.sendall(struct.pack(">BBH", 1, 6, 8 + len(body)) + message[4:8] + body)
            if message[1] == 9:
                for port, src, dst in said["packets"]:
                    frame = bytes.fromhex(dst + src + "0800" + IP_UDP)
                    body = struct.pack(">IHHBx", 0xffffffff, len(frame), port, 0) + frame
                    s.sendall(struct.pack(">BBHI", 1, 10, 8 + len(body), 0) + body)
    said["got"] = [m for m in got if m[1] in (4, 13, 14)]
    s.close()


@pytest.mark.parametrize("option", ["", "-n", "-H", "-w", "-q 5", "--with-flows=given",
                                    "--with-flows=given2"])
def test_testcontroller(sandboxes, option):
    """Two switches alike, under our controller and the packaged one, are told the same."""
    packets = [(1, "00000000000a", "00000000000b"), (2, "00000000000b", "00000000000a"),
               (1, "00000000000a", "ffffffffffff")]
    answers = {"": 4, "-n": 3, "-H": 6, "-w": 4, "-q 5": 4, "--with-flows=given2": 8}.get(option, 6)
    told = []
    for kind in ("weft", "reference"):
        box = sandboxes(kind)
        path = box.path("run", "controller.sock")
        box.write("given", "tcp,actions=2\n# none\npriority=5,actions=drop\n")
        box.write("given2", "reg0=5,actions=2\ntable=3,actions=drop\n")
        box.start("ovs-testcontroller", *option.split(), f"punix:{path}")
        said = {"packets": packets, "answers": answers}
        thread = threading.Thread(target=fake_switch, args=(path, said), daemon=True)
        thread.start()
        thread.join(20)
        told.append(said.get("got"))
    assert told[0] is not None and told[0] == told[1]


# -- Captures --

def tcp_frame(source, destination, seq, data, flags=0x10):
    """An Ethernet frame with a TCP segment between (ADDRESS, PORT)s."""
    (a, sport), (b, dport) = source, destination
    tcp = struct.pack(">HHIIBBHHH", sport, dport, seq, 0, 0x50, flags, 1000, 0, 0) + data
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, a, b) + tcp
    return bytes(12) + b"\x08\x00" + ip.ljust(46, b"\0")


def capture(path, frames, order="<", magic=0xa1b2c3d4):
    with open(path, "wb") as f:
        f.write(struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, 1))
        for i, frame in enumerate(frames):
            f.write(struct.pack(f"{order}IIII", 1000 + i, i, len(frame), len(frame)) + frame)


def test_openflow_in_a_capture(sandboxes):
    """Segments out of order, again, cut anywhere; other traffic between; all kinds of files."""
    box = sandboxes("weft")
    path = box.path("cwd", "capture")
    switch, controller = (b"\x0a\0\0\x01", 40000), (b"\x0a\0\0\x02", 6653)
    stream = bytes.fromhex("0100000800000001") + bytes.fromhex("0102000c00000002") + b"abcd"
    frames = [tcp_frame(switch, controller, 99, b"", 2),
              tcp_frame(switch, controller, 105, stream[5:9]),
              tcp_frame(switch, controller, 109, stream[9:]),
              bytes(12) + b"\x08\x06" + bytes(28),
              tcp_frame(switch, (controller[0], 80), 5, stream),
              tcp_frame(switch, controller, 100, stream[:5]),
              tcp_frame(switch, controller, 100, stream[:7]),
              tcp_frame(controller, switch, 501, stream[:8]),
              tcp_frame(switch, controller, 120, b"", 0x11)]
    wanted = ("10.0.0.1.40000 > 10.0.0.2.6653:\nOFPT_HELLO (xid=0x1):\n version bitmap: 0x01\n"
              "\n10.0.0.1.40000 > 10.0.0.2.6653:\n"
              "OFPT_ECHO_REQUEST (xid=0x2): 4 bytes of payload\n"
              "\n10.0.0.2.6653 > 10.0.0.1.40000:\nOFPT_HELLO (xid=0x1):\n"
              " version bitmap: 0x01\n")
    for order, magic in ((">", 0xa1b2c3d4), ("<", 0xa1b2c3d4), ("<", 0xa1b23c4d)):
        capture(path, frames, order, magic)
        assert box.run(f"ovs-ofctl ofp-parse-pcap {path}").ok().out == wanted
    stamped = box.run(f"ovs-ofctl --timestamp ofp-parse-pcap {path} 6653").ok().lines
    assert stamped[0] == "00:16:45.000 10.0.0.1.40000 > 10.0.0.2.6653:"
    assert "80:" in box.run(f"ovs-ofctl ofp-parse-pcap {path} 80").ok().out
    whole = open(path, "rb").read()
    for n in range(0, len(whole), 7):  # cut anywhere: what is whole is shown, nothing crashes
        with open(path, "wb") as f:
            f.write(whole[:n])
        assert box.run(f"ovs-ofctl ofp-parse-pcap {path}").code in (0, 1)
