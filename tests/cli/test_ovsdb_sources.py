# SPDX-License-Identifier: Apache-2.0
"""Databases that come from another server: active-backup pairs and relays, with both ends ours
and with one end the packaged server."""
import json

import pytest

from harness.rpc import Rpc, RpcError

SCHEMA = {"name": "T", "version": "1.0.0", "tables": {
    "A": {"isRoot": True, "columns": {
        "n": {"type": "integer"}, "s": {"type": "string"},
        "set": {"type": {"key": "integer", "min": 0, "max": "unlimited"}},
        "b": {"type": {"key": {"type": "uuid", "refTable": "B"}, "min": 0, "max": 1}}}},
    "B": {"columns": {"s": {"type": "string"}}}}}
ZERO = "00000000-0000-0000-0000-000000000000"
PAIRS = [("weft", "weft"), ("weft", "reference"), ("reference", "weft")]


def insert(n, **more):
    return {"op": "insert", "table": "A", "row": {"n": n, **more}}


def numbers(rpc):
    rows = rpc.transact("T", {"op": "select", "table": "A", "where": [], "columns": ["n"]})
    return sorted(row["n"] for row in rows[0]["rows"])


def start(box, *arguments, schema=SCHEMA):
    """A server of its own file."""
    path = box.create_db(box.write("t.ovsschema", json.dumps(schema)))
    box.start_ovsdb_server(databases=[path], arguments=arguments)


def command(box, words):
    return box.appctl(words, target="ovsdb-server")


@pytest.fixture(params=PAIRS, ids="-".join)
def pair(request, sandboxes):
    """Two sandboxes, the first of which serves T."""
    first, second = (sandboxes(kind) for kind in request.param)
    start(first)
    return first, second


def wait_status(box, text):
    box.wait_until(lambda: command(box, "ovsdb-server/sync-status").startswith(text),
                   what=f"for {text}")


def test_backup(pair):
    active, backup = pair
    with Rpc(active.db_sock) as rpc:
        rpc.transact("T", insert(1, set=["set", [1, 2, 3]]))
        start(backup, f"--sync-from={active.address(backup)}")
        wait_status(backup, f"state: backup\nreplicating: {active.address(backup)}\ndatabase: T")
        rpc.transact("T", insert(2), {"op": "mutate", "table": "A", "where": [["n", "==", 1]],
                                      "mutations": [["set", "delete", 2], ["n", "+=", 10]]})
        with Rpc(backup.db_sock) as reader:
            backup.wait_until(lambda: numbers(reader) == [2, 11], what="for the change")
            refused = reader.transact("T", insert(3))
            assert refused == [{"error": "not allowed", "details":
                                "insert operation not allowed when database server is in read "
                                "only mode"}]
            with pytest.raises(RpcError, match="lock and unlock methods not allowed"):
                reader.result("lock", ["l"])
    # The active one dies: what it told stays, and the backup takes over.
    active.stop("ovsdb-server")
    command(backup, "ovsdb-server/disconnect-active-ovsdb-server")
    assert command(backup, "ovsdb-server/sync-status") == "state: active"
    with Rpc(backup.db_sock) as rpc:
        rpc.transact("T", insert(3))
        assert numbers(rpc) == [2, 3, 11]
    path = backup.path("db", "conf.db")
    backup.stop("ovsdb-server")
    backup.start_ovsdb_server(databases=[path])
    with Rpc(backup.db_sock) as rpc:
        assert numbers(rpc) == [2, 3, 11]


def test_backup_roles(sandboxes):
    active, backup = sandboxes(), sandboxes()
    start(active)
    start(backup, f"--sync-from=unix:{active.db_sock}", "--active")
    assert command(backup, "ovsdb-server/sync-status") == "state: active"
    with Rpc(backup.db_sock) as rpc:
        rpc.transact("T", insert(7))
        command(backup, "ovsdb-server/connect-active-ovsdb-server")
        assert rpc.receive() is None, "a change of role ends connections"
    wait_status(backup, "state: backup\nreplicating")
    with Rpc(backup.db_sock) as rpc:
        assert numbers(rpc) == [], "what the active one has not is gone"
    command(backup, "ovsdb-server/set-sync-exclude-tables T:A")
    assert command(backup, "ovsdb-server/get-sync-exclude-tables") == "T:A"
    wait_status(backup, "state: backup\nreplicating")
    with Rpc(active.db_sock) as rpc:
        rpc.transact("T", insert(8))
    with Rpc(backup.db_sock) as rpc:
        assert numbers(rpc) == []


def test_backup_of_itself(sandbox):
    path = sandbox.create_db(sandbox.write("t.ovsschema", json.dumps(SCHEMA)))
    sandbox.start_ovsdb_server(databases=[path],
                               arguments=[f"--sync-from=unix:{sandbox.db_sock}"])
    sandbox.wait_until(lambda: "Self replicating is not allowed" in
                       command(sandbox, "ovsdb-server/sync-status"))


def test_backup_needs_the_columns(sandboxes):
    active, backup = sandboxes(), sandboxes()
    start(active)
    smaller = json.loads(json.dumps(SCHEMA))
    del smaller["tables"]["A"]["columns"]["set"]
    start(backup, f"--sync-from=unix:{active.db_sock}", schema=smaller)
    backup.wait_until(lambda: "table A has no column set here" in
                      command(backup, "ovsdb-server/sync-status"))


# Relays.

def start_relay(box, source):
    box.start("ovsdb-server", f"--remote=punix:{box.db_sock}", f"relay:T:{source.address(box)}")


def wait_relay(box, connected=True):
    """Who has not said yet that it bears changes is sent away by one: then it comes again."""
    for again in (True, False):
        try:
            with Rpc(box.db_sock) as rpc:
                rpc.result("set_db_change_aware", [True])
                rpc.transact("_Server", {
                    "op": "wait", "table": "Database", "where": [["name", "==", "T"]],
                    "columns": ["connected"], "until": "==", "rows": [{"connected": connected}],
                    "timeout": 8000})
                return
        except ConnectionError:
            assert again


def test_relay(pair):
    source, relay = pair
    start_relay(relay, source)
    wait_relay(relay)
    with Rpc(source.db_sock) as direct, Rpc(relay.db_sock) as rpc:
        direct.transact("T", insert(1))
        assert rpc.result("get_schema", ["T"])["tables"] == \
            direct.result("get_schema", ["T"])["tables"]
        relay.wait_until(lambda: numbers(rpc) == [1], what="for the change")
        # The update comes before the reply to the transaction that caused it.
        rpc.result("monitor", ["T", "m", {"A": {"columns": ["n"]}}])
        rpc.send("transact", ["T", insert(2), {"op": "comment", "comment": "by way of a relay"}],
                 "t")
        update, reply = rpc.receive(), rpc.receive()
        assert update["method"] == "update" and reply["id"] == "t"
        assert reply["result"][1] == {} and list(update["params"][1]["A"]) == \
            [reply["result"][0]["uuid"][1]]
        assert numbers(direct) == [1, 2]
        bad = rpc.transact("T", {"op": "update", "table": "A", "where": [], "row": {"x": 1}})
        assert bad[0]["error"] == "unknown column"
        status = rpc.transact("_Server", {
            "op": "select", "table": "Database", "where": [["name", "==", "T"]],
            "columns": ["model", "connected", "leader"]})
        assert status[0]["rows"] == [{"model": "relay", "connected": True, "leader": False}]


def test_relay_without_a_source(sandboxes):
    source, relay = sandboxes(), sandboxes()
    start_relay(relay, source)
    with Rpc(relay.db_sock) as rpc:
        assert rpc.result("list_dbs", []) == ["T", "_Server"]
        with pytest.raises(RpcError, match="database not available"):
            rpc.result("get_schema", ["T"])
        rpc.result("set_db_change_aware", [True])
        rpc.result("monitor_cond", ["_Server", "s", {"Database": [
            {"columns": ["connected"], "where": [["name", "==", "T"]]}]}])
        start(source)
        assert list(rpc.receive()["params"][1]["Database"].values()) == \
            [{"modify": {"connected": True}}]
        rpc.transact("T", insert(1))
        # What is under way when the source dies is canceled; what comes later waits for it.
        pid = source.daemons["ovsdb-server"].pid
        source.run(["kill", "-STOP", str(pid)])
        rpc.send("transact", ["T", insert(2)], "lost")
        rpc.call("echo", [])
        source.stop("ovsdb-server", sig=9)
        assert rpc.wait_reply("lost")["error"] == "canceled"
        rpc.send("transact", ["T", insert(3)], "waits")
        assert numbers(rpc) == [1], "reads are answered meanwhile"
        source.run(["rm", "-f", source.db_sock])
        source.start_ovsdb_server(databases=[source.path("db", "conf.db")])
        assert "uuid" in rpc.wait_reply("waits")["result"][0]
        assert 3 in numbers(rpc)


def test_relay_follows_a_conversion(sandboxes):
    source, relay = sandboxes(), sandboxes()
    start(source)
    start_relay(relay, source)
    wait_relay(relay)
    new = json.loads(json.dumps(SCHEMA))
    new["version"] = "2.0.0"
    new["tables"]["A"]["columns"]["more"] = {"type": "string"}
    with Rpc(relay.db_sock) as rpc:
        rpc.transact("T", insert(1))
        rpc.result("set_db_change_aware", [True])
        assert rpc.result("convert", ["T", new]) == {}
        relay.wait_until(lambda: rpc.result("get_schema", ["T"])["version"] == "2.0.0")
        relay.wait_until(lambda: numbers(rpc) == [1])
        assert rpc.transact("T", insert(2, more="x"))[0]["uuid"]


def test_relay_of_a_relay_resyncs(sandboxes):
    """Ids of transactions pass through, so a client may go on with another relay."""
    source, first, second = sandboxes(), sandboxes(), sandboxes()
    start(source)
    start_relay(first, source)
    wait_relay(first)
    start_relay(second, first)
    wait_relay(second)
    with Rpc(second.db_sock) as rpc, Rpc(first.db_sock) as other:
        rpc.result("monitor_cond_since", ["T", "m", {"A": [{"columns": ["n"]}]}, ZERO])
        rpc.transact("T", insert(1))
        last = rpc.take_notifications()[-1]["params"][1]
        rpc.transact("T", insert(2))
        found, _, rows = other.result("monitor_cond_since",
                                      ["T", "m", {"A": [{"columns": ["n"]}]}, last])
        assert found and [r["insert"]["n"] for r in rows["A"].values()] == [2]


def test_client_of_several_servers(sandboxes):
    """ovs-vsctl goes to a server that is connected to what it serves, if several are named."""
    source, lost, good = sandboxes(), sandboxes(), sandboxes()
    source.start_ovsdb_server()
    nowhere = f"unix:{source.path('run', 'nowhere.sock')}"
    for box, remote in ((lost, nowhere), (good, f"unix:{source.db_sock}")):
        box.start("ovsdb-server", f"--remote=punix:{box.db_sock}", f"relay:Open_vSwitch:{remote}")
    servers = f"--db={nowhere},unix:{lost.db_sock},unix:{good.db_sock}"
    with Rpc(source.db_sock) as rpc:
        rpc.transact("Open_vSwitch", {"op": "insert", "table": "Open_vSwitch", "row": {}})
    added = source.run(["ovs-vsctl", "--timeout=20", "--no-shuffle-remotes", servers, "--no-wait",
                        "-vreconnect:console:info", "-vovsdb_cs:console:info", "add-br", "br0"])
    assert added.code == 0
    # Every one of them in turn.
    order = [line for line in added.err.splitlines() if "connecting..." in line]
    assert [nowhere in order[0], lost.db_sock in order[1], good.db_sock in order[2]] == [True] * 3
    assert "disconnected from what it serves; trying another server" in added.err
    source.vsctl("br-exists br0")
