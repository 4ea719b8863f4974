# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates for TLS, made by openssl for each run of the tests."""
import os
import subprocess


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Keys:
    """An authority's certificate, and keys of a server and a client that it signed."""

    def __init__(self, folder, name):
        self.folder, self.name = str(folder), name
        self.ca = self.file("ca-cert")
        self.make("ca", ["-x509", "-subj", f"/CN={name} authority", "-out", self.ca])
        for who in ("server", "client"):
            request = self.file(f"{who}-request")
            self.make(who, ["-subj", f"/CN={name} {who}", "-out", request])
            openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.file("ca-key"),
                    "-CAcreateserial", "-days", "2", "-out", self.file(f"{who}-cert"))

    def file(self, what):
        return os.path.join(self.folder, f"{self.name}-{what}.pem")

    def make(self, who, arguments):
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-days", "2", "-keyout", self.file(f"{who}-key"), *arguments)

    def options(self, who, ca=True):
        """The options of a program that is WHO."""
        return [f"--private-key={self.file(who + '-key')}",
                f"--certificate={self.file(who + '-cert')}"] + \
               ([f"--ca-cert={self.ca}"] if ca else [])
