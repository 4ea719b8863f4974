# SPDX-License-Identifier: Apache-2.0
"""Takes out of a text what differs from run to run.

One Normaliser serves one run of a case: it numbers the UUIDs in the order in which it meets them,
so that two texts are equal only where the same row appears in the same places.
"""
import re

UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
NIL = "00000000-0000-0000-0000-000000000000"

# In this order: what, by what.
RULES = [
    # A log line's prefix: time, serial number.
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\|\d+\|", "<time>|<n>|"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?", "<time>"),
    (r"\b(used|duration|idle_age|hard_age)([:=])\d+(?:\.\d+)?s?\b", r"\1\2<time>"),
    (r"\b(pid[ =:])\d+", r"\1<pid>"),
    (r"\.\d+\.ctl\b", ".<pid>.ctl"),
    # The level of Open vSwitch that the program speaks for.
    (r"\b(?:3\.1\.0|4\.0\.0)\b", "<version>"),
]
# How a program for Windows knows itself, and joins names.
WINDOWS_RULES = [(r"(<dir>/\w+)\\", r"\1/"), (r'"Z:\\\\[^"]*\\([-\w]+)\.exe"', r"\1")]


class Normaliser:
    """DIRECTORY is the sandbox's; PIDS those of its daemons; RULES further (pattern, by) pairs;
    WINDOWS: are the programs those for Windows?"""

    def __init__(self, directory="", pids=(), rules=(), windows=False):
        self.directory = directory
        self.pids = pids
        self.rules = [(re.compile(p, re.M), by) for p, by in
                      RULES + (WINDOWS_RULES if windows else []) + list(rules)]
        self.uuids = {}

    def _uuid(self, match):
        text = match.group()
        if text == NIL:
            return "<nil>"
        return f"<uuid{self.uuids.setdefault(text, len(self.uuids) + 1)}>"

    def __call__(self, text):
        if self.directory:
            text = text.replace(self.directory, "<dir>")
        for pid in self.pids:
            # It may be the number of the year.
            text = re.sub(rf"(?<![\w.]){pid}(?!\w|-\d\d-\d\d)", "<pid>", text)
        for pattern, by in self.rules:
            text = pattern.sub(by, text)
        return UUID.sub(self._uuid, text)
