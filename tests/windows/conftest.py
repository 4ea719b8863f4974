# SPDX-License-Identifier: Apache-2.0
"""The Windows programs under Wine: a fixture `windows` with a folder of its own, seen as drive Z:,
a Wine prefix of its own (a copy of a prepared one), and no process left when it ends."""
import os
import shutil
import subprocess
import tempfile
import time

import pytest

from harness.wine import Prefix, windows_path

PREPARED = os.environ.get("WINEPREFIX")
BUILD = os.environ.get("WEFT_WINDOWS_BUILD")
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Windows:
    def __init__(self, **env):
        self.dir = tempfile.mkdtemp(prefix="weft-wine-")
        self.programs = os.path.join(self.dir, "usr")
        self.state = os.path.join(self.dir, "state")
        os.mkdir(self.programs)
        os.mkdir(self.state)
        for name in os.listdir(os.path.join(BUILD, "src", "cmd")):
            if name.endswith(".exe"):
                shutil.copy(os.path.join(BUILD, "src", "cmd", name), self.programs)
        self.prefix = Prefix(self.dir, **env)
        state = windows_path(self.state)
        self.env = {**os.environ, **self.prefix.env,
                    "OVS_RUNDIR": state, "OVS_LOGDIR": state, "OVS_DBDIR": state,
                    "OVS_SYSCONFDIR": state, "OVS_PKGDATADIR": windows_path(TOP + "/schema")}

    def command(self, argv):
        exe = os.path.join(self.programs, argv[0] + ".exe")
        return ["wine", windows_path(exe) if os.path.exists(exe) else argv[0], *argv[1:]]

    def run(self, *argv, timeout=60, stdin=os.devnull):
        """Runs a program (of ours, or of Wine's) to its end."""
        out = os.path.join(self.dir, "out")
        err = os.path.join(self.dir, "err")
        # Files, not pipes: a daemon inherits them and would keep a pipe open.
        with open(stdin, "rb") as i, open(out, "wb") as o, open(err, "wb") as e:
            code = subprocess.run(self.command(argv), stdin=i, stdout=o, stderr=e, env=self.env,
                                  cwd=self.state, timeout=timeout, check=False).returncode
        texts = []
        for path in (out, err):
            with open(path, encoding="utf-8", errors="backslashreplace") as f:
                texts.append(f.read().replace("\r\n", "\n"))
        return subprocess.CompletedProcess(argv, code, *texts)

    def ok(self, *argv, **kwargs):
        done = self.run(*argv, **kwargs)
        assert done.returncode == 0, f"{argv}: exit {done.returncode}\n{done.stdout}{done.stderr}" \
                                     f"{self.logs()}"
        return done.stdout

    def logs(self):
        text = ""
        for name in sorted(os.listdir(self.state)):
            if name.endswith(".log"):
                with open(os.path.join(self.state, name), encoding="utf-8") as f:
                    text += f"--- {name}\n{f.read()}"
        return text

    def path(self, name):
        return windows_path(os.path.join(self.state, name))

    def wait_until(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "waited in vain\n" + self.logs()
            time.sleep(0.05)

    def install(self, service, *files):
        """Copies FILES of the build to the drivers' folder, and makes SERVICE of the last one."""
        drivers = os.path.join(self.env["WINEPREFIX"], "drive_c", "windows", "system32", "drivers")
        for name in files:
            shutil.copy(os.path.join(BUILD, "windows", name), drivers)
        path = "C:\\windows\\system32\\drivers\\" + os.path.basename(files[-1])
        self.ok("sc", "create", service, "type=", "kernel", "binpath=", path)

    def close(self):
        self.prefix.close()
        shutil.rmtree(self.dir, ignore_errors=True)


@pytest.fixture
def windows():
    if not BUILD or not PREPARED:
        pytest.skip("no Windows build to test: dev/check wine makes one")
    box = Windows()
    yield box
    box.close()


# Modules of Wine's kernel that the simulator has in place of Wine's own.
SIMULATED = ("ndis", "netio", "ksecdd")


class Switch:
    """The driver (or another extension), in Wine's kernel, on a simulated switch called `sw`."""

    def __init__(self, windows, service="OVSExt", driver="installer/OVSExt.sys"):
        self.windows = windows
        shutil.copy(os.path.join(BUILD, "windows", "simswitch", "simswitch.exe"),
                    windows.programs)
        windows.install(service, *[f"simswitch/{x}.sys" for x in SIMULATED], driver)
        windows.ok("sc", "start", service)
        self.run("switch", "sw")

    def run(self, *words):
        return self.windows.ok("simswitch", *[str(w) for w in words])

    def send(self, port, *frames):
        self.run("send", "sw", port, *[f.hex() for f in frames])

    def wait(self, port, n=1):
        """The next N frames that are delivered to PORT."""
        lines = self.run("wait", "sw", port, n, 20000).splitlines()
        return [bytes.fromhex(line.split()[1]) for line in lines]

    def nothing(self, *ports):
        """Nothing is on its way, and nothing was delivered to PORTS."""
        self.run("quiesce", "sw", 20000)
        for port in ports:
            assert self.run("take", "sw", port) == ""

    def failure(self):
        """What rule was broken, or nothing."""
        log = os.path.join(self.windows.env["WINEPREFIX"], "drive_c", "ndissim.log")
        if not os.path.exists(log):
            return ""
        with open(log, encoding="utf-8") as f:
            return f.read()


def simulated_switch(**kwargs):
    if not BUILD or not PREPARED:
        pytest.skip("no Windows build to test: dev/check wine makes one")
    windows = Windows(WINEDLLOVERRIDES=";".join(f"{x}.sys=n" for x in SIMULATED))
    try:
        box = Switch(windows, **kwargs)
        yield box
        assert box.failure() == ""
    finally:
        windows.close()


@pytest.fixture
def switch():
    yield from simulated_switch()


@pytest.fixture
def hub_switch():
    yield from simulated_switch(service="WeftHub", driver="simswitch/hub.sys")
