# SPDX-License-Identifier: Apache-2.0
"""Role-based access control: what a client may change whose remote has a role.  The rules and the
texts were observed of the packaged server, but for keys of maps, which it refuses although its
manual says otherwise."""
import json
import socket
import ssl

import pytest

from harness.rpc import Rpc, accepts

STRINGS = {"type": {"key": "string", "min": 0, "max": "unlimited"}}
SCHEMA = {"name": "T", "version": "1.0.0", "tables": {
    "Top": {"isRoot": True, "columns": {"remotes": {"type": {
        "key": {"type": "uuid", "refTable": "Remote"}, "min": 0, "max": "unlimited"}}}},
    "Remote": {"columns": {"target": {"type": "string"}, "role": {"type": "string"}}},
    "A": {"isRoot": True, "columns": {
        "name": {"type": "string"}, "n": {"type": "integer"}, "m": {"type": "integer"},
        "ext": {"type": {"key": "string", "value": "string", "min": 0, "max": "unlimited"}}}},
    "B": {"isRoot": True, "columns": {"s": {"type": "string"}}},
    "C": {"isRoot": True, "columns": {"s": {"type": "string"}}},
    "RBAC_Role": {"isRoot": True, "columns": {
        "name": {"type": "string"},
        "permissions": {"type": {"key": "string", "min": 0, "max": "unlimited", "value": {
            "type": "uuid", "refTable": "RBAC_Permission", "refType": "weak"}}}}},
    "RBAC_Permission": {"isRoot": True, "columns": {
        "table": {"type": "string"}, "authorization": STRINGS,
        "insert_delete": {"type": "boolean"}, "update": STRINGS}}}}
ME = "ours client"


def insert(table_, uuid_name=None, /, **row):
    operation = {"op": "insert", "table": table_, "row": row}
    return {**operation, "uuid-name": uuid_name} if uuid_name else operation


def on(op, table, n=None, **more):
    where = [] if n is None else [["n", "==", n]]
    return {"op": op, "table": table, "where": where, **more}


def update(table, where_n, /, **row):
    return on("update", table, where_n, row=row)


def mutate(table, n, *mutations):
    return on("mutate", table, n, mutations=list(mutations))


RULES = [
    insert("RBAC_Permission", "a", table="A", authorization=["set", ["name", "ext:owner"]],
           insert_delete=True, update=["set", ["n", "ext:k"]]),
    insert("RBAC_Permission", "b", table="B", authorization="", insert_delete=False, update="s"),
    insert("RBAC_Role", name="r", permissions=["map", [["A", ["named-uuid", "a"]],
                                                       ["B", ["named-uuid", "b"]]]]),
    insert("A", name=ME, n=1), insert("A", name="other", n=2),
    insert("A", name="x", n=3, ext=["map", [["owner", ME]]]), insert("B", s="b"),
    insert("C", s="c")]
# An operation, and how the refusal of it is worded, or None where it is allowed.
CASES = [
    (insert("A", name="other"), 'row insertion into table "A"'),
    (insert("A", name=ME), None),
    (insert("B"), 'row insertion into table "B"'),
    (insert("C"), 'row insertion into table "C"'),
    (update("A", 1, n=9), None),
    (update("A", 1, m=9), 'modification of table "A"'),
    (update("A", 2, n=9), 'modification of table "A"'),
    (update("A", 3, n=9), None),
    (update("A", 99, m=9), None),
    (update("A", 1, ext=["map", [["k", "v"]]]), None),
    (update("A", 1, ext=["map", [["j", "v"]]]), 'modification of table "A"'),
    (update("A", 3, ext=["map", [["k", "v"]]]), 'modification of table "A"'),
    (mutate("A", 1, ["n", "+=", 1]), None),
    (mutate("A", 1, ["m", "+=", 1]), 'mutate operation on table "A"'),
    (mutate("A", 2, ["n", "+=", 1]), 'mutate operation on table "A"'),
    (mutate("A", 3, ["ext", "insert", ["map", [["k", "v"]]]]), None),
    (mutate("A", 3, ["ext", "insert", ["map", [["j", "v"]]]]), 'mutate operation on table "A"'),
    (mutate("A", 3, ["ext", "delete", "owner"]), 'mutate operation on table "A"'),
    (mutate("C", None), 'mutate operation on table "C"'),
    (mutate("B", None), None),
    (on("delete", "A", 1), None),
    (on("delete", "A", 2), 'row deletion from table "A"'),
    (on("delete", "A", 3), None),
    (on("delete", "A"), 'row deletion from table "A"'),
    (on("delete", "B"), 'row deletion from table "B"'),
    (on("delete", "C"), 'row deletion from table "C"'),
    (update("B", None, s="x"), None),
    (update("C", None, s="x"), 'modification of table "C"'),
    (on("select", "C"), None),
]


class TlsRpc(Rpc):
    def __init__(self, port, keys):
        context = ssl.create_default_context(cafile=keys.ca)
        context.check_hostname = False
        context.load_cert_chain(keys.file("client-cert"), keys.file("client-key"))
        plain = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.start(context.wrap_socket(plain))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def served(sandbox, keys):
    """The sandbox, the port of the remote with role "r" and the socket of another such remote."""
    sandbox.port, sandbox.role_sock = free_port(), sandbox.path("run", "role.sock")
    path = sandbox.create_db(sandbox.write("t.ovsschema", json.dumps(SCHEMA)))
    sandbox.start_ovsdb_server(databases=[path], arguments=[
        "--remote=db:T,Top,remotes", *keys.options("server")])
    with Rpc(sandbox.db_sock) as rpc:
        rpc.transact("T", *RULES,
                     insert("Remote", "p", target=f"pssl:{sandbox.port}:127.0.0.1", role="r"),
                     insert("Remote", "u", target=f"punix:{sandbox.role_sock}", role="r"),
                     insert("Top", remotes=["set", [["named-uuid", "p"], ["named-uuid", "u"]]]))

        def listens():
            rpc.call("echo", [])
            return accepts(sandbox.role_sock)
        sandbox.wait_until(listens)
    return sandbox


def refusal(client, what):
    return {"error": "permission error",
            "details": f'RBAC rules for client "{client}" role "r" prohibit {what}.'}


def test_rules(served, keys):
    with TlsRpc(served.port, keys) as rpc:
        for operation, what in CASES:
            first = rpc.transact("T", operation, {"op": "abort"})[0]
            if what:
                assert first == refusal(ME, what), operation
            else:
                assert "error" not in first, (operation, first)
        reply = rpc.call("convert", ["T", SCHEMA])
        assert reply["error"] == {
            "error": "permission error", "details":
            f'RBAC rules for client "{ME}" role "r" prohibit "convert" of database T (only the '
            'root role may convert databases)'}


def test_without_a_certificate(served):
    with Rpc(served.role_sock) as rpc:
        assert rpc.transact("T", update("B", None, s="x"))[0] == \
            refusal("(null)", 'modification of table "B"')
        assert rpc.transact("T", on("select", "C", columns=["s"]))[0] == {"rows": [{"s": "c"}]}
    with Rpc(served.db_sock) as rpc:
        assert rpc.transact("T", update("B", None, s="x"))[0] == {"count": 1}


def test_at_a_relay(served, sandboxes, keys):
    """The source knows only the relay, so the relay looks after the roles."""
    relay = sandboxes()
    relay.start("ovsdb-server", f"--remote=punix:{relay.db_sock}", "--remote=db:T,Top,remotes",
                *keys.options("server"), f"relay:T:unix:{served.db_sock}")
    # Both have the same remotes; only one can listen, and that is the relay from now on.
    with Rpc(served.db_sock) as rpc:
        port = free_port()
        served.appctl(["ovsdb-server/remove-remote", "db:T,Top,remotes"], target="ovsdb-server")
        rpc.transact("T", {"op": "update", "table": "Remote", "where": [["target", "!=", ""]],
                           "row": {"target": f"pssl:{port}:127.0.0.1"}})

    def listens():
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return True
        except OSError:
            return False
    relay.wait_until(listens, what="for the relay to listen")
    with TlsRpc(port, keys) as rpc:
        assert rpc.transact("T", update("A", 2, n=9))[0] == \
            refusal(ME, 'modification of table "A"')
        assert rpc.transact("T", update("A", 1, n=9))[0] == {"count": 1}
    with Rpc(served.db_sock) as rpc:
        rows = rpc.transact("T", on("select", "A", 9, columns=["name"]))[0]["rows"]
        assert rows == [{"name": ME}]
