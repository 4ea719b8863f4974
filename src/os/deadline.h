/* SPDX-License-Identifier: Apache-2.0 */
/* The --timeout of tools: a deadline of the whole process. When it passes, the process says so
 * as Open vSwitch's do ("terminating with signal 14 (Alarm clock)") and ends: by SIGALRM on
 * POSIX, with exit code 142 on Windows. Main thread. */
#pragma once

/* SECONDS from now, replacing an earlier deadline; 0 removes it. */
void os_deadline_set(unsigned int seconds);
/* Takes the argument of -t or --timeout (SHORT_OPTION 't' or 'T') and sets the deadline; ends
 * the process when it is no positive number. */
void os_deadline_parse(const char *arg, char short_option);
