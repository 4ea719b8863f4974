/* SPDX-License-Identifier: Apache-2.0 */
/* What every daemon does around its work: --detach, --monitor, --pidfile, --overwrite-pidfile,
 * --no-chdir, --user and, on Windows, --service and --service-monitor. Order in main():
 * daemon_parse_option for each option, then daemon_start before any loop or thread exists, then
 * the daemon's own set-up, then daemon_complete, which tells the waiting parent that all is
 * well. os/posix and os/windows each implement it. Main thread only. */
#pragma once

#include <getopt.h>

#include "base/err.h"

/* Values for `struct option`'s val of the daemon options; a daemon's own stay below 0x400. */
enum {
    DAEMON_OPT_FIRST = 0x400,
    DAEMON_OPT_DETACH = DAEMON_OPT_FIRST,
    DAEMON_OPT_NO_SELF_CONFINEMENT,
    DAEMON_OPT_NO_CHDIR,
    DAEMON_OPT_OVERWRITE_PIDFILE,
    DAEMON_OPT_PIDFILE,
    DAEMON_OPT_MONITOR,
    DAEMON_OPT_USER,
    DAEMON_OPT_SERVICE,
    DAEMON_OPT_SERVICE_MONITOR,
    DAEMON_OPT_PIPE_HANDLE,
    DAEMON_OPT_LAST = DAEMON_OPT_PIPE_HANDLE
};

/* The rows to put in a daemon's option table. */
extern const struct option daemon_options[];
extern const size_t daemon_n_options;

/* Takes one option with its argument (or NULL). */
void daemon_parse_option(int val, const char *arg, void *aux);
/* Prints the section of --help on standard output. */
void daemon_print_usage(void);
/* The default place of the pid file of program NAME (NULL: this one); the caller frees it. */
char *daemon_pidfile_path(const char *name);
/* This daemon works with network devices: --user keeps CAP_NET_ADMIN, _RAW and _BROADCAST. */
void daemon_need_datapath(void);
/* Forks, detaches, becomes the user, takes and writes the pid file, as the options ask. Where a
 * child is made, only the child returns; the parent exits with the child's word. */
void daemon_start(void);
/* The daemon works: the parent of --detach exits with 0, standard streams go to the null
 * device, the directory becomes /. */
void daemon_complete(void);
bool daemon_should_detach(void);
/* Registers PATH for removal when the process ends, by exit or by a fatal signal (pid files,
 * sockets), and takes it back. */
void daemon_remove_at_exit(const char *path);
void daemon_keep_at_exit(const char *path);
/* Windows services: run MAIN(argc, argv) under the service control manager when --service is
 * among the arguments; false (and nothing done) otherwise. On POSIX always false. */
bool daemon_run_as_service(int *argc, char **argv[], int (*main_fn)(int argc, char *argv[]));
/* True once the service control manager asked the service to stop; ASK(aux) is called when it
 * does, from another thread: use os_wake there. */
void daemon_on_service_stop(void (*ask)(void *aux), void *aux);
/* The pid in PATH, or a negative code: -E_NOENT no file, -E_SRCH the process is gone. */
int daemon_read_pidfile(const char *path, int *pid, struct err *);
