/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's work: makes the switch what the Open_vSwitch database says, and says in the
 * database what the switch is. Everything runs on one event loop's thread. */
#pragma once

#include "ipc/command.h"
#include "ofproto/ofproto.h"

struct vswitchd_options {
    const char *database; /* stream name */
    const char *unixctl;  /* socket for runtime commands, NULL for the default */
    enum netdev_dummies dummies;
    bool disable_system; /* no datapath in the kernel */
};

struct vswitchd;

/* Starts everything: connects to the database for ever, serves runtime commands. The first
 * configuration that has been applied is reported with daemon_complete(). */
int vswitchd_start(struct os_loop *, const struct vswitchd_options *, struct vswitchd **,
                   struct err *);
/* Removes all bridges from the switch (not from the database) and frees everything. */
void vswitchd_stop(struct vswitchd *);
/* The exit code that `exit` asked for; the loop stops when it is asked. */
bool vswitchd_is_exiting(const struct vswitchd *);
