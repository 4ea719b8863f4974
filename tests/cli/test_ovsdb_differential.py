# SPDX-License-Identifier: Apache-2.0
"""Random transactions into our ovsdb-server and the packaged one: results, error texts, monitor
updates and contents must be the same.  Rows get chosen UUIDs, so that nothing but the order of
rows has to be evened out.  Then each server opens the file that the other wrote.

WEFT_SEED repeats a run; WEFT_ROUNDS sets the number of transactions.
"""
import json
import os
import random
import re
import uuid


from harness.rpc import Rpc

ANY = {"min": 0, "max": "unlimited"}


def ref(table, kind="strong"):
    return {"type": "uuid", "refTable": table, "refType": kind}


SCHEMA = {"name": "T", "version": "1.0.0", "tables": {
    "Root": {"isRoot": True, "columns": {
        "name": {"type": "string"},
        "number": {"type": "integer"},
        "real": {"type": "real"},
        "flag": {"type": "boolean"},
        "id": {"type": "uuid"},
        "maybe": {"type": {"key": "integer", "min": 0}},
        "small": {"type": {"key": {"type": "integer", "minInteger": 0, "maxInteger": 9},
                           "min": 0, "max": 3}},
        "enum": {"type": {"key": {"type": "string", "enum": ["set", ["a", "b"]]}, "min": 0}},
        "ints": {"type": {"key": "integer", **ANY}},
        "strings": {"type": {"key": "string", "min": 1, "max": 4}},
        "map": {"type": {"key": "string", "value": "string", **ANY}},
        "volatile": {"type": "string", "ephemeral": True},
        "fixed": {"type": "integer", "mutable": False},
        "child": {"type": {"key": ref("Leaf"), "min": 0}},
        "children": {"type": {"key": ref("Leaf"), **ANY}},
        "named": {"type": {"key": "string", "value": ref("Leaf"), **ANY}},
        "friends": {"type": {"key": ref("Root", "weak"), **ANY}},
        "weak": {"type": {"key": "integer", "value": ref("Leaf", "weak"), **ANY}}}},
    "Leaf": {"columns": {
        "name": {"type": "string"},
        "order": {"type": "integer"},
        "next": {"type": {"key": ref("Leaf"), "min": 0}}},
        "indexes": [["name", "order"]]},
    "Few": {"isRoot": True, "maxRows": 3, "columns": {
        "key": {"type": "string"},
        "must": {"type": {"key": ref("Root", "weak"), "min": 1, "max": "unlimited"}}},
        "indexes": [["key"]]},
}}

WEAK = ("friends", "weak", "must")
NAMES = ["", "a", "b", "c", "a longer name than fits inline", "ü", "\n\"\\"]


class Generator:
    """Makes operations; knows which UUIDs it has given out."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.uuids = {table: [] for table in SCHEMA["tables"]}

    def uuid_of(self, table):
        known = self.uuids[table]
        if known and self.random.random() < 0.93:
            return self.random.choice(known[-12:])
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def atom(self, base):
        r = self.random
        kind = base if isinstance(base, str) else base["type"]
        if isinstance(base, dict) and "enum" in base:
            return r.choice(["a", "b", "b", "c"])
        if isinstance(base, dict) and "refTable" in base:
            return ["uuid", self.uuid_of(base["refTable"])]
        return {"integer": lambda: r.randint(-2, 10), "real": lambda: r.randint(-9, 9) / 2,
                "boolean": lambda: r.random() < 0.5, "string": lambda: r.choice(NAMES),
                "uuid": lambda: ["uuid", self.uuid_of("Root")]}[kind]()

    def value(self, kind):
        r = self.random
        if r.random() < 0.01:
            return r.choice([None, 1.5, [], ["set", 5], ["map", []], "x"])
        if isinstance(kind, str):
            return self.atom(kind)
        count = r.choice([kind.get("min", 1), 1, 2, 3]) if kind.get("max", 1) != 1 else \
            r.choice([kind.get("min", 1), 1])
        if "value" in kind:
            return ["map", [[self.atom(kind["key"]), self.atom(kind["value"])]
                            for _ in range(count)]]
        atoms = [self.atom(kind["key"]) for _ in range(count)]
        return atoms[0] if count == 1 else ["set", atoms]

    def columns(self, table):
        return SCHEMA["tables"][table]["columns"]

    def row(self, table, all_needed=False):
        columns = self.columns(table)
        chosen = self.random.sample(sorted(columns), self.random.randint(0, min(6, len(columns))))
        if all_needed and table == "Few":
            chosen = sorted(set(chosen) | {"must"})
        if not all_needed and self.random.random() < 0.97:
            chosen = [c for c in chosen if c != "fixed"]
        return {c: self.value(columns[c]["type"]) for c in chosen}

    def condition(self, table):
        r = self.random
        if r.random() < 0.5:
            return ["_uuid", r.choice(["==", "==", "==", "!="]), ["uuid", self.uuid_of(table)]]
        column = r.choice(sorted(self.columns(table)))
        function = r.choice(["==", "==", "!=", "includes", "excludes", "<", ">="])
        return [column, function, self.value(self.columns(table)[column]["type"])]

    def where(self, table):
        return [self.condition(table) for _ in range(self.random.choice([0, 1, 1, 1, 1, 2]))]

    def mutation(self, table):
        r = self.random
        column = r.choice(sorted(self.columns(table)))
        kind = self.columns(table)[column]["type"]
        if isinstance(kind, str) or r.random() < 0.2:
            return [column, r.choice(["+=", "-=", "*=", "/=", "%=", "insert"]), r.randint(-1, 4)]
        value = self.value(kind)
        # Of nothing to insert the packaged server can die.
        return [column, r.choice(["insert", "insert", "delete"]),
                value if value not in (["set", []], ["map", []]) else 1]

    def operation(self):
        r = self.random
        table = r.choice(["Root", "Root", "Leaf", "Few"])
        kind = r.choice(["insert"] * 4 + ["update"] * 4 + ["mutate"] * 4 +
                        ["delete", "select", "select", "wait", "comment", "abort"])
        if kind == "insert":
            new = str(uuid.UUID(int=r.getrandbits(128), version=4))
            self.uuids[table].append(new)
            return {"op": "insert", "table": table, "uuid": new, "row": self.row(table, True)}
        if kind == "comment":
            return {"op": "comment", "comment": r.choice(NAMES)}
        if kind == "abort":
            return {"op": r.choice(["abort", "commit", "comment"]), "comment": "x"}
        op = {"op": kind, "table": table, "where": self.where(table)}
        if kind == "update":
            op["row"] = self.row(table)
        elif kind == "mutate":
            op["mutations"] = [self.mutation(table) for _ in range(r.randint(1, 3))]
        elif kind == "delete" and not op["where"]:
            op["where"] = [self.condition(table)]
        elif kind == "wait":
            op.update(columns=["name"] if table != "Few" else ["key"], until=r.choice(["==", "!="]),
                      rows=[], timeout=0)
        elif kind == "select" and r.random() < 0.7:
            op["columns"] = r.sample(sorted(self.columns(table)), 2)
        return op

    def transaction(self):
        operations = [self.operation() for _ in range(self.random.choice([1, 1, 2, 3, 5]))]
        # The packaged server leaves references to nothing behind where a transaction deletes rows
        # and changes others that refer to them weakly, or columns of weak references: keep these
        # apart.
        done = {(op["op"], op.get("table")) for op in operations}
        if ("delete", "Root") in done and done & {("update", "Few"), ("mutate", "Few")}:
            return self.transaction()
        if len(operations) > 1 or "_uuid" not in json.dumps(operations):
            for op in operations:
                if op["op"] == "update":
                    op["row"] = {k: v for k, v in op["row"].items() if k not in WEAK}
                elif op["op"] == "mutate":
                    op["mutations"] = [m for m in op["mutations"] if m[0] not in WEAK]
        elif operations[0]["op"] in ("update", "mutate"):
            only = operations[0].get("row") or operations[0].get("mutations")
            names = [x if isinstance(x, str) else x[0] for x in only or []]
            if any(n in WEAK for n in names) and any(n not in WEAK for n in names):
                return self.transaction()
        return operations


def rounded(value):
    """The packaged server prints 15 digits."""
    return float(f"{value:.12g}") + 0.0 if isinstance(value, float) else value


def comparable(value):
    """VALUE without what is up to chance: order of rows, versions, and which of several
    violations is reported."""
    if isinstance(value, dict):
        value = {k: comparable(v) for k, v in value.items() if k != "_version"}
        if isinstance(value.get("rows"), list):
            # Zero and minus zero are two to the packaged server.
            distinct = {json.dumps(row, sort_keys=True) for row in value["rows"]}
            value["rows"] = [json.loads(row) for row in sorted(distinct)]
        details = value.get("details", "")
        if value.get("error") == "referential integrity violation":
            value["details"] = re.sub(r"[0-9a-f-]{36}|of \d+|column \w+|Table \w+|table \w+|"
                                      r"delete \w+", "?", details)[:20]
        elif details.startswith("Transaction causes multiple rows"):
            value["details"] = details.split(" to have ")[0]
        elif "eak reference" in details:
            value["details"] = re.sub(r"[0-9a-f-]{36}|of \d+|\"\w+\"", "?", details)[:30]
        return value
    if isinstance(value, list):
        return [comparable(v) for v in value]
    return rounded(value)


def without_empty(updates):
    """UPDATES without rows of which nothing is shown: the packaged server tells of changes in
    columns that are only part of a condition.  And without transactions' ids, which the packaged
    server does not give for such a database."""
    kept = []
    for update in updates:
        tables = {t: {u: row for u, row in rows.items() if row != {"modify": {}}}
                  for t, rows in update["params"][-1].items()}
        tables = {t: rows for t, rows in tables.items() if rows}
        if tables:
            kept.append({**update, "params": [update["params"][0], tables]})
    return kept


VALUE_ERRORS = ("syntax error", "constraint violation", "ovsdb error", "domain error",
                "range error")


def blames_equally(mine, other, operation):
    """Both refuse a value of an operation that has several, or a mutation of one of several rows:
    either may be named."""
    some_rows = operation.get("op") == "mutate" and \
        not any(c[:2] == ["_uuid", "=="] for c in operation["where"])
    values = len(operation.get("row", {})) + len(operation.get("where", [])) + \
        len(operation.get("mutations", []))
    return (values > 1 or some_rows) and all(
        isinstance(x, dict) and x.get("error") in VALUE_ERRORS for x in (mine, other))


def even_out(mine, others, operations):
    """OTHERS with the faults of MINE where one is as good as the other."""
    if not isinstance(mine, list) or not isinstance(others, list) or len(mine) != len(others):
        return others
    return [m if i < len(operations) and blames_equally(m, o, operations[i]) else o
            for i, (m, o) in enumerate(zip(mine, others))]


class Side:
    """One of the two servers with its connection and monitors."""

    def __init__(self, box, schema_file):
        self.box = box
        box.start_ovsdb_server(schema_file)
        self.connect()

    def connect(self):
        self.rpc = Rpc(self.box.db_sock)

    def monitor(self):
        every = {t: [{"columns": sorted(SCHEMA["tables"][t]["columns"])}]
                 for t in SCHEMA["tables"]}
        some = {"Root": [{"columns": ["name", "number", "ints"],
                          "where": [["number", ">", 3], ["flag", "==", True]]}]}
        found, _, rows = self.rpc.result("monitor_cond_since",
                                         ["T", "v3", some, "00000000-0000-0000-0000-000000000000"])
        return [self.rpc.result("monitor", ["T", "v1", every]),
                self.rpc.result("monitor_cond", ["T", "v2", every]), found, rows]

    def run(self, operations):
        reply = self.rpc.call("transact", ["T", *operations])
        updates = sorted(self.rpc.take_notifications(), key=lambda n: n["params"][0])
        return comparable(reply.get("result")), without_empty(comparable(updates)), reply.get("error")

    def dump(self):
        selects = [{"op": "select", "table": t, "where": [],
                    "columns": ["_uuid"] + sorted(SCHEMA["tables"][t]["columns"])}
                   for t in SCHEMA["tables"]]
        return comparable(self.rpc.transact("T", *selects))

    def stop(self):
        self.rpc.close()
        self.box.appctl("exit", target="ovsdb-server")
        self.box.wait_end("ovsdb-server")


def check_dump(side, expected, seed):
    """SIDE, which opened a file of the other, has all that was in it."""
    dump = without_ephemeral(side.dump())
    assert dump == expected, (f"seed {seed}: {side.box.programs.kind} reads\n"
                              f"ours {json.dumps(dump, sort_keys=True)}\n"
                              f"reference {json.dumps(expected, sort_keys=True)}")


def without_ephemeral(dump):
    for row in dump[0]["rows"]:
        row["volatile"] = ""
    dump[0]["rows"].sort(key=lambda row: json.dumps(row, sort_keys=True))
    return dump


class PackagedServerDied(Exception):
    """Some transactions kill the packaged server: a fault of its own, with nothing to compare."""


def new_sides(sandboxes):
    boxes = [sandboxes("weft"), sandboxes("reference")]
    return [Side(box, box.write("t.ovsschema", json.dumps(SCHEMA))) for box in boxes]


def run_packaged(side, operations):
    try:
        return side.run(operations)
    except ConnectionError:
        side.box.wait_end("ovsdb-server")      # fails if it only closed the connection
        raise PackagedServerDied() from None


def test_random_transactions(sandboxes):
    for _ in range(8):
        seed = int(os.environ.get("WEFT_SEED", random.randrange(1 << 32)))
        print(f"seed {seed}: WEFT_SEED={seed} repeats this")
        try:
            return compare_servers(new_sides(sandboxes), seed)
        except PackagedServerDied:
            print(f"seed {seed}: the packaged server died; another seed")
    raise AssertionError("the packaged server died every time")


def compare_servers(sides, seed):
    rounds = int(os.environ.get("WEFT_ROUNDS", 1500))
    generator = Generator(seed)
    ours, theirs = sides
    assert ours.monitor() == theirs.monitor()
    n_committed = 0
    for i in range(rounds):
        operations = generator.transaction()
        mine, others = ours.run(operations), run_packaged(theirs, operations)
        others = (even_out(mine[0], others[0], operations), *others[1:])
        assert mine == others, (f"seed {seed}, round {i}: {json.dumps(operations)}\n"
                                f"ours {json.dumps(mine, sort_keys=True)}\n"
                                f"reference {json.dumps(others, sort_keys=True)}")
        n_committed += bool(mine[1])
        if i % 100 == 99:
            assert ours.dump() == theirs.dump(), f"seed {seed}, after round {i}"
    assert ours.dump() == theirs.dump(), f"seed {seed}, at the end"
    assert n_committed > rounds / 20, "hardly anything was committed"

    # Each goes on with the file of the other: nothing is lost.
    expected = without_ephemeral(ours.dump())
    for side in sides:
        side.stop()
    files = [side.box.path("db", "conf.db") for side in sides]
    for side, path in zip(sides, reversed(files)):
        copy = side.box.path("db", "other.db")
        with open(path, "rb") as source, open(copy, "wb") as target:
            target.write(source.read())
        side.box.start_ovsdb_server(databases=[copy])
        side.connect()
        check_dump(side, expected, seed)
        # … also after it was compacted.
        side.box.appctl("ovsdb-server/compact", target="ovsdb-server")
        side.stop()
    compacted = [side.box.path("db", "other.db") for side in sides]
    for side, path in zip(sides, reversed(compacted)):
        copy = side.box.path("db", "again.db")
        with open(path, "rb") as source, open(copy, "wb") as target:
            target.write(source.read())
        side.box.start_ovsdb_server(databases=[copy])
        side.connect()
        check_dump(side, expected, seed)
        side.rpc.close()
