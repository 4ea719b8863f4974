/* SPDX-License-Identifier: Apache-2.0 */
/* From what a user calls a switch to a connection method. */
#pragma once

struct target {
    char *method;  /* "unix:/run/openvswitch/br0.mgmt" */
    char *failure; /* what to say if that cannot be connected to */
};

/* NAME with its socket SUFFIX ("mgmt", "snoop"); ends the process if it is none. The texts are the
 * caller's to free. */
struct target target_resolve(const char *name, const char *suffix);
