/* SPDX-License-Identifier: Apache-2.0 */
/* Places of local sockets: Unix domain sockets on POSIX, named pipes on Windows. A relative path
 * is below the run directory. On POSIX a path longer than a socket address holds is reached
 * through its directory's descriptor; on Windows the pipe is \\.\pipe\ and the path without
 * backslashes. Loop's thread. */
#pragma once

#include <uv.h>

#include "base/err.h"

struct os_local {
    char *path;    /* absolute, as given: for messages */
    char *name;    /* what libuv connects and binds to */
    int dir_fd;    /* keeps NAME valid; -1: not needed */
    bool is_bound; /* the socket file is ours to remove */
};

/* Resolves PATH. -E_NAMETOOLONG, or why its directory cannot be reached. */
int os_local_open(const char *path, struct os_local *);
void os_local_close(struct os_local *);
/* Replaces a stale socket file and binds PIPE; only owner and group may connect. The file is
 * removed when the process ends, and by os_local_close(). */
int os_local_bind(struct os_local *, uv_pipe_t *);
/* The file name of a daemon's control socket: PROGRAM.PID.ctl on POSIX, PROGRAM.ctl on Windows
 * (where PID may be 0); the caller frees it. */
char *os_local_control_name(const char *program, int pid);
/* Does that name need the pid? */
bool os_local_control_has_pid(void);
