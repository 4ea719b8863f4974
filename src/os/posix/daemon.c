/* SPDX-License-Identifier: Apache-2.0 */
/* Daemons on POSIX: detaching and pid files. Order of processes: the one that the user started
 * waits for a byte on a pipe (or its end) and exits accordingly; with --monitor its child is the
 * monitor, which has such a pipe to each daemon it starts (posix/monitor.c). The pid file is
 * locked by a record lock as long as the daemon lives, which is how others know that it does;
 * fork() does not inherit it, so the daemon itself makes the file. Main thread, before others
 * exist. */
#include "os/daemon_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/dirs.h"
#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(daemon_unix);

const struct option daemon_options[] = {
    {"detach", no_argument, NULL, DAEMON_OPT_DETACH},
    {"no-self-confinement", no_argument, NULL, DAEMON_OPT_NO_SELF_CONFINEMENT},
    {"no-chdir", no_argument, NULL, DAEMON_OPT_NO_CHDIR},
    {"pidfile", optional_argument, NULL, DAEMON_OPT_PIDFILE},
    {"overwrite-pidfile", no_argument, NULL, DAEMON_OPT_OVERWRITE_PIDFILE},
    {"monitor", no_argument, NULL, DAEMON_OPT_MONITOR},
    {"user", required_argument, NULL, DAEMON_OPT_USER},
};
const size_t daemon_n_options = ARRAY_LEN(daemon_options);

/* The pid file's descriptor stays open: closing it would drop the lock. */
static int pidfile_fd = -1;
/* Where the process that waits for us reads, or -1. */
static int notify_fd = -1;

void
daemon_print_usage(void)
{
    char *pidfile = daemon_pidfile_path(NULL);
    printf("\nDaemon options:\n"
           "  --detach                run in background as daemon\n"
           "  --monitor               creates a process to monitor this daemon\n"
           "  --user=username[:group] changes the effective daemon user:group\n"
           "  --no-chdir              do not chdir to '/'\n"
           "  --pidfile[=FILE]        create pidfile (default: %s)\n"
           "  --overwrite-pidfile     with --pidfile, start even if already running\n",
           pidfile);
    os_free(pidfile);
}

/* -- A child's word to its parent -- */

bool
startup_wait(int fd)
{
    char byte;
    ssize_t n;
    do {
        n = read(fd, &byte, 1);
    } while (n < 0 && errno == EINTR);
    return n == 1;
}

void
startup_tell(int fd)
{
    if (fd >= 0) {
        ssize_t n;
        do {
            n = write(fd, "", 1);
        } while (n < 0 && errno == EINTR);
        close(fd);
    }
}

void
startup_exit_as(int pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status)) {
        _exit(WEXITSTATUS(status)); /* it has said why */
    }
    if (WIFSIGNALED(status)) {
        log_fatal("fork child died before signaling startup (killed (%s)%s)",
                  strsignal(WTERMSIG(status)), WCOREDUMP(status) ? ", core dumped" : "");
    }
    log_fatal("fork child died before signaling startup (exit status 0)");
}

/* -- Pid file -- */

/* The pid that PATH's lock and text agree on, or a negative code. */
static int
read_locked_pid(const char *path, int *pid)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        return err_from_errno(errno);
    }
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    long text = 0;
    int error = -E_SRCH;
    if (fcntl(fileno(file), F_GETLK, &lock)) {
        error = err_from_errno(errno);
    } else if (lock.l_type != F_UNLCK) {
        bool numeric = fscanf(file, "%ld", &text) == 1;
        /* Across pid namespaces the lock's owner shows as 0. */
        if (numeric && (lock.l_pid == text || lock.l_pid <= 0)) {
            *pid = (int)text;
            error = 0;
        }
    }
    fclose(file);
    return error;
}

int
daemon_read_pidfile(const char *path, int *pid, struct err *e)
{
    int error = read_locked_pid(path, pid);
    if (error && error != -E_SRCH) {
        log_warn("%s: open: %s", path, err_text(error));
    }
    return error ? err_fail(e, error, "%s: %s", path, err_text(error)) : 0;
}

static void
check_not_running(const char *path)
{
    int pid;
    if (!daemon_settings.overwrite_pidfile && !read_locked_pid(path, &pid)) {
        log_fatal("%s: already running as pid %d, aborting", path, pid);
    }
}

/* The file appears under its name when it is complete and locked. */
static void
make_pidfile(const char *path)
{
    char *tmp = xasprintf("%s.tmp", path);
    check_not_running(path);
    pidfile_fd = open(tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (pidfile_fd < 0) {
        log_fatal_code(err_from_errno(errno), "%s: create failed", tmp);
    }
    char text[24];
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid());
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (write(pidfile_fd, text, (size_t)n) != n) {
        log_fatal_code(err_from_errno(errno), "%s: write failed", tmp);
    }
    if (fcntl(pidfile_fd, F_SETLK, &lock)) {
        log_fatal_code(err_from_errno(errno), "%s: fcntl(F_SETLK) failed", tmp);
    }
    if (rename(tmp, path)) {
        log_fatal_code(err_from_errno(errno), "failed to rename \"%s\" to \"%s\"", tmp, path);
    }
    daemon_remove_at_exit(path);
    os_free(tmp);
}

/* -- Starting -- */

/* The parent stays here until the child gave its word; the child returns. */
static void
detach(void)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC)) {
        log_fatal_code(err_from_errno(errno), "pipe failed");
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        log_fatal_code(err_from_errno(errno), "fork failed");
    }
    if (pid > 0) {
        close(fds[1]);
        if (startup_wait(fds[0])) {
            _exit(EXIT_SUCCESS);
        }
        startup_exit_as(pid);
    }
    close(fds[0]);
    notify_fd = fds[1];
    setsid();
}

void
daemon_start(void)
{
    if (daemon_settings.user && daemon_settings.user[0]) {
        user_become(daemon_settings.user);
    }
    if (daemon_settings.detach) {
        detach();
    }
    if (daemon_settings.monitor) {
        notify_fd = monitor_start(notify_fd);
    }
    if (daemon_settings.pidfile) {
        make_pidfile(daemon_settings.pidfile);
    }
}

void
daemon_leave_terminal(void)
{
    int fd = open("/dev/null", O_RDWR);
    if (fd >= 0) {
        dup2(fd, STDIN_FILENO);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        if (fd > STDERR_FILENO) {
            close(fd);
        }
    }
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
    if (!daemon_settings.no_chdir && chdir("/")) {
        log_warn("chdir /: %s", strerror(errno));
    }
}

void
daemon_complete(void)
{
    if (daemon_settings.detach) {
        daemon_leave_terminal();
    }
    startup_tell(notify_fd); /* last: who waits for us finds all done */
    notify_fd = -1;
}

bool
daemon_run_as_service(int *argc UNUSED, char **argv[] UNUSED,
                      int (*main_fn)(int argc, char *argv[]) UNUSED)
{
    return false;
}

void
daemon_on_service_stop(void (*ask)(void *aux) UNUSED, void *aux UNUSED)
{
}
