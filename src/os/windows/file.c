/* SPDX-License-Identifier: Apache-2.0 */
/* Directories and locks on Windows. A rename is durable when the journal is, which Windows does
 * not let us force for a directory. A lock is a file that is open with no sharing; it vanishes
 * from the process table's point of view when the process ends. Main thread for locks. */
#include "os/file_internal.h"

#include <string.h>
#include <windows.h>

#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(lockfile);

int
os_file_sync_directory_of(const char *path UNUSED)
{
    return 0;
}

bool
os_file_may_replace_open(void)
{
    return false;
}

char *
file_follow_link(const char *path UNUSED)
{
    return NULL;
}

struct os_lock {
    HANDLE handle;
};

static char *
lock_name(const char *path)
{
    const char *base = path;
    for (const char *p = path; *p; p++) {
        if (*p == '/' || *p == '\\' || *p == ':') {
            base = p + 1;
        }
    }
    return xasprintf("%.*s.%s.~lock~", (int)(base - path), path, base);
}

int
os_lock_take(const char *path, struct os_lock **lockp, int *holder)
{
    char *name = lock_name(path);
    HANDLE handle = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_ALWAYS,
                                FILE_ATTRIBUTE_NORMAL, NULL);
    int error = handle == INVALID_HANDLE_VALUE ? err_from_win32(GetLastError()) : 0;
    if (holder) {
        *holder = 0; /* Windows does not tell who holds it */
    }
    if (error == -E_AGAIN) {
        log_warn("%s: cannot lock file because it is already locked by another process", name);
    } else if (error) {
        log_warn("%s: failed to open lock file: %s", name, err_text(error));
    }
    os_free(name);
    if (error) {
        return error;
    }
    struct os_lock *lock = xalloc(sizeof *lock);
    lock->handle = handle;
    *lockp = lock;
    return 0;
}

void
os_lock_release(struct os_lock *lock)
{
    if (lock) {
        CloseHandle(lock->handle);
        os_free(lock);
    }
}
