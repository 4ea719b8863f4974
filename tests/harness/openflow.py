# SPDX-License-Identifier: Apache-2.0
"""OpenFlow messages and flows as text, ours and the packaged reference's.  openflow/README.md
describes the corpora.

Ours come from two small programs over the openflow layer (openflow/*.c), which take many at once;
the reference's from `ovs-ofctl ofp-print` and `parse-flow`, one at a time.
"""
import os
import random
import re
import subprocess

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .programs import Programs, weft_build

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "openflow")
# What is in a packet is not the openflow layer's to tell: our program says PACKET.
PACKET_LINE = re.compile(r"^[a-z][a-z_0-9]*[,=(].*$", re.M)
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\dT.*\|.*\n", re.M)
# Bytes that show what the packaged program prints wrong, see the README.
KNOWN = re.compile(r"decode error: <invalid>|TUN_METADATA|tun_metadata|"
                   r"eviction=\*\*\*error|\?\(")


@dataclass
class Entry:
    """A line of a corpus, `what` before the text of it, and what it gives."""
    line: int
    what: int          # verbosity, or version
    text: str          # hexadecimal, or a flow
    answer: str

    def head(self):
        return f"{self.what} {self.text}"


def read_corpus(path):
    entries = []
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if line.startswith("> ") or line == ">":
                entries[-1].answer += line[2:] + "\n"
            elif line and not line.startswith("#"):
                what, text = line.split(" ", 1)
                entries.append(Entry(number, int(what), text, ""))
    return entries


def message_name(answer):
    """"OFPST_FLOW reply" of an answer that begins so."""
    return answer.partition(" (")[0]


def corpora(kind):
    """Paths of the corpora of KIND, "messages" or "flows"."""
    return sorted(os.path.join(FOLDER, f) for f in os.listdir(FOLDER) if f.endswith("." + kind))


def hex_dump(data):
    lines = []
    for ofs in range(0, len(data), 16):
        row = data[ofs:ofs + 16]
        cells = "".join(f"{b:02x}{'-' if i == 7 else ' '}" for i, b in enumerate(row))
        text = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
        lines.append(f"{ofs:08x}  {cells:<48}|{text:<16}|\n")
    return "".join(lines)


def normalise(answer, data):
    """ANSWER about message DATA without its dump, and without what is in packets."""
    dump = hex_dump(data)
    if dump:
        answer = answer.replace(dump, "<dump>\n")
    head, newline, rest = answer.partition("\n")
    if "PACKET_" in head or "NXT_RESUME" in head:
        rest = PACKET_LINE.sub("PACKET", rest)
    return head + newline + rest


def ours(program, lines):
    """What our PROGRAM gives for LINES, each (number, text)."""
    path = os.path.join(weft_build(), "tests", program)
    done = subprocess.run([path], input="".join(f"{n} {t}\n" for n, t in lines), check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="latin-1")
    answers = re.split(r"^\.\n", done.stdout, flags=re.M)
    assert answers.pop() == ""
    assert len(answers) == len(lines)
    return answers


class Reference:
    """The packaged ovs-ofctl.  Raises ReferenceMissing where it is not unpacked."""

    def __init__(self):
        programs = Programs("reference")
        self.path = programs.path("ovs-ofctl")
        self.environment = programs.environment()

    def run(self, *args):
        return subprocess.run([self.path, *args], env=self.environment, check=False, timeout=60,
                              capture_output=True, encoding="latin-1")

    def print_message(self, verbosity, text):
        return self.run("ofp-print", text, str(verbosity)).stdout

    def parse_flow(self, version, text):
        options = ["-O", f"OpenFlow{version}"] if version else []
        done = self.run(*options, "parse-flow", text)
        return done.stdout + LOG_LINE.sub("", done.stderr)

    def all(self, call, lines):
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda line: call(*line), lines))


def our_messages(lines):
    return [normalise(a, bytes.fromhex(t)) for a, (_, t) in zip(ours("openflow-print", lines),
                                                               lines)]


def reference_messages(reference, lines):
    answers = reference.all(reference.print_message, lines)
    return [normalise(a, bytes.fromhex(t)) for a, (_, t) in zip(answers, lines)]


def message_versions():
    """The versions, 10 to 15, that each message of msgs.def is in, by name."""
    path = os.path.join(FOLDER, "..", "..", "src", "openflow", "msgs.def")
    with open(path, encoding="utf-8") as f:
        text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    versions = {}
    row = r'OFM\(\s*\w+,\s*\w+,\s*\w+,\s*"([^"]*)",((?:[^()]|\([^()]*\))*)\)'
    for name, wires in re.findall(row, text):
        for first, last in re.findall(r"(\d+), (\d+|ALL), [^,()]+, [^,()]+\)", wires):
            end = 15 if last == "ALL" else int(last)
            versions.setdefault(name, set()).update(range(int(first), end + 1))
    return versions


def message_example(entries):
    """The shortest whole message with a body of each name and version among ENTRIES."""
    found = {}
    for e in entries:
        m = re.match(r"(\w+(?: request| reply)?)(?: \(OF1\.(\d)\))? \(xid", e.answer)
        if m and not e.answer.split("\n", 1)[0].count("truncated"):
            key = (m[1], 10 + int(m[2] or 0))
            best = found.get(key)
            if not best or 8 < len(e.text) // 2 < len(best.text) // 2 or len(best.text) <= 16:
                found[key] = e
    return found


def our_flows(lines):
    return ours("openflow-parse", lines)


def reference_flows(reference, lines):
    return reference.all(reference.parse_flow, lines)


def mutations(entries, n, seed):
    """N messages that are those of ENTRIES with some bytes changed or cut off."""
    rng = random.Random(seed)
    usual = [0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 0xfe, 0xff]
    made = []
    while len(made) < n:
        entry = rng.choice(entries)
        data = bytearray(bytes.fromhex(entry.text))
        if len(data) <= 8:
            continue
        if rng.random() < 0.2:
            del data[rng.randrange(8, len(data)):]
            data[2:4] = len(data).to_bytes(2, "big")
        for _ in range(rng.choice([1, 1, 1, 2, 3]) if len(data) > 8 else 0):
            i = rng.randrange(8, len(data))
            data[i] = rng.choice(usual + [rng.randrange(256), data[i] ^ 1 << rng.randrange(8)])
        made.append((rng.choice([entry.what, 0, 1, 2, 3]), data.hex()))
    return made


def record(path):
    """Writes the reference's answers into the corpus PATH."""
    reference = Reference()
    lines = []
    is_flows = path.endswith(".flows")
    answers = reference_flows if is_flows else reference_messages
    with open(path, encoding="utf-8") as f:
        lines = [x.rstrip("\n") for x in f if not x.startswith(">")]
    entries = [(int(x.split(" ", 1)[0]), x.split(" ", 1)[1]) for x in lines
               if x and not x.startswith("#")]
    given = iter(answers(reference, entries))
    with open(path, "w", encoding="utf-8") as f:
        for line in lines:
            f.write(line + "\n")
            if line and not line.startswith("#"):
                f.write("".join(f"> {x}".rstrip(" ") + "\n" if not x else f"> {x}\n"
                                for x in next(given).split("\n")[:-1]))
