/* SPDX-License-Identifier: Apache-2.0 */
/* Files that must not outlive the process: pid files, sockets. Removed at exit, and by the
 * handlers of fatal signals (posix/fatal_signal.c), which may run at any moment: entries are
 * only ever added, filled before they are counted, and emptied by one store. Main thread. */
#include "os/exit_files_internal.h"

#include <stdlib.h>
#include <string.h>

#include "os/daemon.h"
#include "os/file.h"
#include "os/mem.h"
#include "os/process.h"
#include "port/atomic.h"

enum { MAX_FILES = 512 };

static struct exit_file {
    char *path; /* NULL: taken back */
    int pid;    /* of the process that registered it: children keep their hands off */
} files[MAX_FILES];
static size_t n_files;

void
exit_files_remove_all(void)
{
    size_t n = PORT_LOAD_ACQUIRE(&n_files);
    int pid = os_pid();
    for (size_t i = 0; i < n; i++) {
        const char *path = PORT_LOAD_ACQUIRE(&files[i].path);
        if (path && files[i].pid == pid) {
            exit_files_unlink(path);
        }
    }
}

void
daemon_remove_at_exit(const char *path)
{
    static bool registered;
    if (!registered) {
        atexit(exit_files_remove_all);
        exit_files_catch_signals();
        registered = true;
    }
    size_t i = 0;
    while (i < n_files && files[i].path) {
        i++;
    }
    if (i == MAX_FILES) {
        return; /* a stale socket is no harm */
    }
    files[i].pid = os_pid();
    PORT_STORE_RELEASE(&files[i].path, xstrdup(path));
    if (i == n_files) {
        PORT_STORE_RELEASE(&n_files, i + 1);
    }
}

void
daemon_keep_at_exit(const char *path)
{
    for (size_t i = 0; i < n_files; i++) {
        if (files[i].path && !strcmp(files[i].path, path)) {
            char *old = files[i].path;
            PORT_STORE_RELEASE(&files[i].path, NULL);
            os_free(old);
        }
    }
}
