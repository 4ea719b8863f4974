/* SPDX-License-Identifier: Apache-2.0 */
/* The driver in the stand-in kernel and the simulated switch, which a test speaks to by the
 * simulator's commands. One test program includes it once. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "native/native.h"
#include "simswitch/simswitch.h"

#undef ASSERT

#include "base/types.h"

DRIVER_INITIALIZE DriverEntry;

enum { WAIT_MS = 20000 };

static PDRIVER_OBJECT driver_object;
static char reply[1 << 20];

/* -- The switch -- */

/* Runs the command that FORMAT makes; 0 if it succeeds. What it says is in `reply`. */
UNUSED static int __attribute__((format(printf, 1, 2))) try_run(const char *format, ...)
{
    static char line[1 << 19];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    return sim_command(line, reply, sizeof reply);
}

#define run(...)                                                                                  \
    do {                                                                                          \
        if (try_run(__VA_ARGS__)) {                                                               \
            fail_msg("%s", reply);                                                                \
        }                                                                                         \
    } while (0)

static int
load_driver(void)
{
    NTSTATUS status;
    driver_object = native_driver_load(DriverEntry, "OVSExt", &status);
    return driver_object ? 0 : (int)status;
}

static const char *const sim_options[] = {"fragment", "async",    "reorder",
                                          "dispatch", "vlan-oob", "pend"};

/* Switches the simulator's options on whose bits are in SET. */
static void
set_options(unsigned int set)
{
    for (unsigned int i = 0; i < ARRAY_LEN(sim_options); i++) {
        run("option %s %s", sim_options[i], set & 1u << i ? "on" : "off");
    }
}

static int
set_up(void **state UNUSED)
{
    native_start(0);
    sim_start();
    set_options(0);
    assert_int_equal(load_driver(), 0);
    return 0;
}

/* Nothing may be left over, or the simulator ends the program. */
static int
tear_down(void **state UNUSED)
{
    if (driver_object) {
        native_driver_unload(driver_object);
        driver_object = NULL;
    }
    sim_finish();
    native_finish();
    return 0;
}

/* A switch with what the Windows guide has: a physical NIC on port 1, the host's adapter on 2,
 * virtual machines on 3 and 4. */
UNUSED static void
plug_all(void)
{
    run("switch sw");
    run("plug sw 1 external Ethernet0");
    run("plug sw 2 internal \"vEthernet (external)\"");
    run("plug sw 3 vm ovs-port-a");
    run("plug sw 4 vm ovs-port-b");
}

UNUSED static void
remove_switch(void)
{
    for (int port = 1; port <= 4; port++) {
        run("unplug sw %d", port);
    }
    run("pause sw");
    run("detach sw");
    run("switch-del sw");
}
