# SPDX-License-Identifier: Apache-2.0
"""The first reply of a monitor of a large database: others are served while it is written, and it
is of one moment, to which the updates fit."""
import json
import random

import pytest

from harness.rpc import Rpc

SCHEMA = {"name": "T", "version": "1.0.0", "tables": {
    name: {"isRoot": True, "columns": {
        "n": {"type": "integer"}, "s": {"type": "string"},
        "m": {"type": {"key": "string", "value": "string", "min": 0, "max": "unlimited"}}}}
    for name in ("A", "B")}}
ROWS = 10000
NEVER = "00000000-0000-0000-0000-000000000000"


def start(box):
    path = box.create_db(box.write("t.ovsschema", json.dumps(SCHEMA)))
    box.start_ovsdb_server(databases=[path])
    with Rpc(box.db_sock, timeout=60) as rpc:
        for table in ("A", "B"):
            for first in range(0, ROWS, 2000):
                rpc.transact("T", *({"op": "insert", "table": table,
                                     "row": {"n": n % 1000, "s": f"{n} " + "x" * 400}}
                                    for n in range(first, first + 2000)))


def ask(rpc, method, where=None):
    tables = {"A": {"columns": ["n", "s", "m"]}, "B": {"columns": ["n", "m"]}}
    if where:
        for table in tables.values():
            table["where"] = where
    params = ["T", "m", tables]
    rpc.send(method, params + ([NEVER] if method.endswith("since") else []), "big")


def contents(rpc, columns_of, where):
    """What is there: {table: {uuid: row}}, each row without values that are the default."""
    replies = rpc.transact("T", *({"op": "select", "table": table, "where": where or [],
                                   "columns": ["_uuid"] + columns}
                                  for table, columns in columns_of.items()))
    return {table: {row.pop("_uuid")[1]: row for row in reply["rows"]}
            for table, reply in zip(columns_of, replies)}


def take_v1(tables, update):
    for table, rows in update.items():
        for uuid, row in rows.items():
            if "new" in row:
                tables[table][uuid] = row["new"]
            else:
                old = tables[table].pop(uuid)
                assert old == row["old"]


def whole(row):
    return {"n": 0, "s": "", "m": ["map", []], **row}


def take_v2(tables, update):
    for table, rows in update.items():
        for uuid, row in rows.items():
            if "initial" in row or "insert" in row:
                assert uuid not in tables[table]
                tables[table][uuid] = row.get("initial", row.get("insert"))
            elif "delete" in row:
                del tables[table][uuid]
            else:
                now, diff = tables[table][uuid], dict(row["modify"])
                if "m" in diff:
                    pairs = dict(now.get("m", ["map", []])[1])
                    for key, value in diff.pop("m")[1]:
                        if pairs.get(key) == value:
                            del pairs[key]
                        else:
                            pairs[key] = value
                    now["m"] = ["map", sorted(map(list, pairs.items()))]
                now.update(diff)


def some_change(rng):
    table = rng.choice("AB")
    where = [["n", "==", rng.randrange(1000)]]
    return rng.choice([
        {"op": "update", "table": table, "where": where,
         "row": {"n": rng.randrange(1000), "s": "changed"}},
        {"op": "mutate", "table": table, "where": where,
         "mutations": [["m", "insert", ["map", [[str(rng.randrange(5)), "v"]]]]]},
        {"op": "delete", "table": table, "where": where},
        {"op": "insert", "table": table, "row": {"n": rng.randrange(1000), "s": "new"}}])


def has_input(rpc):
    rpc.socket.setblocking(False)
    try:
        return bool(rpc.socket.recv(1, 2))  # MSG_PEEK
    except BlockingIOError:
        return False
    finally:
        rpc.socket.settimeout(60)


@pytest.mark.parametrize("method, where", [
    ("monitor", None), ("monitor_cond", None), ("monitor_cond_since", None),
    ("monitor_cond", [["n", "<", 500]])])
def test_transactions_meanwhile(sandbox, method, where):
    start(sandbox)
    rng = random.Random(len(method))
    with Rpc(sandbox.db_sock, timeout=60) as writer:
        n_meanwhile = 0
        for _ in range(4):
            with Rpc(sandbox.db_sock, timeout=60) as reader:
                ask(reader, method, where)
                while not has_input(reader):
                    writer.transact("T", *(some_change(rng) for _ in range(3)))
                    n_meanwhile += 1
                result = reader.wait_reply("big")["result"]
                reader.result("echo", [])  # what comes before it is known
                tables = {"A": {}, "B": {}}
                take = take_v1 if method == "monitor" else take_v2
                take(tables, result[2] if method.endswith("since") else result)
                for note in reader.notifications:
                    take(tables, note["params"][-1])
                columns = {"A": ["n", "s", "m"], "B": ["n", "m"]}
                have = {table: {uuid: {c: whole(row)[c] for c in columns[table]}
                                for uuid, row in rows.items()} for table, rows in tables.items()}
                assert have == contents(writer, columns, where)
        assert n_meanwhile


def test_requests_behind_it_keep_their_order(sandbox):
    """Answers come in the order of requests; a monitor may be changed or cancelled at once."""
    start(sandbox)
    with Rpc(sandbox.db_sock, timeout=60) as rpc:
        ask(rpc, "monitor_cond")
        rpc.send("echo", [], "echo")
        rpc.send("monitor_cond_change", ["T", "m", {}], "bad")
        rpc.send("monitor_cond_change", ["m", "m2", {"A": [{"where": [["n", "==", 1]]}]}], "change")
        rpc.send("monitor_cancel", ["m2"], "cancel")
        assert len(rpc.wait_reply("big")["result"]["A"]) == ROWS
        assert rpc.wait_reply("echo")["result"] == []
        assert rpc.wait_reply("bad")["error"]["details"] == "unknown monitor session"
        assert rpc.wait_reply("change")["result"] == {}
        assert len(rpc.notifications[0]["params"][1]["A"]) == ROWS - ROWS // 1000
        assert rpc.wait_reply("cancel")["result"] == {}


def test_client_that_goes_away_meanwhile(sandbox):
    start(sandbox)
    for _ in range(5):
        with Rpc(sandbox.db_sock, timeout=60) as rpc:
            ask(rpc, "monitor")
    with Rpc(sandbox.db_sock, timeout=60) as rpc:
        rpc.transact("T", {"op": "delete", "table": "A", "where": []})
        assert rpc.result("monitor", ["T", "m", {"A": {}}]) == {}
