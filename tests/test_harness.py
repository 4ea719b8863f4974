# SPDX-License-Identifier: Apache-2.0
"""The harness itself, tried on the packaged reference and on plain commands."""
import os
import time

import pytest

from harness import Normaliser, Programs, Sandbox, compare


def test_normaliser_numbers_uuids_in_order():
    n = Normaliser("/tmp/x", pids=[4711])
    a, b = "11111111-2222-3333-4444-555555555555", "aaaaaaaa-2222-3333-4444-555555555555"
    assert n(f"{b} {a} {b}") == "<uuid1> <uuid2> <uuid1>"
    assert n(a) == "<uuid2>"
    assert n("/tmp/x/run/ovs-vswitchd.4711.ctl") == "<dir>/run/ovs-vswitchd.<pid>.ctl"
    assert n("2026-01-02T03:04:05Z|00012|ovs_vsctl|ERR|x") == "<time>|<n>|ovs_vsctl|ERR|x"
    assert Normaliser(pids=[2026])("2026-01-02T03:04:05Z|1|x 2026") == "<time>|<n>|x <pid>"
    assert n("used:0.123s, used:never") == "used:<time>, used:never"


def test_case_file(tmp_path):
    path = tmp_path / "x.case"
    path.write_text("daemons: none\n~ a+ => A\n$ true\n\n== one\n$ echo aab\n< in\n> Ab\n"
                    "== two\n$sorted printf 'b\\na\\n'\n> a\n> b\n$code false\n= 1\n")
    one, two = compare.parse(str(path)).cases
    assert (one.name, one.daemons, one.rules) == ("one", "none", [("a+", "A")])
    assert one.steps[1].stdin == ["in"] and one.steps[0].mode == "setup"
    assert two.steps[1].mode == "sorted" and two.steps[2].code == 1
    assert compare.compare(str(path), one) is None
    two.rules = []
    assert compare.compare(str(path), two) is None
    one.steps[1].out = ["B\n"]
    assert "-> B\n+> Ab" in compare.compare(str(path), one)


def test_answer_is_exact():
    answer = compare.Answer("a \n\nb", "", 1)
    assert answer.text() == ["> a ", "> ", ">| b", "= 1"]


@pytest.mark.parametrize("text", ["> x\n", "daemons: some\n", "== a\n== a\n", "huh\n", "~ x\n"])
def test_bad_case_file(tmp_path, text):
    path = tmp_path / "x.case"
    path.write_text(text)
    with pytest.raises(compare.CaseError):
        compare.parse(str(path))


def test_daemons_start_and_end(reference):
    reference.start_switch()
    pids = [d.pid for d in reference.daemons.values()]
    reference.vsctl("add-br br0")
    assert reference.vsctl("list-br") == "br0"
    assert "br0" in reference.appctl("dpif/show")
    assert reference.stop("ovs-vswitchd") in (0, -15)
    reference.close()
    assert not os.path.exists(reference.dir)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    reference.daemons = {}
    os.makedirs(reference.dir)


def test_start_is_quick(reference):
    started = time.monotonic()
    reference.start_switch()
    assert time.monotonic() - started < 5


def test_namespaces_exchange_packets(network):
    a, b = network.namespace("a"), network.namespace("b")
    network.veth(a, "eth0", b, "eth0")
    a.address("eth0", "10.0.0.1/24")
    b.address("eth0", "10.0.0.2/24")
    a.run("ping -c1 -W2 10.0.0.2")


def test_capture(network, tmp_path):
    a = network.namespace("a")
    with a.capture("lo", str(tmp_path / "lo.pcap"), "icmp"):
        a.run("ping -c1 -W2 127.0.0.1")
    from scapy.utils import rdpcap
    assert len(rdpcap(str(tmp_path / "lo.pcap"))) == 2


def test_sandbox_of_ours_runs_commands():
    with Sandbox(Programs("weft")) as box:
        done = box.run("sh -c 'cat; pwd; exit 3'", stdin="x\n")
        assert (done.code, done.out) == (3, f"x\n{box.path('cwd')}\n")
