/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of daemon behaviour share: the options taken so far, and the hand-overs between
 * them. */
#pragma once

#include "os/daemon.h"

struct daemon_settings {
    bool detach, monitor, no_chdir, overwrite_pidfile;
    bool needs_datapath; /* --user keeps the capabilities for the network */
    char *pidfile;       /* absolute, or NULL */
    const char *user;    /* USER[:GROUP], or NULL */
    bool service, service_monitor;
    const char *pipe_handle; /* Windows: where the parent waits */
};
extern struct daemon_settings daemon_settings;

/* -- POSIX -- */
/* Becomes the watcher of a child that returns from here; OUR_PARENT is told when the child is
 * ready (-1: nobody), and what the child is to tell in turn is the result. */
int monitor_start(int our_parent);
/* Becomes the user that --user asks for. */
void user_become(const char *option);
/* Waits on FD for a child's word. True: it is ready. False: the end came before that. */
bool startup_wait(int fd);
void startup_tell(int fd);
/* Ends this process as the child PID, which never gave its word, ended. */
void startup_exit_as(int pid) PORT_NORETURN;
/* Standard streams to the null device, the directory to /, the console silent. */
void daemon_leave_terminal(void);
/* Gives the log file to a new owner. */
void log_change_owner(unsigned int uid, unsigned int gid);
