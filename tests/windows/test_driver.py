# SPDX-License-Identifier: Apache-2.0
"""OVSExt.sys in Wine's kernel, on the simulated switch, under ovs-vswitchd.exe: the bridges of the
guide for Windows, frames through them, their counters, and the death of ovs-vswitchd."""
import os
import re
from random import Random

MAC = {name: bytes.fromhex(f"00155d00{port:04x}") for name, port in
       (("nic", 1), ("host", 2), ("a", 3), ("b", 4), ("other", 5))}
PORT = {"nic": 1, "host": 2, "a": 3, "b": 4, "other": 5}
BROADCAST = b"\xff" * 6


def arp(sender, target="b", dst=BROADCAST, op=1):
    return dst + MAC[sender] + b"\x08\x06" + b"\x00\x01\x08\x00\x06\x04" + op.to_bytes(2, "big") \
        + MAC[sender] + bytes([10, 0, 0, PORT[sender]]) + bytes(6) \
        + bytes([10, 0, 0, PORT[target]]) + bytes(18)


def udp(sender, target, payload):
    data = b"\x03\xe8\x03\xe9" + (8 + len(payload)).to_bytes(2, "big") + b"\0\0" + payload
    header = b"\x45\0" + (20 + len(data)).to_bytes(2, "big") + b"\0\0\0\0\x40\x11\0\0" \
        + bytes([10, 0, 0, PORT[sender], 10, 0, 0, PORT[target]])
    return MAC[target] + MAC[sender] + b"\x08\0" + header + data


def tagged(frame, vid):
    return frame[:12] + b"\x81\0" + vid.to_bytes(2, "big") + frame[12:]


def start_vswitchd(windows):
    windows.ok("ovs-vswitchd", "-vfile:dbg", "--log-file", "--pidfile", "--detach")


def start(windows):
    windows.ok("ovsdb-tool", "create", windows.path("conf.db"),
               windows.env["OVS_PKGDATADIR"] + "\\vswitch.ovsschema")
    windows.ok("ovsdb-server", "-vfile:info", "--remote=punix:db.sock", "--log-file", "--pidfile",
               "--detach", windows.path("conf.db"))
    windows.ok("ovs-vsctl", "--no-wait", "init")
    start_vswitchd(windows)


def vsctl(windows, *words):
    return windows.ok("ovs-vsctl", "--timeout=60", *words)


def guide(switch):
    """The guide's bridges and ports, and a third machine in another VLAN."""
    windows = switch.windows
    switch.run("plug", "sw", 1, "external", "Ethernet0")
    switch.run("plug", "sw", 2, "internal", "vEthernet (external)")
    switch.run("plug", "sw", 3, "vm", "ovs-port-a")
    switch.run("plug", "sw", 4, "vm", "ovs-port-b")
    switch.run("plug", "sw", 5, "vm", "other")
    start(windows)
    vsctl(windows, "add-br", "br-int")
    vsctl(windows, "add-br", "br-pif")
    vsctl(windows, "add-port", "br-pif", "Ethernet0")
    vsctl(windows, "add-port", "br-pif", "vEthernet (external)")
    vsctl(windows, "add-port", "br-int", "patch-to-pif", "--", "set", "interface", "patch-to-pif",
          "type=patch", "options:peer=patch-to-int", "--", "add-port", "br-pif", "patch-to-int",
          "--", "set", "interface", "patch-to-int", "type=patch", "options:peer=patch-to-pif")
    vsctl(windows, "add-port", "br-int", "ovs-port-a", "tag=900")
    vsctl(windows, "add-port", "br-int", "ovs-port-b", "tag=900")
    vsctl(windows, "add-port", "br-int", "other", "tag=901")


def lookups(windows):
    text = windows.ok("ovs-dpctl", "show")
    found = re.search(r"lookups: hit:(\d+) missed:(\d+) lost:(\d+)", text)
    assert found, text
    return [int(n) for n in found.groups()]


def exchange(switch):
    """a and b find each other and talk."""
    switch.send(3, arp("a"))
    assert switch.wait(4) == [arp("a")]
    assert switch.wait(1) == [tagged(arp("a"), 900)]
    assert switch.wait(2) == [tagged(arp("a"), 900)]
    switch.nothing(3, 5)
    reply = arp("b", "a", MAC["a"], 2)
    switch.send(4, reply)
    assert switch.wait(3) == [reply]
    switch.nothing(1, 2, 5)
    for size in (1, 100, 1400):
        frame = udp("a", "b", b"x" * size)
        switch.send(3, frame)
        assert switch.wait(4) == [frame]
        switch.send(4, udp("b", "a", b"y" * size))
        assert switch.wait(3) == [udp("b", "a", b"y" * size)]
    switch.nothing(1, 2, 5)


def test_guide(switch):
    windows = switch.windows
    guide(switch)
    shown = windows.ok("ovs-dpctl", "show")
    assert shown.startswith("system@ovs-system:\n")
    for name in ("ovs-system (internal)", "br-int (internal)", "br-pif (internal)", "Ethernet0",
                 "vEthernet (external)", "ovs-port-a", "ovs-port-b"):
        assert re.search(rf"^  port \d+: {re.escape(name)}$", shown, re.M), shown
    exchange(switch)
    # From outside, in the VLAN and in another one.
    frame = udp("nic", "a", b"from outside")
    switch.send(1, tagged(frame, 900))
    assert switch.wait(3) == [frame]
    switch.nothing(4, 5)
    switch.send(1, tagged(arp("nic", "other"), 901))
    assert switch.wait(5) == [arp("nic", "other")]
    switch.wait(2)
    switch.nothing(3, 4)


def test_one_upcall_a_flow(switch):
    windows = switch.windows
    guide(switch)
    exchange(switch)
    frames = [udp("a", "b", bytes([i]) * 50) for i in range(40)]
    switch.send(3, frames[0])
    assert switch.wait(4) == frames[:1]
    hit, missed, lost = lookups(windows)
    for frame in frames:
        switch.send(3, frame)
    assert switch.wait(4, len(frames)) == frames
    assert lookups(windows) == [hit + len(frames), missed, lost]
    # The flow's counters, and the ports'.
    flows = windows.ok("ovs-dpctl", "dump-flows")
    port_a = int(re.search(r"port (\d+): ovs-port-a", windows.ok("ovs-dpctl", "show")).group(1))
    counts = [int(n) for n in re.findall(
        rf"in_port\({port_a}\).*eth_type\(0x0800\).*packets:(\d+)", flows)]
    assert sum(counts) >= len(frames), flows
    stats = windows.ok("ovs-dpctl", "-s", "show")
    received = int(re.search(r"ovs-port-a\n\s+RX packets:(\d+)", stats).group(1))
    assert received == 1 + 3 + 1 + len(frames), stats


def test_vswitchd_killed(switch):
    windows = switch.windows
    guide(switch)
    exchange(switch)
    before = windows.ok("ovs-dpctl", "show")
    windows.ok("taskkill", "/f", "/im", "ovs-vswitchd.exe")
    for i in range(5):
        frame = udp("a", "b", bytes([i]))
        switch.send(3, frame)
        assert switch.wait(4) == [frame]
    switch.send(5, arp("other", "nic"))  # a miss, for nobody
    switch.nothing(1)
    start_vswitchd(windows)
    ports = [line for line in before.splitlines() if "port" in line]

    def adopted():
        shown = windows.ok("ovs-dpctl", "show")
        return [line for line in shown.splitlines() if "port" in line] == ports
    windows.wait_until(adopted)
    frame = udp("b", "a", b"again")
    switch.send(4, frame)
    assert switch.wait(3) == [frame]

    def learned():
        switch.send(5, arp("other", "nic"))
        return switch.run("take", "sw", 1) != ""
    windows.wait_until(learned)


def test_machine_restarts(switch):
    windows = switch.windows
    guide(switch)
    for _ in range(3):
        switch.run("unplug", "sw", 4)
        switch.run("plug", "sw", 4, "vm", "ovs-port-b")
        exchange(switch)
    vsctl(windows, "del-port", "br-int", "ovs-port-b")
    switch.send(3, arp("a"))
    assert switch.wait(1) == [tagged(arp("a"), 900)]
    switch.nothing(4)


def test_unload(switch):
    windows = switch.windows
    guide(switch)
    exchange(switch)
    windows.ok("ovs-appctl", "exit", "--cleanup")
    switch.send(3, arp("a"))  # passes untouched
    switch.nothing(4)
    windows.ok("sc", "stop", "OVSExt")
    windows.wait_until(lambda: "STOPPED" in windows.run("sc", "query", "OVSExt").stdout)
    assert switch.failure() == ""


def script(switch, lines):
    """Runs LINES as one process's commands."""
    path = os.path.join(switch.windows.dir, "script")
    with open(path, "w", encoding="ascii") as f:
        f.write("".join(line + "\n" for line in lines))
    switch.windows.ok("simswitch", stdin=path, timeout=120)


PLUGS = {1: 'external Ethernet0', 2: 'internal "vEthernet (external)"', 3: "vm ovs-port-a",
         4: "vm ovs-port-b"}
BEGIN = ["switch sw"] + [f"plug sw {port} {what}" for port, what in PLUGS.items()]
END = [f"unplug sw {port}" for port in PLUGS] + ["pause sw", "detach sw", "switch-del sw"]


def life(random):
    """The commands of one life of a switch, from its making to its end."""
    lines = [f"option {name} {random.choice(('on', 'off'))}"
             for name in ("fragment", "async", "reorder", "pend", "vlan-oob")] + BEGIN
    for _ in range(12):
        port = random.randint(1, 4)
        frames = " ".join((udp("a", "b", bytes(random.randint(1, 1400))) if random.random() < 0.7
                           else tagged(arp("nic"), 900)).hex() for _ in range(random.randint(1, 5)))
        lines += random.choice((
            [f"send sw {port} {frames}"],
            [f"fail {random.choice(('alloc', 'grow'))} {random.randint(1, 20)}",
             f"send sw {port} {frames}", "quiesce sw 20000", "fail alloc 0", "fail grow 0"],
            [f"unplug sw {port}", f"plug sw {port} {PLUGS[port]}"],
            [f"send sw {port} {frames}", "pause sw", "restart sw"],
        ))
    return lines + END


def make_datapath(windows):
    windows.ok("ovs-dpctl", "add-dp", "system@ovs-system", "Ethernet0", "vEthernet (external)",
               "ovs-port-a", "ovs-port-b")
    for port, actions in ((3, "4,push_vlan(vid=900,pcp=0),1,2"), (4, "3,1,2"),
                          (1, "2,trunc(60),3,4")):
        windows.ok("ovs-dpctl", "add-flow", "system@ovs-system",
                   f"in_port({port}),eth(),eth_type(0x0800),ipv4(frag=no)", actions)


def test_fifty_lives(switch):
    """Switches made and ended under traffic, over a datapath with flows; the driver unloaded and
    loaded in between."""
    windows = switch.windows
    random = Random(1)
    script(switch, ["pause sw", "detach sw", "switch-del sw"])
    for i in range(50):
        if i % 10 == 0:
            if i:
                windows.ok("sc", "stop", "OVSExt")
                windows.ok("sc", "start", "OVSExt")
            script(switch, BEGIN)
            make_datapath(windows)
            script(switch, END)
        script(switch, life(random))
        if i % 10 == 9:
            assert lookups(windows)[0] > 50  # the flows did see traffic
    windows.ok("sc", "stop", "OVSExt")
    assert switch.failure() == ""
