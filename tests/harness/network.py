# SPDX-License-Identifier: Apache-2.0
"""Network namespaces for system tests.

A Namespace lives as long as a process that holds it: it has no name under /run/netns, so nothing
is left behind however the test ends, and its interfaces go with it.  Interface names within a
namespace are free to choose, because every test has namespaces of its own.
"""
import contextlib
import os
import shlex
import subprocess
import time


class Namespace:
    """A network namespace with its loopback up.  `prefix` before a command runs it inside."""

    def __init__(self, name):
        self.name = name
        self.process = subprocess.Popen(
            ["unshare", "--net", "sh", "-c",
             "ip link set lo up && echo ready && exec sleep infinity"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise OSError("no network namespace: " + self.process.communicate()[1])
        self.pid = self.process.pid
        self.prefix = ["nsenter", "-t", str(self.pid), "--net"]

    def run(self, command, check=True, timeout=60, **kwargs):
        """Runs COMMAND (a list or a text) inside; CompletedProcess with text output."""
        argv = shlex.split(command) if isinstance(command, str) else [str(a) for a in command]
        done = subprocess.run(self.prefix + argv, capture_output=True, text=True, check=False,
                              timeout=timeout, **kwargs)
        assert not check or done.returncode == 0, \
            f"in {self.name}: {shlex.join(argv)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def popen(self, command, **kwargs):
        """Starts COMMAND inside.  Its end is the caller's business, or comes with close()."""
        argv = shlex.split(command) if isinstance(command, str) else [str(a) for a in command]
        return subprocess.Popen(self.prefix + argv, **{"text": True, **kwargs})

    def ip(self, arguments):
        """`ip ARGUMENTS`; its output."""
        return self.run(["ip", *shlex.split(arguments)]).stdout

    def address(self, device, *addresses):
        """Gives DEVICE the ADDRESSES and sets it up."""
        for address in addresses:
            nodad = ["nodad"] if ":" in address else []
            self.run(["ip", "addr", "add", address, "dev", device, *nodad])
        self.run(["ip", "link", "set", device, "up"])

    @contextlib.contextmanager
    def capture(self, device, path, *expression):
        """Captures frames of DEVICE to the file PATH while the body runs."""
        tcpdump = self.popen(["tcpdump", "-i", device, "-U", "--immediate-mode", "-w", path, "-Z",
                              "root", *expression],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for line in tcpdump.stderr:
            if "listening on" in line:
                break
        try:
            yield
        finally:
            self.wait_for_sleep(tcpdump.pid)
            tcpdump.terminate()
            tcpdump.communicate(timeout=10)

    @staticmethod
    def wait_for_sleep(pid):
        """Waits until process PID waits for something, having taken what it was woken for."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with open(f"/proc/{pid}/stat", encoding="ascii") as f:
                if f.read().rsplit(")", 1)[1].split()[0] == "S":
                    return
            time.sleep(0.001)

    def close(self):
        self.process.kill()
        self.process.communicate()


class Network:
    """The namespaces of one test."""

    def __init__(self):
        self.namespaces = {}

    def namespace(self, name):
        """Namespace NAME of this test, made where it is not there yet."""
        if name not in self.namespaces:
            self.namespaces[name] = Namespace(name)
        return self.namespaces[name]

    def veth(self, a, device_a, b, device_b):
        """Joins namespaces A and B by a veth pair, both ends up."""
        a.ip(f"link add {device_a} type veth peer name {device_b} netns {b.pid}")
        a.ip(f"link set {device_a} up")
        b.ip(f"link set {device_b} up")

    def host(self, name, address, switch, port):
        """A host NAME with eth0 at ADDRESS, wired to device PORT of namespace SWITCH."""
        host = self.namespace(name)
        self.veth(switch, port, host, "eth0")
        host.address("eth0", address)
        return host

    def close(self):
        for namespace in self.namespaces.values():
            namespace.close()


def may_make_namespaces():
    return os.geteuid() == 0 and subprocess.run(
        ["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0
