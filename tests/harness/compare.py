# SPDX-License-Identifier: Apache-2.0
"""Case files: commands whose output must equal the packaged reference's.  cli/compare/README.md
describes the format for those who write them.

Each case runs in a fresh sandbox with ours and, where the reference is unpacked, with the
reference in another; normalised output, errors and exit codes must be equal.  Without the
reference the answers recorded in cli/compare/recorded are used.
"""
import difflib
import os
import re

from dataclasses import dataclass, field

from .normalise import Normaliser
from .programs import Programs, ReferenceMissing
from .wine_sandbox import new_sandbox

DAEMONS = ("none", "ovsdb-server", "ovs-vswitchd")


class CaseError(Exception):
    """A case file is not well formed."""


@dataclass
class Step:
    """One command.  `expected` is None, or (out, err, code) that the file itself gives."""
    line: int
    command: str
    mode: str = ""          # "", "sorted" or "code"
    stdin: list = field(default_factory=list)
    out: list = field(default_factory=list)
    err: list = field(default_factory=list)
    code: int = None

    @property
    def is_answered(self):
        return self.code is not None or bool(self.out or self.err)

    @property
    def answer(self):
        return Answer("".join(self.out), "".join(self.err), self.code or 0)


@dataclass
class Answer:
    """What a command gave, normalised."""
    out: str
    err: str
    code: int

    def text(self):
        """In the words of a case file."""
        return marked(">", self.out) + marked("2>", self.err) + [f"= {self.code}"]


def marked(mark, text):
    """The lines of TEXT behind MARK, or behind MARK| where the last one has no newline."""
    lines = text.split("\n")
    last = lines.pop()
    return [f"{mark} {x}" for x in lines] + ([f"{mark}| {last}"] if last else [])


@dataclass
class Case:
    name: str
    line: int
    daemons: str
    schema: str
    rules: list
    steps: list
    skip: str = ""


@dataclass
class CaseFile:
    path: str
    cases: list


def parse(path):
    """The cases of file PATH."""
    folder = os.path.dirname(path)
    head = Case("", 0, "ovs-vswitchd", None, [], [])
    cases, current = [], head
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            try:
                current = parse_line(line.rstrip("\n"), number, head, current, cases, folder)
            except (CaseError, ValueError) as why:
                raise CaseError(f"{path}:{number}: {why}") from None
    names = [c.name for c in cases]
    for name in names:
        if names.count(name) > 1:
            raise CaseError(f"{path}: two cases are called {name!r}")
    return CaseFile(path, cases)


def parse_line(line, number, head, current, cases, folder):
    """Adds LINE to CURRENT; returns the case that following lines belong to."""
    if not line.strip() or line.startswith("#"):
        return current
    if line.startswith("== "):
        case = Case(line[3:].strip(), number, head.daemons, head.schema, list(head.rules),
                    [Step(s.line, s.command, "setup", list(s.stdin)) for s in head.steps])
        cases.append(case)
        return case
    mark, _, rest = line.partition(" ")
    step = current.steps[-1] if current.steps else None
    command = re.fullmatch(r"\$(sorted|code)?", mark)
    if command:
        current.steps.append(Step(number, rest, command.group(1) or ""))
    elif mark in ("<", ">", "2>", ">|", "2>|", "="):
        if step is None or (step.mode == "setup" and current is not head):
            raise CaseError(f"{mark} belongs behind a command")
        if mark == "=":
            step.code = int(rest)
        elif mark == "<":
            step.stdin.append(rest)
        else:
            text = rest if mark.endswith("|") else rest + "\n"
            (step.out if mark.startswith(">") else step.err).append(text)
    elif mark == "~":
        pattern, arrow, by = rest.partition(" => ")
        if not arrow:
            raise CaseError("expected: ~ PATTERN => REPLACEMENT")
        current.rules.append((pattern, by))
    elif mark == "daemons:":
        if rest not in DAEMONS:
            raise CaseError(f"daemons: is one of {', '.join(DAEMONS)}")
        current.daemons = rest
    elif mark == "schema:":
        current.schema = os.path.join(folder, rest)
        current.daemons = "ovsdb-server"
    elif mark == "skip:":
        current.skip = rest
    else:
        raise CaseError(f"cannot read {line!r}")
    return current


def run_case(case, programs, clients=None):
    """Runs CASE with PROGRAMS; one Answer per step that is compared.  CLIENTS, if any, are the
    programs that its commands find; the daemons are of PROGRAMS all the same."""
    with new_sandbox(programs) as box:
        for name in ("DB", "DIR", "SCHEMA"):
            box.env[name] = {"DB": f"unix:{box.db_sock}", "DIR": box.dir,
                             "SCHEMA": case.schema or programs.schema}[name]
        box.env["OVS_RUNDIR"] = box.path("run")
        if case.daemons != "none":
            box.start_ovsdb_server(case.schema)
        if case.daemons == "ovs-vswitchd":
            box.start_vswitchd()
        pids = [d.shown for d in box.daemons.values()]
        normalise = Normaliser(box.dir, pids, case.rules, programs.host is not None)
        answers = []
        for step in case.steps:
            done = box.run(["sh", "-c", step.command], "".join(x + "\n" for x in step.stdin),
                           env=clients.environment() if clients else None)
            if step.mode == "setup":
                assert done.code == 0, f"setup failed: {step.command}\n{done.out}{done.err}"
                continue
            out, err = normalise(done.out), normalise(done.err)
            if step.mode == "code":
                out = err = ""
            elif step.mode == "sorted":
                out = "".join(sorted(out.splitlines(keepends=True)))
            answers.append(Answer(out, err, done.code))
        return answers


def transcript(case, answers):
    """CASE with ANSWERS, in the words of a case file."""
    lines = [f"== {case.name}"]
    compared = [s for s in case.steps if s.mode != "setup"]
    for step, answer in zip(compared, answers):
        lines.append(f"${step.mode} {step.command}")
        lines += [f"< {x}" for x in step.stdin]
        lines += answer.text()
    return lines


def recorded_path(path):
    folder, name = os.path.split(path)
    return os.path.join(folder, "recorded", name)


def recorded_answers(path, case):
    """What is recorded for CASE of file PATH, or None."""
    try:
        recorded = parse(recorded_path(path))
    except FileNotFoundError:
        return None
    for other in recorded.cases:
        if other.name == case.name:
            compared = [s for s in case.steps if s.mode != "setup"]
            if [s.command for s in other.steps] != [s.command for s in compared]:
                return None
            return [s.answer for s in other.steps]
    return None


def expected_answers(path, case):
    """The answers that CASE must give, and where they come from."""
    compared = [s for s in case.steps if s.mode != "setup"]
    answers, source = [], "the case file"
    if not all(s.is_answered for s in compared):
        answers, source = reference_answers(path, case)
    else:
        answers = [None] * len(compared)
    if answers is None:
        return None, source
    return [s.answer if s.is_answered else a for s, a in zip(compared, answers)], source


def reference_answers(path, case):
    mode = os.environ.get("WEFT_COMPARE", "auto")
    if mode != "recorded":
        try:
            return run_case(case, Programs("reference")), "the reference"
        except ReferenceMissing:
            if mode == "reference":
                raise
    return recorded_answers(path, case), "the recorded answers"


def compare(path, case, daemons="weft", clients=None):
    """None, or a text that says how ours differs; with DAEMONS and CLIENTS of these kinds."""
    wanted, source = expected_answers(path, case)
    if wanted is None:
        return "no answers are recorded for this case, or for other commands: dev/record-answers"
    ours = run_case(case, Programs(daemons), Programs(clients) if clients else None)
    want, got = transcript(case, wanted), transcript(case, ours)
    if want == got:
        return None
    name = f"{clients} clients, {daemons} daemons" if clients else "ours"
    return "\n".join(difflib.unified_diff(want, got, source, name, lineterm="", n=50))


def record(path):
    """Writes the reference's answers to every case of file PATH."""
    programs = Programs("reference")
    lines = ["# Answers of the packaged reference, written by dev/record-answers."]
    for case in parse(path).cases:
        if not case.skip and not all(s.is_answered for s in case.steps):
            lines += [""] + transcript(case, run_case(case, programs))
    os.makedirs(os.path.dirname(recorded_path(path)), exist_ok=True)
    with open(recorded_path(path), "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
