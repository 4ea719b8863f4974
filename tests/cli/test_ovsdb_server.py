# SPDX-License-Identifier: Apache-2.0
"""ovsdb-server seen by its clients: requests, locks, waits, monitors, conversion, remotes and
runtime commands.  Texts were observed of the packaged server."""
import json
import os
import signal

import pytest

from harness.rpc import Rpc, RpcError, accepts

SCHEMA = {"name": "T", "version": "1.0.0", "tables": {"A": {"isRoot": True, "columns": {
    "n": {"type": "integer"}, "s": {"type": "string"},
    "set": {"type": {"key": "integer", "min": 0, "max": "unlimited"}}}}}}


@pytest.fixture
def server(sandbox):
    sandbox.start_ovsdb_server(sandbox.write("t.ovsschema", json.dumps(SCHEMA)))
    return sandbox


@pytest.fixture
def rpc(server):
    with Rpc(server.db_sock) as connection:
        yield connection


def insert(n, **more):
    return {"op": "insert", "table": "A", "row": {"n": n, **more}}


def wait_for(n, **more):
    return {"op": "wait", "table": "A", "where": [], "columns": ["n"], "until": "==",
            "rows": [{"n": n}], **more}


@pytest.mark.parametrize("method, params, result", [
    ("echo", [1, {"a": 2}], [1, {"a": 2}]),
    ("list_dbs", [], ["T", "_Server"]),
    ("get_schema", ["T"], SCHEMA),
    ("set_db_change_aware", [True], {}),
    ("transact", ["T"], []),
])
def test_results(rpc, method, params, result):
    assert rpc.result(method, params) == result


@pytest.mark.parametrize("method, params, error", [
    ("nonsense", [], "unknown method"),
    ("monitor_cancel", ["x"], "unknown monitor"),
    ("transact", ["U"], {"error": "unknown database", "syntax": '["U"]',
                         "details": "transact request specifies unknown database U"}),
    ("get_schema", [], {"error": "syntax error", "syntax": "[]",
                        "details": "get_schema request params must begin with <db-name>"}),
    ("lock", ["1"], {"error": "syntax error", "syntax": '["1"]',
                     "details": "lock request params must be <id>"}),
    ("unlock", ["a"], {"error": "syntax error", "syntax": '["a"]',
                       "details": 'unlock: "unlock" without "lock" or "steal"'}),
    ("monitor", ["T", "m", {"nope": {}}], {"error": "syntax error",
                                           "details": "no table named nope"}),
    ("monitor", ["T", "m", {"A": {"columns": ["x"]}}],
     {"error": "syntax error", "syntax": '["x"]', "details": "x is not a valid column name"}),
    ("convert", ["T", dict(SCHEMA, name="U")],
     {"error": "invalid parameters",
      "details": "new schema name (U) does not match database name (T)"}),
])
def test_errors(rpc, method, params, error):
    with pytest.raises(RpcError) as raised:
        rpc.result(method, params)
    assert raised.value.args[0] == error


def test_replies_keep_their_order(rpc):
    rpc.send("transact", ["T", insert(1)], "a")
    rpc.send("echo", [], "b")
    rpc.send("get_schema", ["T"], "c")
    rpc.send("transact", ["T"], "d")
    assert [rpc.receive()["id"] for _ in range(4)] == ["a", "b", "c", "d"]


def test_wait(server, rpc):
    rpc.transact("T", insert(1))
    rpc.send("transact", ["T", wait_for(2), {"op": "comment", "comment": "then"}], "waits")
    rpc.send("transact", ["T", wait_for(9, timeout=50)], "gives up")
    rpc.send("transact", ["T", wait_for(9)], "canceled")
    rpc.send("cancel", ["canceled"], None)
    assert rpc.wait_reply("canceled")["error"] == "canceled"
    given_up = rpc.wait_reply("gives up")["result"][0]
    assert given_up["error"] == "timed out" and given_up["details"].startswith('"wait" timed out')
    with Rpc(server.db_sock) as other:
        other.transact("T", {"op": "update", "table": "A", "where": [], "row": {"n": 2}})
    assert rpc.wait_reply("waits")["result"] == [{}, {}]


def test_locks(server, rpc):
    with Rpc(server.db_sock) as other:
        assert rpc.result("lock", ["l"]) == {"locked": True}
        assert other.result("lock", ["l"]) == {"locked": False}
        assert rpc.transact("T", {"op": "assert", "lock": "l"}) == [{}]
        assert other.transact("T", {"op": "assert", "lock": "l"})[0]["error"] == "not owner"
        rpc.result("unlock", ["l"])
        assert [n["method"] for n in other.take_notifications()] == ["locked"]
        assert rpc.result("steal", ["l"]) == {"locked": True}
        assert [n["method"] for n in other.take_notifications()] == ["stolen"]
        other.close()
    rpc.result("unlock", ["l"])
    with Rpc(server.db_sock) as third:
        assert third.result("lock", ["l"]) == {"locked": True}
        assert rpc.result("lock", ["l"]) == {"locked": False}
    assert rpc.receive() == {"id": None, "method": "locked", "params": ["l"]}


def test_update_comes_before_the_reply(rpc):
    rpc.result("monitor", ["T", "m", {"A": {"columns": ["n"]}}])
    rpc.send("transact", ["T", insert(5)], "t")
    update, reply = rpc.receive(), rpc.receive()
    assert update["method"] == "update" and reply["id"] == "t"
    uuid = reply["result"][0]["uuid"][1]
    assert update["params"] == ["m", {"A": {uuid: {"new": {"n": 5}}}}]


def test_conditions_of_a_monitor(rpc):
    uuids = [r["uuid"][1] for r in rpc.transact("T", insert(1), insert(2), insert(3))]
    where = [["n", "==", 1], ["n", "==", 2]]
    shown = rpc.result("monitor_cond", ["T", "m", {"A": [{"columns": ["n"], "where": where}]}])
    assert shown == {"A": {uuids[0]: {"initial": {"n": 1}}, uuids[1]: {"initial": {"n": 2}}}}
    assert rpc.result("monitor_cond_change", ["m", "m2", {"A": [{"where": [["n", ">", 1]]}]}]) == {}
    assert [n["params"] for n in rpc.take_notifications()] == [
        ["m2", {"A": {uuids[0]: {"delete": None}, uuids[2]: {"insert": {"n": 3}}}}]]
    rpc.transact("T", {"op": "mutate", "table": "A", "where": [],
                       "mutations": [["n", "+=", 1], ["set", "insert", 4]]})
    assert [n["params"] for n in rpc.take_notifications()] == [
        ["m2", {"A": {uuids[0]: {"insert": {"n": 2}}, uuids[1]: {"modify": {"n": 3}},
                      uuids[2]: {"modify": {"n": 4}}}}]]
    assert rpc.result("monitor_cancel", ["m2"]) == {}
    rpc.transact("T", insert(9))
    assert rpc.take_notifications() == []


def test_many_identical_monitors(server):
    """Clients with the same view get the same updates, each under its own name."""
    clients = [Rpc(server.db_sock) for _ in range(20)]
    for i, client in enumerate(clients):
        client.result("monitor_cond", ["T", i, {"A": [{"columns": ["n"]}]}])
    uuid = clients[0].transact("T", insert(7))[0]["uuid"][1]
    for i, client in enumerate(clients):
        assert client.receive() if i else client.notifications.pop(0)
    # One of them narrows its view; the others keep theirs.
    clients[3].result("monitor_cond_change", [3, 3, {"A": [{"where": [False]}]}])
    assert clients[3].take_notifications()[0]["params"] == [3, {"A": {uuid: {"delete": None}}}]
    clients[0].transact("T", {"op": "update", "table": "A", "where": [], "row": {"n": 8}})
    for i, client in enumerate(clients):
        expected = [] if i == 3 else [[i, {"A": {uuid: {"modify": {"n": 8}}}}]]
        assert [n["params"] for n in client.take_notifications()] == expected
        client.close()


def test_monitor_begins_as_a_wait_ends(server, rpc):
    """A transaction that waited goes on in the round in which a client asks for what another one has
    already: that client sees its change once, as contents or as an update."""
    process = server.daemons["ovsdb-server"].pid
    requests = {"A": {"columns": ["n", "set"]}}
    rpc.transact("T", insert(1))
    with Rpc(server.db_sock) as waiter, Rpc(server.db_sock) as one, Rpc(server.db_sock) as other:
        one.result("monitor_cond", ["T", "m", requests])
        waiter.send("transact", ["T", wait_for(2), {
            "op": "mutate", "table": "A", "where": [], "mutations": [["set", "insert", 5]]}], 1)
        for each in (waiter, other):
            each.send("echo", [], 2)
        other.wait_reply(2)
        os.kill(process, signal.SIGSTOP)
        rpc.send("transact", ["T", {"op": "update", "table": "A", "where": [],
                                    "row": {"n": 2}}], 1)
        other.send("monitor_cond", ["T", "m", requests], 3)
        os.kill(process, signal.SIGCONT)
        contents = other.wait_reply(3)["result"]
        row, = contents["A"].values()
        values = [5] if row["initial"].get("set") == 5 else []
        updates = [update for n in other.take_notifications()
                   for update in n["params"][1]["A"].values() if "set" in update["modify"]]
        assert len(values) + len(updates) == 1


def test_conversion(server, rpc):
    rpc.transact("T", insert(1, s="text"))
    with Rpc(server.db_sock) as aware:
        aware.result("set_db_change_aware", [True])
        aware.result("monitor", ["T", "m", {"A": {}}])
        aware.result("monitor_cond", ["_Server", "s", {"Database": [{"columns": ["schema"]}]}])
        new = json.loads(json.dumps(SCHEMA))
        new["version"] = "2.0.0"
        new["tables"]["A"]["columns"]["more"] = {"type": "string"}
        del new["tables"]["A"]["columns"]["s"]
        assert aware.result("convert", ["T", new]) == {}
        methods = [n["method"] for n in aware.take_notifications()]
        assert sorted(methods) == ["monitor_canceled", "update2"]
        assert aware.result("get_schema", ["T"]) == new
        rows = aware.transact("T", {"op": "select", "table": "A", "where": [],
                                    "columns": ["n", "more"]})
        assert rows == [{"rows": [{"n": 1, "more": ""}]}]
        new["tables"]["A"]["columns"]["n"] = {"type": {"key": {"type": "integer",
                                                               "maxInteger": 0}}}
        with pytest.raises(RpcError):
            aware.result("convert", ["T", new])
    assert rpc.receive() is None, "who is not aware of changes is disconnected"
    assert server.run(["ovsdb-tool", "db-version", server.path("db", "conf.db")]).ok().out == \
        "2.0.0\n"


def test_reserved_database(rpc):
    names = rpc.transact("_Server", {"op": "select", "table": "Database", "where": [],
                                     "columns": ["name", "model", "connected", "leader"]})
    assert sorted(row["name"] for row in names[0]["rows"]) == ["T", "_Server"]
    refused = rpc.transact("_Server", {"op": "delete", "table": "Database", "where": []})
    assert refused == [{"error": "not allowed", "details":
                        "delete operation not allowed on table in reserved database _Server"}]


def test_databases_come_and_go(server, rpc):
    other = server.create_db(server.write("u.ovsschema", json.dumps(dict(SCHEMA, name="U"))),
                             name="other.db")
    with Rpc(server.db_sock) as aware:
        aware.result("set_db_change_aware", [True])
        assert server.appctl(["ovsdb-server/add-db", other], target="ovsdb-server") == ""
        assert server.appctl("ovsdb-server/list-dbs", target="ovsdb-server").split() == \
            ["T", "U", "_Server"]
        aware.transact("U", insert(3))
        aware.result("monitor", ["U", "u", {"A": {}}])
        aware.send("transact", ["U", wait_for(99)], "w")
        server.appctl("ovsdb-server/remove-db U", target="ovsdb-server")
        assert aware.wait_reply("w")["error"] == "canceled"
        assert "monitor_canceled" in [n["method"] for n in aware.take_notifications()]
    assert rpc.receive() is None
    refused = server.run(["ovs-appctl", "-t", "ovsdb-server", "ovsdb-server/remove-db", "U"])
    assert refused.code == 2 and refused.err.startswith("Failed to find the database.")


def test_compaction(server, rpc):
    for n in range(50):
        rpc.transact("T", insert(n))
    path = server.path("db", "conf.db")
    before = os.path.getsize(path)
    server.appctl("ovsdb-server/compact", target="ovsdb-server")
    assert os.path.getsize(path) < before
    rpc.transact("T", insert(50), {"op": "comment", "comment": "after"})
    log = server.run(["ovsdb-tool", "show-log", path]).ok().lines
    assert len(log) == 4 and '"compacting database online"' in log[2] and '"after"' in log[3]
    server.stop("ovsdb-server")
    server.start_ovsdb_server(databases=[path])
    with Rpc(server.db_sock) as again:
        rows = again.transact("T", {"op": "select", "table": "A", "where": [], "columns": ["n"]})
        assert sorted(row["n"] for row in rows[0]["rows"]) == list(range(51))


def test_remotes_in_the_database(sandbox):
    sandbox.start_ovsdb_server()
    path = sandbox.path("run", "manager.sock")
    with Rpc(sandbox.db_sock) as rpc:
        rpc.transact("Open_vSwitch",
                     {"op": "insert", "table": "Manager", "uuid-name": "m",
                      "row": {"target": f"punix:{path}", "inactivity_probe": 10000}},
                     {"op": "insert", "table": "Open_vSwitch",
                      "row": {"manager_options": ["named-uuid", "m"]}})
        sandbox.wait_until(lambda: accepts(path), what="for the new remote")
        with Rpc(path) as manager:
            assert "Open_vSwitch" in manager.result("list_dbs", [])
            waits = {"op": "wait", "table": "Manager", "where": [], "columns": ["is_connected"],
                     "until": "==", "rows": [{"is_connected": True}], "timeout": 8000}
            assert rpc.transact("Open_vSwitch", waits) == [{}]
            rpc.transact("Open_vSwitch", {"op": "update", "table": "Open_vSwitch", "where": [],
                                          "row": {"manager_options": ["set", []]}})
            assert manager.receive() is None
        assert not accepts(path)


def test_run(sandbox):
    path = sandbox.create_db(sandbox.write("t.ovsschema", json.dumps(SCHEMA)))
    words = ["ovsdb-server", "-vconsole:off", f"--remote=punix:{sandbox.db_sock}", path]
    assert sandbox.run([*words, "--run=exit 0"]).code == 0
    assert sandbox.run([*words, "--run=exit 3"]).code == 1
