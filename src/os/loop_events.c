/* SPDX-License-Identifier: Apache-2.0 */
/* Wakes from other threads and signals, over libuv's handles. libuv frees a handle only after a
 * round of the loop, so the structures outlive x_free() until their close callback. Loop's
 * thread, but for os_wake_signal(). */
#include "os/loop_internal.h"

#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(poll_loop);

struct os_wake {
    uv_async_t async;
    void (*run)(void *aux);
    void *aux;
};

static void
wake_run(uv_async_t *async)
{
    struct os_wake *w = async->data;
    w->run(w->aux);
}

struct os_wake *
os_wake_new(struct os_loop *loop, void (*run)(void *aux), void *aux)
{
    struct os_wake *w = xzalloc(sizeof *w);
    w->run = run;
    w->aux = aux;
    int status = uv_async_init(os_loop_uv(loop), &w->async, wake_run);
    if (status) {
        log_fatal_code(err_from_uv(status), "cannot create a wake-up");
    }
    w->async.data = w;
    return w;
}

static void
free_data(uv_handle_t *handle)
{
    os_free(handle->data);
}

void
os_wake_free(struct os_wake *w)
{
    if (w) {
        uv_close((uv_handle_t *)&w->async, free_data);
    }
}

void
os_wake_signal(struct os_wake *w)
{
    uv_async_send(&w->async);
}

struct os_signal {
    uv_signal_t signal;
    void (*run)(void *aux);
    void *aux;
};

static void
signal_run(uv_signal_t *signal, int signum UNUSED)
{
    struct os_signal *s = signal->data;
    s->run(s->aux);
}

struct os_signal *
os_signal_new(struct os_loop *loop, int signum, void (*run)(void *aux), void *aux)
{
    struct os_signal *s = xzalloc(sizeof *s);
    s->run = run;
    s->aux = aux;
    int status = uv_signal_init(os_loop_uv(loop), &s->signal);
    s->signal.data = s;
    if (!status) {
        status = uv_signal_start(&s->signal, signal_run, signum);
    }
    if (status) {
        log_fatal_code(err_from_uv(status), "cannot handle signal %d", signum);
    }
    return s;
}

void
os_signal_free(struct os_signal *s)
{
    if (s) {
        uv_close((uv_handle_t *)&s->signal, free_data);
    }
}
