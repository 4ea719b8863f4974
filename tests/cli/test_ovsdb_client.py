# SPDX-License-Identifier: Apache-2.0
"""ovsdb-client in the background, across restarts of the server, and with big answers."""
import json
import os

import pytest

from harness.programs import on_windows


@pytest.fixture
def database(sandbox):
    sandbox.start_ovsdb_server()
    sandbox.run("ovs-vsctl --no-wait init").ok()
    return sandbox


def test_wait_for_a_server_that_starts(sandbox):
    sandbox.create_db()
    waiting = sandbox.popen("ovsdb-client -vconsole:off --timeout=20 wait Open_vSwitch connected")
    sandbox.start_ovsdb_server(databases=[sandbox.path("db", "conf.db")])
    assert waiting.wait(timeout=20) == 0


def test_monitor_ends_with_the_server(database):
    monitor = database.popen("ovsdb-client monitor Bridge name")
    database.stop("ovsdb-server")
    assert monitor.wait(timeout=10) == 1


def test_locks_as_runtime_commands(database):
    database.run(f"ovsdb-client --detach --pidfile lock unix:{database.db_sock} one").ok()
    assert database.run("ovs-appctl -t ovsdb-client lock two").ok()
    assert database.run("ovs-appctl -t ovsdb-client unlock one").ok()
    assert database.run("ovs-appctl -t ovsdb-client exit").ok()
    pidfile = database.path("run", "ovsdb-client.pid")
    database.wait_until(lambda: not os.path.exists(pidfile), what="the end of ovsdb-client")


def test_answers_of_megabytes(database):
    # In portions that any host takes on a command line.
    insert = {"op": "insert", "table": "QoS", "row": {"type": "x" * 10000}}
    portion = ["Open_vSwitch", insert, insert]
    n = 20 if on_windows() else 100
    for _ in range(n):
        answer = database.run(["ovsdb-client", "transact", json.dumps(portion)]).ok().out
        assert len(json.loads(answer)) == 2
    rows = database.run("ovsdb-client --no-headings dump Open_vSwitch QoS _uuid type").ok().out
    assert rows.count("x" * 10000) == 2 * n


def test_backup_of_ours_is_a_database(database):
    database.run("ovs-vsctl --no-wait add-br br0 -- add-port br0 p1 tag=3").ok()
    backup = database.run("ovsdb-client backup").ok().out
    path = database.write("b.db", backup)
    query = ["Open_vSwitch", {"op": "select", "table": "Port", "where": [["name", "==", "p1"]],
                              "columns": ["tag"]}]
    answer = database.run(["ovsdb-tool", "query", path, json.dumps(query)]).ok().out
    assert json.loads(answer) == [{"rows": [{"tag": 3}]}]
    database.run("ovs-vsctl --no-wait del-br br0").ok()
    database.run("ovsdb-client restore", stdin=backup).ok()
    assert database.vsctl("list-ports br0") == "p1"
