# SPDX-License-Identifier: Apache-2.0
"""Fast resync: a client that comes back with the id of the last transaction it saw gets what
changed since, added up, and is then where a client is that read everything."""
import json
import os
import random

from harness.rpc import Rpc

SCHEMA = {"name": "T", "version": "1.0.0", "tables": {
    "A": {"isRoot": True, "columns": {
        "n": {"type": "integer"},
        "opt": {"type": {"key": "string", "min": 0, "max": 1}},
        "set": {"type": {"key": "integer", "min": 0, "max": "unlimited"}},
        "map": {"type": {"key": "string", "value": "integer", "min": 0, "max": "unlimited"}},
        "bs": {"type": {"key": {"type": "uuid", "refTable": "B"}, "min": 0,
                        "max": "unlimited"}}}},
    "B": {"columns": {"s": {"type": "string"}}}}}
ZERO = "00000000-0000-0000-0000-000000000000"
VIEWS = [{"A": [{}], "B": [{}]},
         {"A": [{"columns": ["n", "set"], "where": [["n", "<", 5]]}]},
         {"A": [{"columns": ["map", "bs"]}], "B": [{"where": [["s", "==", "b1"]]}]}]


def rows_of(updates, old=None):
    """The rows by table and uuid, as JSON text, after UPDATES to OLD ones."""
    tables = {t: dict(rows) for t, rows in (old or {}).items()}
    for table, rows in updates.items():
        mine = tables.setdefault(table, {})
        for uuid, change in rows.items():
            if "initial" in change or "insert" in change:
                mine[uuid] = change.get("initial", change.get("insert"))
            elif "delete" in change:
                del mine[uuid]
            else:
                mine[uuid] = apply_difference(mine[uuid], change["modify"])
    return {t: rows for t, rows in tables.items() if rows}


def elements(value):
    if isinstance(value, list) and value and value[0] in ("set", "map"):
        return [json.dumps(x) for x in value[1]], value[0]
    return [json.dumps(value)], "set"


def apply_difference(row, diff):
    row = {k: v for k, v in row.items() if k != "_version"}
    for column, change in diff.items():
        if column in ("n", "s", "opt", "_version"):
            row[column] = change
        elif column == "map":
            new = dict(row.get("map", ["map", []])[1])
            for key, value in change[1]:
                if key in new and new[key] == value:
                    del new[key]
                else:
                    new[key] = value
            row["map"] = ["map", sorted([k, v] for k, v in new.items())]
        else:
            old, _ = elements(row.get(column, ["set", []]))
            new = sorted(set(old) ^ set(elements(change)[0]))
            row[column] = ["set", [json.loads(x) for x in new]]
    return row


def normal(tables):
    """Without what has more than one form: defaults and the order of elements."""
    out = {}
    for table, rows in tables.items():
        for uuid, row in rows.items():
            columns = {}
            for column, value in row.items():
                words = sorted(elements(value)[0])
                default = ["0"] if column == "n" else ['""'] if column == "s" else []
                if column != "_version" and words != default:
                    columns[column] = words
            out[(table, uuid)] = columns
    return out


def random_operation(chance):
    kind = chance.randrange(9)
    where = [["n", chance.choice(["==", "<"]), chance.randrange(8)]]
    if kind < 2:
        some = sorted(chance.sample(range(300), chance.choice([0, 1, 100])))
        return {"op": "insert", "table": "A",
                "row": {"n": chance.randrange(8), "set": ["set", some]}}
    if kind == 2:
        return {"op": "delete", "table": "A", "where": [["n", "==", chance.randrange(8)]]}
    if kind == 3:
        return {"op": "update", "table": "A", "where": where,
                "row": {"opt": chance.choice(["x", "y", ["set", []]])}}
    if kind == 4:
        return {"op": "mutate", "table": "A", "where": where,
                "mutations": [["n", "+=", chance.choice([-1, 1])]]}
    if kind == 5:
        return {"op": "update", "table": "A", "where": where, "row": {
            "set": ["set", sorted(chance.sample(range(300), chance.choice([0, 3, 120])))]}}
    if kind == 6:
        return {"op": "mutate", "table": "A", "where": where, "mutations": [
            ["set", chance.choice(["insert", "delete"]), chance.randrange(300)],
            ["map", "insert", ["map", [[chance.choice("ab"), chance.randrange(3)]]]]]}
    if kind == 7:
        return {"op": "mutate", "table": "A", "where": where,
                "mutations": [["map", "delete", ["set", [chance.choice("ab")]]]]}
    return {"op": "update", "table": "A", "where": where, "row": {"bs": ["set", []]}}


def random_transaction(chance):
    operations = [random_operation(chance) for _ in range(chance.randrange(1, 4))]
    if chance.random() < 0.3:
        operations += [
            {"op": "insert", "table": "B", "uuid-name": "b",
             "row": {"s": chance.choice(["b1", "b2"])}},
            {"op": "mutate", "table": "A", "where": [["n", "==", chance.randrange(8)]],
             "mutations": [["bs", "insert", ["set", [["named-uuid", "b"]]]]]}]
    return operations


def test_changes_add_up(sandbox):
    seed = int(os.environ.get("WEFT_SEED", random.randrange(1 << 32)))
    print(f"seed {seed}: WEFT_SEED={seed} repeats this")
    chance = random.Random(seed)
    sandbox.start_ovsdb_server(sandbox.write("t.ovsschema", json.dumps(SCHEMA)))
    known = [(ZERO, {}) for _ in VIEWS]
    found_any = 0
    with Rpc(sandbox.db_sock) as writer:
        for _ in range(int(os.environ.get("WEFT_ROUNDS", 60))):
            for _ in range(chance.choice([0, 1, 5])):
                writer.transact("T", *random_transaction(chance))
            for i, view in enumerate(VIEWS):
                with Rpc(sandbox.db_sock) as client:
                    last, old = known[i]
                    found, last, updates = client.result(
                        "monitor_cond_since", ["T", "m", view, last])
                    _, same, everything = client.result(
                        "monitor_cond_since", ["T", "all", view, ZERO])
                    assert same == last
                    rows = rows_of(updates, old if found else None)
                    assert normal(rows) == normal(rows_of(everything)), f"seed {seed}"
                    known[i] = (last, rows_of(everything))
                    found_any += found
    assert found_any > len(VIEWS), "nothing was found in the history"


def test_updates_carry_the_id(sandbox):
    sandbox.start_ovsdb_server(sandbox.write("t.ovsschema", json.dumps(SCHEMA)))
    with Rpc(sandbox.db_sock) as rpc, Rpc(sandbox.db_sock) as other:
        found, first, rows = rpc.result("monitor_cond_since", ["T", "m", {"A": [{}]}, ZERO])
        assert not found and first != ZERO and rows == {}
        rpc.transact("T", {"op": "insert", "table": "A", "row": {"n": 1}})
        update = rpc.take_notifications()[0]
        assert update["method"] == "update3"
        assert other.result("monitor_cond_since", ["T", "m", {"A": [{}]}, update["params"][1]]) \
            == [True, update["params"][1], {}]
        again = other.result("monitor_cond_since", ["T", "n", {"A": [{}]}, first])
        assert again == [True, update["params"][1], update["params"][2]]


def test_history_is_bounded(sandbox):
    """Who was away for too long gets everything again."""
    sandbox.start_ovsdb_server(sandbox.write("t.ovsschema", json.dumps(SCHEMA)))
    with Rpc(sandbox.db_sock) as rpc:
        first = rpc.result("monitor_cond_since", ["T", "m", {"B": [{}]}, ZERO])[1]
        rpc.transact("T", {"op": "insert", "table": "A", "row": {"n": 0}})
        for n in range(1100):
            rpc.transact("T", {"op": "update", "table": "A", "where": [], "row": {"n": n + 1}})
        found, _, rows = rpc.result("monitor_cond_since", ["T", "n", {"A": [{}]}, first])
        assert not found and [list(r) for r in rows["A"].values()] == [["initial"]]
