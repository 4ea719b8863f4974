# SPDX-License-Identifier: Apache-2.0
"""A folder of its own for one test: run/, log/, db/, etc/ and cwd/, which is the working
directory.  Programs run with the environment that leads to them.  Daemons are started detached,
as users start them, and close() ends every one of them: by its pid, and waiting for its end.

Detached daemons become children of this process (it is a subreaper), so their exit status is
known and none is left to process 1.  With `netns` everything runs in that network namespace.
"""
import ctypes
import glob
import os
import re
import shlex
import select
import shutil
import signal
import subprocess
import tempfile
import time

from dataclasses import dataclass

from .programs import on_windows

PR_SET_CHILD_SUBREAPER = 36
END_SECONDS = 15


@dataclass
class Result:
    """How a command ended; `out` and `err` are text."""
    argv: list
    code: int
    out: str
    err: str

    def ok(self):
        """Itself, after checking that the command succeeded and wrote no error."""
        assert self.code == 0 and self.err == "", \
            f"{shlex.join(self.argv)}: exit {self.code}\n{self.out}{self.err}"
        return self

    @property
    def lines(self):
        return self.out.splitlines()


@dataclass
class Daemon:
    """`shown` is the pid that the daemon calls its own."""
    name: str
    pid: int
    shown: int


def become_subreaper():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Sandbox:
    def __init__(self, programs, netns=None):
        self.programs = programs
        self.netns = netns
        self.dir = tempfile.mkdtemp(prefix="weft-")
        self.daemons = {}
        for name in ("run", "log", "db", "etc", "cwd"):
            os.mkdir(os.path.join(self.dir, name))
        report = os.path.join(self.dir, "log", "sanitizer")
        self.env = {
            **programs.environment(),
            "OVS_RUNDIR": self.path("run"), "OVS_LOGDIR": self.path("log"),
            "OVS_DBDIR": self.path("db"), "OVS_SYSCONFDIR": self.path("etc"),
            # Freed memory that it holds back must leave room under the tests' limits.
            "ASAN_OPTIONS":
                f"log_path={report}:detect_leaks=1:exitcode=99:quarantine_size_mb=32",
            "UBSAN_OPTIONS": f"log_path={report}:print_stacktrace=1:halt_on_error=1",
        }
        become_subreaper()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close(check=exc[0] is None)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    @property
    def db_sock(self):
        return self.path("run", "db.sock")

    def tcp_port(self, remote="ptcp:0:127.0.0.1"):
        """The port of its ovsdb-server's REMOTE, which the kernel chose."""
        found = re.search(rf"{re.escape(remote[5:])}: listening on port (\d+)",
                          self.read("log", "ovsdb-server.log"))
        assert found, self.read("log", "ovsdb-server.log")
        return int(found.group(1))

    def address(self, client):
        """How programs in the sandbox CLIENT reach its ovsdb-server: those that run under Wine
        and those that do not have only TCP in common."""
        if bool(self.programs.host) != bool(client.programs.host):
            return f"tcp:127.0.0.1:{self.tcp_port()}"
        return f"unix:{self.db_sock}"

    def write(self, name, text):
        """Writes cwd/NAME and returns its full name."""
        path = self.path("cwd", name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def read(self, *parts):
        with open(self.path(*parts), encoding="utf-8") as f:
            return f.read()

    def command(self, argv):
        """ARGV, a list or a text with shell quoting, as it is executed."""
        argv = shlex.split(argv) if isinstance(argv, str) else [str(a) for a in argv]
        if self.programs.has(argv[0]):
            argv[0] = self.programs.path(argv[0])
        return (self.netns.prefix if self.netns else []) + argv

    def run(self, argv, stdin=None, timeout=30, env=None):
        """Runs ARGV to its end in cwd/; ends it after TIMEOUT seconds and raises."""
        done = self.capture(self.command(argv), stdin or "", timeout, {**self.env, **(env or {})})
        argv = shlex.split(argv) if isinstance(argv, str) else [str(a) for a in argv]
        return Result(argv, *done)

    def capture(self, command, text, timeout, env):
        """The exit code, output and errors of COMMAND, with TEXT for its standard input."""
        done = subprocess.run(command, input=text, capture_output=True, text=True,
                              timeout=timeout, cwd=self.path("cwd"), check=False,
                              errors="backslashreplace", env=env)
        return done.returncode, done.stdout, done.stderr

    def popen(self, argv, **kwargs):
        """Starts ARGV; close() ends it."""
        kwargs = {"cwd": self.path("cwd"), "env": self.env, "text": True, **kwargs}
        process = subprocess.Popen(self.command(argv), **kwargs)
        self.daemons[f"{argv[0]}.{process.pid}"] = process
        return process

    def vsctl(self, arguments, **kwargs):
        """`ovs-vsctl ARGUMENTS`, which must succeed; its output without the last newline."""
        words = shlex.split(arguments) if isinstance(arguments, str) else list(arguments)
        done = self.run(["ovs-vsctl", "--timeout=20", f"--db=unix:{self.db_sock}", *words],
                        **kwargs)
        return done.ok().out.rstrip("\n")

    def appctl(self, arguments, target="ovs-vswitchd", **kwargs):
        words = shlex.split(arguments) if isinstance(arguments, str) else list(arguments)
        return self.run(["ovs-appctl", "-t", target, *words], **kwargs).ok().out.rstrip("\n")

    # Daemons.

    def start(self, name, *arguments, timeout=30):
        """Starts daemon NAME detached; returns when it says that it is ready."""
        done = self.run([name, "--detach", "--no-chdir", "--pidfile", "--log-file",
                         "-vconsole:off", *arguments], timeout=timeout)
        pid_file = self.path("run", name + ".pid")
        if os.path.exists(pid_file):
            with open(pid_file, encoding="ascii") as f:
                self.daemons[name] = self.started(name, int(f.read()))
        assert done.code == 0, f"{name} did not start: exit {done.code}\n{done.out}{done.err}"
        return self.daemons[name]

    def started(self, name, pid):
        """The daemon NAME whose pid file says PID."""
        return Daemon(name, pid, shown=pid)

    def create_db(self, schema=None, name="conf.db"):
        """A database db/NAME of SCHEMA (a file; that of the switch when None)."""
        path = self.path("db", name)
        self.run(["ovsdb-tool", "create", path, schema or self.programs.schema]).ok()
        return path

    def start_ovsdb_server(self, schema=None, databases=None, arguments=()):
        """ovsdb-server on run/db.sock with a new database of SCHEMA, or with DATABASES."""
        files = [self.create_db(schema)] if databases is None else list(databases)
        remotes = [f"--remote=punix:{self.db_sock}"]
        if on_windows():
            remotes.append("--remote=ptcp:0:127.0.0.1")     # for address()
        if schema is None and databases is None:
            remotes.append("--remote=db:Open_vSwitch,Open_vSwitch,manager_options")
        return self.start("ovsdb-server", *remotes, *arguments, *files)

    def start_vswitchd(self, dummy=True, arguments=()):
        """ovs-vswitchd on the database at run/db.sock, which is initialised first."""
        self.vsctl("--no-wait init")
        kind = ["--enable-dummy=override", "--disable-system", "--disable-system-route"]
        return self.start("ovs-vswitchd", *(kind if dummy else []), *arguments,
                          f"unix:{self.db_sock}")

    def start_switch(self, dummy=True, arguments=()):
        """Both daemons."""
        self.start_ovsdb_server()
        return self.start_vswitchd(dummy, arguments)

    def wait_until(self, condition, seconds=10, what=""):
        """Calls CONDITION until it is true; fails after SECONDS.  For what has no event."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited {seconds} s in vain {what}"
            time.sleep(0.01)

    def stop(self, name, sig=signal.SIGTERM):
        """Ends daemon NAME with signal SIG; its wait status as os.waitstatus_to_exitcode gives."""
        daemon = self.daemons.pop(name)
        if isinstance(daemon, subprocess.Popen):
            if daemon.poll() is None:
                daemon.send_signal(sig)
                try:
                    daemon.wait(END_SECONDS)
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    daemon.wait()
            for stream in (daemon.stdin, daemon.stdout, daemon.stderr):
                if stream:
                    stream.close()
            return daemon.returncode
        return end_process(daemon.pid, sig)

    def wait_end(self, name, seconds=END_SECONDS):
        """Waits for the end of daemon NAME, which something else brought about."""
        return end_process(self.daemons.pop(name).pid, None, seconds)

    def close(self, check=True):
        """Ends all daemons, looks for sanitizer reports, removes the folder."""
        trouble = []
        for name in reversed(list(self.daemons)):
            process = self.daemons[name]
            code = self.stop(name)
            if isinstance(process, Daemon) and code not in (0, -signal.SIGTERM, None):
                trouble.append(f"{name} ended with {code}")
        for report in glob.glob(self.path("log", "sanitizer.*")):
            with open(report, encoding="utf-8", errors="replace") as f:
                trouble.append(f.read())
        if trouble or not check:
            for log in sorted(glob.glob(self.path("log", "*.log"))):
                with open(log, encoding="utf-8", errors="replace") as f:
                    print(f"--- {os.path.basename(log)}\n{f.read()[-6000:]}")
        if os.environ.get("WEFT_KEEP_SANDBOX"):
            print(f"--- sandbox kept: {self.dir}")
        else:
            shutil.rmtree(self.dir, ignore_errors=True)
        assert not trouble or not check, "\n".join(trouble)


def end_process(pid, sig, seconds=END_SECONDS):
    """Signals PID and waits for its end; -SIGKILL where it had to be killed.  None: the process
    was no child of ours, so its status is unknown."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return reap(pid)
    try:
        if sig is not None:
            signal.pidfd_send_signal(handle, sig)
        # A pid descriptor is readable once the process has ended.
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        if not poll.poll(seconds * 1000):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            poll.poll(seconds * 1000)
    except ProcessLookupError:
        pass
    finally:
        os.close(handle)
    return reap(pid)


def reap(pid):
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status)
