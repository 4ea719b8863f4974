/* SPDX-License-Identifier: Apache-2.0 */
/* Process facts that only POSIX has. Main thread. */
#include "os/process.h"

#include <sys/resource.h>

void
os_raise_fd_limit(void)
{
    struct rlimit limit;
    if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}
