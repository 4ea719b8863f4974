# SPDX-License-Identifier: Apache-2.0
"""`ovs-appctl --format json`, which the packaged reference does not have yet."""
import json

import pytest

FLOW = "in_port(1),eth(src=50:54:00:00:00:05,dst=50:54:00:00:00:07),eth_type(0x1234)"


@pytest.fixture
def switch_of_dummies(sandbox):
    sandbox.start_switch()
    sandbox.vsctl("add-br br0 -- add-port br0 p1 -- set interface p1 type=dummy ofport_request=1"
                  " -- add-port br0 x -- set interface x type=patch options:peer=y"
                  "    ofport_request=2"
                  " -- add-br br1 -- add-port br1 y -- set interface y type=patch options:peer=x"
                  "    ofport_request=1")
    sandbox.appctl("time/stop")
    sandbox.appctl(["netdev-dummy/receive", "p1", FLOW])
    return sandbox


def answer(box, command, target="ovs-vswitchd"):
    return json.loads(box.appctl(f"--format json {command}", target=target))


def test_dpif_show(switch_of_dummies):
    shown = answer(switch_of_dummies, "dpif/show")
    assert list(shown) == ["system@ovs-system"]
    datapath = shown["system@ovs-system"]
    assert (datapath["hit"], datapath["missed"]) == (0, 1)
    assert set(datapath) == {"hit", "missed", "bridges"}
    assert datapath["bridges"]["br0"]["ports"] == {
        "br0": {"ofport": 65534, "odp_port": 100, "type": "dummy-internal"},
        "p1": {"ofport": 1, "odp_port": 1, "type": "dummy"},
        "x": {"ofport": 2, "odp_port": None, "type": "patch", "peer": "y"},
    }
    assert set(datapath["bridges"]["br1"]["ports"]) == {"br1", "y"}


def test_dpif_show_of_nothing(sandbox):
    sandbox.start_switch()
    assert answer(sandbox, "dpif/show") == {}


def test_fdb_show(switch_of_dummies):
    entry = {"mac": "50:54:00:00:00:05", "vlan": 0, "age": 0}
    assert answer(switch_of_dummies, "fdb/show br0") == {"br0": [{**entry, "port": "p1"}]}
    assert answer(switch_of_dummies, "fdb/show") == {"br0": [{**entry, "port": "p1"}],
                                                     "br1": [{**entry, "port": "y"}]}
    assert answer(switch_of_dummies, "fdb/show br1 br0") == answer(switch_of_dummies, "fdb/show")


@pytest.mark.parametrize("target", ["ovs-vswitchd", "ovsdb-server"])
def test_list_commands(sandbox, target):
    sandbox.start_switch()
    commands = answer(sandbox, "list-commands", target)
    assert commands["version"] == "" and commands["vlog/enable-rate-limit"] == "[module]..."
    text = sandbox.appctl("list-commands", target=target).splitlines()
    assert text[0] == "The available commands are:"
    assert sorted(commands) == [line.split()[0] for line in text[1:]]


def test_text_is_wrapped(sandbox):
    """A command that has no JSON of its own."""
    sandbox.start_switch()
    sandbox.vsctl("add-br br0")
    assert answer(sandbox, "ofproto/list") == {"reply-format": "plain", "reply": "br0\n"}


def test_pretty(switch_of_dummies):
    plain = switch_of_dummies.appctl("-f json fdb/show br0")
    pretty = switch_of_dummies.appctl("-f json --pretty fdb/show br0")
    assert plain == '{"br0":[{"age":0,"mac":"50:54:00:00:00:05","port":"p1","vlan":0}]}'
    assert pretty.startswith('{\n  "br0": [\n') and json.loads(pretty) == json.loads(plain)


def test_text_stays_text(switch_of_dummies):
    assert switch_of_dummies.appctl("-f text fdb/show br0") == \
        switch_of_dummies.appctl("fdb/show br0")


def test_errors_stay_text(sandbox):
    sandbox.start_switch()
    done = sandbox.run("ovs-appctl --format json fdb/show nosuch")
    assert (done.code, done.out) == (2, "")
    assert done.err == "no such bridge\novs-appctl: ovs-vswitchd: server returned an error\n"


@pytest.mark.parametrize("options, why", [
    ("--format xml", "value xml on -f or --format is invalid"),
    ("--pretty", "--pretty is supported with --format json only"),
    ("--format text --pretty", "--pretty is supported with --format json only"),
])
def test_wrong_options(sandbox, options, why):
    done = sandbox.run(f"ovs-appctl {options} version")
    assert (done.code, done.out, done.err) == (1, "", f"ovs-appctl: {why}\n")


def test_an_older_daemon(reference, sandbox):
    """It does not know set-options: its refusal is the answer."""
    reference.start_ovsdb_server()
    path = f"{reference.path('run')}/ovsdb-server.{reference.daemons['ovsdb-server'].pid}.ctl"
    done = sandbox.run(["ovs-appctl", "-t", path, "--format", "json", "version"])
    assert done.code == 2 and '"set-options" is not a valid command' in done.err
    done = sandbox.run(["ovs-appctl", "-t", path, "version"]).ok()
    assert done.out.startswith("ovsdb-server (Open vSwitch) ")
