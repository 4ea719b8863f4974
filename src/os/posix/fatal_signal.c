/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that end the process: SIGTERM, SIGINT, SIGHUP, SIGALRM. The handler only wakes the
 * loops; the loop's thread logs the signal, removes the files of exit_files.c and dies of it.
 * Where no loop runs, or one hangs, the second signal (SIGALRM repeats itself) does the removal
 * and the dying in the handler. SIGPIPE is ignored: writes tell. */
#include "os/deadline.h"
#include "os/exit_files_internal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "os/log.h"
#include "os/loop_internal.h"
#include "port/atomic.h"

LOG_MODULE(fatal_signal);

static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGALRM};
static int caught;
enum { MAX_LOOPS = 16, PATIENCE_S = 10 };
static struct os_loop *loops[MAX_LOOPS];

void
exit_files_unlink(const char *path)
{
    unlink(path);
}

static void
die_of(int signum)
{
    exit_files_remove_all();
    signal(signum, SIG_DFL);
    raise(signum);
}

static void
handle(int signum)
{
    int saved_errno = errno;
    bool woken = false;
    int first = PORT_READ_ONCE(&caught);
    if (!first) {
        PORT_WRITE_ONCE(&caught, signum);
    }
    for (size_t i = 0; i < MAX_LOOPS && !first; i++) {
        struct os_loop *loop = PORT_LOAD_ACQUIRE(&loops[i]);
        if (loop) {
            uv_async_send(&loop->fatal);
            woken = true;
        }
    }
    if (!woken) {
        signum = first ? first : signum;
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, signum);
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        die_of(signum);
    } else {
        alarm(PATIENCE_S);
    }
    errno = saved_errno;
}

void
exit_files_catch_signals(void)
{
    static bool done;
    if (done) {
        return;
    }
    done = true;
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        struct sigaction old, action = {.sa_handler = handle};
        sigaction(signals[i], NULL, &old);
        /* What the parent had ignored (nohup) stays ignored. */
        if (old.sa_handler == SIG_DFL) {
            sigaction(signals[i], &action, NULL);
        }
    }
}

static void
loop_woken(uv_async_t *async UNUSED)
{
    int signum = PORT_READ_ONCE(&caught);
    if (signum) {
        log_warn("terminating with signal %d (%s)", signum, strsignal(signum));
        die_of(signum);
    }
}

void
fatal_signal_attach(struct os_loop *loop)
{
    signal(SIGPIPE, SIG_IGN);
    exit_files_catch_signals();
    VERIFY(uv_async_init(&loop->uv, &loop->fatal, loop_woken) == 0);
    uv_unref((uv_handle_t *)&loop->fatal);
    for (size_t i = 0; i < MAX_LOOPS; i++) {
        if (!loops[i]) {
            PORT_STORE_RELEASE(&loops[i], loop);
            break;
        }
    }
}

void
fatal_signal_detach(struct os_loop *loop)
{
    for (size_t i = 0; i < MAX_LOOPS; i++) {
        if (loops[i] == loop) {
            PORT_STORE_RELEASE(&loops[i], NULL);
        }
    }
    uv_close((uv_handle_t *)&loop->fatal, NULL);
}

void
os_deadline_set(unsigned int seconds)
{
    exit_files_catch_signals();
    alarm(seconds);
}
