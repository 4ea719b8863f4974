# SPDX-License-Identifier: Apache-2.0
"""A tour of ovsdbapp's API for the switch, which Neutron and os-vif use: every command of it once
and more, each answer a line of JSON.  Whoever runs it compares the lines with those of another
server, or with what they must be.

    ovsdbapp_tour.py REMOTE     with ovsdbapp and python3-openvswitch in PYTHONPATH
"""
import json
import logging
import sys
import uuid

from ovsdbapp import api as any_api
from ovsdbapp.backend.ovs_idl import connection
from ovsdbapp.backend.ovs_idl import event
from ovsdbapp.schema.open_vswitch import api as switch_api
from ovsdbapp.schema.open_vswitch import impl_idl

logging.disable(logging.ERROR)      # failures are part of the tour
TIMEOUT = 20
# Not commands.
NOT_CALLED = {"create_transaction", "transaction"}


def plain(value):
    """VALUE as JSON can say it."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in sorted(value.items())}
    if isinstance(value, (list, tuple, set)):
        items = [plain(v) for v in value]
        return sorted(items, key=json.dumps) if isinstance(value, set) else items
    if isinstance(value, uuid.UUID):
        return str(value)
    if hasattr(value, "uuid"):
        return "row"
    return value


class Tour:
    def __init__(self, remote):
        idl = connection.OvsdbIdl.from_server(remote, "Open_vSwitch")
        self.idl = idl
        self.api = impl_idl.OvsdbIdl(connection.Connection(idl, TIMEOUT))
        self.called = set()

    def do(self, name, *args, **kwargs):
        """One command, by itself in a transaction; its answer is printed."""
        self.called.add(name)
        try:
            answer = plain(getattr(self.api, name)(*args, **kwargs).execute(check_error=True))
        except Exception as why:        # whatever it is, it is the answer
            answer = {"failed": type(why).__name__}
        print(json.dumps([name, [str(a) for a in args], answer]), flush=True)
        return answer

    def together(self, *commands):
        """Several of them in one transaction."""
        with self.api.transaction(check_error=True) as txn:
            for name, *args in commands:
                self.called.add(name)
                txn.add(getattr(self.api, name)(*args))
        print(json.dumps(["transaction", [c[0] for c in commands]]))

    def bridges(self):
        self.do("add_br", "br0")
        self.do("add_br", "br0")
        self.do("add_br", "br0", may_exist=False)
        self.do("add_br", "br1", datapath_type="dummy")
        self.do("list_br")
        self.do("br_exists", "br0")
        self.do("br_exists", "nope")
        self.do("br_set_external_id", "br0", "k", "v")
        self.do("br_get_external_id", "br0", "k")
        self.do("br_get_external_id", "br0", "nope")
        self.do("set_fail_mode", "br0", "secure")
        self.do("db_get", "Bridge", "br0", "fail_mode")
        self.do("set_fail_mode", "br0", "nonsense")

    def controllers(self):
        self.do("set_controller", "br0", ["tcp:127.0.0.1:1", "ptcp:0:127.0.0.1"])
        print(sorted(self.api.get_controller("br0").execute(check_error=True)))
        self.called.add("get_controller")
        self.do("del_controller", "br0")
        self.do("get_controller", "br0")
        self.do("add_manager", "ptcp:0:127.0.0.1")
        self.do("get_manager")
        self.do("remove_manager", "ptcp:0:127.0.0.1")
        self.do("remove_manager", "ptcp:0:127.0.0.1")
        self.do("get_manager")

    def ports(self):
        self.together(("add_port", "br0", "p1"),
                      ("db_set", "Interface", "p1", ("type", "dummy")),
                      ("db_set", "Port", "p1", ("tag", 5)))
        self.do("add_port", "br0", "p1")
        self.do("add_port", "br1", "p1")
        self.do("add_port", "br0", "p1", may_exist=False)
        self.do("list_ports", "br0")
        self.do("list_ifaces", "br0")
        self.do("port_to_br", "p1")
        self.do("iface_to_br", "p1")
        self.do("iface_set_external_id", "p1", "iface-id", "a-b")
        self.do("iface_get_external_id", "p1", "iface-id")
        self.do("db_get", "Interface", "p1", "ofport")
        self.do("db_get", "Port", "p1", "tag")
        self.do("add_port", "br0", "p2")
        self.do("del_port", "p2", "br1")
        self.do("del_port", "p2", "br0")
        self.do("del_port", "p2", if_exists=False)
        self.do("del_port", "p2")

    def records(self):
        self.do("db_set", "Bridge", "br0", ("other_config", {"a": "b", "mac-table-size": "100"}),
                ("stp_enable", True))
        self.do("db_set", "Bridge", "br0", ("nosuch", 1))
        self.do("db_add", "Bridge", "br0", "other_config", {"c": "d"})
        self.do("db_add", "Bridge", "br0", "flood_vlans", 3, 4)
        self.do("db_remove", "Bridge", "br0", "other_config", "a")
        self.do("db_remove", "Bridge", "br0", "flood_vlans", 3)
        self.do("db_list", "Bridge", ["br0"], columns=["name", "other_config", "flood_vlans"])
        self.do("db_list", "Bridge", ["nope"], columns=["name"], if_exists=True)
        self.do("db_list", "Bridge", ["nope"], columns=["name"])
        self.do("db_list_rows", "Bridge", ["br0"])
        self.do("db_find", "Bridge", ("name", "=", "br1"), columns=["name", "datapath_type"])
        self.do("db_find", "Port", ("tag", "!=", 5), ("name", "=", "p1"), columns=["name"])
        self.do("db_find", "Bridge", ("other_config", "{>=}", {"c": "d"}), columns=["name"])
        self.do("db_find_rows", "Port", ("tag", "=", 5))
        self.do("db_clear", "Bridge", "br0", "other_config")
        self.do("db_clear", "Bridge", "br0", "flood_vlans")
        self.do("db_get", "Bridge", "br0", "other_config")

    def quality_of_service(self):
        queue = self.do("db_create", "Queue", other_config={"max-rate": "1000000"})
        self.do("db_create_row", "QoS", type="linux-htb", queues={0: uuid.UUID(queue)})
        qos = self.api.db_find("QoS", columns=["_uuid"]).execute(check_error=True)[0]["_uuid"]
        self.do("db_set", "Port", "p1", ("qos", qos))
        self.do("db_find", "QoS", ("type", "=", "linux-htb"), columns=["type", "queues"])
        self.do("db_clear", "Port", "p1", "qos")
        self.do("db_destroy", "QoS", qos)
        self.do("db_destroy", "Queue", queue)
        self.do("db_find", "Queue", columns=["_uuid"])
        self.do("db_destroy", "Queue", queue)

    def events(self):
        """A row is waited for, as Neutron's agents do."""
        class Created(event.WaitEvent):
            event_name = "Created"

            def __init__(self):
                super().__init__((self.ROW_CREATE,), "Port", (("name", "=", "p9"),),
                                 timeout=TIMEOUT)
        handler = event.RowEventHandler()
        self.idl.notify = handler.notify
        created = Created()
        handler.watch_event(created)
        self.do("add_port", "br0", "p9")
        print(json.dumps(["event", created.wait()]))
        handler.shutdown()

    def clean_up(self):
        self.do("del_br", "br1")
        self.do("del_br", "nope", if_exists=False)
        self.do("del_br", "nope")
        self.together(("del_br", "br0"), ("add_br", "br0"))
        self.do("list_ports", "br0")
        self.do("del_br", "br0")
        self.do("list_br")

    def check_complete(self):
        commands = {name for api in (any_api.API, switch_api.API)
                    for name in api.__abstractmethods__} - NOT_CALLED
        print(json.dumps(["never called", sorted(commands - self.called)]))


def main():
    tour = Tour(sys.argv[1])
    for part in (tour.bridges, tour.controllers, tour.ports, tour.records,
                 tour.quality_of_service, tour.events, tour.clean_up, tour.check_complete):
        part()
    tour.api.ovsdb_connection.stop(timeout=5)


main()
