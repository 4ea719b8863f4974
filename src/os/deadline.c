/* SPDX-License-Identifier: Apache-2.0 */
/* The argument of --timeout. The deadline itself is each system's: posix/fatal_signal.c and
 * windows/fatal_signal.c. Main thread. */
#include "os/deadline.h"

#include <errno.h>
#include <stdlib.h>

#include "os/log.h"

LOG_MODULE(timeval);

void
os_deadline_parse(const char *arg, char short_option)
{
    char *end;
    errno = 0;
    unsigned long seconds = strtoul(arg, &end, 10);
    if (errno || end == arg || *end || arg[0] == '-' || !seconds || seconds > 0xffffffffu) {
        log_fatal("value %s on -%c or --timeout is invalid", arg, short_option);
    }
    os_deadline_set((unsigned int)seconds);
}
