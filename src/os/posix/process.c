/* SPDX-License-Identifier: Apache-2.0 */
/* Process facts that only POSIX has. Main thread. */
#include "os/process.h"

#include "os/log.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

LOG_MODULE(process);

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
