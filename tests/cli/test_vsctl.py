# SPDX-License-Identifier: Apache-2.0
"""ovs-vsctl where it is not, or not only, like the packaged one: what it says while it waits, how
it ends when the switch cannot do what was asked, several of them at once, many ports."""
import signal
import time

import pytest

from harness.programs import on_windows


@pytest.fixture
def database(sandbox):
    sandbox.start_ovsdb_server()
    sandbox.run("ovs-vsctl --no-wait init").ok()
    return sandbox


def ended_by_alarm(done):
    return done.code in (-signal.SIGALRM, 128 + signal.SIGALRM)


def test_says_what_it_waits_for(database):
    done = database.run("ovs-vsctl --timeout=2 add-br br0")
    assert ended_by_alarm(done)
    assert "waiting for ovs-vswitchd" in done.err
    assert "terminating with signal 14 (Alarm clock)" in done.err
    assert database.run("ovs-vsctl list-br").ok().out == "br0\n"


def test_no_word_where_there_is_nothing_to_wait_for(database):
    database.run("ovs-vsctl --timeout=5 --no-wait add-br br0").ok()
    database.run("ovs-vsctl --timeout=5 set bridge br0 stp_enable=false").ok()
    database.run("ovs-vsctl --timeout=5 --dry-run add-br br1").ok()


def test_goes_on_when_the_switch_comes(database):
    waiting = database.popen("ovs-vsctl --timeout=20 add-br br0")
    database.wait_until(lambda: database.vsctl("list-br") == "br0")
    assert waiting.poll() is None
    database.start_vswitchd()
    assert waiting.wait(timeout=20) == 0


def test_exit_code_of_a_port_that_fails(sandbox):
    sandbox.start_switch()
    sandbox.vsctl("add-br br0")
    done = sandbox.run("ovs-vsctl add-port br0 x -- set interface x type=bogus")
    assert done.code == (160 if on_windows() else 65)
    lines = done.err.splitlines()
    assert lines[0].startswith("ovs-vsctl: Error detected while setting up 'x': ")
    assert lines[0].endswith(".  See ovs-vswitchd log for details.")
    assert lines[1].startswith('ovs-vsctl: The default log directory is "')
    assert sandbox.run("ovs-vsctl --no-wait add-port br0 y"
                       " -- set interface y type=bogus").code == 0


def test_waits_for_the_server_with_retry(sandbox):
    sandbox.create_db()
    waiting = sandbox.popen("ovs-vsctl --retry --no-wait --timeout=20 add-br br0")
    time.sleep(0.2)  # nothing to wait for: it tries and fails
    assert waiting.poll() is None
    sandbox.start_ovsdb_server(databases=[sandbox.path("db", "conf.db")])
    assert waiting.wait(timeout=20) == 0
    assert sandbox.vsctl("list-br") == "br0"


def test_commands_and_options_of_the_reference(sandbox, reference):
    """Whatever completion scripts know of the packaged program is there."""
    for option in ("--commands", "--options"):
        ours = set(sandbox.run(["ovs-vsctl", option]).ok().out.splitlines())
        theirs = set(reference.run(["ovs-vsctl", option]).ok().out.splitlines())
        # show has an option that the packaged program does not know.
        missing = {line for line in theirs - ours if "syslog" not in line} - {",show,"}
        assert {line.split(",")[1] for line in missing if "," in line} == set(), missing


def test_many_at_once(database):
    """Twenty of them add ports to one bridge at the same time; none is lost."""
    database.run("ovs-vsctl --no-wait add-br br0").ok()
    running = [database.popen(f"ovs-vsctl --no-wait --timeout=30 add-port br0 p{i}"
                              f" -- set port p{i} external_ids:n={i}") for i in range(20)]
    assert [p.wait(timeout=30) for p in running] == [0] * 20
    assert sorted(database.vsctl("list-ports br0").split()) == sorted(f"p{i}" for i in range(20))


def test_many_ports_in_one_transaction(database):
    names = [f"p{i}" for i in range(500)]
    words = ["ovs-vsctl", "--no-wait", "add-br", "br0"]
    for name in names:
        words += ["--", "add-port", "br0", name]
    database.run(words).ok()
    assert database.vsctl("list-ports br0").split() == sorted(names)
    words = ["ovs-vsctl", "--no-wait"]
    for name in names[1:]:
        words += ["--", "del-port", name]
    database.run(words).ok()
    assert database.vsctl("list-ports br0") == "p0"
    assert database.vsctl("--columns=name find interface name=p0").split()[-1] == "p0"


def test_zone_limits(database):
    run = database.run
    run("ovs-vsctl --no-wait -- --id=@d create datapath datapath_version=x"
        " -- set open . datapaths:netdev=@d").ok()
    run("ovs-vsctl --no-wait set-zone-limit netdev default 10").ok()
    run("ovs-vsctl --no-wait set-zone-limit netdev 3 5").ok()
    run("ovs-vsctl --no-wait set-zone-limit netdev 3 6").ok()
    assert database.vsctl("get datapath . ct_zone_default_limit") == "10"
    assert "6" in database.vsctl("--bare --columns=limit list ct_zone").split()
    listed = database.vsctl("list-zone-limits netdev").splitlines()
    assert len(listed) == 2 and listed[1].endswith("6")
    # A zone with a timeout policy stays when its limit goes.
    run("ovs-vsctl --no-wait add-zone-tp netdev zone=3 icmp_first=2").ok()
    run("ovs-vsctl --no-wait del-zone-limit netdev 3").ok()
    assert database.vsctl("list-zone-tp netdev") == "Zone:3, Timeout Policies: icmp_first=2"
    run("ovs-vsctl --no-wait del-zone-limit netdev default").ok()
    assert database.vsctl("list-zone-limits netdev") == ""
    assert run("ovs-vsctl --no-wait del-zone-limit netdev 3").code == 1
    run("ovs-vsctl --no-wait --if-exists del-zone-limit netdev 3").ok()
    assert run("ovs-vsctl --no-wait set-zone-limit netdev 3 x").code == 1


def test_show_filter(database):
    database.run("ovs-vsctl --no-wait add-br br0 -- set-controller br0 tcp:127.0.0.1"
                 " -- add-port br0 p1 tag=5 -- set interface p1 type=vxlan options:remote_ip=1.2.3.4"
                 " -- add-port br0 p2 -- set interface p2 type=geneve"
                 " -- add-br br1 -- add-port br1 p3 -- set interface p3 type=vxlan"
                 " -- set-manager ptcp:0").ok()

    def names(text):
        lines = database.vsctl(["--no-wait", f"--filter={text}", "show"]).splitlines()[1:]
        return [" ".join(line.split()) for line in lines if line.lstrip()[0].isupper()]

    everything = database.vsctl("show").splitlines()
    assert set(names("bridge(br1)")) == {"Manager \"ptcp:0\"", "Bridge br1", "Port p3",
                                         "Interface p3", "Port br1", "Interface br1"}
    assert set(names("interface(vxlan)&manager(x)")) == {
        "Bridge br0", "Controller \"tcp:127.0.0.1\"", "Port p1", "Interface p1", "Bridge br1",
        "Port p3", "Interface p3"}
    assert set(names("Interface(geneve|1.2.3.4)&br(br0)&man(x)&controller(no)")) == set()
    assert set(names("Interface(geneve|1.2.3.4)&br(br0)&man(x)")) == {
        "Bridge br0", "Controller \"tcp:127.0.0.1\"", "Port p1", "Interface p1", "Port p2",
        "Interface p2"}
    assert set(names("port(tag: 5)&man(x)")) == {
        "Bridge br0", "Controller \"tcp:127.0.0.1\"", "Port p1", "Interface p1"}
    assert names("port(nope)&man(x)") == []
    # Whole lines, as they are without a filter.
    shown = database.vsctl(["--filter=interface(1.2.3.4)&man(ptcp)", "show"]).splitlines()
    assert set(shown) < set(everything) and "                type: vxlan" in shown


@pytest.mark.parametrize("text, says", [
    ("", "is not a filter"), ("port", "is not a filter"), ("port()", "is not a filter"),
    ("port(a", "is not a filter"), ("port(a)x", "is not a filter"),
    ("port(a)&", "is not a filter"), ("(a)", "is not a filter"), ("port(a(b))", "is not a filter"),
    ("nosuch(a)", 'unknown table "nosuch"'), ("queue(a)", "are not shown"),
    ("open(a)", "are not shown"), ("port(a)&port(b)", "named twice"),
])
def test_bad_show_filter(database, text, says):
    done = database.run(["ovs-vsctl", "--no-wait", f"--filter={text}", "show"])
    assert done.code == 1 and says in done.err and done.out == ""
