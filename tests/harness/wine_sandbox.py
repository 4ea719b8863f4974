# SPDX-License-Identifier: Apache-2.0
"""A Sandbox whose programs are those for Windows, under Wine (wine.py)."""
import os
import signal
import subprocess

from . import wine
from .sandbox import Daemon, Sandbox


class WineSandbox(Sandbox):
    """What differs: output goes through files, since a daemon would keep a pipe open; lines end
    otherwise; a daemon's pid is not the one that it shows; and TERM is what no program of Windows
    knows, so a daemon is told to exit."""

    def __init__(self, programs, netns=None):
        assert netns is None, "Wine's programs run in no other namespace"
        super().__init__(programs)
        self.targets = {}   # of ovs-appctl, by daemon
        wine.sandboxes[self.dir] = programs.host

    def capture(self, command, text, timeout, env):
        paths = [self.path(f".{name}") for name in ("in", "out", "err")]
        with open(paths[0], "wb") as f:
            f.write(text.encode())
        with open(paths[0], "rb") as i, open(paths[1], "wb") as o, open(paths[2], "wb") as e:
            code = subprocess.run(command, stdin=i, stdout=o, stderr=e, timeout=timeout,
                                  cwd=self.path("cwd"), check=False, env=env).returncode
        texts = []
        for path in paths[1:]:
            with open(path, "rb") as f:
                texts.append(f.read().decode(errors="backslashreplace").replace("\r\n", "\n"))
        return (code, *texts)

    def started(self, name, pid):
        pids = wine.unix_pids(name, f"OVS_RUNDIR={self.env['OVS_RUNDIR']}")
        return Daemon(name, pids[-1] if pids else 0, shown=pid)

    def start(self, name, *arguments, **kwargs):
        own = [a.partition("=")[2] for a in arguments if a.startswith("--unixctl=")]
        self.targets[name] = own[-1] if own else name
        return super().start(name, *arguments, **kwargs)

    def stop(self, name, sig=signal.SIGTERM):
        if isinstance(self.daemons[name], Daemon) and sig == signal.SIGTERM:
            self.run(["ovs-appctl", "--timeout=10", "-t", self.targets[name], "exit"])
            return self.wait_end(name)
        return super().stop(name, sig)


def new_sandbox(programs, netns=None):
    """A sandbox of the kind that PROGRAMS need."""
    return (WineSandbox if programs.host else Sandbox)(programs, netns)
