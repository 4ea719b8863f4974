# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the cli and system tests, and the collection of case files.

sandbox    a Sandbox with our programs
reference  a Sandbox with the packaged reference's; the test is skipped where it is not unpacked
sandboxes  a function that makes more: sandboxes("weft"), sandboxes("reference", netns=ns)
network    a Network; the test is skipped without root
switch     a Sandbox whose programs run in namespace "switch" of `network`
keys       Keys of one authority for TLS; other_keys are of another

With WEFT_HOST=windows our programs are those for Windows, under Wine; the tests that
cli/not-on-windows.txt names are skipped then.
"""
import os
import re
import signal
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from harness import Network, Programs, ReferenceMissing, new_sandbox  # noqa: E402
from harness import compare  # noqa: E402
from harness.keys import Keys  # noqa: E402
from harness.network import may_make_namespaces  # noqa: E402
from harness.programs import on_windows  # noqa: E402

# Whoever runs the tests in the background may ignore these; daemons would inherit that.
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def sandboxes(request):
    made = []

    def make(kind="weft", netns=None):
        try:
            made.append(new_sandbox(Programs(kind), netns))
        except ReferenceMissing as why:
            pytest.skip(str(why))
        return made[-1]

    yield make
    report = getattr(request.node, "call_report", None)
    passed = report is not None and report.passed
    errors = []
    for box in reversed(made):
        try:
            box.close(check=passed)
        except AssertionError as why:
            errors.append(str(why))
    assert not errors, "\n".join(errors)


@pytest.fixture
def sandbox(sandboxes):
    return sandboxes("weft")


@pytest.fixture
def reference(sandboxes):
    return sandboxes("reference")


@pytest.fixture
def network():
    if not may_make_namespaces():
        pytest.skip("needs root, for network namespaces")
    net = Network()
    yield net
    net.close()


@pytest.fixture
def switch(network, sandboxes):
    return sandboxes("weft", netns=network.namespace("switch"))


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    return Keys(tmp_path_factory.mktemp("keys"), "ours")


@pytest.fixture(scope="session")
def other_keys(tmp_path_factory):
    return Keys(tmp_path_factory.mktemp("other-keys"), "other")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.call_report = outcome.get_result()


def not_on_windows():
    """The table of what has no meaning there: (pattern of test names, why)."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cli", "not-on-windows.txt")
    with open(path, encoding="utf-8") as f:
        rows = [line.rstrip("\n") for line in f if line.strip() and not line.startswith("#")]
    return [(re.compile(pattern + r"(\[.*)?$"), why) for pattern, why in
            (re.split(r"\s{2,}", row, maxsplit=1) for row in rows)]


def pytest_collection_modifyitems(items):
    if not on_windows():
        return
    table = not_on_windows()
    for item in items:
        for pattern, why in table:
            if pattern.search(item.nodeid):
                item.add_marker(pytest.mark.skip(reason=why))


# Case files.

def pytest_collect_file(parent, file_path):
    if file_path.suffix == ".case" and file_path.parent.name == "compare":
        return CaseCollector.from_parent(parent, path=file_path)
    return None


class CaseCollector(pytest.File):
    def collect(self):
        for case in compare.parse(str(self.path)).cases:
            yield CaseItem.from_parent(self, name=case.name, case=case)


class CaseItem(pytest.Item):
    def __init__(self, *, case, **kwargs):
        super().__init__(**kwargs)
        self.case = case
        if case.skip:
            self.add_marker(pytest.mark.skip(reason=case.skip))

    def runtest(self):
        difference = compare.compare(str(self.path), self.case)
        if difference:
            raise Different(difference)

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, (Different, compare.CaseError, AssertionError,
                                      FileNotFoundError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, self.case.line - 1, f"{self.path.name}: {self.name}"


class Different(Exception):
    """Ours and the expected answers differ."""
