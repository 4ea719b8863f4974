# SPDX-License-Identifier: Apache-2.0
"""ovs-ofctl and the packaged one read the same texts (openflow_texts.py): what they print, what
they complain of, their exit codes, and for what needs a switch the bytes that they send it.

openflow_texts.recorded has a digest of each of the packaged program's answers, for where it is not
to be had; WEFT_RECORD=1 writes them anew."""
import concurrent.futures
import hashlib
import os
import re
import socket
import struct
import threading

import pytest

from harness import Programs, ReferenceMissing
from openflow_texts import FOUND, Generator, departs

RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "openflow_texts.recorded")
VERSIONS = ["OpenFlow10", "OpenFlow11", "OpenFlow12", "OpenFlow13", "OpenFlow14", "OpenFlow15", ""]
N_FLOWS, N_GROUPS, N_METERS, N_PACKETS = 3200, 400, 240, 200


def even(text):
    """TEXT without times and numbers of log lines."""
    return re.sub(r"^[\d:.TZ-]+\|\d+\|", "", text, flags=re.M)


def answer(done):
    return (done.code, even(done.out), even(done.err))


def digest(what):
    return hashlib.sha256(repr(what).encode()).hexdigest()[:12]


def recorded():
    """Digests by name: of the answers to a test's commands, in their order."""
    digests = {}
    if os.path.exists(RECORDED):
        with open(RECORDED, encoding="ascii") as f:
            for line in f:
                if line.startswith("= "):
                    mine = digests.setdefault(line[2:].strip(), [])
                elif not line.startswith("#"):
                    mine += line.split()
    return digests


def record(name, digests):
    everything = {**recorded(), name: digests}
    with open(RECORDED, "w", encoding="ascii") as f:
        f.write("# Of the packaged ovs-ofctl's answers to the texts of openflow_texts.py.\n")
        for key in sorted(everything):
            f.write(f"= {key}\n")
            for i in range(0, len(everything[key]), 7):
                f.write(" ".join(everything[key][i:i + 7]) + "\n")


def check(name, commands, mine, theirs):
    """MINE, our answers to COMMANDS, are THEIRS (None: not to be had) and those recorded."""
    for argv, x, y in zip(commands, mine, theirs or []):
        assert x == y, f"{' '.join(argv)}\n  ours:   {x}\n  theirs: {y}"
    digests = [digest(x) for x in mine]
    if theirs and os.environ.get("WEFT_RECORD"):
        record(name, digests)
    wanted = recorded().get(name, [])
    assert len(digests) == len(wanted)
    for argv, x, d, w in zip(commands, mine, digests, wanted):
        assert d == w, f"{' '.join(argv)}\n  ours:   {x}\n  is not what is recorded"


def compare(name, boxes, commands):
    """Runs each of COMMANDS, lists of arguments, by all of BOXES."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = [list(pool.map(lambda argv, box=box: answer(box.run(["ovs-ofctl", *argv])),
                                 commands)) for box in boxes]
    check(name, commands, results[0], results[1] if len(boxes) > 1 else None)


@pytest.fixture
def boxes(sandboxes):
    """Ours, and the packaged one where it is to be had."""
    made = [sandboxes("weft")]
    try:
        Programs("reference")
        made.append(sandboxes("reference"))
    except ReferenceMissing:
        pass
    return made


def commands_of(command, kind, seed, n):
    texts = Generator(seed).some(kind, n)
    return [[*(["-O", v] if v else []), command, text]
            for text, v in zip(texts, VERSIONS * (n // len(VERSIONS) + 1)) if not departs(text, v)]


def test_there_are_enough():
    n = sum(len(commands_of("", kind, seed, N_FLOWS // 8))
            for kind, seeds in (("flow", range(4)), ("match", range(10, 14))) for seed in seeds)
    assert n + N_GROUPS >= 3000


@pytest.mark.parametrize("seed", range(4))
def test_flows(boxes, seed):
    compare(f"flows {seed}", boxes, commands_of("parse-flow", "flow", seed, N_FLOWS // 8))


@pytest.mark.parametrize("seed", range(10, 14))
def test_matches(boxes, seed):
    commands = commands_of("parse-flow", "match", seed, N_FLOWS // 8)
    for argv in commands:
        argv[-1] += ",actions=drop"
    compare(f"matches {seed}", boxes, commands)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_found(boxes, version):
    compare(f"found {version or 'any'}", boxes, [[*(["-O", version] if version else []), "parse-flow", text]
                    for text in FOUND])


def test_groups(boxes):
    compare("groups", boxes, commands_of("parse-group", "group", 20, N_GROUPS))


# What needs a switch goes to one that agrees on the version, notes what it gets, and answers
# barriers.

class Recorder:
    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(8)
        self.name = f"unix:{path}"
        self.messages = []
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer:
                self.talk(peer)

    def talk(self, peer):
        data = b""
        while True:
            try:
                more = peer.recv(65536)
            except OSError:
                return
            data += more
            if not more:
                return
            while len(data) >= 8 and len(data) >= struct.unpack_from(">H", data, 2)[0]:
                version, kind, n, xid = struct.unpack_from(">BBHI", data)
                message, data = data[:n], data[n:]
                control = {5: 8, 6: 8, 4: 16}.get(version)  # where a bundle's request begins
                is_control = (kind == 33 and version > 4 or kind == 4 and version == 4 and
                              message[8:16].hex() == "4f4e4600000008fc")
                if is_control:  # the reply's type is one more than the request's
                    reply = bytearray(message)
                    reply[control + 5] += 1
                    peer.sendall(reply)
                    self.messages.append((message[:4] + bytes(4) + message[8:]).hex())
                elif kind == 0:
                    peer.sendall(struct.pack(">BBHI", version, 0, 8, xid))
                elif kind == (18 if version == 1 else 20):
                    peer.sendall(struct.pack(">BBHI", version, kind + 1, 8, xid))
                else:
                    # Without the transaction id, which counts messages before.
                    self.messages.append((message[:4] + bytes(4) + message[8:]).hex())

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)


def sent(box, name, commands):
    """For each command: its answer, and the messages that it sends."""
    recorder = Recorder(box.path("run", name))
    try:
        results = []
        for argv in commands:
            recorder.messages = []
            words = [recorder.name if x == "SWITCH" else x for x in argv]
            code, out, err = answer(box.run(["ovs-ofctl", *words]))
            results.append((code, out, err.replace(recorder.name, "SWITCH"),
                            list(recorder.messages)))
        return results
    finally:
        recorder.close()


def compare_sent(name, boxes, commands):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda box: sent(box, "recorder", commands), boxes))
    check(name, commands, results[0], results[1] if len(boxes) > 1 else None)


def switch_commands(command, kind, seed, n):
    commands = commands_of(command, kind, seed, n)
    for argv in commands:
        argv[argv.index(command):] = ["--no-names", command, "SWITCH", argv[-1]]
        if not argv[0].startswith("-O"):
            argv[:0] = ["-O", "OpenFlow13"]
    return commands


@pytest.mark.parametrize("command", ["add-flow", "mod-flows", "del-flows", "add-group", "mod-group",
                                     "del-groups", "insert-buckets", "remove-buckets",
                                     "add-meter", "mod-meter", "del-meters", "packet-out"])
def test_sent(boxes, command):
    kind = {"flow": "flow", "grou": "group", "buck": "group", "mete": "meter",
            "t-ou": "packet"}[re.search("flow|grou|buck|mete|t-ou", command).group()]
    n = {"flow": 100, "group": 80, "meter": N_METERS // 3, "packet": N_PACKETS}[kind]
    compare_sent(f"sent {command}", boxes, switch_commands(command, kind, len(command), n))
