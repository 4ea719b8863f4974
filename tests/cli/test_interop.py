# SPDX-License-Identifier: Apache-2.0
"""The packaged programs against our daemons, and ours against the packaged daemons."""
import glob
import os
import re
import shutil
import signal
import subprocess

import pytest

from harness import compare

PYTHON_IDL = """
import sys
import ovs.db.idl, ovs.poller
schema, remote = sys.argv[1:3]
helper = ovs.db.idl.SchemaHelper(schema)
helper.register_all()
idl = ovs.db.idl.Idl(remote, helper)
while not idl.has_ever_connected():
    idl.run()
    poller = ovs.poller.Poller()
    idl.wait(poller)
    poller.block()
txn = ovs.db.idl.Transaction(idl)
ovs_row = next(iter(idl.tables["Open_vSwitch"].rows.values()))
ovs_row.setkey("external_ids", "written-by", "python")
status = txn.commit_block()
print(status)
print(sorted(b.name for b in idl.tables["Bridge"].rows.values()))
"""

# Follows some of the bridges; when told, on standard input, says what it has.
PYTHON_FOLLOWER = """
import sys
import ovs.db.idl, ovs.poller
schema, remote = sys.argv[1:3]
helper = ovs.db.idl.SchemaHelper(schema)
helper.register_columns("Bridge", ["name", "stp_enable"])
idl = ovs.db.idl.Idl(remote, helper)
idl.cond_change("Bridge", [["name", "!=", "hidden"]])
has = None
while has != sys.argv[3:]:
    before = has
    idl.run()
    has = sorted(b.name for b in idl.tables["Bridge"].rows.values())
    if has != before:
        print(has, "no id" if idl.last_id == "00000000-0000-0000-0000-000000000000" else "id",
              flush=True)
    poller = ovs.poller.Poller()
    idl.wait(poller)
    if has != sys.argv[3:]:
        poller.block()
"""


def with_clients(box, clients):
    """How to run the programs of CLIENTS in the directories of BOX."""
    def run(argv, **kwargs):
        env = {k: box.env[k] for k in ("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR",
                                       "OVS_SYSCONFDIR")}
        return clients.run(argv, env=env, **kwargs)
    return run


@pytest.fixture(params=["packaged clients, our daemons", "our clients, packaged daemons"])
def mixed(request, sandboxes):
    """(run, box): RUN runs a client of one side against the daemons of BOX, of the other."""
    theirs = "reference"
    kinds = ("weft", theirs) if "our daemons" in request.param else (theirs, "weft")
    box, clients = sandboxes(kinds[0]), sandboxes(kinds[1])
    box.start_switch()
    return with_clients(box, clients), box


def test_vsctl(mixed):
    run, box = mixed
    run("ovs-vsctl --timeout=10 add-br br0"
        " -- add-port br0 p1 tag=5 -- set interface p1 type=dummy").ok()
    assert run("ovs-vsctl get interface p1 ofport").ok().out == "1\n"
    assert run("ovs-vsctl list-ports br0").ok().out == "p1\n"
    shown = run("ovs-vsctl show").ok().out
    assert "tag: 5" in shown and "type: dummy" in shown
    run("ovs-vsctl --timeout=10 del-br br0").ok()
    assert run("ovs-vsctl list-br").ok().out == ""
    assert box.vsctl("list-br") == ""


def test_ovsdb_client(mixed):
    run, box = mixed
    db = f"unix:{box.db_sock}"
    assert run(["ovsdb-client", "list-dbs", db]).ok().lines[0] == "Open_vSwitch"
    done = run(["ovsdb-client", "transact", db,
                '["Open_vSwitch",{"op":"select","table":"Bridge","where":[]}]']).ok()
    assert done.out == '[{"rows":[]}]\n'
    assert "Bridge" in run(["ovsdb-client", "list-tables", db]).ok().out
    box.vsctl("add-br br0")
    dump = run(["ovsdb-client", "dump", db, "Open_vSwitch", "Bridge", "name"]).ok().out
    assert "br0" in dump


def test_appctl(mixed):
    run, _ = mixed
    for target in ("ovs-vswitchd", "ovsdb-server"):
        assert f"{target} (Open vSwitch)" in run(["ovs-appctl", "-t", target, "version"]).ok().out
        assert "vlog/set" in run(["ovs-appctl", "-t", target, "list-commands"]).ok().out
        run(["ovs-appctl", "-t", target, "vlog/set", "ANY:file:dbg"]).ok()
        bad = run(["ovs-appctl", "-t", target, "nonsense"])
        assert bad.code == 2 and '"nonsense" is not a valid command' in bad.err


def test_ours_is_stopped_by_theirs(mixed):
    run, box = mixed
    run("ovs-appctl -t ovs-vswitchd exit").ok()
    box.wait_end("ovs-vswitchd")
    run("ovs-appctl -t ovsdb-server exit").ok()
    box.wait_end("ovsdb-server")


def test_python_idl(sandbox, reference):
    """python3-openvswitch: monitors everything, writes, and sees its bridge come."""
    sandbox.start_switch()
    sandbox.vsctl("add-br br0")
    done = with_clients(sandbox, reference)(
        ["/usr/bin/python3", "-c", PYTHON_IDL, sandbox.programs.schema,
         f"unix:{sandbox.db_sock}"])
    assert done.code == 0, done.err
    assert done.out == "success\n['br0']\n"
    assert sandbox.vsctl("get open_vswitch . external_ids:written-by") == "python"


def test_python_idl_resyncs(sandbox, reference):
    """The connection ends and comes again: the IDL asks for what changed, and gets that."""
    sandbox.start_ovsdb_server()
    sandbox.vsctl("--no-wait add-br br0 -- add-br br1 -- add-br hidden")
    python = ["/usr/bin/python3", "-c", PYTHON_FOLLOWER, sandbox.programs.schema,
              f"unix:{sandbox.db_sock}", "br1", "br2"]
    follower = sandbox.popen(["env", "PYTHONPATH=" + reference.env["PYTHONPATH"],
                              f"OVS_RUNDIR={sandbox.path('run')}", *python],
                             stdout=subprocess.PIPE)
    assert next(line for line in follower.stdout if "br0" in line).startswith("['br0', 'br1']")
    sandbox.vsctl("--no-wait add-br br3")  # the IDL takes ids from updates only
    assert next(follower.stdout) == "['br0', 'br1', 'br3'] id\n"
    follower.send_signal(signal.SIGSTOP)
    sandbox.appctl("ovsdb-server/reconnect", target="ovsdb-server")
    sandbox.vsctl("--no-wait del-br br0 -- del-br br3 -- add-br br2 -- set bridge hidden stp_enable=true")
    sandbox.appctl("vlog/set jsonrpc:file:dbg", target="ovsdb-server")
    follower.send_signal(signal.SIGCONT)
    assert follower.stdout.read().splitlines()[-1] == "['br1', 'br2'] id"
    log = sandbox.read("log", "ovsdb-server.log")
    asked = re.search(r'method="monitor_cond_since".*Open_vSwitch.*"([-0-9a-f]{36})"\]', log)
    assert asked and asked.group(1) != "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("writer, reader", [("weft", "reference"), ("reference", "weft")])
def test_database_file_moves(sandboxes, writer, reader):
    """A conf.db opens in the other's server with nothing lost."""
    first, second = sandboxes(writer), sandboxes(reader)
    schema = sandboxes("reference").programs.schema
    first.start_ovsdb_server(schema=schema)
    first.vsctl("--no-wait init")
    for i in range(20):
        first.vsctl(f"--no-wait add-br br{i} -- add-port br{i} p{i} tag={i}"
                    f" -- set bridge br{i} external_ids:n={i} other_config:text='ä \"{i}\"'")
        if i % 4 == 3:
            first.vsctl(f"--no-wait del-br br{i - 1}")
    dump = "ovsdb-client -f csv --no-headings dump unix:{} Open_vSwitch"
    before = sorted(first.run(dump.format(first.db_sock)).ok().lines)
    first.stop("ovsdb-server")
    shutil.copy(first.path("db", "conf.db"), second.path("db", "conf.db"))
    second.start_ovsdb_server(databases=[second.path("db", "conf.db")])
    after = sorted(second.run(dump.format(second.db_sock)).ok().lines)
    assert after == before and len(before) > 60
    second.vsctl("--no-wait add-br after")
    second.stop("ovsdb-server")
    shutil.copy(second.path("db", "conf.db"), first.path("db", "conf.db"))
    first.start_ovsdb_server(databases=[first.path("db", "conf.db")])
    assert "after" in first.vsctl("list-br")
    assert os.path.getsize(first.path("db", "conf.db")) > 1000


# The commands that the case files compare reach every method of the protocol.
CASES = [pytest.param(path, case, id=f"{os.path.basename(path)}:{case.name}")
         for name in ("ovsdb-client", "vsctl-set", "vsctl-control", "vsctl-ports")
         for path in glob.glob(os.path.join(os.path.dirname(__file__), f"compare/{name}.case"))
         for case in compare.parse(path).cases]


@pytest.mark.parametrize("clients, daemons", [("reference", "weft"), ("weft", "reference")])
@pytest.mark.parametrize("path, case", CASES)
def test_case_files(reference, path, case, clients, daemons):
    """Whichever side the client and the server are of, the answers are the same."""
    difference = compare.compare(path, case, daemons, clients)
    if difference:
        pytest.fail(difference, pytrace=False)
