/* SPDX-License-Identifier: Apache-2.0 */
/* The driver in the native simulator: messages go through its device, frames through the simulated
 * switch. What goes up is read when packets have come to rest. It does not tell drops by reason.
 */
#include <stdio.h>

#include "base/list.h"
#include "datapath/messages/ioctl.h"
#include "host_native.h"
#include "native_switch.h"
#include "os/mem.h"

enum { DUMP_SIZE = 1 << 16 };

struct native_transport {
    struct dpif_transport transport;
    struct list node; /* in `transports` */
    struct native_handle *handle;
    void (*receive)(void *aux, const struct msg *);
    void *aux;
    uint32_t *wait, *dump;
};

static struct list transports = LIST_INIT(&transports);
static uint32_t next_port; /* to take frames from */

static struct native_transport *
native_of(struct dpif_transport *t)
{
    return CONTAINER_OF(t, struct native_transport, transport);
}

/* Gives everything that waits to the receivers. */
static void
read_upcalls(void)
{
    LIST_FOR_EACH (struct native_transport, t, node, &transports) {
        for (size_t n; native_switch_done(t->handle, &n);) {
            struct rd r = rd_make(t->wait, n);
            for (struct msg m; msg_next(&r, &m);) {
                t->receive(t->aux, &m);
            }
            native_switch_pend(t->handle, t->wait, OVSEXT_WAIT_MIN);
        }
    }
}

static void
native_close_transport(struct dpif_transport *t_)
{
    struct native_transport *t = native_of(t_);
    native_switch_close(t->handle);
    list_remove(&t->node);
    os_free(t->wait);
    os_free(t->dump);
    os_free(t);
}

static int
native_transact(struct dpif_transport *t, const void *request, size_t n, struct wr *reply)
{
    size_t done;
    int code = native_switch_control(native_of(t)->handle, OVSEXT_TRANSACT, request, n,
                                     reply->start + reply->n, reply->size - reply->n, &done);
    if (!code) {
        reply->n += done;
    }
    return code;
}

static int
native_dump(struct dpif_transport *t_, const void *request, size_t n, dpif_dump_fn *each,
            void *aux)
{
    struct native_transport *t = native_of(t_);
    for (bool done = false; !done; n = 0) {
        size_t n_read;
        int code =
            native_switch_control(t->handle, OVSEXT_DUMP, request, n, t->dump, DUMP_SIZE, &n_read);
        if (code) {
            return code;
        }
        struct rd r = rd_make(t->dump, n_read);
        for (struct msg m; msg_next(&r, &m);) {
            done = m.type < MSG_TYPE_MIN;
            each(aux, &m);
        }
    }
    return 0;
}

static int
native_listen(struct dpif_transport *t_, uint32_t groups,
              void (*receive)(void *aux, const struct msg *), void *aux)
{
    struct native_transport *t = native_of(t_);
    size_t n;
    t->receive = receive;
    t->aux = aux;
    int code =
        native_switch_control(t->handle, OVSEXT_SUBSCRIBE, &groups, sizeof groups, NULL, 0, &n);
    if (!code) {
        native_switch_pend(t->handle, t->wait, OVSEXT_WAIT_MIN);
    }
    return code;
}

static const struct dpif_transport_ops native_ops = {native_close_transport, native_transact,
                                                     native_dump, native_listen};

int
host_native_open(void *aux UNUSED, struct os_loop *loop UNUSED, struct dpif_transport **tp)
{
    struct ovsext_hello hello = {OVSEXT_VERSION, 0};
    size_t n;
    struct native_transport *t = xzalloc(sizeof *t);
    t->handle = native_switch_open();
    t->wait = xalloc(OVSEXT_WAIT_MIN);
    t->dump = xalloc(DUMP_SIZE);
    list_push_back(&transports, &t->node);
    int code = native_switch_control(t->handle, OVSEXT_HELLO, &hello, sizeof hello, &hello,
                                     sizeof hello, &n);
    t->transport = (struct dpif_transport){&native_ops, hello.pid};
    if (code) {
        native_close_transport(&t->transport);
        return code;
    }
    *tp = &t->transport;
    return 0;
}

static bool
native_begin(struct os_loop *loop, struct dpif_transport **t)
{
    native_switch_start();
    int code = host_native_open(NULL, loop, t);
    if (code) {
        fprintf(stderr, "native: the device does not answer (%s)\n", err_text(code));
        native_switch_stop();
    }
    return !code;
}

static void
native_inject(uint32_t port, const void *frame, size_t n)
{
    native_switch_send(port, frame, n);
    native_switch_rest();
    next_port = 1;
}

static void
native_poll(void)
{
    read_upcalls();
    native_switch_rest(); /* from what the receivers did about them */
}

static bool
native_capture(struct corpus_frame *f)
{
    for (; next_port <= CORPUS_PORTS; next_port++) {
        f->n = native_switch_take(next_port, f->bytes, sizeof f->bytes);
        f->port = next_port;
        if (f->n) {
            return true;
        }
    }
    return false;
}

const struct corpus_host corpus_host_native = {
    .name = "native",
    .start = native_begin,
    .inject = native_inject,
    .capture = native_capture,
    .poll = native_poll,
    .stop = native_switch_stop,
};
