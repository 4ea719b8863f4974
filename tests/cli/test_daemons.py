# SPDX-License-Identifier: Apache-2.0
"""How both daemons start, stay and end: --detach, --pidfile, --monitor, --user, --no-chdir,
--unixctl, log files.  What they say of wrong command lines is in compare/daemons.case."""
import os
import re
import shutil
import signal

import pytest

from harness import Daemon, Normaliser

DAEMONS = ("ovsdb-server", "ovs-vswitchd")
both = pytest.mark.parametrize("name", DAEMONS)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="--user needs root")


@pytest.fixture
def start(sandbox):
    """start(NAME, *OPTIONS, ok=True): starts a daemon detached; the Result.  It works on
    db/conf.db: ovsdb-server itself, ovs-vswitchd through a server that is started for it and
    keeps its files out of run/.  The daemon of the pid file ends with the test, and so does what
    monitors it."""
    def serve_database():
        os.mkdir(sandbox.path("server"))
        pid_file = sandbox.path("server", "pid")
        sandbox.run(["ovsdb-server", "--detach", f"--pidfile={pid_file}", "-vconsole:off",
                     f"--unixctl={sandbox.path('server', 'ctl')}", f"--remote=punix:{server_sock}",
                     sandbox.create_db()]).ok()
        with open(pid_file, encoding="ascii") as f:
            sandbox.daemons["server"] = Daemon("ovsdb-server", *[int(f.read())] * 2)
        sandbox.run(["ovs-vsctl", f"--db=unix:{server_sock}", "--no-wait", "init"]).ok()

    server_sock = sandbox.path("server", "sock")

    def prepare(name):
        if name == "ovsdb-server":
            if not os.path.exists(sandbox.path("db", "conf.db")):
                sandbox.create_db()
        elif not os.path.exists(server_sock):
            serve_database()

    def run(name, *options, ok=True):
        prepare(name)
        last = {"ovsdb-server": [f"--remote=punix:{sandbox.db_sock}", sandbox.path("db", "conf.db")],
                "ovs-vswitchd": ["--enable-dummy=override", f"unix:{server_sock}"]}[name]
        done = sandbox.run([name, "--detach", "-vconsole:off", *options, *last], timeout=10)
        if ok:
            assert (done.code, done.out, done.err) == (0, "", "")
        return done

    run.prepare = prepare
    yield run
    for name in DAEMONS:
        pid = pid_of(sandbox, name)
        if pid and is_alive(pid):
            parent = parent_of(pid)
            os.kill(pid, signal.SIGTERM)
            sandbox.wait_until(lambda pid=pid: not is_alive(pid), what=f"for the end of {name}")
            if parent != os.getpid():
                sandbox.wait_until(lambda p=parent: not is_alive(p), what="for the monitor's end")


def pid_of(box, name):
    try:
        return int(box.read("run", f"{name}.pid"))
    except (FileNotFoundError, ValueError):
        return None


def stat_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        return f.read().rsplit(")", 1)[1].split()


def is_alive(pid):
    try:
        return stat_of(pid)[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def parent_of(pid):
    return int(stat_of(pid)[1])


def run_files(box):
    return sorted(os.listdir(box.path("run")))


def end(box, name, sig=signal.SIGTERM):
    pid = pid_of(box, name)
    os.kill(pid, sig)
    box.wait_until(lambda: not is_alive(pid), what=f"for the end of {name}")


def title(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as f:
        return f.read().replace(b"\0", b" ").decode().strip()


# Pid files and sockets.

@both
def test_pidfile_tells_the_daemon(sandbox, start, name):
    start(name, "--pidfile")
    pid = pid_of(sandbox, name)
    assert name in title(pid)
    assert f"{name}.{pid}.ctl" in run_files(sandbox)
    assert sandbox.appctl("version", target=name).startswith(f"{name} (Open vSwitch) ")


@both
@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM])
def test_signals_remove_the_files(sandbox, start, name, sig):
    start(name, "--pidfile")
    end(sandbox, name, sig)
    assert run_files(sandbox) == []


@both
def test_exit_removes_the_files(sandbox, start, name):
    start(name, "--pidfile")
    pid = pid_of(sandbox, name)
    sandbox.appctl("exit", target=name)
    sandbox.wait_until(lambda: not is_alive(pid), what="for its end")
    assert run_files(sandbox) == []


@both
def test_pid_file_of_the_dead_is_taken_over(sandbox, start, name):
    start(name, "--pidfile")
    end(sandbox, name, signal.SIGKILL)
    old = pid_of(sandbox, name)
    assert old is not None
    start(name, "--pidfile")
    assert pid_of(sandbox, name) != old


@both
def test_a_second_one_is_refused(sandbox, start, name):
    start(name, "--pidfile")
    pid = pid_of(sandbox, name)
    path = sandbox.path("run", f"{name}.pid")
    done = start(name, "--pidfile", ok=False)
    assert done.code == 1 and done.out == ""
    assert done.err == f"{name}: {path}: already running as pid {pid}, aborting\n"
    assert pid_of(sandbox, name) == pid and is_alive(pid)


def test_overwrite_pidfile(sandbox, start):
    start("ovsdb-server", "--pidfile")
    first = pid_of(sandbox, "ovsdb-server")
    sandbox.run(["ovsdb-server", "--detach", "--pidfile", "--overwrite-pidfile", "-vconsole:off",
                 sandbox.create_db(name="other.db")]).ok()
    second = pid_of(sandbox, "ovsdb-server")
    assert first != second and is_alive(first) and is_alive(second)
    for pid in (first, second):
        os.kill(pid, signal.SIGTERM)
        sandbox.wait_until(lambda p=pid: not is_alive(p), what="for the end")


@both
def test_pidfile_elsewhere(sandbox, start, name):
    path = sandbox.path("cwd", "my.pid")
    start(name, f"--pidfile={path}")
    with open(path, encoding="ascii") as f:
        pid = int(f.read())
    os.kill(pid, signal.SIGTERM)
    sandbox.wait_until(lambda: not is_alive(pid), what="for its end")
    assert not os.path.exists(path)


@both
def test_unixctl_none(sandbox, start, name):
    start(name, "--pidfile", "--unixctl=none")
    assert not [f for f in run_files(sandbox) if f.endswith(".ctl")]


@both
def test_unixctl_elsewhere(sandbox, start, name):
    path = sandbox.path("cwd", "my.ctl")
    start(name, "--pidfile", f"--unixctl={path}")
    assert sandbox.appctl("version", target=path).startswith(name)
    end(sandbox, name)
    assert not os.path.exists(path)


# Detaching.

@both
def test_detached_leaves_all_behind(sandbox, start, name):
    start(name, "--pidfile")
    pid = pid_of(sandbox, name)
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    assert os.getsid(pid) != os.getsid(0)
    assert [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in range(3)] == ["/dev/null"] * 3


@both
def test_no_chdir(sandbox, start, name):
    start(name, "--pidfile", "--no-chdir")
    assert os.readlink(f"/proc/{pid_of(sandbox, name)}/cwd") == sandbox.path("cwd")


def test_relative_names_mean_the_folder_of_the_start(sandbox, start):
    shutil.copy(sandbox.create_db(), sandbox.path("cwd", "here.db"))
    done = sandbox.run(["ovsdb-server", "--detach", "--pidfile", "-vconsole:off",
                        "--log-file=here.log", "here.db"])
    assert (done.code, done.err) == (0, "")
    assert "Open_vSwitch" in sandbox.appctl("ovsdb-server/list-dbs", target="ovsdb-server")
    os.rename(sandbox.path("cwd", "here.log"), sandbox.path("cwd", "old.log"))
    sandbox.appctl("vlog/reopen", target="ovsdb-server")
    assert os.path.exists(sandbox.path("cwd", "here.log"))
    sandbox.appctl("ovsdb-server/compact", target="ovsdb-server")


@pytest.mark.parametrize("monitor", [[], ["--monitor"]])
def test_failing_after_detaching(sandbox, monitor):
    done = sandbox.run(["ovsdb-server", "--detach", "--pidfile", *monitor, "nosuch.db"])
    assert done.code == 1 and done.out == ""
    assert done.err == "ovsdb-server: I/O error: nosuch.db: open failed (No such file or directory)\n"
    assert run_files(sandbox) == []


@both
def test_works_when_the_start_returns(sandbox, start, name):
    """No waiting for sockets: the parent ends once the daemon listens."""
    start(name, "--pidfile")
    sandbox.appctl("list-commands", target=name)
    if name == "ovsdb-server":
        assert sandbox.run(["ovsdb-client", "list-dbs", f"unix:{sandbox.db_sock}"]).ok().lines == [
            "Open_vSwitch", "_Server"]


# Monitoring.

@both
def test_monitor_starts_it_again(sandbox, start, name):
    start(name, "--pidfile", "--monitor", "--log-file")
    first = pid_of(sandbox, name)
    monitor = parent_of(first)
    assert title(monitor) == f"{name}: monitoring pid {first} (healthy)"
    os.kill(first, signal.SIGABRT)     # sanitizers keep SIGSEGV to themselves
    sandbox.wait_until(lambda: pid_of(sandbox, name) not in (None, first) and
                       f"{name}.{pid_of(sandbox, name)}.ctl" in run_files(sandbox),
                       what="for its return")
    second = pid_of(sandbox, name)
    sandbox.wait_until(lambda: f"pid {second}" in title(monitor), what="for the monitor's title")
    assert parent_of(second) == monitor
    assert re.fullmatch(rf"{name}: monitoring pid {second} \(1 crashes: pid {first} died, killed "
                        r"\(Aborted\)(, core dumped)?\)", title(monitor))
    assert sandbox.appctl("version", target=name).startswith(name)
    log = sandbox.read("log", f"{name}.log")
    assert re.search(r"daemon_unix\(monitor\)\|ERR\|1 crashes: pid \d+ died, killed "
                     r"\(Aborted\)(, core dumped)?, restarting\n", log)


@both
@pytest.mark.parametrize("how", ["SIGTERM", "exit"])
def test_monitor_ends_with_it(sandbox, start, name, how):
    start(name, "--pidfile", "--monitor", "--log-file")
    pid = pid_of(sandbox, name)
    monitor = parent_of(pid)
    assert monitor != os.getpid()
    if how == "exit":
        sandbox.appctl("exit", target=name)
        why = "exit status 0"
    else:
        os.kill(pid, signal.SIGTERM)
        # ovs-vswitchd takes the signal as a request to end in good order.
        why = r"killed \(Terminated\)" if name == "ovsdb-server" else "exit status 0"
    sandbox.wait_until(lambda: not is_alive(pid) and not is_alive(monitor), what="for their end")
    assert run_files(sandbox) == []
    assert re.search(rf"daemon_unix\(monitor\)\|INFO\|pid {pid} died, {why}, exiting\n",
                     sandbox.read("log", f"{name}.log"))


# Another user.

@as_root
@both
def test_user(sandbox, start, name):
    start.prepare(name)
    for folder, _, files in os.walk(sandbox.dir):
        for path in [folder] + [os.path.join(folder, f) for f in files]:
            shutil.chown(path, "nobody", "nogroup")
    start(name, "--pidfile", "--log-file", "--user=nobody:nogroup")
    pid = pid_of(sandbox, name)
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
    nobody = os.stat(sandbox.path("run", f"{name}.pid")).st_uid
    assert nobody != 0 and set(status["Uid"].split()) == {str(nobody)}
    kept = {i for i in range(64) if int(status["CapEff"], 16) >> i & 1}
    bind_service, broadcast, net_admin, net_raw, ipc_lock = 10, 11, 12, 13, 14
    wanted = {bind_service, ipc_lock}
    if name == "ovs-vswitchd":
        wanted |= {broadcast, net_admin, net_raw}
    assert kept == wanted
    assert sandbox.appctl("version", target=name).startswith(name)
    assert os.stat(sandbox.path("log", f"{name}.log")).st_uid == nobody


def test_user_is_for_root(sandbox):
    if os.geteuid() == 0:
        done = sandbox.run(["setpriv", "--reuid=65534", "--clear-groups", "--regid=65534",
                            sandbox.programs.path("ovs-vswitchd"), "--user=daemon", "--version"])
        if done.code == 126 or "ermission denied" in done.err:
            pytest.skip("the programs are in a folder that only root may read")
        done = sandbox.run(["setpriv", "--reuid=65534", "--clear-groups", "--regid=65534",
                            sandbox.programs.path("ovs-vswitchd"), "--user=daemon"])
    else:
        done = sandbox.run("ovs-vswitchd --user=daemon")
    assert done.code == 1 and "aborting" in done.err


# Logs.

@both
def test_log_file(sandbox, start, name):
    start(name, "--pidfile", "--log-file")
    lines = sandbox.read("log", f"{name}.log").splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\|00001\|vlog\|INFO\|opened log file "
                        + re.escape(sandbox.path("log", f"{name}.log")), lines[0])
    end(sandbox, name)
    last = sandbox.read("log", f"{name}.log").splitlines()[-1]
    assert last.endswith("|fatal_signal|WARN|terminating with signal 15 (Terminated)") or \
        name == "ovs-vswitchd"


@both
def test_log_file_is_appended_and_reopened(sandbox, start, name):
    path = sandbox.write("my.log", "what was there\n")
    old = sandbox.path("cwd", "old.log")
    start(name, "--pidfile", f"--log-file={path}")
    assert sandbox.read("cwd", "my.log").startswith("what was there\n")
    os.rename(path, old)
    sandbox.appctl("vlog/reopen", target=name)
    assert sandbox.read("cwd", "old.log").splitlines()[-1].endswith("|vlog|INFO|closing log file")
    assert sandbox.read("cwd", "my.log").endswith(f"|vlog|INFO|opened log file {path}\n")
    assert sandbox.read("cwd", "my.log").count("\n") == 1
    sandbox.appctl("vlog/reopen", target=name)  # the same file: nothing to say
    assert sandbox.read("cwd", "my.log").count("\n") == 1


def test_log_file_follows_levels_and_patterns(sandbox, start):
    start("ovsdb-server", "--pidfile", "--log-file", "-vfile:warn", "-vunixctl:file:dbg",
          "-vPATTERN:file:<%c %p %m>")
    first, *rest = sandbox.read("log", "ovsdb-server.log").splitlines()
    assert "opened log file" in first and rest == []  # opened before the levels were read
    sandbox.appctl("version", target="ovsdb-server")
    assert re.search(r"<unixctl DBG received request version\[\], id=\d+>",
                     sandbox.read("log", "ovsdb-server.log"))
    sandbox.appctl("vlog/set unixctl:off", target="ovsdb-server")
    size = os.path.getsize(sandbox.path("log", "ovsdb-server.log"))
    sandbox.appctl("version", target="ovsdb-server")
    assert os.path.getsize(sandbox.path("log", "ovsdb-server.log")) == size


def test_peers_cannot_flood_the_log(sandbox, start):
    """What a peer can cause is limited, unless vlog/disable-rate-limit says otherwise."""
    import socket

    def offend(times):
        for _ in range(times):
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(sandbox.db_sock)
                s.sendall(b"nonsense")
                while s.recv(100):
                    pass

    def complaints():
        return [line for line in sandbox.read("log", "ovsdb-server.log").splitlines()
                if "|jsonrpc|" in line and "|WARN|" in line]

    start("ovsdb-server", "--pidfile", "--log-file")
    offend(40)
    limited = len(complaints())
    assert 1 <= limited < 40
    sandbox.appctl("vlog/disable-rate-limit", target="ovsdb-server")
    offend(40)
    assert len(complaints()) >= limited + 40


# Options that answer by themselves.

@both
def test_help(sandbox, name):
    out = sandbox.run([name, "--help"]).ok().out
    assert out.startswith(f"{name}: Open vSwitch ") and f"\nusage: {name} [OPTIONS] " in out
    for option in ("--detach", "--monitor", "--user=", "--no-chdir", "--pidfile",
                   "--overwrite-pidfile", "--log-file", "--verbose=", "--syslog-method",
                   "--private-key=", "--certificate=", "--ca-cert=", "--unixctl=", "--version"):
        assert option in out, option


# As the packaged ones.

def test_like_the_packaged(sandboxes):
    """Log lines of a start and an end (two processes write them, so their order is free), and
    the monitor's title, in both."""
    texts = []
    for kind in ("weft", "reference"):
        box = sandboxes(kind)
        db = box.create_db()
        done = box.run(["ovsdb-server", "--detach", "--monitor", "--pidfile", "--log-file",
                        "-vconsole:off", db])
        pid = pid_of(box, "ovsdb-server")
        monitor = parent_of(pid)
        box.wait_until(lambda m=monitor: "healthy" in title(m), what="for the monitor's title")
        shown = title(monitor).replace(str(pid), "PID")
        box.wait_until(lambda b=box: "closing log" in b.read("log", "ovsdb-server.log"),
                       what="for the monitor to be at rest")
        os.kill(pid, signal.SIGTERM)
        box.wait_until(lambda p=pid, m=monitor: not is_alive(p) and not is_alive(m),
                       what="for their end")
        normalise = Normaliser(box.dir, [pid])
        texts.append((done.code, normalise(done.err), shown,
                      sorted(normalise(box.read("log", "ovsdb-server.log")).splitlines()),
                      run_files(box)))
    assert texts[0] == texts[1]
