# SPDX-License-Identifier: Apache-2.0
"""A thousand ports: added and removed one command each, none slower than the first ones, and in
the sanitizer build nothing leaks (the sandbox looks for reports when it closes)."""
import statistics
import time

N = 1000
SAMPLE = 40


def timed(sandbox, numbers, command):
    """Median seconds that COMMAND takes for each of NUMBERS, one ovs-vsctl each."""
    seconds = []
    for i in numbers:
        start = time.monotonic()
        sandbox.vsctl(command.format(i=i))
        seconds.append(time.monotonic() - start)
    return statistics.median(seconds)


def test_thousandth_port_is_as_quick_as_the_tenth(sandbox):
    sandbox.start_switch()
    sandbox.vsctl("add-br br0")
    add = "add-port br0 p{i} -- set interface p{i} type=dummy"
    first = timed(sandbox, range(1, SAMPLE + 1), add)
    bulk = [word for i in range(SAMPLE + 1, N - SAMPLE + 1)
            for word in ("--", "add-port", "br0", f"p{i}", "--", "set", "interface", f"p{i}",
                         "type=dummy")]
    sandbox.vsctl(bulk[1:])
    last = timed(sandbox, range(N - SAMPLE + 1, N + 1), add)
    print(f"port 1 to {SAMPLE}: {first * 1000:.1f} ms each, the last {SAMPLE} of {N}: "
          f"{last * 1000:.1f} ms each")
    assert sandbox.vsctl(f"get interface p{N} ofport") == str(N)
    assert sandbox.appctl("dpif/show").count("(dummy)") == N
    # Noise of the machine apart, the same: 15 ms is what a busy second core can add.
    assert last < first * 1.5 + 0.015
    removed = timed(sandbox, range(1, SAMPLE + 1), "del-port p{i}")
    assert removed < first * 1.5 + 0.015
    sandbox.vsctl("del-br br0")
    assert sandbox.appctl("dpif/show").count("(dummy)") == 0
