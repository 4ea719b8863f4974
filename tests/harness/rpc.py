# SPDX-License-Identifier: Apache-2.0
"""A JSON-RPC client as bare as can be, for tests that speak OVSDB's protocol themselves.

    with Rpc(box.db_sock) as rpc:
        rpc.call("echo", ["x"])         # the reply, a dictionary
        rpc.transact("Open_vSwitch", …) # its results; raises RpcError on an error
        rpc.notifications               # what came besides, oldest first
"""
import json
import socket

from . import wine


class RpcError(Exception):
    """The reply's error."""


def connect(path, timeout):
    """A socket that leads to the remote punix:PATH of a sandbox's server."""
    host = wine.host_of(path)
    if host:
        return host.connect(path, timeout)
    unix = socket.socket(socket.AF_UNIX)
    unix.settimeout(timeout)
    unix.connect(path)
    return unix


def accepts(path):
    """Does a server listen at punix:PATH?"""
    try:
        connect(path, 20).close()
        return True
    except OSError:
        return False


class Rpc:
    def __init__(self, path, timeout=20):
        self.start(connect(path, timeout))

    def start(self, connected):
        """For connections of other kinds."""
        self.socket = connected
        self.decoder = json.JSONDecoder()
        self.buffer = ""
        self.last_id = 0
        self.notifications = []

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, method, params, msg_id):
        text = json.dumps({"method": method, "params": params, "id": msg_id})
        self.socket.sendall(text.encode())

    def receive(self):
        """The next message; None at the end of the connection."""
        while True:
            if self.buffer[-1:] in ("}", "\n"):  # else there is more of it to come
                try:
                    message, end = self.decoder.raw_decode(self.buffer)
                    self.buffer = self.buffer[end:].lstrip()
                    return message
                except ValueError:
                    pass
            data = self.socket.recv(1 << 16)
            if not data:
                return None
            self.buffer += data.decode()

    def wait_reply(self, msg_id):
        while True:
            message = self.receive()
            if message is None:
                raise ConnectionError("the server closed the connection")
            if "method" not in message and message["id"] == msg_id:
                return message
            self.notifications.append(message)

    def call(self, method, params):
        self.last_id += 1
        self.send(method, params, self.last_id)
        return self.wait_reply(self.last_id)

    def result(self, method, params):
        reply = self.call(method, params)
        if reply.get("error") is not None:
            raise RpcError(reply["error"])
        return reply["result"]

    def transact(self, db, *operations):
        return self.result("transact", [db, *operations])

    def take_notifications(self):
        """Those that came; a round trip makes sure that what was on its way is among them."""
        self.call("echo", [])
        taken, self.notifications = self.notifications, []
        return taken
