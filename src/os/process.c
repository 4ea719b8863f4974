/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about process and host that libuv knows on every system. What it does not is in
 * posix/process.c and windows/process.c. Any thread. */
#include "os/process.h"

#include <string.h>
#include <uv.h>

int
os_pid(void)
{
    return (int)uv_os_getpid();
}

uint64_t
os_rss_kib(void)
{
    size_t rss;
    return uv_resident_set_memory(&rss) ? 0 : rss / 1024;
}

uint64_t
os_peak_rss_kib(void)
{
    uv_rusage_t usage;
    return uv_getrusage(&usage) ? 0 : usage.ru_maxrss;
}

unsigned int
os_n_cores(void)
{
    return uv_available_parallelism();
}

const char *
os_host_name(void)
{
    static char name[UV_MAXHOSTNAMESIZE];
    size_t n = sizeof name;
    if (!name[0] && uv_os_gethostname(name, &n)) {
        strcpy(name, "localhost");
    }
    return name;
}

bool
os_stdout_is_terminal(void)
{
    return uv_guess_handle(1) == UV_TTY;
}
