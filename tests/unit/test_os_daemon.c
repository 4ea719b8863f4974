/* SPDX-License-Identifier: Apache-2.0 */
/* Daemons on POSIX: the word that --detach waits for, the daemon's failure as the parent's exit
 * code, pid files with their lock, files removed by a fatal signal. Each daemon is a child of
 * this test, which reads what it says on standard error through a pipe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/daemon.h"
#include "os/deadline.h"
#include "os/file.h"
#include "os/log.h"
#include "os/loop.h"
#include "os/mem.h"

static char dir[] = "/tmp/weft-test-XXXXXX";
static char said[1024];

/* Runs BODY in a child and waits for it; gives its status. What it said is in `said`. Neither
 * end of the pipe outlives BODY's daemon, so that reading ends when all of them have let go. */
static int
run(void (*body)(void))
{
    int fds[2], status;
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        dup2(fds[1], STDERR_FILENO);
        dup2(fds[1], STDOUT_FILENO);
        close(fds[0]);
        close(fds[1]);
        alarm(20);
        body();
        _exit(0);
    }
    close(fds[1]);
    size_t n = 0;
    ssize_t got;
    while ((got = read(fds[0], said + n, sizeof said - 1 - n)) > 0) {
        n += (size_t)got;
    }
    said[n] = '\0';
    close(fds[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static char *
in_dir(const char *name)
{
    return xasprintf("%s/%s", dir, name);
}

static void
serve(void)
{
    struct os_loop *loop = os_loop_new();
    daemon_complete();
    os_loop_run(loop, NULL, NULL, 15000);
    _exit(9);
}

static void
body_detach(void)
{
    daemon_parse_option(DAEMON_OPT_DETACH, NULL, NULL);
    daemon_parse_option(DAEMON_OPT_PIDFILE, NULL, NULL);
    daemon_start();
    char *file = in_dir("socket");
    daemon_remove_at_exit(file);
    serve();
}

static void
body_second(void)
{
    daemon_parse_option(DAEMON_OPT_PIDFILE, NULL, NULL);
    daemon_start();
}

static void
body_fail(void)
{
    daemon_parse_option(DAEMON_OPT_DETACH, NULL, NULL);
    daemon_start();
    log_fatal("no luck");
}

static void
body_die(void)
{
    daemon_parse_option(DAEMON_OPT_DETACH, NULL, NULL);
    daemon_start();
    signal(SIGILL, SIG_DFL);
    raise(SIGILL);
}

static void
body_deadline(void)
{
    os_deadline_set(1);
    serve();
}

static void
wait_until_gone(const char *path)
{
    for (int i = 0; i < 500 && os_file_exists(path); i++) {
        usleep(10000);
    }
    assert_false(os_file_exists(path));
}

static void
test_detach_and_pidfile(void **state)
{
    (void)state;
    int pid = 0;
    char *pidfile = daemon_pidfile_path(NULL), *file = in_dir("socket");
    struct os_file *f;
    assert_int_equal(os_file_open(file, OS_FILE_CREATE, &f), 0);
    os_file_close(f);
    struct err e;
    assert_int_equal(daemon_read_pidfile(pidfile, &pid, &e), -E_NOENT);

    assert_int_equal(run(body_detach), 0);
    assert_string_equal(said, "");
    assert_int_equal(daemon_read_pidfile(pidfile, &pid, NULL), 0);
    assert_true(pid > 1);

    int status = run(body_second);
    char *expected =
        xasprintf("test_os_daemon: %s: already running as pid %d, aborting\n", pidfile, pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_string_equal(said, expected);
    os_free(expected);

    assert_int_equal(kill(pid, SIGTERM), 0);
    wait_until_gone(pidfile);
    wait_until_gone(file);
    os_free(pidfile);
    os_free(file);
}

static void
test_stale_pidfile(void **state)
{
    (void)state;
    char *pidfile = daemon_pidfile_path("stale");
    struct os_file *f;
    int pid;
    assert_int_equal(os_file_open(pidfile, OS_FILE_CREATE, &f), 0);
    assert_int_equal(os_file_write_at(f, 0, "1\n", 2), 0);
    os_file_close(f);
    assert_int_equal(daemon_read_pidfile(pidfile, &pid, NULL), -E_SRCH);
    os_file_remove(pidfile);
    os_free(pidfile);
}

static void
test_failures(void **state)
{
    (void)state;
    int status = run(body_fail);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_string_equal(said, "test_os_daemon: no luck\n");
    status = run(body_die);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_non_null(strstr(said, "fork child died before signaling startup (killed (Illegal "
                                 "instruction)"));
}

static void
test_deadline(void **state)
{
    (void)state;
    int status = run(body_deadline);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
    assert_non_null(strstr(said, "|fatal_signal|WARN|terminating with signal 14 (Alarm clock)\n"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detach_and_pidfile),
        cmocka_unit_test(test_stale_pidfile),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_deadline),
    };
    if (!mkdtemp(dir)) {
        return 1;
    }
    setenv("OVS_RUNDIR", dir, 1);
    log_start("test_os_daemon");
    log_set_level(NULL, LOG_SYSLOG, LOG_OFF);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(dir);
    return failed;
}
