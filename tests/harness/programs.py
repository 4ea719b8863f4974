# SPDX-License-Identifier: Apache-2.0
"""Where the programs under test are.

Programs("weft") are those of the build folder that the environment names as WEFT_BUILD (build/ of
the tree when it does not).  Programs("reference") are the packaged ones that dev/reference
unpacks.  Both give the environment in which a program of that kind runs.

With WEFT_HOST=windows ours are the Windows programs of WEFT_BUILD, which run under Wine (wine.py).
"""
import os
import platform
import subprocess

from . import wine

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class ReferenceMissing(Exception):
    """The packaged reference is not unpacked: ./boot.sh --all does it."""


def on_windows():
    """Are ours the Windows programs?"""
    return os.environ.get("WEFT_HOST") == "windows"


def weft_build():
    return os.path.abspath(os.environ.get("WEFT_BUILD") or os.path.join(TOP, "build"))


def reference_root():
    """The folder of the unpacked reference, which WEFT_REFERENCE may name."""
    root = os.environ.get("WEFT_REFERENCE")
    if root:
        return root
    done = subprocess.run([os.path.join(TOP, "dev", "reference"), "--print"],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReferenceMissing("the packaged reference is not unpacked (dev/reference does it)")
    return done.stdout.strip()


class Programs:
    """The programs of one kind, "weft" or "reference"."""

    def __init__(self, kind):
        self.kind = kind
        if kind == "weft":
            build = weft_build()
            self.host = wine.host(build) if on_windows() else None
            self.folders = [self.host.bin if self.host else os.path.join(build, "src", "cmd")]
            self.schema_folder = os.path.join(TOP, "schema")
            self.extra = dict(self.host.prefix.env) if self.host else {}
        elif kind == "reference":
            self.host = None
            root = reference_root()
            usr = os.path.join(root, "usr")
            self.folders = [os.path.join(usr, f) for f in
                            ("bin", "sbin", "lib/openvswitch-switch", "share/openvswitch/scripts")]
            self.schema_folder = os.path.join(usr, "share", "openvswitch")
            lib = os.path.join(usr, "lib", platform.machine() + "-linux-gnu")
            self.extra = {"LD_LIBRARY_PATH": lib,
                          "PYTHONPATH": os.path.join(usr, "lib", "python3", "dist-packages")}
        else:
            raise ValueError(kind)
        self.schema = os.path.join(self.schema_folder, "vswitch.ovsschema")

    def path(self, name):
        """The file of program NAME; raises FileNotFoundError when it is not there."""
        for folder in self.folders:
            path = os.path.join(folder, name)
            if os.path.exists(path):
                return path
        raise FileNotFoundError(f"{name} is in none of {', '.join(self.folders)}")

    def has(self, *names):
        try:
            for name in names:
                self.path(name)
        except FileNotFoundError:
            return False
        return True

    def environment(self):
        """What a program of this kind runs with, besides the folders of a sandbox."""
        env = {"PATH": ":".join(self.folders + [SYSTEM_PATH]), "LC_ALL": "C.UTF-8", "TZ": "UTC",
               "HOME": "/nonexistent", "OVS_PKGDATADIR": self.schema_folder, **self.extra}
        for name in ("TERM", "TMPDIR"):
            if name in os.environ:
                env[name] = os.environ[name]
        return env
