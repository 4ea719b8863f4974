# SPDX-License-Identifier: Apache-2.0
"""Real packets between network namespaces through AF_PACKET ports, with default settings: the
devices' offloads stay on. What goes over the wire is captured and looked at."""
import contextlib

import pytest
from scapy.all import Dot1Q, Ether, ICMP, IP, TCP, UDP, rdpcap


@contextlib.contextmanager
def listening(host, *argv):
    """An iperf3 server on HOST, for one test."""
    server = host.popen(["iperf3", "-s", "-1", "--forceflush", *argv],
                        stdout=-1, stderr=-1)
    for line in server.stdout:
        if "Server listening" in line:
            break
    try:
        yield
    finally:
        server.terminate()
        server.communicate(timeout=10)


def ping(source, address, count=3):
    """How many of COUNT echo requests were answered."""
    done = source.run(["ping", "-c", str(count), "-i", "0.2", "-W", "1", address], check=False)
    summary = next(line for line in done.stdout.splitlines() if "received" in line)
    return int(summary.split()[3])


@pytest.fixture
def two_hosts(network, switch):
    """Hosts h1 and h2 on ports p1 and p2 of br0."""
    switch.start_switch(dummy=False)
    ns = switch.netns
    h1 = network.host("h1", "10.1.1.1/24", ns, "p1")
    h2 = network.host("h2", "10.1.1.2/24", ns, "p2")
    h1.address("eth0", "fd00::1/64")
    h2.address("eth0", "fd00::2/64")
    switch.vsctl("add-br br0 -- add-port br0 p1 -- add-port br0 p2")
    return h1, h2


def test_ping_both_families(two_hosts):
    h1, _ = two_hosts
    assert ping(h1, "10.1.1.2") == 3
    assert ping(h1, "fd00::2") == 3


def test_ping_of_many_sizes(two_hosts):
    """Fragments as well: 4000 bytes are three of them."""
    h1, _ = two_hosts
    for size in (0, 1, 1472, 1473, 4000):
        done = h1.run(["ping", "-c", "1", "-W", "2", "-s", str(size), "10.1.1.2"])
        assert "1 received" in done.stdout, size


@pytest.mark.parametrize("address", ["10.1.1.2", "fd00::2"])
def test_tcp_transfers_whole(two_hosts, switch, address):
    """Offloads on, as the kernel has them: 200 MB arrive, in big frames, not one by one."""
    h1, h2 = two_hosts
    assert "tcp-segmentation-offload: on" in h1.run("ethtool -k eth0").stdout
    with listening(h2):
        done = h1.run(["iperf3", "-c", address, "-n", "200M"])
    assert "receiver" in done.stdout
    packets = int(switch.vsctl("get interface p2 statistics:tx_packets"))
    flows = switch.appctl("dpctl/dump-flows")
    assert "packets:" in flows and packets < 200_000_000 // 1448


def test_udp_arrives(two_hosts):
    h1, h2 = two_hosts
    with listening(h2):
        done = h1.run(["iperf3", "-c", "10.1.1.2", "-u", "-b", "20M", "-n", "2M", "-l", "1000"])
    assert "(0%)" in done.stdout.splitlines()[-4], done.stdout


def test_bytes_are_not_changed(two_hosts, tmp_path):
    """Every byte value, in a stream that is compared at the other end."""
    h1, h2 = two_hosts
    data = tmp_path / "data"
    data.write_bytes(bytes(range(256)) * 40000)
    received = tmp_path / "received"
    sink = h2.popen(["socat", "-u", "TCP-LISTEN:9000,reuseaddr", f"OPEN:{received},creat"],
                    stderr=-1)
    h1.run(["socat", "-u", f"OPEN:{data}", "TCP:10.1.1.2:9000,retry=50,interval=0.1"])
    sink.communicate(timeout=20)
    assert received.read_bytes() == data.read_bytes()


def test_host_itself_is_on_the_bridge(two_hosts, switch):
    """The internal port: the switch's own namespace talks to h1."""
    h1, _ = two_hosts
    switch.netns.address("br0", "10.1.1.3/24")
    assert ping(h1, "10.1.1.3") == 3
    with listening(h1):
        assert "receiver" in switch.netns.run(["iperf3", "-c", "10.1.1.1", "-n", "50M"]).stdout
    with listening(switch.netns):
        assert "receiver" in h1.run(["iperf3", "-c", "10.1.1.3", "-n", "50M"]).stdout


def test_vlans_are_isolated(network, switch):
    """Two VLANs on one bridge and a trunk: broadcasts stay in their VLAN, tags are right."""
    switch.start_switch(dummy=False)
    ns = switch.netns
    a1 = network.host("a1", "10.1.1.1/24", ns, "p1")
    a2 = network.host("a2", "10.1.1.2/24", ns, "p2")
    b1 = network.host("b1", "10.1.1.3/24", ns, "p3")
    trunk = network.host("trunk", "10.9.9.9/24", ns, "p4")
    switch.vsctl("add-br br0 -- add-port br0 p1 tag=10 -- add-port br0 p2 tag=10"
                 " -- add-port br0 p3 tag=20 -- add-port br0 p4")
    with b1.capture("eth0", switch.path("b1.pcap")), \
            trunk.capture("eth0", switch.path("trunk.pcap")):
        assert ping(a1, "10.1.1.2") == 3
        assert ping(a1, "10.1.1.3", count=2) == 0
        assert ping(b1, "10.1.1.1", count=2) == 0
    mac = {h: h.ip("-br link show eth0").split()[2] for h in (a1, a2, b1)}
    seen_by_b1 = {p[Ether].src for p in rdpcap(switch.path("b1.pcap"))}
    assert mac[a1] not in seen_by_b1 and mac[a2] not in seen_by_b1
    for p in rdpcap(switch.path("trunk.pcap")):
        if p[Ether].src in (mac[a1], mac[a2]):
            assert p[Dot1Q].vlan == 10
        elif p[Ether].src == mac[b1]:
            assert p[Dot1Q].vlan == 20


def test_tagged_hosts_reach_access_ports(network, switch):
    """A frame made by hand, tagged, comes out untagged, and the reply is tagged again."""
    switch.start_switch(dummy=False)
    ns = switch.netns
    host = network.host("host", "10.1.1.1/24", ns, "p1")
    trunk = network.host("trunk", "10.9.9.9/24", ns, "p2")
    switch.vsctl("add-br br0 -- add-port br0 p1 tag=7"
                 " -- add-port br0 p2 vlan_mode=native-tagged tag=7")
    mac = host.ip("-br link show eth0").split()[2]
    source = "02:00:00:00:00:99"
    frame = bytes(Ether(src=source, dst=mac) / Dot1Q(vlan=7, prio=3)
                  / IP(src="10.1.1.5", dst="10.1.1.1") / ICMP())
    host.run(["ip", "neigh", "add", "10.1.1.5", "lladdr", source, "dev", "eth0"])
    with trunk.capture("eth0", switch.path("trunk.pcap"), "icmp or (vlan and icmp)"):
        send_raw(trunk, "eth0", frame)
        switch.wait_until(lambda: "10.1.1.1" in captured_sources(switch.path("trunk.pcap")),
                          what="for the echo reply on the trunk")
    reply = [p for p in rdpcap(switch.path("trunk.pcap")) if p[IP].src == "10.1.1.1"][0]
    assert reply[Dot1Q].vlan == 7


def captured_sources(path):
    try:
        return {p[IP].src for p in rdpcap(path) if IP in p}
    except Exception:                          # the capture has no header yet
        return set()


def send_raw(namespace, device, frame):
    code = ("import socket,sys;s=socket.socket(socket.AF_PACKET,socket.SOCK_RAW);"
            "s.bind((sys.argv[1],0));s.send(bytes.fromhex(sys.argv[2]))")
    namespace.run(["/usr/bin/python3", "-c", code, device, frame.hex()])


def test_checksums_are_right_on_the_wire(network, switch):
    """With the receiver's offloads off, what comes in must be valid as it is."""
    switch.start_switch(dummy=False)
    ns = switch.netns
    h1 = network.host("h1", "10.1.1.1/24", ns, "p1")
    h2 = network.host("h2", "10.1.1.2/24", ns, "p2")
    switch.vsctl("add-br br0 -- add-port br0 p1 tag=3 -- add-port br0 p2 tag=3")
    h1.run("ethtool -K eth0 tx off tso off gso off")
    with h2.capture("eth0", switch.path("h2.pcap")), listening(h2):
        h1.run(["iperf3", "-c", "10.1.1.2", "-n", "1M"])
    checked = 0
    for p in rdpcap(switch.path("h2.pcap")):
        if p[Ether].src == h2.ip("-br link show eth0").split()[2]:
            continue
        for layer in (IP, TCP, UDP):
            if layer in p:
                right = p.copy()
                del right[layer].chksum
                # 0 and 0xffff are the same sum.
                want = right.__class__(bytes(right))[layer].chksum
                assert want % 0xffff == p[layer].chksum % 0xffff
                checked += 1
    assert checked > 20                        # a busy machine does not capture all of them


def test_two_bridges_joined_by_patch_ports(network, switch):
    """The demo's topology in small: VLAN 900 through br-int and br-pif."""
    switch.start_switch(dummy=False)
    ns = switch.netns
    h1 = network.host("h1", "10.1.1.1/24", ns, "v1")
    h2 = network.host("h2", "10.1.1.2/24", ns, "v2")
    switch.vsctl("add-br br-int -- add-br br-pif"
                 " -- add-port br-int pi -- set interface pi type=patch options:peer=ip"
                 " -- add-port br-pif ip -- set interface ip type=patch options:peer=pi"
                 " -- add-port br-int v1 tag=900 -- add-port br-pif v2 tag=900")
    assert ping(h1, "10.1.1.2") == 3
    macs = switch.appctl("fdb/show br-pif")
    assert h1.ip("-br link show eth0").split()[2] in macs
    switch.vsctl("set port v2 tag=901")
    assert ping(h1, "10.1.1.2", count=2) == 0


def test_device_that_comes_later(network, switch):
    """A port whose device does not exist yet is taken in when it appears."""
    switch.start_switch(dummy=False)
    done = switch.run("ovs-vsctl --timeout=10 add-br br0 -- add-port br0 late")
    assert done.code == 65 and "could not open network device late (No such device)" in done.err
    assert switch.vsctl("get interface late ofport") == "-1"
    network.host("h1", "10.1.1.1/24", switch.netns, "late")
    switch.vsctl("wait-until interface late ofport=1")
    assert switch.vsctl("get interface late error") == "[]"


def test_link_state_is_followed(network, switch):
    switch.start_switch(dummy=False)
    host = network.host("h1", "10.1.1.1/24", switch.netns, "p1")
    switch.vsctl("add-br br0 -- add-port br0 p1")
    switch.vsctl("wait-until interface p1 link_state=up")
    host.ip("link set eth0 down")
    switch.vsctl("wait-until interface p1 link_state=down")
    assert switch.vsctl("get interface p1 admin_state") == "up"
