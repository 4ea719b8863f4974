/* SPDX-License-Identifier: Apache-2.0 */
/* --monitor: a process that starts the daemon again when a programming error killed it, at most
 * every ten seconds, and otherwise ends when it ends. While the daemon lives, the log file is
 * the daemon's alone. The monitor's command line says what it saw. It has no loop and no
 * threads. */
#include "os/daemon_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/err_format.h"
#include "os/log_internal.h"
#include "os/mem.h"

LOG_MODULE(daemon_unix);

enum { RESTART_INTERVAL_S = 10 };

/* The signals that tell of a programming error. */
static const int error_signals[] = {SIGABRT, SIGALRM, SIGBUS,  SIGFPE, SIGILL,
                                    SIGPIPE, SIGSEGV, SIGXCPU, SIGXFSZ};

/* -- The command line, as ps shows it -- */

static char *title_area, *title_saved;
static size_t title_size;

/* Where the kernel says that the arguments are. */
static void
find_title(void)
{
    char text[2048];
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    if (n <= 0) {
        return;
    }
    text[n] = '\0';
    /* Fields after the name in parentheses begin with number 3; arg_start is 48. */
    char *p = strrchr(text, ')');
    for (int field = 2; p && field < 48; field++) {
        p = strchr(p + 1, ' ');
    }
    unsigned long start, end;
    if (p && sscanf(p, " %lu %lu", &start, &end) == 2 && start && end > start) {
        title_area = (char *)start;
        title_size = end - start;
        title_saved = xmemdup(title_area, title_size);
    }
}

static void PORT_PRINTF(1, 2) set_title(const char *fmt, ...)
{
    if (!title_size) {
        return;
    }
    va_list args;
    va_start(args, fmt);
    char *title = xvasprintf(fmt, args);
    va_end(args);
    size_t n = strlen(title);
    if (n >= title_size && title_size > 4) {
        n = title_size - 1;
        memcpy(title + n - 3, "...", 3);
    }
    memset(title_area, 0, title_size);
    memcpy(title_area, title, MIN(n, title_size - 1));
    os_free(title);
}

static void
restore_title(void)
{
    if (title_size) {
        memcpy(title_area, title_saved, title_size);
    }
}

/* -- Watching -- */

static char *
describe(int pid, int status)
{
    if (WIFEXITED(status)) {
        return xasprintf("pid %d died, exit status %d", pid, WEXITSTATUS(status));
    }
    return xasprintf("pid %d died, killed (%s)%s", pid, strsignal(WTERMSIG(status)),
                     WCOREDUMP(status) ? ", core dumped" : "");
}

static bool
is_error(int status)
{
    for (size_t i = 0; WIFSIGNALED(status) && i < ARRAY_LEN(error_signals); i++) {
        if (error_signals[i] == WTERMSIG(status)) {
            return true;
        }
    }
    return false;
}

static time_t
seconds_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec;
}

static void
throttle(unsigned int n_crashes, const char *what, time_t last_start)
{
    time_t left = last_start + RESTART_INTERVAL_S - seconds_now();
    if (n_crashes > 1 && left > 0) {
        log_warn("%u crashes: %s, waiting until %d seconds since last restart", n_crashes, what,
                 RESTART_INTERVAL_S);
        struct timespec ts = {.tv_sec = left};
        while (nanosleep(&ts, &ts) && errno == EINTR) {
            continue;
        }
    }
}

/* Starts a daemon. In it: true, and *FD is where to give its word. In the monitor: false when
 * it is ready; a daemon that is never ready ends the monitor as well. */
static bool
start(pid_t *pid, int *fd)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC)) {
        log_fatal_code(err_from_errno(errno), "pipe failed");
    }
    fflush(NULL);
    *pid = fork();
    if (*pid < 0) {
        log_fatal_code(err_from_errno(errno), "fork failed");
    }
    if (*pid == 0) {
        close(fds[0]);
        *fd = fds[1];
        return true;
    }
    close(fds[1]);
    if (!startup_wait(fds[0])) {
        startup_exit_as(*pid);
    }
    close(fds[0]);
    return false;
}

static int
wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    return status;
}

int
monitor_start(int our_parent)
{
    unsigned int n_crashes = 0;
    bool had_file = log_has_file();
    char *health = xstrdup("healthy");
    pid_t pid;
    int fd;

    find_title();
    log_set_subprogram("monitor");
    for (;;) {
        time_t started = seconds_now();
        if (start(&pid, &fd)) {
            break;
        }
        set_title("%s: monitoring pid %d (%s)", log_program_name(), (int)pid, health);
        if (n_crashes == 0) {
            if (daemon_settings.detach) {
                daemon_leave_terminal();
            }
            startup_tell(our_parent);
            our_parent = -1;
        }
        log_announce_closing();
        log_close_file();
        int status = wait_for(pid);
        if (had_file) {
            log_reopen_file(NULL);
        }
        char *what = describe((int)pid, status);
        if (!is_error(status)) {
            log_info("%s, exiting", what);
            exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SUCCESS);
        }
        n_crashes++;
        os_free(health);
        health = xasprintf("%u crashes: %s", n_crashes, what);
        set_title("%s: monitoring (%s)", log_program_name(), health);
        throttle(n_crashes, what, started);
        log_err("%s, restarting", health);
        os_free(what);
    }
    if (our_parent >= 0) {
        close(our_parent);
    }
    restore_title();
    log_set_subprogram(NULL);
    os_free(health);
    return fd;
}
