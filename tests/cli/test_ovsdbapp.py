# SPDX-License-Identifier: Apache-2.0
"""ovsdbapp, by which Neutron and os-vif speak to the switch: the same tour of its whole API with
our daemons and with the packaged ones."""
import os

from harness import Normaliser, Programs
from harness.programs import TOP

TOUR = os.path.join(TOP, "tests", "harness", "ovsdbapp_tour.py")


def take_tour(box, python_path):
    box.start_switch()
    done = box.run(["/usr/bin/python3", "-W", "ignore", TOUR, f"unix:{box.db_sock}"],
                   timeout=120, env={"PYTHONPATH": python_path})
    assert done.code == 0, done.out + done.err
    return Normaliser(box.dir)(done.out).splitlines()


def test_tour(sandbox, reference):
    python_path = Programs("reference").extra["PYTHONPATH"]
    ours, theirs = (take_tour(box, python_path) for box in (sandbox, reference))
    assert ours == theirs
    assert ours[-1] == '["never called", []]' and len(ours) > 70
