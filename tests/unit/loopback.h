/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel in the test's own process: the core behind the message server, adapters that are
 * dummies of a registry of its own, clients with port ids whose upcalls and notifications wait in
 * queues. It stays while the program that uses it comes and goes. Transports to it are what
 * dpif_set_kernel() wants. One thread; one test program includes it once. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/messages/server.h"
#include "dpif/dpif_provider.h"
#include "netdev/netdev_dummy.h"
#include "os/mem.h"
#include "os/random.h"

enum { LOOP_PORTS = 64, LOOP_DUMP = 3000 };

struct loop_kernel {
    struct os_loop *loop;
    struct netdev_registry *adapters;
    struct dp dp;
    struct dp_thread *thread;
    struct dp_server server;
    struct loop_port {
        struct loop_kernel *kernel;
        struct dp_vport vport;
        struct netdev *adapter; /* NULL: the slot is free */
    } ports[LOOP_PORTS];
    struct list clients;
    struct list deferred;
    uint32_t last_pid;
    unsigned int n_requests, n_upcalls, n_lost;
    /* Sees every packet that leaves a port. May be NULL. */
    void (*on_output)(void *aux, uint32_t port, const struct pkt *);
    void *on_output_aux;
    unsigned int fail; /* this many requests from now on fail as if the kernel were gone */
};

struct loop_client {
    struct dpif_transport transport;
    struct loop_kernel *kernel;
    struct list node; /* in the kernel */
    struct list queue;
    struct os_task deliver;
    uint32_t groups;
    void (*receive)(void *aux, const struct msg *);
    void *aux;
    bool dumping;
};

struct loop_message {
    struct list node;
    size_t n;
    uint32_t bytes[];
};

/* -- Clients -- */

static void
loop_queue(struct loop_client *c, const void *bytes, size_t n)
{
    struct loop_message *m = xalloc(sizeof *m + n);
    memcpy(m->bytes, bytes, n);
    m->n = n;
    list_push_back(&c->queue, &m->node);
    os_task_queue(&c->deliver);
}

static void
loop_deliver(void *c_)
{
    struct loop_client *c = c_;
    struct list queue;
    list_init(&queue);
    list_splice_back(&queue, &c->queue);
    while (!list_is_empty(&queue)) {
        struct loop_message *m = CONTAINER_OF(list_pop_front(&queue), struct loop_message, node);
        struct rd r = rd_make(m->bytes, m->n);
        for (struct msg msg; msg_next(&r, &msg);) {
            if (c->receive) {
                c->receive(c->aux, &msg);
            }
        }
        assert_false(r.bad);
        os_free(m);
    }
}

static struct loop_client *
loop_client_of(struct dpif_transport *t)
{
    return CONTAINER_OF(t, struct loop_client, transport);
}

static void
loop_close(struct dpif_transport *t)
{
    struct loop_client *c = loop_client_of(t);
    dp_server_client_gone(&c->kernel->server, t->pid);
    while (!list_is_empty(&c->queue)) {
        os_free(CONTAINER_OF(list_pop_front(&c->queue), struct loop_message, node));
    }
    os_task_cancel(&c->deliver);
    list_remove(&c->node);
    os_free(c);
}

static bool
loop_fails(struct loop_kernel *k)
{
    k->n_requests++;
    if (k->fail) {
        k->fail--;
        return true;
    }
    return false;
}

static int
loop_transact(struct dpif_transport *t, const void *request, size_t n, struct wr *reply)
{
    struct loop_client *c = loop_client_of(t);
    return loop_fails(c->kernel)
               ? -E_NODEV
               : dp_server_request(&c->kernel->server, t->pid, request, n, reply);
}

static int
loop_dump(struct dpif_transport *t, const void *request, size_t n, dpif_dump_fn *each, void *aux)
{
    struct loop_client *c = loop_client_of(t);
    struct dp_dump d = {.server = NULL};
    if (c->dumping) {
        return -E_BUSY;
    }
    if (loop_fails(c->kernel)) {
        return -E_NODEV;
    }
    int more = dp_server_dump_start(&c->kernel->server, &d, t->pid, request, n);
    if (more) {
        return more;
    }
    c->dumping = true;
    do {
        uint32_t buffer[LOOP_DUMP / 4];
        struct wr w = wr_make(buffer, sizeof buffer);
        more = dp_server_dump_next(&d, &w);
        struct rd r = rd_make(buffer, w.n);
        for (struct msg m; more >= 0 && msg_next(&r, &m);) {
            each(aux, &m);
        }
    } while (more > 0);
    dp_server_dump_stop(&d);
    c->dumping = false;
    return more;
}

static int
loop_listen(struct dpif_transport *t, uint32_t groups,
            void (*receive)(void *aux, const struct msg *), void *aux)
{
    struct loop_client *c = loop_client_of(t);
    c->groups = groups;
    c->receive = receive;
    c->aux = aux;
    return 0;
}

static const struct dpif_transport_ops loop_ops = {loop_close, loop_transact, loop_dump,
                                                   loop_listen};

/* A dpif_transport_open_fn. */
static int
loop_open(void *kernel_, struct os_loop *loop, struct dpif_transport **t)
{
    struct loop_kernel *k = kernel_;
    struct loop_client *c = xzalloc(sizeof *c);
    c->transport = (struct dpif_transport){&loop_ops, ++k->last_pid};
    c->kernel = k;
    list_init(&c->queue);
    list_push_back(&k->clients, &c->node);
    os_task_init(&c->deliver, loop, loop_deliver, c);
    *t = &c->transport;
    return 0;
}

/* -- The core's environment -- */

static uint64_t
loop_random(void *k UNUSED)
{
    uint64_t x;
    os_random_bytes(&x, sizeof x);
    return x;
}

static void
loop_output(void *k_, struct dp_thread *t, uint32_t no, struct pkt_batch *batch)
{
    struct loop_kernel *k = k_;
    if (no >= LOOP_PORTS || !k->ports[no].adapter) {
        dp_drop(t, DROP_INVALID_PORT, batch->n);
        pkt_batch_free(batch);
        return;
    }
    for (uint32_t i = 0; i < batch->n; i++) {
        k->ports[no].vport.stats.tx_packets++;
        k->ports[no].vport.stats.tx_bytes += batch->p[i]->len;
        if (k->on_output) {
            k->on_output(k->on_output_aux, no, batch->p[i]);
        }
    }
    netdev_tx(k->ports[no].adapter, batch);
}

static int
loop_upcall(void *k_, struct dp_thread *t UNUSED, struct pkt *p, const struct dp_upcall *up)
{
    struct loop_kernel *k = k_;
    uint32_t pid = up->act ? up->act->pid : k->ports[p->md.in_port].vport.upcall_pid;
    LIST_FOR_EACH (struct loop_client, c, node, &k->clients) {
        if (pid && c->transport.pid == pid) {
            size_t size = dp_server_upcall_size(p, up);
            void *buffer = xalloc(size);
            struct wr w = wr_make(buffer, size);
            assert_int_equal(dp_server_put_upcall(&w, p, up), 0);
            loop_queue(c, buffer, w.n);
            os_free(buffer);
            pkt_free(p);
            k->n_upcalls++;
            return 0;
        }
    }
    k->n_lost++;
    return -E_NOENT;
}

static void
loop_defer(void *k UNUSED, struct dp_deferred *d)
{
    d->run(d); /* one thread, and never called while it holds what is freed */
}

/* -- The server's host -- */

static void
loop_sink(void *port_, struct pkt_batch *batch)
{
    struct loop_port *port = port_;
    for (uint32_t i = 0; i < batch->n; i++) {
        batch->p[i]->md.in_port = port->vport.no;
        port->vport.stats.rx_packets++;
        port->vport.stats.rx_bytes += batch->p[i]->len;
    }
    dp_receive(port->kernel->thread, batch, os_now_ms(port->kernel->loop) + 1000000);
}

static int
loop_port_add(void *k_, const struct dp_vport *wanted, uint32_t *no)
{
    struct loop_kernel *k = k_;
    uint32_t given = *no;
    for (uint32_t i = 0; i < LOOP_PORTS; i++) {
        if (k->ports[i].adapter && !strcmp(k->ports[i].vport.name, wanted->name)) {
            return -E_EXIST;
        }
    }
    for (uint32_t i = 1; given == UINT32_MAX && i < LOOP_PORTS; i++) {
        given = k->ports[i].adapter ? given : i;
    }
    if (given >= LOOP_PORTS || k->ports[given].adapter) {
        return given >= LOOP_PORTS ? -E_FBIG : -E_BUSY;
    }
    struct loop_port *port = &k->ports[given];
    const char *type = wanted->type == MSG_VPORT_INTERNAL ? "dummy-internal" : "dummy";
    int code = netdev_open(k->adapters, wanted->name, type, &port->adapter, NULL);
    if (code) {
        return code;
    }
    port->kernel = k;
    port->vport = *wanted;
    port->vport.no = given;
    port->adapter->sink = loop_sink;
    port->adapter->sink_aux = port;
    *no = given;
    return 0;
}

static int
loop_port_del(void *k_, uint32_t no)
{
    struct loop_kernel *k = k_;
    if (no >= LOOP_PORTS || !k->ports[no].adapter) {
        return -E_NOENT;
    }
    k->ports[no].adapter->sink = NULL;
    netdev_unref(k->ports[no].adapter);
    k->ports[no].adapter = NULL;
    return 0;
}

static int
loop_set_pid(void *k_, uint32_t no, uint32_t pid)
{
    struct loop_kernel *k = k_;
    k->ports[no].vport.upcall_pid = pid;
    return 0;
}

static bool
loop_port_next(void *k_, uint32_t from, struct dp_vport *out)
{
    struct loop_kernel *k = k_;
    for (uint32_t i = from; i < LOOP_PORTS; i++) {
        if (k->ports[i].adapter) {
            *out = k->ports[i].vport;
            return true;
        }
    }
    return false;
}

static bool
loop_netdev_next(void *k UNUSED, uint32_t *at UNUSED, struct dp_netdev *out UNUSED)
{
    return false;
}

static struct pkt *
loop_packet_new(void *k UNUSED, const void *frame, size_t n)
{
    return pkt_buf_from(frame, (uint32_t)n);
}

/* Its clock is not the loop's. */
static uint64_t
loop_now_ms(void *k_)
{
    struct loop_kernel *k = k_;
    return os_now_ms(k->loop) + 1000000;
}

static struct dp_thread *
loop_enter(void *k_)
{
    struct loop_kernel *k = k_;
    k->thread->now_ms = loop_now_ms(k);
    return k->thread;
}

static void
loop_leave(void *k UNUSED, struct dp_thread *t UNUSED)
{
}

static void
loop_notify(void *k_, enum dp_group group, const void *msg, size_t n)
{
    struct loop_kernel *k = k_;
    LIST_FOR_EACH (struct loop_client, c, node, &k->clients) {
        if (c->groups & group) {
            loop_queue(c, msg, n);
        }
    }
}

static void
loop_add_counters(void *k_, struct dp_counters *sum)
{
    struct loop_kernel *k = k_;
    dp_thread_add_counters(k->thread, sum);
}

static void
loop_no_change(void *aux UNUSED)
{
}

static struct loop_kernel *
loop_kernel_new(struct os_loop *loop)
{
    struct loop_kernel *k = xzalloc(sizeof *k);
    const struct dp_env env = {
        .random = loop_random,
        .output = loop_output,
        .upcall = loop_upcall,
        .defer_free = loop_defer,
        .aux = k,
    };
    const struct dp_server_host host = {
        .port_add = loop_port_add,
        .port_del = loop_port_del,
        .port_set_upcall_pid = loop_set_pid,
        .port_next = loop_port_next,
        .netdev_next = loop_netdev_next,
        .packet_new = loop_packet_new,
        .enter = loop_enter,
        .leave = loop_leave,
        .now_ms = loop_now_ms,
        .notify = loop_notify,
        .add_counters = loop_add_counters,
        .aux = k,
    };
    k->loop = loop;
    list_init(&k->clients);
    k->adapters = netdev_registry_new(loop, loop_no_change, NULL);
    netdev_enable_dummies(k->adapters, NETDEV_DUMMIES);
    k->thread = xzalloc(sizeof *k->thread);
    assert_int_equal(dp_init(&k->dp, &env, 1), 0);
    assert_int_equal(dp_thread_init(k->thread, &k->dp, 0, 0), 0);
    dp_server_init(&k->server, &k->dp, &host);
    return k;
}

static void
loop_kernel_free(struct loop_kernel *k)
{
    assert_true(list_is_empty(&k->clients));
    dp_server_fini(&k->server);
    dp_thread_fini(k->thread);
    dp_fini(&k->dp);
    netdev_registry_free(k->adapters);
    os_free(k->thread);
    os_free(k);
}

/* The adapter behind the port NAME. */
UNUSED static struct netdev *
loop_adapter(struct loop_kernel *k, const char *name)
{
    return netdev_find(k->adapters, name);
}
