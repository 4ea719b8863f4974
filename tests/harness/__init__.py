# SPDX-License-Identifier: Apache-2.0
"""What the black-box tests share.

programs    where the programs under test are: ours, or the packaged reference
sandbox     a folder of its own for each test, the daemons in it, and their certain end
wine        the same under Wine, with the programs for Windows
network     network namespaces and veth pairs that vanish with the test
normalise   takes UUIDs, times, pids and folders out of a text
compare     runs the case files of tests/cli/compare against both
"""
from .network import Namespace, Network
from .normalise import Normaliser
from .programs import Programs, ReferenceMissing
from .sandbox import Daemon, Result, Sandbox
from .wine_sandbox import new_sandbox

__all__ = ["Daemon", "Namespace", "Network", "Normaliser", "Programs", "ReferenceMissing",
           "Result", "Sandbox", "new_sandbox"]
