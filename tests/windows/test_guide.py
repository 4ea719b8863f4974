# SPDX-License-Identifier: Apache-2.0
"""The steps of the guide for Windows, as its reader types them, through named pipes; frames
between dummy ports; both daemons as services."""
import os
import re

import pytest

PROGRAMS = ["ovsdb-server", "ovsdb-tool", "ovsdb-client", "ovs-vswitchd", "ovs-vsctl",
            "ovs-appctl", "ovs-dpctl"]


def start(windows, *vswitchd_options):
    windows.ok("ovsdb-tool", "create", windows.path("conf.db"),
               windows.env["OVS_PKGDATADIR"] + "\\vswitch.ovsschema")
    windows.ok("ovsdb-server", "-vfile:info", "--remote=punix:db.sock", "--log-file", "--pidfile",
               "--detach", windows.path("conf.db"))
    windows.ok("ovs-vsctl", "--no-wait", "init")
    windows.ok("ovs-vswitchd", "-vfile:info", "--log-file", "--pidfile", "--detach",
               *vswitchd_options)


@pytest.mark.parametrize("program", PROGRAMS)
def test_version(windows, program):
    assert re.match(rf"{program}(\.exe)? \(Open vSwitch\) \d", windows.ok(program, "--version"))


def test_the_four_steps(windows):
    start(windows)
    windows.ok("ovs-vsctl", "--timeout=30", "add-br", "br-int")
    windows.ok("ovs-vsctl", "--timeout=30", "add-br", "br-pif")
    shown = windows.ok("ovs-vsctl", "show")
    assert "Bridge br-int" in shown and "Bridge br-pif" in shown
    windows.ok("ovs-vsctl", "--timeout=30", "--no-wait", "add-port", "br-pif",
               "vEthernet (external)")
    assert windows.ok("ovs-vsctl", "list-ports", "br-pif") == "vEthernet (external)\n"
    assert 'Port "vEthernet (external)"' in windows.ok("ovs-vsctl", "show")
    assert sorted(n for n in os.listdir(windows.state) if n.endswith(".pid")) == \
        ["ovs-vswitchd.pid", "ovsdb-server.pid"]
    windows.ok("ovs-appctl", "-t", "ovsdb-server", "exit")
    windows.ok("ovs-appctl", "exit")
    windows.wait_until(lambda: not [n for n in os.listdir(windows.state) if n.endswith(".pid")])


def test_frames_between_dummies(windows):
    start(windows, "--enable-dummy")
    windows.ok("ovs-vsctl", "--timeout=30", "add-br", "br0", "--", "set", "bridge", "br0",
               "datapath_type=dummy", "--", "add-port", "br0", "p1", "tag=5", "--", "set",
               "interface", "p1", "type=dummy", "--", "add-port", "br0", "p2", "--", "set",
               "interface", "p2", "type=dummy")
    windows.ok("ovs-appctl", "netdev-dummy/receive", "p1",
               "in_port(1),eth(src=50:54:00:00:00:05,dst=50:54:00:00:00:07),eth_type(0x0800),"
               "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=1,dst=2)")
    flows = windows.ok("ovs-appctl", "dpctl/dump-flows")
    assert "push_vlan(vid=5,pcp=0)" in flows
    assert "50:54:00:00:00:05" in windows.ok("ovs-appctl", "fdb/show", "br0")
    assert "p2 (dummy)" in windows.ok("ovs-dpctl", "show")
    sent = windows.ok("ovs-appctl", "dpctl/show", "-s")
    assert "TX packets:1" in sent


def test_services(windows):
    """Both daemons: created, started, queried, stopped, deleted."""
    windows.ok("ovsdb-tool", "create", windows.path("conf.db"),
               windows.env["OVS_PKGDATADIR"] + "\\vswitch.ovsschema")
    usr = "Z:" + windows.programs.replace("/", "\\")
    commands = {
        "ovsdb-server": f"{usr}\\ovsdb-server.exe {windows.path('conf.db')} -vfile:info "
                        f"--log-file={windows.path('ovsdb-server.log')} "
                        f"--pidfile={windows.path('ovsdb-server.pid')} "
                        f"--unixctl={windows.path('ovsdb-server.ctl')} "
                        f"--remote=punix:{windows.path('db.sock')} --service --service-monitor",
        "ovs-vswitchd": f"{usr}\\ovs-vswitchd.exe unix:{windows.path('db.sock')} -vfile:info "
                        f"--log-file={windows.path('ovs-vswitchd.log')} "
                        f"--pidfile={windows.path('ovs-vswitchd.pid')} "
                        f"--unixctl={windows.path('ovs-vswitchd.ctl')} "
                        "--service --service-monitor",
    }
    for name, command in commands.items():
        windows.ok("sc", "create", name, "binpath=", command)
        windows.ok("sc", "start", name)
        windows.wait_until(lambda n=name: "RUNNING" in windows.run("sc", "query", n).stdout)
    windows.ok("ovs-vsctl", f"--db=unix:{windows.path('db.sock')}", "--no-wait", "init")
    windows.ok("ovs-vsctl", f"--db=unix:{windows.path('db.sock')}", "--timeout=30", "add-br",
               "br0")
    for name in reversed(commands):
        windows.ok("sc", "stop", name)
        windows.wait_until(lambda n=name: "STOPPED" in windows.run("sc", "query", n).stdout)
        windows.ok("sc", "delete", name)
    assert not [n for n in os.listdir(windows.state) if n.endswith(".pid")]
