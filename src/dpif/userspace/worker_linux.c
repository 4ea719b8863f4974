/* SPDX-License-Identifier: Apache-2.0 */
/* The datapath thread on Linux: epoll over the ports' descriptors, and an eventfd to end it.
 * Level-triggered, so a port that was not drained comes again and ports take turns. The thread
 * keeps its packet pool to itself. */
#include "dpif/userspace/worker.h"

#include "dpif/userspace/epoch.h"
#include "os/err_format.h"
#include "os/mem.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <uv.h>

enum { N_EVENTS = 64, POOL_PACKETS = 1024 };
#define END_EVENT UINT64_MAX

struct worker {
    struct worker_calls calls;
    void *aux;
    int epoll_fd, end_fd;
    uv_thread_t thread;
};

static bool
serve(struct worker *w, struct pkt_pool *pool)
{
    struct epoll_event events[N_EVENTS];
    int n = epoll_wait(w->epoll_fd, events, N_EVENTS, -1);
    bool go_on = true;
    epoch_begin();
    for (int i = 0; i < n; i++) {
        if (events[i].data.u64 == END_EVENT) {
            go_on = false;
        } else {
            w->calls.poll(w->aux, (uint32_t)events[i].data.u64, pool);
        }
    }
    epoch_end();
    epoch_poll();
    return go_on;
}

static void
run(void *w_)
{
    struct worker *w = w_;
    epoch_join();
    struct pkt_pool *pool = pkt_pool_new(POOL_PACKETS);
    while (serve(w, pool)) {
        continue;
    }
    pkt_pool_free(pool);
    epoch_leave();
}

int
worker_add(struct worker *w, int fd, uint32_t port_no)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = port_no};
    return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? err_from_errno(errno) : 0;
}

void
worker_remove(struct worker *w, int fd)
{
    epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

/* Signals are the control thread's: a new thread inherits the mask of its creator. */
static int
start_thread(struct worker *w)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    int rc = uv_thread_create(&w->thread, run, w);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return err_from_uv(rc);
}

int
worker_start(const struct worker_calls *calls, void *aux, struct worker **workerp)
{
    struct worker *w = xzalloc(sizeof *w);
    w->calls = *calls;
    w->aux = aux;
    w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    w->end_fd = eventfd(0, EFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = END_EVENT};
    int code = 0;
    if (w->epoll_fd < 0 || w->end_fd < 0 ||
        epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, w->end_fd, &event)) {
        code = err_from_errno(errno);
    }
    if (!code) {
        code = start_thread(w);
    }
    if (code) {
        close(w->epoll_fd);
        close(w->end_fd);
        os_free(w);
        return code;
    }
    *workerp = w;
    return 0;
}

void
worker_stop(struct worker *w)
{
    if (!w) {
        return;
    }
    uint64_t one = 1;
    while (write(w->end_fd, &one, sizeof one) < 0 && errno == EINTR) {
        continue;
    }
    uv_thread_join(&w->thread);
    close(w->epoll_fd);
    close(w->end_fd);
    os_free(w);
}
