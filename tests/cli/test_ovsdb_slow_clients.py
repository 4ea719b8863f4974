# SPDX-License-Identifier: Apache-2.0
"""Clients that do not read: the server's memory for them is bounded, and others are served."""
import json
import re

from harness.rpc import Rpc

SCHEMA = {"name": "T", "version": "1.0.0", "tables": {"A": {"isRoot": True, "columns": {
    "n": {"type": "integer"}, "s": {"type": "string"}}}}}
MB = 1 << 20


def start(box):
    path = box.create_db(box.write("t.ovsschema", json.dumps(SCHEMA)))
    box.start_ovsdb_server(databases=[path])
    return box.daemons["ovsdb-server"].pid


def rss(pid, what="VmRSS"):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(rf"{what}:\s*(\d+)", f.read()).group(1)) * 1024


def test_updates_that_nobody_reads(sandbox):
    pid = start(sandbox)
    with Rpc(sandbox.db_sock) as writer, Rpc(sandbox.db_sock) as deaf:
        writer.transact("T", {"op": "insert", "table": "A", "row": {"n": 0}})
        deaf.result("monitor", ["T", "m", {"A": {}}])
        before = rss(pid)
        for n in range(90):
            writer.transact("T", {"op": "update", "table": "A", "where": [],
                                  "row": {"n": n, "s": "x" * MB}})
        assert rss(pid, "VmHWM") - before < 140 * MB
        log = sandbox.read("log", "ovsdb-server.log")
        assert re.search(r"unix#\d+: disconnecting: \d+ bytes wait for it to read them", log)
        # What was in the socket is still there to be read, then the connection ends.
        deaf.notifications.clear()
        deaf.buffer = ""
        while deaf.socket.recv(1 << 20):
            pass


def test_replies_that_nobody_reads(sandbox):
    """The server stops reading from who asks and does not listen; then goes on where it was."""
    pid = start(sandbox)
    with Rpc(sandbox.db_sock) as writer, Rpc(sandbox.db_sock) as asker:
        size = MB // 4
        writer.transact("T", {"op": "insert", "table": "A", "row": {"s": "x" * size}})
        before = rss(pid)
        select = json.dumps({"method": "transact", "id": 1, "params": [
            "T", {"op": "select", "table": "A", "where": [], "columns": ["s"]}]})
        asker.socket.setblocking(False)
        sent = 0
        text = (select * 200).encode()
        try:
            while sent < len(text):
                sent += asker.socket.send(text[sent:sent + 512])
                writer.call("echo", [])
        except BlockingIOError:
            pass
        asker.socket.setblocking(True)
        assert rss(pid) - before < 16 * MB
        whole = sent // len(select)
        assert whole > 10
        for _ in range(whole):
            assert len(asker.receive()["result"][0]["rows"][0]["s"]) == size
