/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about this process and host. Any thread. */
#pragma once

#include "base/err.h"

/* The exit code for data that was taken but turned out to be no good: EX_DATAERR, or
 * ERROR_BAD_ARGUMENTS. */
#ifdef _WIN32
#define OS_EXIT_BAD_DATA 160
#else
#define OS_EXIT_BAD_DATA 65
#endif

int os_pid(void);
/* Physical memory this process holds, in KiB; 0 where the host does not tell. */
uint64_t os_rss_kib(void);
/* The most it ever held. */
uint64_t os_peak_rss_kib(void);
unsigned int os_n_cores(void);
/* Raises the limit of open descriptors to what is allowed. */
void os_raise_fd_limit(void);
const char *os_host_name(void);
/* Whether standard output goes to a terminal. */
bool os_stdout_is_terminal(void);
/* The program that started this one, the caller's to free; NULL where the host does not tell. */
char *os_parent_name(void);
/* Keeps all present and future memory of this process in RAM; says so in the log if the host
 * refuses. */
void os_lock_memory(void);
/* Standard input, or both it and output, carry bytes from now on: else Windows changes the ends of
 * lines. */
void os_binary_input(void);
void os_binary_streams(void);
/* What the host calls a signal: "Terminated". */
const char *os_signal_name(int signum);
/* The host's command interpreter and its option before a command: "/bin/sh", "-c". */
extern const char *const os_shell[2];
