# SPDX-License-Identifier: Apache-2.0
"""What a client was told is durable survives kill -9 at any moment; and where the disk refuses,
the client is told, and nothing of it stays."""
import os
import random
import signal
import time

from harness.programs import on_windows
from harness.rpc import Rpc, accepts
from harness.writer import Writer

SCHEMA = """{"name": "T", "version": "1.0.0", "tables": {"A": {"columns": {
    "n": {"type": "integer"}, "text": {"type": "string"}}, "indexes": [["n"]]}}}"""


def insert(n):
    return {"op": "insert", "table": "A", "row": {"n": n, "text": "x" * (n % 300)}}


def numbers(rpc):
    rows = rpc.transact("T", {"op": "select", "table": "A", "where": [], "columns": ["n"]})
    return [row["n"] for row in rows[0]["rows"]]


def test_kill_9(sandbox):
    rounds = int(os.environ.get("WEFT_ROUNDS", 30 if on_windows() else 200))
    seed = int(os.environ.get("WEFT_SEED", random.randrange(1 << 32)))
    print(f"seed {seed}: WEFT_SEED={seed} repeats this")
    chance = random.Random(seed)
    path = sandbox.create_db(sandbox.write("t.ovsschema", SCHEMA))
    expected = []
    first = 0
    for i in range(rounds):
        server = sandbox.popen(["ovsdb-server", "-vconsole:off", "--unixctl=none",
                                f"--remote=punix:{sandbox.db_sock}", path])
        sandbox.wait_until(lambda: accepts(sandbox.db_sock), what="for the server to listen")
        with Rpc(sandbox.db_sock) as rpc:
            there = set(numbers(rpc))
        lost = [n for n in expected if n not in there]
        assert not lost, f"seed {seed}, round {i}: {lost} were acknowledged"
        writer = Writer(sandbox.db_sock, first, lambda n: [insert(n)])
        writer.start()
        assert writer.enough.wait(20)
        # Nothing to wait for here: the moment is meant to be any.
        time.sleep(chance.random() * 0.01)
        server.send_signal(signal.SIGKILL)
        server.wait()
        sandbox.wait_until(lambda: not accepts(sandbox.db_sock), what="for the end of its pipe")
        writer.join(20)
        expected += writer.acknowledged
        first = max(max(there, default=-1) + 1, writer.next)
        del sandbox.daemons[f"ovsdb-server.{server.pid}"]
    assert len(expected) >= rounds


def test_disk_full(sandbox):
    """A file that may not grow: the commit fails, its clients hear why, nobody sees its rows."""
    path = sandbox.create_db(sandbox.write("t.ovsschema", SCHEMA))
    limit = os.path.getsize(path) // 512 + 4
    server = sandbox.popen(["/bin/sh", "-c", f"trap '' XFSZ; ulimit -f {limit}; exec "
                            f"{sandbox.programs.path('ovsdb-server')} -vconsole:off "
                            f"--unixctl=none --remote=punix:{sandbox.db_sock} {path}"])
    sandbox.wait_until(lambda: accepts(sandbox.db_sock), what="for the server to listen")
    with Rpc(sandbox.db_sock) as rpc:
        rpc.result("monitor", ["T", "m", {"A": {}}])
        good = []
        for n in range(200):
            reply = rpc.call("transact", ["T", insert(n)])
            if "error" in reply["result"][-1]:
                assert reply["result"][-1]["error"] == "I/O error"
                break
            good.append(n)
        else:
            raise AssertionError("the file grew and grew")
        assert sorted(numbers(rpc)) == good
        assert len(rpc.take_notifications()) == len(good)
    server.send_signal(signal.SIGKILL)
    server.wait()
    sandbox.start_ovsdb_server(databases=[path])
    with Rpc(sandbox.db_sock) as rpc:
        assert sorted(numbers(rpc)) == good
        rpc.transact("T", insert(1000))
