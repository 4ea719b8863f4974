/* SPDX-License-Identifier: Apache-2.0 */
/* Readiness of descriptors (tap and packet sockets, netlink), over uv_poll_t. The descriptor
 * stays the caller's and may be closed right after os_watch_free(). Loop's thread. */
#include "os/loop.h"

#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(poll_loop);

struct os_watch {
    uv_poll_t poll;
    void (*ready)(void *aux, unsigned int events);
    void *aux;
};

static void
watch_ready(uv_poll_t *poll, int status, int events)
{
    struct os_watch *w = poll->data;
    unsigned int out = 0;
    if (status || events & UV_READABLE) {
        out |= OS_READABLE; /* an error shows when it is read */
    }
    if (events & UV_WRITABLE) {
        out |= OS_WRITABLE;
    }
    w->ready(w->aux, out);
}

struct os_watch *
os_watch_new(struct os_loop *loop, int fd, unsigned int events,
             void (*ready)(void *aux, unsigned int events), void *aux)
{
    struct os_watch *w = xzalloc(sizeof *w);
    w->ready = ready;
    w->aux = aux;
    int status = uv_poll_init(os_loop_uv(loop), &w->poll, fd);
    if (status) {
        log_fatal_code(err_from_uv(status), "cannot watch descriptor %d", fd);
    }
    w->poll.data = w;
    os_watch_set(w, events);
    return w;
}

void
os_watch_set(struct os_watch *w, unsigned int events)
{
    int uv_events =
        (events & OS_READABLE ? UV_READABLE : 0) | (events & OS_WRITABLE ? UV_WRITABLE : 0);
    if (uv_events) {
        uv_poll_start(&w->poll, uv_events, watch_ready);
    } else {
        uv_poll_stop(&w->poll);
    }
}

static void
free_data(uv_handle_t *handle)
{
    os_free(handle->data);
}

void
os_watch_free(struct os_watch *w)
{
    if (w) {
        uv_poll_stop(&w->poll);
        uv_close((uv_handle_t *)&w->poll, free_data);
    }
}
