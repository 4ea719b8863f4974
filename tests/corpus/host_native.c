/* SPDX-License-Identifier: Apache-2.0 */
/* The driver in the native simulator: messages go through its device, frames through the simulated
 * switch. It does not tell drops by reason. */
#include <stdio.h>

#include "corpus.h"
#include "datapath/messages/ioctl.h"
#include "native_switch.h"
#include "os/mem.h"

enum { DUMP_SIZE = 1 << 16 };

struct native_transport {
    struct dpif_transport transport;
    void (*receive)(void *aux, const struct msg *);
    void *aux;
    uint32_t *wait, *dump;
};

static struct native_transport *native; /* the only one */
static uint32_t next_port;              /* to take frames from */

/* Gives everything that waits to the receiver. */
static void
read_upcalls(void)
{
    for (size_t n; native->receive && native_switch_done(&n);) {
        struct rd r = rd_make(native->wait, n);
        for (struct msg m; msg_next(&r, &m);) {
            native->receive(native->aux, &m);
        }
        native_switch_pend(native->wait, OVSEXT_WAIT_MIN);
    }
}

static void
native_close_transport(struct dpif_transport *t UNUSED)
{
    native_switch_stop(); /* and with it the handle */
    os_free(native->wait);
    os_free(native->dump);
    os_free(native);
    native = NULL;
}

static int
native_transact(struct dpif_transport *t UNUSED, const void *request, size_t n, struct wr *reply)
{
    size_t done;
    int code = native_switch_control(OVSEXT_TRANSACT, request, n, reply->start + reply->n,
                                     reply->size - reply->n, &done);
    if (!code) {
        reply->n += done;
    }
    return code;
}

static int
native_dump(struct dpif_transport *t UNUSED, const void *request, size_t n, dpif_dump_fn *each,
            void *aux)
{
    for (bool done = false; !done; n = 0) {
        size_t n_read;
        int code =
            native_switch_control(OVSEXT_DUMP, request, n, native->dump, DUMP_SIZE, &n_read);
        if (code) {
            return code;
        }
        struct rd r = rd_make(native->dump, n_read);
        for (struct msg m; msg_next(&r, &m);) {
            done = m.type < MSG_TYPE_MIN;
            each(aux, &m);
        }
    }
    return 0;
}

static int
native_listen(struct dpif_transport *t UNUSED, uint32_t groups UNUSED,
              void (*receive)(void *aux, const struct msg *), void *aux)
{
    native->receive = receive;
    native->aux = aux;
    native_switch_pend(native->wait, OVSEXT_WAIT_MIN);
    return 0;
}

static const struct dpif_transport_ops native_ops = {native_close_transport, native_transact,
                                                     native_dump, native_listen};

static bool
native_begin(struct os_loop *loop UNUSED, struct dpif_transport **t)
{
    struct ovsext_hello hello = {OVSEXT_VERSION, 0};
    size_t n;
    native_switch_start();
    native = xzalloc(sizeof *native);
    native->wait = xalloc(OVSEXT_WAIT_MIN);
    native->dump = xalloc(DUMP_SIZE);
    int code = native_switch_control(OVSEXT_HELLO, &hello, sizeof hello, &hello, sizeof hello, &n);
    if (code) {
        fprintf(stderr, "native: no greeting (%s)\n", err_text(code));
        return false;
    }
    native->transport = (struct dpif_transport){&native_ops, hello.pid};
    *t = &native->transport;
    return true;
}

static void
native_inject(uint32_t port, const void *frame, size_t n)
{
    native_switch_send(port, frame, n);
    read_upcalls();
    next_port = 1;
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

static void
native_end(void)
{
}

const struct corpus_host corpus_host_native = {
    .name = "native",
    .start = native_begin,
    .inject = native_inject,
    .capture = native_capture,
    .stop = native_end,
};
