# SPDX-License-Identifier: Apache-2.0
"""ovs-vswitchd as its users start, drive and end it."""
import os
import re
import signal

import pytest


def test_version(sandbox):
    out = sandbox.run("ovs-vswitchd --version").ok().lines
    assert re.fullmatch(r"ovs-vswitchd \(Open vSwitch\) \d+\.\d+\.\d+", out[0])
    assert re.fullmatch(r"Weft \d+\.\d+\.\d+", out[1])


@pytest.mark.parametrize("arguments", ["--nonsense", "a b", "tcp-is-no-stream:x", "--unixctl"])
def test_bad_command_lines(sandbox, arguments):
    done = sandbox.run(f"ovs-vswitchd {arguments}")
    assert done.code == 1 and done.out == "" and "ovs-vswitchd: " in done.err


def test_normal_run_is_quiet(sandbox):
    """Nothing on standard output, and no warning anywhere."""
    sandbox.start_ovsdb_server()
    sandbox.vsctl("--no-wait init")
    done = sandbox.run(["ovs-vswitchd", "--detach", "--no-chdir", "--pidfile", "--log-file",
                        "--enable-dummy", f"unix:{sandbox.db_sock}"])
    pid = int(sandbox.read("run", "ovs-vswitchd.pid"))
    try:
        assert done.code == 0 and done.out == ""
        assert all("|INFO|" in line for line in done.err.splitlines())
        sandbox.vsctl("add-br br0 -- set bridge br0 datapath_type=dummy"
                      " -- add-port br0 p1 -- set interface p1 type=dummy")
        sandbox.vsctl("del-br br0")
        sandbox.appctl("exit")
        sandbox.wait_until(lambda: not alive(pid), what="for the daemon's end")
    finally:
        if alive(pid):
            os.kill(pid, signal.SIGKILL)
    for name in ("ovs-vswitchd.log", "ovsdb-server.log"):
        assert not re.search(r"\|(WARN|ERR|EMER)\|", sandbox.read("log", name))


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_exit_removes_what_it_made(sandbox):
    sandbox.start_switch()
    sandbox.vsctl("add-br br0")
    run = sandbox.path("run")
    assert [n for n in os.listdir(run) if n.endswith(".ctl") and n.startswith("ovs-vswitchd")]
    assert sandbox.appctl("exit --cleanup") == ""
    assert sandbox.wait_end("ovs-vswitchd") == 0
    assert not [n for n in os.listdir(run) if n.startswith("ovs-vswitchd")]


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it(sandbox, sig):
    sandbox.start_switch()
    sandbox.vsctl("add-br br0")
    sandbox.stop("ovs-vswitchd", sig)
    assert not os.path.exists(sandbox.path("run", "ovs-vswitchd.pid"))


def test_configuration_survives_a_restart(sandbox):
    sandbox.start_switch()
    sandbox.vsctl("add-br br0 -- add-port br0 p1 -- set interface p1 type=dummy ofport_request=5")
    before = sandbox.vsctl("get bridge br0 datapath_id")
    sandbox.stop("ovs-vswitchd")
    sandbox.start_vswitchd()
    assert sandbox.vsctl("get interface p1 ofport") == "5"
    assert sandbox.vsctl("get bridge br0 datapath_id") == before


def test_comes_back_when_the_database_does(sandbox):
    sandbox.start_switch()
    sandbox.vsctl("add-br br0")
    sandbox.stop("ovsdb-server")
    sandbox.start_ovsdb_server(databases=[sandbox.path("db", "conf.db")])
    sandbox.vsctl("add-port br0 p1 -- set interface p1 type=dummy")
    assert sandbox.vsctl("get interface p1 ofport") == "1"
    assert "p1 1/1: (dummy)" in sandbox.appctl("dpif/show")


def test_second_switch_on_one_database_waits(sandbox):
    """The lock on the database keeps two daemons apart; the second takes over."""
    sandbox.start_switch()
    sandbox.vsctl("add-br br0")
    second = sandbox.popen(["ovs-vswitchd", "--enable-dummy=override", "-vconsole:off",
                            f"--log-file={sandbox.path('log', 'second.log')}",
                            f"--unixctl={sandbox.path('run', 'second.ctl')}",
                            f"unix:{sandbox.db_sock}"])
    sandbox.wait_until(lambda: os.path.exists(sandbox.path("log", "second.log")) and
                       "another ovs-vswitchd process is running" in sandbox.read("log", "second.log"))
    shown = sandbox.appctl("dpif/show", target=sandbox.path("run", "second.ctl"))
    assert "br0" not in shown
    sandbox.stop("ovs-vswitchd")
    sandbox.vsctl("add-br br1")
    assert "br1" in sandbox.appctl("dpif/show", target=sandbox.path("run", "second.ctl"))
    assert second.poll() is None


def test_bad_rows_do_no_harm(sandbox):
    """What the schema allows and the switch cannot do is reported, and all else works."""
    sandbox.start_switch()
    done = sandbox.run("ovs-vsctl --timeout=10 add-br br0"
                       " -- add-port br0 p1 -- set interface p1 type=nonsense"
                       " -- add-port br0 p2 -- set interface p2 type=patch"
                       " -- add-port br0 p3 -- set interface p3 type=dummy")
    assert "p1" in done.err and "p2" in done.err and "p3" not in done.err
    assert sandbox.vsctl("get interface p1 ofport") == "-1"
    assert sandbox.vsctl("get interface p3 ofport") == "1"
    sandbox.run("ovs-vsctl --timeout=10 set interface p1 type=dummy"
                " -- set interface p2 options:peer=p2x")
    assert sandbox.vsctl("get interface p1 error") == "[]"
    sandbox.vsctl("get interface p2 ofport")


def test_dummies_for_system_devices_only(sandbox):
    """--enable-dummy=system: bridges of type system run on dummies, so do their devices."""
    sandbox.start_ovsdb_server()
    sandbox.vsctl("--no-wait init")
    sandbox.start("ovs-vswitchd", "--enable-dummy=system", f"unix:{sandbox.db_sock}")
    sandbox.vsctl("add-br br0 -- add-port br0 eth9")
    assert sandbox.appctl("dpif/show").splitlines()[1:] == [
        "  br0:", "    br0 65534/100: (dummy-internal)", "    eth9 1/9: (dummy)"]
    assert sandbox.appctl("dpctl/dump-dps") == "system@ovs-system"
    assert sandbox.vsctl("get open_vswitch . datapath_types") == "[dummy, netdev, system]"


def test_local_address(sandbox):
    """other_config:hwaddr is the local port's address and the datapath's ID."""
    sandbox.start_switch()
    sandbox.vsctl("add-br br0 -- set bridge br0 other_config:hwaddr=00:11:22:33:44:55")
    assert sandbox.vsctl("get interface br0 mac_in_use") == '"00:11:22:33:44:55"'
    assert sandbox.vsctl("get bridge br0 datapath_id") == '"0000001122334455"'


def test_addresses_age_and_flows_idle(sandbox):
    """On the stopped clock."""
    sandbox.start_switch()
    sandbox.vsctl("add-br br0 -- set bridge br0 other_config:mac-aging-time=30"
                  " -- add-port br0 p1 -- set interface p1 type=dummy"
                  " -- add-port br0 p2 -- set interface p2 type=dummy")
    sandbox.appctl("time/stop")
    sandbox.appctl("netdev-dummy/receive p1 'in_port(1),eth(src=50:54:00:00:00:05,"
                   "dst=50:54:00:00:00:07),eth_type(0x1234)'")
    assert "50:54:00:00:00:05    0" in sandbox.appctl("fdb/show br0")
    assert "eth_type(0x1234)" in sandbox.appctl("dpctl/dump-flows")
    sandbox.appctl("time/warp 12000 500")
    assert "eth_type(0x1234)" not in sandbox.appctl("dpctl/dump-flows")
    assert "50:54:00:00:00:05   12" in sandbox.appctl("fdb/show br0")
    sandbox.appctl("time/warp 20000 500")
    assert "50:54:00:00:00:05" not in sandbox.appctl("fdb/show br0")


def test_vlan_modes_on_dummies(sandbox):
    """Every mode, in both directions, by the actions of the flows."""
    sandbox.start_switch()
    sandbox.vsctl("add-br br0"
                  " -- add-port br0 p1 tag=10 -- set interface p1 type=dummy"
                  " -- add-port br0 p2 trunks=10,20 -- set interface p2 type=dummy"
                  " -- add-port br0 p3 tag=10 vlan_mode=native-untagged -- set interface p3 type=dummy"
                  " -- add-port br0 p4 tag=10 vlan_mode=native-tagged -- set interface p4 type=dummy"
                  " -- add-port br0 p5 tag=20 -- set interface p5 type=dummy")
    untagged = "eth(src=50:54:00:00:00:{0:02d},dst=ff:ff:ff:ff:ff:ff),eth_type(0x1234)"
    sandbox.appctl(["netdev-dummy/receive", "p1", "in_port(1)," + untagged.format(1)])
    flow = next(line for line in sandbox.appctl("dpctl/dump-flows").splitlines()
                if "src=50:54:00:00:00:01" in line)
    assert tags(flow) == {"2": "10", "3": "", "4": "10", "100": "10"}
    tagged = ("eth(src=50:54:00:00:00:02,dst=ff:ff:ff:ff:ff:ff),eth_type(0x8100),"
              "vlan(vid=20,pcp=0),encap(eth_type(0x1234))")
    sandbox.appctl(["netdev-dummy/receive", "p2", "in_port(2)," + tagged])
    flow = next(line for line in sandbox.appctl("dpctl/dump-flows").splitlines()
                if "src=50:54:00:00:00:02" in line)
    assert tags(flow, "20") == {"3": "20", "4": "20", "5": "", "100": "20"}
    wrong = tagged.replace("vid=20", "vid=30").replace("00:02", "00:03")
    sandbox.appctl(["netdev-dummy/receive", "p2", "in_port(2)," + wrong])
    flow = next(line for line in sandbox.appctl("dpctl/dump-flows").splitlines()
                if "src=50:54:00:00:00:03" in line)
    assert flow.endswith("actions:drop")


def tags(flow, tag=""):
    """Output port → the tag ("" for none) that a frame has there, from a flow's actions."""
    result = {}
    actions = flow.split("actions:")[1]
    for action in re.findall(r"push_vlan\(vid=(\d+)[^)]*\)|(pop_vlan)|(\d+)", actions):
        if action[0]:
            tag = action[0]
        elif action[1]:
            tag = ""
        else:
            result[action[2]] = tag
    return result
