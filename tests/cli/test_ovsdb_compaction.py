# SPDX-License-Identifier: Apache-2.0
"""Compaction of a database that is being served: clients hardly notice, kill -9 at any moment
loses nothing, a disk that refuses leaves the old file, and the packaged programs read the new
one."""
import json
import os
import random
import signal
import threading
import time

from harness.rpc import Rpc
from harness.writer import Writer

SCHEMA = """{"name": "T", "version": "1.0.0", "tables": {
    "A": {"columns": {"n": {"type": "integer"}, "text": {"type": "string"}}, "indexes": [["n"]]},
    "Ballast": {"columns": {"n": {"type": "integer"}, "text": {"type": "string"},
        "ints": {"type": {"key": "integer", "min": 0, "max": "unlimited"}}},
        "indexes": [["n"]]}}}"""


def start(box, rows, arguments=(), path=None):
    """A server with ROWS rows of ballast, or on PATH; its command socket."""
    known = path
    path = path or box.create_db(box.write("t.ovsschema", SCHEMA))
    box.start_ovsdb_server(databases=[path], arguments=[f"--unixctl={box.path('run', 'ctl')}",
                                                        *arguments])
    if not known:
        with Rpc(box.db_sock, timeout=60) as rpc:
            for first in range(0, rows, 1000):
                rpc.transact("T", *({"op": "insert", "table": "Ballast",
                                     "row": {"n": n, "text": f"{n} " + "x" * 150}}
                                    for n in range(first, min(first + 1000, rows))))
    return box.path("run", "ctl")


def insert(n):
    return {"op": "insert", "table": "A", "row": {"n": n, "text": "x" * (n % 300)}}


def change(n):
    """A change of a row of ballast that a difference in the file tells of."""
    return {"op": "mutate", "table": "Ballast", "where": [["n", "==", n]],
            "mutations": [["ints", "insert", n % 7], ["ints", "delete", n % 5]]}


def ballast(box):
    """Its rows, as a text."""
    return box.run(["ovsdb-client", "-fcsv", "dump", f"unix:{box.db_sock}", "T", "Ballast"],
                   timeout=60).ok().out


def numbers(rpc):
    found = rpc.transact("T", {"op": "select", "table": "A", "where": [], "columns": ["n"]})
    return {row["n"] for row in found[0]["rows"]}


def test_waiting_transaction(sandbox):
    """One that what is queued lets go on, just as the compaction begins: it is in the new file once,
    though it is told of as a difference, which would undo itself the second time."""
    ctl = start(sandbox, 10)
    server = sandbox.daemons["ovsdb-server"].pid
    path = sandbox.path("db", "conf.db")
    with Rpc(sandbox.db_sock) as waiter, Rpc(sandbox.db_sock) as rpc, Rpc(ctl) as commands:
        waiter.send("transact", [
            "T", {"op": "wait", "table": "A", "where": [["n", "==", 1]], "columns": ["n"],
                  "until": "==", "rows": [{"n": 1}]}, change(6)], 1)
        rpc.call("echo", [])
        commands.call("version", [])
        os.kill(server, signal.SIGSTOP)
        rpc.send("transact", ["T", insert(1)], 7)
        commands.send("ovsdb-server/compact", [], 8)
        os.kill(server, signal.SIGCONT)
        assert "error" not in waiter.wait_reply(1)["result"][-1]
        assert commands.wait_reply(8)["error"] is None
    before = ballast(sandbox)
    sandbox.stop("ovsdb-server")
    start(sandbox, 0, path=path)
    assert ballast(sandbox) == before


class Compaction(threading.Thread):
    """One request; `error` is the answer's, `seconds` what it took."""

    def __init__(self, path):
        super().__init__()
        self.rpc = Rpc(path, timeout=60)
        self.error = self.seconds = None

    def run(self):
        begin = time.monotonic()
        try:
            self.error = self.rpc.call("ovsdb-server/compact", [])["error"]
        except OSError as why:
            self.error = str(why)
        self.seconds = time.monotonic() - begin
        self.rpc.close()


def test_service_goes_on(sandbox):
    ctl = start(sandbox, 100000)
    size = os.path.getsize(sandbox.path("db", "conf.db"))
    with Rpc(sandbox.db_sock) as rpc:
        compaction = Compaction(ctl)
        longest, done = 0, 0
        compaction.start()
        while compaction.is_alive():
            begin = time.monotonic()
            rpc.transact("T", change(done * 97 % 100000))
            longest = max(longest, time.monotonic() - begin)
            done += 1
        compaction.join()
        assert compaction.error is None
        print(f"{done} transactions in {compaction.seconds:.3f} s, the longest {longest:.4f} s")
        # Compaction in one step makes one transaction wait for all of it.
        assert done >= 20 and longest < compaction.seconds / 2
    before = ballast(sandbox)
    assert os.path.getsize(sandbox.path("db", "conf.db")) < size * 1.2
    sandbox.stop("ovsdb-server")
    start(sandbox, 0, path=sandbox.path("db", "conf.db"))
    assert ballast(sandbox) == before


def test_requests_share_one(sandbox):
    ctl = start(sandbox, 5000)
    with Rpc(ctl) as one, Rpc(ctl) as other:
        one.send("ovsdb-server/compact", [], 1)
        other.send("ovsdb-server/compact", ["T"], 1)
        assert one.wait_reply(1)["error"] is None and other.wait_reply(1)["error"] is None
        assert one.call("ovsdb-server/compact", ["X"])["error"] == "no database by that name\n"


def test_by_itself(sandbox):
    """A file that is large, twice what it was and 100 transactions older."""
    start(sandbox, 10)
    path = sandbox.path("db", "conf.db")
    with Rpc(sandbox.db_sock) as rpc:
        rpc.transact("T", insert(0))
        for n in range(150):
            rpc.transact("T", {"op": "update", "table": "A", "where": [],
                               "row": {"text": chr(ord("a") + n % 26) * 100000}})
        sandbox.wait_until(lambda: os.path.getsize(path) < 8000000, what="for the compaction")
    log = sandbox.run(["ovsdb-tool", "show-log", path]).ok().out
    assert "compacting database online" in log
    assert not os.path.exists(path + ".tmp")


def test_interrupted(sandbox):
    """Removing the database, or the server's end, ends the compaction; the old file stays."""
    ctl = start(sandbox, 20000)
    path = sandbox.path("db", "conf.db")
    def seen():
        s = os.stat(path)
        return s.st_ino, s.st_size, s.st_mtime_ns, os.path.exists(path + ".tmp")
    before = seen()
    with Rpc(ctl) as one:
        # Read at once, so that no compaction is quick enough to be over.
        one.send("ovsdb-server/compact", [], 1)
        one.send("ovsdb-server/remove-db", ["T"], 2)
        assert "compaction was interrupted" in one.wait_reply(1)["error"]
    assert seen() == before
    sandbox.stop("ovsdb-server")
    start(sandbox, 0, path=path)
    with Rpc(ctl) as one:
        one.send("ovsdb-server/compact", [], 1)
        one.send("exit", [], 2)
    assert sandbox.wait_end("ovsdb-server") == 0
    assert seen()[0] == before[0] and not os.path.exists(path + ".tmp")


def test_conversion_meanwhile(sandbox):
    ctl = start(sandbox, 20000)
    new = json.loads(SCHEMA)
    new["version"] = "2.0.0"
    with Rpc(ctl) as one, Rpc(sandbox.db_sock, timeout=60) as rpc:
        one.send("ovsdb-server/compact", [], 1)
        assert rpc.result("convert", ["T", new]) == {}
        # Which came first does not matter.
        error = one.wait_reply(1)["error"]
        assert error is None or "compaction was interrupted" in error
    path = sandbox.path("db", "conf.db")
    assert sandbox.run(["ovsdb-tool", "db-version", path]).ok().out == "2.0.0\n"
    sandbox.run(["ovsdb-tool", "show-log", path]).ok()
    assert not os.path.exists(path + ".tmp")


def test_packaged_programs_read_it(sandbox, reference):
    ctl = start(sandbox, 3000)
    path = sandbox.path("db", "conf.db")
    with Rpc(sandbox.db_sock) as rpc:
        compaction = Compaction(ctl)
        compaction.start()
        n = 0
        while compaction.is_alive() or n < 50:
            rpc.transact("T", change(n % 3000), insert(n))
            n += 1
        compaction.join()
        assert compaction.error is None
    before = ballast(sandbox)
    sandbox.stop("ovsdb-server")
    log = reference.run(["ovsdb-tool", "show-log", path]).ok().out
    assert "compacting database online" in log
    reference.start_ovsdb_server(databases=[path])
    assert ballast(reference) == before
    with Rpc(reference.db_sock) as rpc:
        assert numbers(rpc) == set(range(n))


def test_kill_9(sandbox):
    """In the middle of compactions, one after the other."""
    rounds = int(os.environ.get("WEFT_ROUNDS", 200)) // 10
    seed = int(os.environ.get("WEFT_SEED", random.randrange(1 << 32)))
    print(f"seed {seed}: WEFT_SEED={seed} repeats this")
    chance = random.Random(seed)
    expected, first, interrupted = set(), 0, 0
    path = None
    for i in range(rounds):
        ctl = start(sandbox, 20000, path=path)
        path = sandbox.path("db", "conf.db")
        with Rpc(sandbox.db_sock) as rpc:
            there = numbers(rpc)
        assert expected <= there, f"seed {seed}, round {i}: {expected - there} were acknowledged"
        writer = Writer(sandbox.db_sock, max(there | {first - 1}) + 1,
                        lambda n: [insert(n), change(n % 20000)], window=1)
        compaction = Compaction(ctl)
        writer.start()
        assert writer.enough.wait(20)
        compaction.start()
        # Nothing to wait for here: the moment is meant to be any.
        time.sleep(chance.random() * 0.15)
        interrupted += compaction.is_alive()
        sandbox.stop("ovsdb-server", signal.SIGKILL)
        writer.join(20)
        compaction.join(20)
        expected |= set(writer.acknowledged)
        first = writer.next
        for name in os.listdir(sandbox.path("run")):
            os.unlink(sandbox.path("run", name))
    assert interrupted, "no compaction was going on"
    sandbox.run(["ovsdb-tool", "show-log", path]).ok()
