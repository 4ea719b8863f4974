# SPDX-License-Identifier: Apache-2.0
"""The corpus (tests/corpus) in OVSExt.sys, in Wine's kernel on the simulated switch: every case gives
the frames that it gives in the core alone."""
import glob
import os
import shutil

from conftest import BUILD, TOP, windows_path


def test_corpus(switch):
    windows = switch.windows
    shutil.copy(os.path.join(BUILD, "tests", "corpus-runner.exe"), windows.programs)
    files = sorted(glob.glob(os.path.join(TOP, "tests", "corpus", "*.corpus")))
    done = windows.run("corpus-runner", "wine", "--min", "600", *map(windows_path, files),
                       timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout
