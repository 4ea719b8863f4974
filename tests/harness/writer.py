# SPDX-License-Identifier: Apache-2.0
"""A client that writes until its server is gone, and knows what it was told is safe."""
import threading

from harness.rpc import Rpc


class Writer(threading.Thread):
    """Durable transactions of OPERATIONS(n) on database T from n = FIRST on, WINDOW of them on their
    way at a time. `acknowledged` were answered well; `enough` is set when one was."""

    def __init__(self, path, first, operations, window=8):
        super().__init__()
        self.rpc = Rpc(path)
        self.operations = operations
        self.window = window
        self.next = first
        self.acknowledged = []
        self.enough = threading.Event()

    def run(self):
        commit = {"op": "commit", "durable": True}
        end = self.next + self.window
        try:
            while True:
                while self.next < end:
                    self.rpc.send("transact", ["T", *self.operations(self.next), commit],
                                  self.next)
                    self.next += 1
                reply = self.rpc.receive()
                if reply is None:
                    return
                assert "error" not in (reply["result"][-1] or {}), reply
                self.acknowledged.append(reply["id"])
                end += 1
                self.enough.set()
        except OSError:
            pass
        finally:
            self.enough.set()
            self.rpc.close()
