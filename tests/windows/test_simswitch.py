# SPDX-License-Identifier: Apache-2.0
"""The simulated switch in Wine's kernel, with its hub as the extension: what the unit test of the
same sources has on Linux, as far as it concerns loading, the control device and simswitch.exe."""

FRAME = bytes.fromhex("020000000002020000000001080045000020") + bytes(range(30))


def plug(switch):
    switch.run("plug", "sw", 1, "external", "Ethernet0")
    switch.run("plug", "sw", 2, "internal", "vEthernet (external)")
    switch.run("plug", "sw", 3, "vm", "ovs-port-a")


def test_frames_reach_the_others(hub_switch):
    plug(hub_switch)
    for _ in range(4):
        hub_switch.send(3, FRAME)
        assert hub_switch.wait(1) == [FRAME]
        assert hub_switch.wait(2) == [FRAME]
    hub_switch.nothing(3)
    assert hub_switch.run("counts", "sw", 1) == "sent=0 delivered=4\n"


def test_threads_and_pieces_and_failures(hub_switch):
    plug(hub_switch)
    for option in "fragment", "async", "reorder", "pend":
        hub_switch.run("option", option, "on")
    hub_switch.send(3, *[FRAME + bytes([i]) for i in range(20)])
    assert sorted(hub_switch.wait(1, 20)) == [FRAME + bytes([i]) for i in range(20)]
    hub_switch.run("fail", "grow", 3)
    hub_switch.send(2, *[FRAME] * 5)
    hub_switch.run("unplug", "sw", 1)
    hub_switch.run("pause", "sw")
    hub_switch.run("restart", "sw")
    hub_switch.run("quiesce", "sw", 20000)


def test_a_script_and_its_errors(hub_switch):
    windows = hub_switch.windows
    done = windows.run("simswitch", "state", "no such switch")
    assert (done.returncode, done.stderr) == \
        (1, 'simswitch: state "no such switch": no switch no such switch\n')
    assert windows.ok("simswitch", "state", "sw") == "running\n"


def test_the_driver_is_unloaded_under_traffic_and_comes_back(hub_switch):
    windows = hub_switch.windows
    for _ in range(3):
        plug(hub_switch)
        hub_switch.run("option", "async", "on")
        hub_switch.send(3, *[FRAME] * 20)
        windows.ok("sc", "stop", "WeftHub")
        assert windows.run("simswitch", "state", "sw").returncode == 2
        windows.ok("sc", "start", "WeftHub")
        hub_switch.run("switch", "sw")
