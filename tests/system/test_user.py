# SPDX-License-Identifier: Apache-2.0
"""A switch that root starts and that works as another user: devices, tap devices and routes stay
within its reach."""
import os
import shutil
import stat
import subprocess

import pytest

TUN = "/dev/net/tun"


@pytest.fixture
def tun_for_everybody(sandbox):
    """Distributions let everybody open the tap device; on a host that does not, one that they can
    lies over it during the test."""
    device = os.stat(TUN)
    if device.st_mode & 0o006 == 0o006:
        yield
        return
    node = sandbox.path("tun")
    os.mknod(node, stat.S_IFCHR | 0o666, device.st_rdev)
    os.chmod(node, 0o666)
    subprocess.run(["mount", "--bind", node, TUN], check=True)
    yield
    # Switches of other tests may have opened it meanwhile.
    subprocess.run(["umount", "--lazy", TUN], check=True)


@pytest.fixture
def switch_of_nobody(network, switch, tun_for_everybody):
    """Both daemons as nobody, in namespace "switch"."""
    switch.create_db()
    for folder, _, files in os.walk(switch.dir):
        for path in [folder] + [os.path.join(folder, f) for f in files]:
            shutil.chown(path, "nobody", "nogroup")
    who = ("--user=nobody:nogroup",)
    switch.start_ovsdb_server(databases=[switch.path("db", "conf.db")], arguments=who)
    switch.start_vswitchd(dummy=False, arguments=who)
    return switch


def test_nobody_forwards(network, switch_of_nobody):
    switch = switch_of_nobody
    uids = switch.run(["ps", "-o", "user=", "-p",
                       ",".join(str(d.pid) for d in switch.daemons.values())]).ok().lines
    assert uids == ["nobody", "nobody"]
    h1 = network.host("h1", "10.1.1.1/24", switch.netns, "p1")
    h2 = network.host("h2", "10.1.1.2/24", switch.netns, "p2")
    switch.vsctl("add-br br0 -- add-port br0 p1 -- add-port br0 p2"
                 " -- add-port br0 i0 -- set interface i0 type=internal")
    assert switch.vsctl("--columns=error --bare list interface").strip() == ""
    for address in ("10.1.1.2", "10.1.1.1"):
        host = h1 if address.endswith("2") else h2
        assert "3 received" in host.run(["ping", "-c", "3", "-i", "0.2", "-W", "2",
                                         address]).stdout
    switch.netns.address("i0", "10.1.1.3/24")
    assert "1 received" in h1.run(["ping", "-c", "1", "-W", "2", "10.1.1.3"]).stdout
    switch.vsctl("del-port i0")
    switch.vsctl("del-br br0")
