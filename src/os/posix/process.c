/* SPDX-License-Identifier: Apache-2.0 */
/* Process facts that only POSIX has. Main thread. */
#include "os/process.h"

#include "os/file.h"
#include "os/log.h"
#include "os/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <unistd.h>

const char *const os_shell[2] = {"/bin/sh", "-c"};

LOG_MODULE(process);

const char *
os_signal_name(int signum)
{
    return strsignal(signum);
}

void
os_raise_fd_limit(void)
{
    struct rlimit limit;
    if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void
os_lock_memory(void)
{
    if (mlockall(MCL_CURRENT | MCL_FUTURE)) {
        log_warn("mlockall failed: %s", strerror(errno));
    }
}

void
os_binary_input(void)
{
}

void
os_binary_streams(void)
{
}

char *
os_parent_name(void)
{
    char path[40], *name;
    size_t n;
    snprintf(path, sizeof path, "/proc/%d/comm", (int)getppid());
    if (os_file_slurp(path, 4096, &name, &n)) {
        return NULL;
    }
    name[strcspn(name, "\n")] = '\0';
    return name;
}
