/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated Hyper-V extensible switch: NDIS as one filter driver, a forwarding extension, sees
 * it, and the switches, ports and network adapters it is attached to.
 *
 * Strict: whatever the documentation forbids an extension, and much that it merely asks for, ends
 * the run with a message that names the rule (sim_fail).  README.md has the list of rules, and
 * commands.c the language in which tests say what shall happen.
 *
 * Tests in C call these; everything else goes through the one command function.  Threads: any, at
 * PASSIVE_LEVEL. */
#pragma once

#include "ndis/ndis.h"

/* Begins and ends the simulator.  Natively a test calls them around everything, after native_start
 * and before native_finish; in Wine the registration of the filter driver begins and ends it.
 * Ending fails where a driver has left something, naming it. */
void sim_start(void);
void sim_finish(void);

/* Runs one command; what it answers, lines and a NUL, goes to REPLY.  Gives 0, or -1 where the
 * command failed and REPLY says why. */
int sim_command(const char *line, char *reply, size_t size);

/* For tests in C: frames from a port's network adapter, in one call of the extension. */
struct sim_frame {
    const void *data;
    size_t size;
};
int sim_send(const char *switch_name, unsigned port, const struct sim_frame *frames, size_t n);

/* The next frame delivered to PORT, its 802.1Q tag in place; gives its size, 0 where there is none
 * and -1 where there is no such port. */
int sim_take(const char *switch_name, unsigned port, void *data, size_t size);

/* The SDDL string of the device that the driver registered, "" without one. */
const char *sim_device_sddl(void);
