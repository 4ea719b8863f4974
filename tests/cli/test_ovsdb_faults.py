# SPDX-License-Identifier: Apache-2.0
"""A disk that refuses: each write, sync, truncation and rename of a database file fails in turn.
The client is told, memory and file agree, and service goes on when the disk does."""
import errno
import json
import os
import shutil
import subprocess

import pytest

from harness import Programs
from harness.rpc import Rpc

SCHEMA = """{"name": "T", "version": "1.0.0", "tables": {"A": {"columns": {
    "n": {"type": "integer"}}, "indexes": [["n"]]}}}"""
DURABLE = {"op": "commit", "durable": True}
ERRORS = [errno.ENOSPC, errno.EIO]


@pytest.fixture(scope="session")
def faults(tmp_path_factory):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        pytest.skip("needs a C compiler")
    server = Programs("weft").path("ovsdb-server")
    with open(server, "rb") as f:
        if b"__asan_init" in f.read():
            pytest.skip("preloading does not go together with the address sanitizer")
    library = tmp_path_factory.mktemp("faults") / "faults.so"
    source = os.path.join(os.path.dirname(__file__), "..", "harness", "faults.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return str(library)


@pytest.fixture
def disk(sandbox, faults):
    """A server on a disk with fail(after, error, count)."""
    sandbox.database = sandbox.create_db(sandbox.write("t.ovsschema", SCHEMA))
    plan = sandbox.path("cwd", "plan")

    def fail(after, error, count=1):
        with open(plan + ".new", "w", encoding="ascii") as f:
            f.write(f"{after} {error} {count}\n")
        os.replace(plan + ".new", plan)

    def pending():
        with open(plan, encoding="ascii") as f:
            return int(f.read().split()[2]) > 0

    sandbox.fail, sandbox.pending = fail, pending
    sandbox.env.update(LD_PRELOAD=faults, WEFT_FAULT_FILE=plan,
                       WEFT_FAULT_BELOW=sandbox.path("db"))
    sandbox.start_ovsdb_server(databases=[sandbox.database],
                               arguments=[f"--unixctl={sandbox.path('run', 'ctl')}"])
    del sandbox.env["LD_PRELOAD"]
    return sandbox


def insert(n):
    return {"op": "insert", "table": "A", "row": {"n": n}}


def numbers(path):
    with Rpc(path) as rpc:
        rows = rpc.transact("T", {"op": "select", "table": "A", "where": [], "columns": ["n"]})
    return sorted(row["n"] for row in rows[0]["rows"])


def in_file(box):
    """The rows in the file, whose every record must be good."""
    out = box.run(["ovsdb-tool", "query", box.database,
                   '["T",{"op":"select","table":"A","where":[],"columns":["n"]}]'])
    box.run(["ovsdb-tool", "show-log", box.database]).ok()
    return sorted(row["n"] for row in json.loads(out.ok().out)[0]["rows"])


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_commits(disk, error):
    good, failed = [], 0
    with Rpc(disk.db_sock) as rpc, Rpc(disk.db_sock) as watcher:
        watcher.result("monitor", ["T", "m", {"A": {}}])
        n = 0
        for after in range(4):
            for count in (1, 2, 3):
                for more in ([], [DURABLE]):
                    n += 1
                    disk.fail(after, error, count)
                    results = rpc.transact("T", insert(n), *more)
                    if "error" in (results[-1] or {}):
                        assert results[-1]["error"] == "I/O error"
                        assert os.strerror(error) in results[-1]["details"]
                        failed += 1
                    else:
                        good.append(n)
                    assert numbers(disk.db_sock) == good
                    disk.fail(0, 0, 0)
                    # Where not even the cut back succeeded, the next write makes up for it.
                    assert count > 1 or in_file(disk) == good
                    n += 1
                    rpc.transact("T", insert(n), DURABLE)
                    good.append(n)
                    assert in_file(disk) == good
        assert failed >= 6, "hardly anything failed"
        assert len(watcher.take_notifications()) == len(good)
    disk.stop("ovsdb-server")
    disk.start_ovsdb_server(databases=[disk.database])
    assert numbers(disk.db_sock) == good


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_compaction(disk, error):
    """Whatever fails, the old file or the new one is there, and whole."""
    good, failed = [], 0
    with Rpc(disk.db_sock) as rpc:
        for after in range(8):
            rpc.transact("T", insert(after))
            good = sorted(good + [after])
            disk.fail(after, error)
            done = disk.run(["ovs-appctl", "-t", disk.path("run", "ctl"), "ovsdb-server/compact"])
            if done.code:
                failed += 1
                assert done.code == 2 and os.strerror(error) in done.err
                assert not disk.pending()
            disk.fail(0, 0, 0)
            assert numbers(disk.db_sock) == good == in_file(disk)
            rpc.transact("T", insert(100 + after), DURABLE)
            good = sorted(good + [100 + after])
            assert in_file(disk) == good
    assert failed >= 3, "hardly anything failed"
    assert not os.path.exists(disk.database + ".tmp")


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_compaction_meanwhile(disk, error):
    """The failing call is a commit's or the compaction's, as it comes: what is in memory is in the
    file, old or new, and each is told of its own failure."""
    good, n, failed, refused = [], 0, 0, 0
    with Rpc(disk.db_sock) as rpc, Rpc(disk.path("run", "ctl")) as ctl:
        for first in range(1000000, 1004000, 1000):
            rpc.transact("T", *(insert(i) for i in range(first, first + 1000)))
            good += range(first, first + 1000)
        for after in range(24):
            disk.fail(after, error)
            ctl.send("ovsdb-server/compact", [], 1)
            for _ in range(12):
                results = rpc.transact("T", insert(n), DURABLE)
                if "error" in (results[-1] or {}):
                    assert results[-1]["error"] == "I/O error"
                    refused += 1
                else:
                    good.append(n)
                n += 1
            why = ctl.wait_reply(1)["error"]
            assert why is None or os.strerror(error) in why
            failed += why is not None
            disk.fail(0, 0, 0)
            assert numbers(disk.db_sock) == sorted(good) == in_file(disk)
            assert not os.path.exists(disk.database + ".tmp")
    assert failed and refused


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_conversion(disk, error):
    new = SCHEMA.replace('"1.0.0"', '"2.0.0"')
    disk.write("new.ovsschema", new)
    with Rpc(disk.db_sock) as rpc:
        rpc.transact("T", insert(1), DURABLE)
    for after in range(8):
        disk.fail(after, error)
        done = disk.run(["ovsdb-client", "convert", f"unix:{disk.db_sock}",
                         disk.path("cwd", "new.ovsschema")])
        version = disk.run(["ovsdb-client", "get-schema-version", f"unix:{disk.db_sock}", "T"])
        struck = not disk.pending()
        disk.fail(0, 0, 0)
        assert numbers(disk.db_sock) == [1] == in_file(disk)
        if done.code == 0:
            assert version.out == "2.0.0\n" and after > 1
            return
        assert struck and done.code == 1 and os.strerror(error) in done.err
        assert version.out == "1.0.0\n"
    raise AssertionError("it never succeeded")
