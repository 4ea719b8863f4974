# SPDX-License-Identifier: Apache-2.0
"""ovsdb-server --config-file: databases and remotes as a JSON file says, reloaded on request."""
import json

import pytest

from harness.rpc import Rpc, accepts

SCHEMA = {"name": "T", "version": "1.0.0", "tables": {"A": {"isRoot": True, "columns": {
    "n": {"type": "integer"}}}}}


def insert(n):
    return {"op": "insert", "table": "A", "row": {"n": n}}


def create(box, name):
    schema = box.write(f"{name}.ovsschema", json.dumps(dict(SCHEMA, name=name)))
    return box.create_db(schema, name=f"{name}.db")


def write(box, config):
    text = config if isinstance(config, str) else json.dumps(config)
    return box.write("config.json", text)


def start(box, config):
    box.start("ovsdb-server", f"--config-file={write(box, config)}")


def command(box, *words):
    return box.run(["ovs-appctl", "-t", "ovsdb-server", *words])


def reload(box, config):
    write(box, config)
    return command(box, "ovsdb-server/reload")


def names(box):
    return command(box, "ovsdb-server/list-dbs").ok().out.split()


def test_databases_and_remotes(sandbox):
    create(sandbox, "T")
    create(sandbox, "U")
    main, other = f"punix:{sandbox.db_sock}", f"punix:{sandbox.path('run', 'other.sock')}"
    start(sandbox, {"remotes": {main: {}}, "databases": {"T.db": None}})
    assert names(sandbox) == ["T", "_Server"]
    with Rpc(sandbox.db_sock) as rpc:
        rpc.result("set_db_change_aware", [True])
        rpc.transact("T", insert(1))
        reload(sandbox, {"remotes": {main: None, other: {"read-only": True}},
                         "databases": {"T.db": {"service-model": "standalone"},
                                       sandbox.path("db", "U.db"): {}}}).ok()
        assert names(sandbox) == ["T", "U", "_Server"]
        rpc.transact("U", insert(2))  # the connection has not ended
        with Rpc(sandbox.path("run", "other.sock")) as reader:
            assert reader.transact("T", insert(3))[0]["error"] == "not allowed"
            reload(sandbox, {"remotes": {main: {}}, "databases": {"U.db": {}}}).ok()
            assert reader.receive() is None
        assert names(sandbox) == ["U", "_Server"]
        assert rpc.transact("U", insert(4))[0]["uuid"]
    assert not accepts(sandbox.path("run", "other.sock"))


def aware_of_changes(path):
    """A connection whose client is known to bear changes of databases.

    A server cuts off every other client when a database changes, and that may come before the
    client could say so; then it comes again, as real clients do.
    """
    for _ in range(20):
        rpc = Rpc(path)
        try:
            rpc.result("set_db_change_aware", [True])
            return rpc
        except ConnectionError:
            rpc.close()
    raise AssertionError("the server cuts off every client")


def test_backup_and_relay(sandboxes):
    source, box = sandboxes(), sandboxes()
    create(source, "T")
    source.start_ovsdb_server(databases=[source.path("db", "T.db")])
    remote = f"unix:{source.db_sock}"
    main = {f"punix:{box.db_sock}": {}}
    create(box, "T")
    backup = {"service-model": "active-backup", "backup": True, "exclude-tables": [],
              "source": {remote: {"inactivity-probe": 5000, "max-backoff": 2000}}}
    start(box, {"remotes": main, "databases": {"T.db": backup}})

    def status():
        return command(box, "ovsdb-server/sync-status").ok().out
    box.wait_until(lambda: status() == f"state: backup\nreplicating: {remote}\ndatabase: T\n")
    with Rpc(source.db_sock) as rpc:
        rpc.transact("T", insert(1))
    reload(box, {"remotes": main, "databases": {"T.db": dict(backup, backup=False)}}).ok()
    assert status() == "state: active\n"
    with Rpc(box.db_sock) as rpc:
        rpc.transact("T", insert(2))
    reload(box, {"remotes": main, "databases": {
        "T": {"service-model": "relay", "source": {remote: None}}}}).ok()
    with aware_of_changes(box.db_sock) as rpc:
        connected = {"op": "wait", "table": "Database", "where": [["name", "==", "T"]],
                     "columns": ["model", "connected"], "until": "==", "timeout": 8000,
                     "rows": [{"model": "relay", "connected": True}]}
        assert rpc.transact("_Server", connected) == [{}]
        rows = rpc.transact("T", {"op": "select", "table": "A", "where": [], "columns": ["n"]})
        assert rows == [{"rows": [{"n": 1}]}]


@pytest.mark.parametrize("config, says", [
    ("{", "config.json: line 0, column 1, byte 1: unexpected end of input"),
    ([], "configuration file failed: Object expected"),
    ({"x": 1}, "Member 'x' is present but not allowed here"),
    ({"databases": {"T.db": 3}}, "Parsing T.db failed: Object expected"),
    ({"databases": {"T.db": {"service-model": "good"}}}, "T.db: unknown service model"),
    ({"databases": {"T.db": {"service-model": "clustered"}}}, "not supported yet"),
    ({"databases": {"T.db": {"source": {"tcp:1": None}}}}, 'has no "source"'),
    ({"databases": {"T": {"service-model": "relay"}}}, 'needs a "source"'),
    ({"databases": {"T": {"service-model": "relay", "source": {}}}}, "must have one member"),
    ({"databases": {"T": {"service-model": "relay", "source": {"tcp:1": {"x": 1}}}}}, "'x'"),
    ({"databases": {"T": {"service-model": "relay", "source": {"tcp:1": None},
                          "backup": True}}}, "for active-backup"),
    ({"databases": {"T.db": {"service-model": "active-backup", "source": {"tcp:1": None},
                             "exclude-tables": [1]}}}, "names of tables"),
    ({"remotes": {"ptcp:0": {"max-backoff": -1}}}, "must not be negative"),
    ({"remotes": {"ptcp:0": {"role": 1}}}, "Type mismatch for member 'role'"),
])
def test_mistakes_change_nothing(sandbox, config, says):
    create(sandbox, "T")
    good = {"remotes": {f"punix:{sandbox.db_sock}": {}}, "databases": {"T.db": {}}}
    start(sandbox, good)
    with Rpc(sandbox.db_sock) as rpc:
        refused = reload(sandbox, config)
        assert refused.code == 2 and says in refused.err and "config.json: " in refused.err
        rpc.transact("T", insert(1))
        assert names(sandbox) == ["T", "_Server"]


def test_missing_database(sandbox):
    """What cannot be opened is told; the rest is done."""
    create(sandbox, "T")
    remotes = {f"punix:{sandbox.db_sock}": {}}
    start(sandbox, {"remotes": remotes, "databases": {"T.db": {}}})
    refused = reload(sandbox, {"remotes": remotes, "databases": {"T.db": {}, "no.db": {}}})
    assert refused.code == 2 and "no.db: open failed (No such file or directory)" in refused.err
    assert names(sandbox) == ["T", "_Server"]


def test_commands_that_would_contradict_it(sandbox):
    create(sandbox, "T")
    start(sandbox, {"databases": {"T.db": {}}})
    for words in (["add-db", "x"], ["remove-db", "T"], ["add-remote", "ptcp:0"],
                  ["remove-remote", "ptcp:0"], ["set-active-ovsdb-server", "tcp:1"],
                  ["connect-active-ovsdb-server"], ["set-sync-exclude-tables", "T:A"]):
        refused = command(sandbox, "ovsdb-server/" + words[0], *words[1:])
        assert refused.code == 2 and "run ovsdb-server/reload" in refused.err


def test_command_line(sandbox):
    path = write(sandbox, {})
    for words in (["--remote=ptcp:0"], ["--sync-from=tcp:1"], ["x.db"]):
        refused = sandbox.run(["ovsdb-server", f"--config-file={path}", *words])
        assert refused.code == 1 and "mutually exclusive" in refused.err
    sandbox.start("ovsdb-server", "--no-dbs")
    refused = command(sandbox, "ovsdb-server/reload")
    assert refused.code == 2 and "--config-file" in refused.err
