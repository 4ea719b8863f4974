# SPDX-License-Identifier: Apache-2.0
"""OpenFlow messages and flows as text: the corpora, and messages made from them at random, which
the packaged ovs-ofctl shows the same."""
import os
import re

import pytest

from harness import ReferenceMissing
from harness import openflow

SEED = int(os.environ.get("WEFT_SEED", "1"))


@pytest.fixture(scope="module")
def packaged():
    try:
        return openflow.Reference()
    except ReferenceMissing as missing:
        pytest.skip(str(missing))


def check(lines, have, want):
    bad = [f"{what} {text}\n--- wanted\n{y}--- given\n{x}"
           for (what, text), x, y in zip(lines, have, want) if x != y]
    assert not bad, f"{len(bad)} of {len(lines)} differ\n" + "\n".join(bad[:5])


def lines_of(entries):
    return [(e.what, e.text) for e in entries]


@pytest.mark.parametrize("path", openflow.corpora("messages"), ids=os.path.basename)
def test_messages(path):
    entries = openflow.read_corpus(path)
    lines = lines_of(entries)
    check(lines, openflow.our_messages(lines), [e.answer for e in entries])


@pytest.mark.parametrize("path", openflow.corpora("flows"), ids=os.path.basename)
def test_flows(path):
    entries = openflow.read_corpus(path)
    lines = lines_of(entries)
    check(lines, openflow.our_flows(lines), [e.answer for e in entries])


@pytest.mark.parametrize("path", openflow.corpora("messages"), ids=os.path.basename)
def test_recorded_messages_are_the_reference_s(packaged, path):
    entries = openflow.read_corpus(path)
    lines = lines_of(entries)
    check(lines, [e.answer for e in entries], openflow.reference_messages(packaged, lines))


@pytest.mark.parametrize("path", openflow.corpora("flows"), ids=os.path.basename)
def test_recorded_flows_are_the_reference_s(packaged, path):
    entries = openflow.read_corpus(path)
    lines = lines_of(entries)
    check(lines, [e.answer for e in entries], openflow.reference_flows(packaged, lines))


@pytest.mark.parametrize("path", openflow.corpora("messages"), ids=os.path.basename)
def test_random_messages(packaged, path):
    """WEFT_SEED chooses others."""
    entries = openflow.read_corpus(path)
    names = {openflow.message_name(e.answer) for e in entries}
    lines = openflow.mutations(entries, 150, SEED)
    want = openflow.reference_messages(packaged, lines)
    have = openflow.our_messages(lines)
    chosen = [i for i, x in enumerate(want) if openflow.message_name(x) in names
              and not openflow.KNOWN.search(x) and not openflow.KNOWN.search(have[i])]
    bad = [i for i in chosen if want[i] != have[i]]
    # Which of several errors a damaged message shows may differ.
    worse = [i for i in bad if ("***decode error" in want[i]) != ("***decode error" in have[i])
             or "***decode error" not in want[i]]
    assert not worse, "\n".join(f"{lines[i][0]} {lines[i][1]}\n--- wanted\n{want[i]}--- given\n"
                                f"{have[i]}" for i in worse[:5])
    assert len(bad) <= len(lines) // 10


@pytest.fixture(scope="module")
def examples():
    return openflow.message_example([e for path in openflow.corpora("messages")
                                     for e in openflow.read_corpus(path)])


def test_every_message_has_an_example_in_every_version(examples):
    # Those of 1.5 that the reference lacks are in tests/unit/test_openflow_msg_*.c.
    wanted = {(name, version) for name, versions in openflow.message_versions().items()
              for version in versions
              if not re.search("CONTROLLER_STATUS|BUNDLE_FEATURES|FLOW_STATS", name)}
    assert len(wanted) > 400
    assert not sorted(wanted - examples.keys())


def test_every_message_cut_anywhere(examples):
    """Each beginning of each message in each version, with the length that it says and with its own:
    the sanitizers find what is read beyond the end."""
    lines = []
    for example in examples.values():
        data = bytes.fromhex(example.text)
        for n in range(len(data)):
            lines.append((0, data[:n].hex()))
            if n >= 8:
                lines.append((2, (data[:2] + n.to_bytes(2, "big") + data[4:n]).hex()))
    assert len(lines) > 20000
    answers = openflow.ours("openflow-print", lines)
    cut = [a for (verbosity, _), a in zip(lines, answers) if verbosity == 0]
    assert all(cut) and sum("truncated" in a or "error" in a for a in cut) > len(cut) // 2
