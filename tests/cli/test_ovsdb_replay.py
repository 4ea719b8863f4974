# SPDX-License-Identifier: Apache-2.0
"""--record and --replay: what a server heard, heard again without any network, leads to the same
database and the same log."""
import json
import os
import random
import re
import shutil
import threading

import pytest

from harness.rpc import Rpc, RpcError

SCHEMA = {"name": "T", "version": "1.0.0", "tables": {
    "A": {"isRoot": True, "columns": {
        "n": {"type": "integer"}, "s": {"type": "string"},
        "b": {"type": {"key": {"type": "uuid", "refTable": "B"}, "min": 0, "max": 1}}},
        "indexes": [["n"]]},
    "B": {"columns": {"s": {"type": "string"}}}}}


def records(path):
    """What is in the database file, without when."""
    with open(path, encoding="utf-8") as f:
        found = [json.loads(line) for line in f if line.startswith("{")]
    for record in found:
        record.pop("_date", None)
    return found


def log(box):
    """What the server logged of what it did."""
    text = re.sub(r"^[^|]*\|\d+\|", "", box.read("log", "ovsdb-server.log"), flags=re.M)
    return [line for line in text.splitlines()
            if not re.match(r"(vlog|replay|fatal_signal|socket_util)\|", line)]


@pytest.fixture
def box(sandbox):
    sandbox.folder = sandbox.path("recording")
    os.mkdir(sandbox.folder)
    sandbox.file = os.path.join(sandbox.folder, "replay_ovsdb-server")
    return sandbox


def record(box, *arguments):
    path = box.create_db(box.write("t.ovsschema", json.dumps(SCHEMA)), "t.db")
    box.arguments = [f"--remote=punix:{box.db_sock}", *arguments, path]
    box.start("ovsdb-server", f"--record={box.folder}", *box.arguments)
    box.db = path


def replay(box, **kwargs):
    """Runs the recording through; the result."""
    os.replace(box.path("log", "ovsdb-server.log"), box.path("log", "recorded.log"))
    return box.run(["ovsdb-server", f"--replay={box.folder}", "-vconsole:off", "--log-file",
                    *box.arguments], timeout=60, **kwargs)


def check_replay(box):
    """The same again, with the database file left alone."""
    with open(box.db, "rb") as f:
        file = f.read()
    wanted_log = log(box)
    replay(box).ok()
    assert not os.path.exists(box.db_sock)
    with open(box.db, "rb") as f:
        assert f.read() == file
    assert records(box.file + ".0.run") == records(box.db)
    assert log(box) == wanted_log


def end(box):
    box.appctl("exit", target="ovsdb-server")
    box.wait_end("ovsdb-server")


def work(sock, seed, count):
    choose = random.Random(seed)
    with Rpc(sock) as rpc:
        rpc.result("monitor_cond_since", ["T", seed, {"A": [{}]},
                                          "00000000-0000-0000-0000-000000000000"])
        for _ in range(count):
            n = choose.randrange(30)
            operations = choose.choice([
                [{"op": "insert", "table": "A", "row": {"n": n, "s": "x" * choose.randrange(99)}}],
                [{"op": "insert", "table": "B", "uuid-name": "b", "row": {"s": str(n)}},
                 {"op": "update", "table": "A", "where": [["n", "==", n]],
                  "row": {"b": ["named-uuid", "b"]}}],
                [{"op": "delete", "table": "A", "where": [["n", ">", n]]}],
                [{"op": "mutate", "table": "A", "where": [["n", "<", n]],
                  "mutations": [["n", "+=", 100]]}],
                [{"op": "wait", "table": "A", "where": [], "columns": ["n"], "until": "==",
                  "rows": [{"n": -1}], "timeout": choose.randrange(20)},
                 {"op": "insert", "table": "A", "row": {"n": n}}]])
            try:
                rpc.transact("T", *operations)
            except RpcError:
                pass


def test_a_session_again(box):
    seed = int(os.environ.get("WEFT_SEED", "7"))
    print(f"WEFT_SEED={seed}")
    record(box)
    threads = [threading.Thread(target=work, args=(box.db_sock, seed + i, 60)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    box.appctl("ovsdb-server/compact", target="ovsdb-server")
    work(box.db_sock, seed, 20)
    end(box)
    assert len(records(box.db)) > 5
    check_replay(box)


def test_a_session_that_was_cut_off(box):
    """Everything recorded comes again, whether the server ended well or not, and a recording that
    ends within something ends there."""
    record(box)
    work(box.db_sock, 1, 30)
    box.stop("ovsdb-server")
    check_replay(box)
    with open(box.file, "rb") as f:
        whole = f.read()
    choose = random.Random(int(os.environ.get("WEFT_SEED", "7")))
    for size in [17, 40, *(choose.randrange(41, len(whole)) for _ in range(12))]:
        with open(box.file, "wb") as f:
            f.write(whole[:size])
        done = replay(box)
        assert done.code in (0, 1), done
        assert done.code == 0 or re.search("End of file|no recording|did", box.read("log", "ovsdb-server.log")), done


def test_a_backup_without_its_source(box, sandboxes):
    source = sandboxes("weft")
    path = source.create_db(source.write("t.ovsschema", json.dumps(SCHEMA)))
    source.start_ovsdb_server(databases=[path])
    work(source.db_sock, 3, 10)
    record(box, f"--sync-from={source.address(box)}")
    work(source.db_sock, 4, 10)
    with Rpc(source.db_sock) as rpc:
        rpc.transact("T", {"op": "insert", "table": "A", "row": {"n": 5000, "s": "last"}})
    box.wait_until(lambda: "last" in box.run(["ovsdb-client", "dump", f"unix:{box.db_sock}",
                                              "T"]).out)
    end(box)
    source.stop("ovsdb-server")
    check_replay(box)
    assert any("last" in json.dumps(r) for r in records(box.file + ".0.run"))


def test_over_tls(box, keys):
    remote = "pssl:0:127.0.0.1"
    record(box, f"--remote={remote}", *keys.options("server"))
    operations = json.dumps(["T", {"op": "insert", "table": "A", "row": {"n": 77}}])
    box.run(["ovsdb-client", *keys.options("client"), "transact",
             f"ssl:127.0.0.1:{box.tcp_port(remote)}", operations]).ok()
    end(box)
    assert "77" in json.dumps(records(box.db))
    check_replay(box)


def test_a_client_without_its_server(box):
    record(box)
    work(box.db_sock, 5, 10)
    argv = ["ovsdb-client", "-vconsole:off", "dump", f"unix:{box.db_sock}", "T"]
    shown = box.run([*argv, f"--record={box.folder}"]).ok().out
    assert "A table" in shown
    box.stop("ovsdb-server")
    assert box.run([*argv, f"--replay={box.folder}"]).ok().out == shown


def test_what_cannot_be(box):
    run = ["ovsdb-server", f"--remote=punix:{box.db_sock}", box.create_db()]
    for options, error in (
            ([f"--replay={box.folder}"], "No such file or directory"),
            (["--record=/nonexistent"], "No such file or directory"),
            (["--record", f"--replay={box.folder}"], "mutually exclusive")):
        done = box.run([*run, *options])
        assert done.code == 1 and error in done.err, done
    with open(box.file, "w", encoding="ascii") as f:
        f.write("no recording, but long enough to be one\n" * 4)
    assert "no recording" in box.run([*run, f"--replay={box.folder}"]).err


def test_another_command_line(box):
    record(box)
    work(box.db_sock, 5, 3)
    end(box)
    shutil.copy(box.db, box.path("db", "other.db"))
    box.arguments = box.arguments[:-1] + [f"--remote=punix:{box.path('run', 'other.sock')}",
                                          box.arguments[-1]]
    done = replay(box)
    assert done.code == 1
    assert "this is not what the recorded process did" in box.read("log", "ovsdb-server.log")
