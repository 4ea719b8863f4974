# SPDX-License-Identifier: Apache-2.0
"""A thousand ports: added and removed one command each, none slower than the first ones, and in
the sanitizer build nothing leaks (the sandbox looks for reports when it closes)."""
import os
import statistics
import time

N = 1000
SAMPLE = 40
# How much slower the last ports may be: noise of the machine, of which a sanitizer makes more.
FACTOR = 3 if os.environ.get("WEFT_SANITIZE") else 1.5
ADD = "add-port br0 p{i} -- set interface p{i} type=dummy"


def seconds(sandbox, command):
    start = time.monotonic()
    sandbox.vsctl(command)
    return time.monotonic() - start


def medians(few, many, commands):
    """Median seconds of the commands on FEW and on MANY ports, in turn, so that whatever else the
    machine does slows down both.  COMMANDS: pairs, one for each."""
    pairs = [(seconds(few, a), seconds(many, b)) for a, b in commands]
    return [statistics.median(times) for times in zip(*pairs)]


def test_thousandth_port_is_as_quick_as_the_tenth(sandboxes):
    few, many = sandboxes(), sandboxes()
    for box in (few, many):
        box.start_switch()
        box.vsctl("add-br br0")
    bulk = [word for i in range(1, N - SAMPLE + 1)
            for word in ["--"] + ADD.format(i=i).split()]
    many.vsctl(bulk[1:])
    first, last = medians(few, many, [(ADD.format(i=i), ADD.format(i=N - SAMPLE + i))
                                      for i in range(1, SAMPLE + 1)])
    print(f"port 1 to {SAMPLE}: {first * 1000:.1f} ms each, the last {SAMPLE} of {N}: "
          f"{last * 1000:.1f} ms each")
    assert many.vsctl(f"get interface p{N} ofport") == str(N)
    assert many.appctl("dpif/show").count("(dummy)") == N
    # Noise of the machine apart, the same: 10 ms is what a busy second core can add.
    assert last < first * FACTOR + 0.01
    first, removed = medians(few, many, [(f"del-port p{i}",) * 2 for i in range(1, SAMPLE + 1)])
    assert removed < first * FACTOR + 0.01
    many.vsctl("del-br br0")
    assert many.appctl("dpif/show").count("(dummy)") == 0
