# SPDX-License-Identifier: Apache-2.0
"""OpenFlow messages and flows as text: the corpora, and messages made from them at random, which
the packaged ovs-ofctl shows the same."""
import os

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
