/* SPDX-License-Identifier: Apache-2.0 */
/* Process facts on Windows: there is no limit of descriptors to raise. Any thread. */
#include "os/process.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>

#include "os/log.h"

const char *const os_shell[2] = {"cmd.exe", "/c"};

LOG_MODULE(process);

/* Windows knows no such signal, but processes that were ended; libuv says so with POSIX's number.
 */
#define SIGKILL_NUMBER 9

const char *
os_signal_name(int signum)
{
    return signum == SIGKILL_NUMBER ? "Killed" : "Terminated";
}

void
os_raise_fd_limit(void)
{
}

void
os_lock_memory(void)
{
    /* Windows has no call for the whole process; working-set limits are the service's to set. */
    log_warn("mlockall not supported on this host");
}

void
os_binary_input(void)
{
    _setmode(_fileno(stdin), _O_BINARY);
}

void
os_binary_streams(void)
{
    os_binary_input();
    _setmode(_fileno(stdout), _O_BINARY);
}

char *
os_parent_name(void)
{
    return NULL;
}
