# SPDX-License-Identifier: Apache-2.0
"""Windows under Wine, where the programs of the Windows build run.

Prefix    a Wine prefix of its own, copied from a prepared one (WINEPREFIX), and its certain end
Host      the prefix that the cli tests of one process share: each program of the build has a
          script there that starts it, and a bridge leads to named pipes

A name below / is one for Wine's programs as well, as long as they run in a folder of drive Z:.
"""
import atexit
import ctypes
import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile

# Without the script that Debian puts before it, where that is.
LOADER = next((path for path in ("/usr/lib/wine/wine64", "/usr/bin/wine64")
               if os.path.exists(path)), "wine")

ADDR_NO_RANDOMIZE = 0x0040000


def place_programs_alike():
    """From now on programs that this process starts lie where they always do in memory: of a
    thousand at random places, one or two lie where Wine wants to be, and it gives up."""
    libc = ctypes.CDLL(None)
    libc.personality(libc.personality(0xffffffff) | ADDR_NO_RANDOMIZE)


def windows_path(path):
    return "Z:" + path.replace("/", "\\")


class Prefix:
    """A copy of the prepared prefix in FOLDER; `env` has what leads programs to it, and MORE."""

    def __init__(self, folder, **more):
        place_programs_alike()
        self.folder = os.path.join(folder, "prefix")
        subprocess.run(["cp", "-a", os.environ["WINEPREFIX"], self.folder], check=True)
        self.env = {"WINEPREFIX": self.folder, "WINEDEBUG": "-all", **more}
        # Keeps the server of this prefix up, so that each program starts quickly.
        self.server("-p")

    def server(self, *words, **kwargs):
        subprocess.run(["wineserver", *words], env={**os.environ, **self.env}, check=False,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, **kwargs)

    def close(self):
        """Ends everything that runs in it."""
        self.server("-k", str(int(signal.SIGKILL)))
        self.server("-w", timeout=30)


class Host:
    """Where the programs of the Windows build BUILD run."""

    def __init__(self, build):
        self.dir = tempfile.mkdtemp(prefix="weft-wine-")
        self.bin = os.path.join(self.dir, "bin")
        os.mkdir(self.bin)
        self.prefix = Prefix(self.dir)
        for exe in glob.glob(os.path.join(build, "src", "cmd", "*.exe")):
            self.add_script(exe)
        bridge = os.path.join(build, "tests", "pipe-bridge.exe")
        self.bridge = subprocess.Popen(["wine", windows_path(bridge)], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       env={**os.environ, **self.prefix.env})
        self.port = int(self.bridge.stdout.readline())

    def add_script(self, exe):
        script = os.path.join(self.bin, os.path.basename(exe)[:-len(".exe")])
        with open(script, "w", encoding="utf-8") as f:
            # Wine's own trouble must not look like the program's, so it may speak of it.
            f.write(f"#!/bin/sh\nexport WINEDEBUG=err+all,fixme-all\n"
                    f"exec {LOADER} '{windows_path(exe)}' \"$@\"\n")
        os.chmod(script, 0o755)

    def connect(self, path, timeout):
        """A socket that leads to the named pipe of PATH."""
        name = "\\\\.\\pipe\\" + path.replace("/", "").replace("\\", "")
        connected = socket.create_connection(("127.0.0.1", self.port), timeout)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.sendall(name.encode() + b"\n")
        if connected.recv(1) != b"+":
            connected.close()
            raise ConnectionRefusedError(f"{path}: no such pipe")
        return connected

    def close(self):
        self.prefix.close()
        self.bridge.wait(30)
        self.bridge.stdout.close()
        shutil.rmtree(self.dir, ignore_errors=True)


_hosts = {}
# The folders of sandboxes with the hosts where their programs run.
sandboxes = {}


def host(build):
    """The Host of BUILD for this process."""
    if build not in _hosts:
        _hosts[build] = Host(build)
        atexit.register(_hosts[build].close)
    return _hosts[build]


def host_of(path):
    """The Host that has the file or pipe PATH, or None where it is not a sandbox's under Wine."""
    return next((h for folder, h in sandboxes.items() if path.startswith(folder + os.sep)), None)


def unix_pids(exe, env):
    """The processes that run program EXE with the variable ENV, "NAME=VALUE", of all of Wine's."""
    found = []
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            with open(folder + "/cmdline", "rb") as f:
                words = f.read().split(b"\0")
            with open(folder + "/environ", "rb") as f:
                variables = f.read().split(b"\0")
        except OSError:
            continue
        if any(w.endswith(f"\\{exe}.exe".encode()) for w in words[:2]) \
                and env.encode() in variables:
            found.append(int(os.path.basename(folder)))
    return found
