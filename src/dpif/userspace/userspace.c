/* SPDX-License-Identifier: Apache-2.0 */
/* The userspace provider: the portable core (src/datapath) in this process. The control thread is
 * datapath thread 0: it changes flows and ports, and runs the packets of dummies, of
 * dpif_execute() and of upcalls. Devices with a descriptor are polled by a worker, thread 1,
 * started with the first of them.
 *
 * Ports are an array by number that is replaced whole when it grows; a slot is published last
 * when a port comes and cleared first when it goes, and a device is let go only after an epoch
 * barrier, so packet threads never see one that is closed.
 *
 * A miss on the worker goes through a queue to the control thread, where it enters the datapath
 * again: the flow it needs may have been installed while it waited. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/dp.h"
#include "dpif/dpif_provider.h"
#include "dpif/userspace/epoch.h"
#include "dpif/userspace/origin.h"
#include "dpif/userspace/upcall_queue.h"
#include "dpif/userspace/worker.h"
#include "os/log.h"
#include "os/mem.h"
#include "os/random.h"
#include "port/atomic.h"

LOG_MODULE(dpif_netdev);

enum {
    N_THREADS = 2, /* control and one worker */
    EMC_SIZE = 8192,
    MAX_PORT = 65535,
    POLL_ROUNDS = 8,    /* batches from one port before the next has its turn */
    UPCALL_BUDGET = 128 /* upcalls served in one round of the loop */
};

struct port {
    uint32_t no;
    struct netdev *netdev;
};

struct port_array {
    struct dp_deferred deferred;
    uint32_t size;
    struct port *slot[];
};

struct userspace {
    struct dpif dpif;
    struct dp dp;
    struct dp_thread *threads[N_THREADS];
    struct port_array *ports; /* published */
    struct worker *worker;    /* NULL until needed */
    struct upcall_queue *upcalls;
    struct os_wake *upcalls_waiting;
    uint64_t n_requeued;   /* misses of the worker that entered again */
    uint64_t clock_ofs_ms; /* loop time minus real time, for the worker */
};

static struct userspace *
userspace_of(const struct dpif *d)
{
    return CONTAINER_OF(d, struct userspace, dpif);
}

static struct os_loop *
loop_of(const struct userspace *u)
{
    return netdev_registry_loop(u->dpif.registry);
}

static uint64_t
real_ms(void)
{
    return os_real_ns() / 1000000;
}

/* -- The core's environment -- */

static uint64_t
env_random(void *u UNUSED)
{
    uint64_t x;
    os_random_bytes(&x, sizeof x);
    return x;
}

static void
env_output(void *u_, struct dp_thread *t, uint32_t port_no, struct pkt_batch *batch)
{
    struct userspace *u = u_;
    const struct port_array *ports = PORT_LOAD_ACQUIRE(&u->ports);
    const struct port *port =
        port_no < ports->size ? PORT_LOAD_ACQUIRE(&ports->slot[port_no]) : NULL;
    if (!port) {
        dp_drop(t, DROP_INVALID_PORT, batch->n);
        pkt_batch_free(batch);
        return;
    }
    netdev_tx(port->netdev, batch);
}

static int
deliver(struct userspace *u, const struct dpif_upcall *up)
{
    if (!u->dpif.upcall) {
        return -E_NOENT;
    }
    u->dpif.upcall(u->dpif.upcall_aux, &u->dpif, up);
    return 0;
}

static int
env_upcall(void *u_, struct dp_thread *t, struct pkt *pkt, const struct dp_upcall *up)
{
    struct userspace *u = u_;
    if (t->id == 0) {
        return deliver(
            u, &(struct dpif_upcall){
                   .reason = up->reason == DP_UPCALL_MISS ? DPIF_UPCALL_MISS : DPIF_UPCALL_ACTION,
                   .pkt = pkt,
                   .key = up->key,
                   .userdata = up->userdata,
                   .userdata_size = up->act ? up->act->userdata_size : 0,
                   .pid = up->act ? up->act->pid : 0,
               });
    }
    int code = upcall_queue_put(u->upcalls, pkt, up);
    if (!code) {
        pkt_free(pkt);
        os_wake_signal(u->upcalls_waiting);
    }
    return code;
}

static void
env_defer_free(void *u UNUSED, struct dp_deferred *d)
{
    epoch_defer(d);
}

/* -- Packets -- */

/* Runs BATCH through the datapath on the control thread. */
static void
receive(struct userspace *u, struct pkt_batch *batch)
{
    epoch_begin();
    dp_receive(u->threads[0], batch, os_now_ms(loop_of(u)));
    epoch_end();
    epoch_poll();
}

struct sink {
    struct userspace *u;
    uint32_t port_no;
};

/* A device that is fed on the control thread has packets. */
static void
port_sink(void *port_, struct pkt_batch *batch)
{
    const struct sink *sink = port_;
    for (uint32_t i = 0; i < batch->n; i++) {
        batch->p[i]->md.in_port = sink->port_no;
    }
    receive(sink->u, batch);
}

static void
worker_poll(void *u_, uint32_t port_no, struct pkt_pool *pool)
{
    struct userspace *u = u_;
    const struct port_array *ports = PORT_LOAD_ACQUIRE(&u->ports);
    const struct port *port =
        port_no < ports->size ? PORT_LOAD_ACQUIRE(&ports->slot[port_no]) : NULL;
    for (int round = 0; port && round < POLL_ROUNDS; round++) {
        struct pkt_batch batch;
        pkt_batch_init(&batch);
        if (netdev_rx(port->netdev, pool, &batch)) {
            break;
        }
        uint32_t n = batch.n;
        for (uint32_t i = 0; i < n; i++) {
            batch.p[i]->md.in_port = port_no;
        }
        dp_receive(u->threads[1], &batch, real_ms() + PORT_READ_ONCE(&u->clock_ofs_ms));
        if (n < PKT_BATCH_MAX) {
            break;
        }
    }
}

static void
serve_upcall(struct userspace *u, struct queued_upcall *q)
{
    if (q->reason == DP_UPCALL_MISS) {
        struct pkt_batch batch = {.n = 1, .p = {q->pkt}};
        u->n_requeued++;
        receive(u, &batch);
        return;
    }
    struct flow_key key;
    pkt_parse(q->pkt, &key);
    struct dpif_upcall up = {
        .reason = DPIF_UPCALL_ACTION,
        .pkt = q->pkt,
        .key = &key,
        .userdata = q->userdata,
        .userdata_size = q->userdata_size,
        .pid = q->pid,
    };
    if (deliver(u, &up)) {
        pkt_free(q->pkt);
    }
}

static void
serve_upcalls(void *u_)
{
    struct userspace *u = u_;
    for (int i = 0; i < UPCALL_BUDGET; i++) {
        struct queued_upcall *q = upcall_queue_get(u->upcalls);
        if (!q) {
            return;
        }
        serve_upcall(u, q);
        queued_upcall_free(q);
    }
    os_wake_signal(u->upcalls_waiting); /* more may be there: after other work */
}

static void
userspace_execute(struct dpif *d, struct pkt *p, const void *actions, size_t size)
{
    struct userspace *u = userspace_of(d);
    struct flow_key key;
    struct pkt_batch batch = {.n = 1, .p = {p}};
    pkt_parse(p, &key);
    epoch_begin();
    dp_execute(u->threads[0], &batch, actions, size);
    epoch_end();
    epoch_poll();
}

/* -- Ports -- */

static void
free_array(struct dp_deferred *d)
{
    os_free(CONTAINER_OF(d, struct port_array, deferred));
}

/* Makes the array long enough for PORT_NO. */
static void
grow_ports(struct userspace *u, uint32_t port_no)
{
    struct port_array *old = u->ports;
    uint32_t size = old ? old->size : 16;
    while (size <= port_no) {
        size *= 2;
    }
    if (old && size == old->size) {
        return;
    }
    struct port_array *new = xzalloc(sizeof *new + size * sizeof *new->slot);
    new->deferred.run = free_array;
    new->size = size;
    if (old) {
        memcpy(new->slot, old->slot, old->size * sizeof *old->slot);
    }
    PORT_STORE_RELEASE(&u->ports, new);
    if (old) {
        epoch_defer(&old->deferred);
    }
}

static struct port *
find_port(const struct userspace *u, uint32_t no)
{
    return no < u->ports->size ? u->ports->slot[no] : NULL;
}

/* The number that tests expect on dummies: the digits in the device's name, from 100 on for
 * names that start with "br". */
static uint32_t
dummy_number(const struct userspace *u, const char *name)
{
    uint32_t base = strncmp(name, "br", 2) ? 0 : 100;
    const char *p = name;
    while (*p && !isdigit((unsigned char)*p)) {
        p++;
    }
    unsigned long number = strtoul(p, NULL, 10);
    if (!*p || number > MAX_PORT - 100 || base + number == 0) {
        return DPIF_PORT_NONE;
    }
    uint32_t no = base + (uint32_t)number;
    return find_port(u, no) ? DPIF_PORT_NONE : no;
}

static uint32_t
choose_number(const struct userspace *u, const char *name)
{
    uint32_t no = u->dpif.on_dummies ? dummy_number(u, name) : DPIF_PORT_NONE;
    for (uint32_t i = 1; no == DPIF_PORT_NONE && i <= MAX_PORT; i++) {
        no = find_port(u, i) ? no : i;
    }
    return no;
}

/* Has the worker poll the device, starting the worker if it is the first. */
static int
start_polling(struct userspace *u, struct netdev *netdev, uint32_t port_no)
{
    static const struct worker_calls calls = {.poll = worker_poll};
    int fd = netdev_rx_fd(netdev);
    if (fd < 0) {
        return 0;
    }
    int code = u->worker ? 0 : worker_start(&calls, u, &u->worker);
    return code ? code : worker_add(u->worker, fd, port_no);
}

static int
userspace_port_add(struct dpif *d, struct netdev *netdev, uint32_t *port_no)
{
    struct userspace *u = userspace_of(d);
    uint32_t no = *port_no;
    if (netdev->sink) {
        return -E_EXIST;
    }
    if (no == DPIF_PORT_NONE) {
        no = choose_number(u, netdev_name(netdev));
    }
    if (no == DPIF_PORT_NONE || no > MAX_PORT) {
        return -E_FBIG;
    }
    if (find_port(u, no)) {
        return -E_BUSY;
    }
    struct port *port = xzalloc(sizeof *port);
    struct sink *sink = xzalloc(sizeof *sink);
    *sink = (struct sink){u, no};
    port->no = no;
    port->netdev = netdev_ref(netdev);
    netdev->sink = port_sink;
    netdev->sink_aux = sink;
    grow_ports(u, no);
    PORT_STORE_RELEASE(&u->ports->slot[no], port);
    int code = start_polling(u, netdev, no);
    if (code) {
        userspace_of(d)->dpif.ops->port_del(d, no);
        return code;
    }
    *port_no = no;
    return 0;
}

static int
userspace_port_del(struct dpif *d, uint32_t port_no)
{
    struct userspace *u = userspace_of(d);
    struct port *port = find_port(u, port_no);
    if (!port) {
        return -E_NOENT;
    }
    PORT_STORE_RELEASE(&u->ports->slot[port_no], NULL);
    if (u->worker && netdev_rx_fd(port->netdev) >= 0) {
        worker_remove(u->worker, netdev_rx_fd(port->netdev));
    }
    epoch_barrier();
    os_free(port->netdev->sink_aux);
    port->netdev->sink = NULL;
    port->netdev->sink_aux = NULL;
    netdev_unref(port->netdev);
    os_free(port);
    return 0;
}

static bool
userspace_port_next(const struct dpif *d, uint32_t *port_no, struct dpif_port *out)
{
    const struct userspace *u = userspace_of(d);
    for (uint32_t no = *port_no; no < u->ports->size; no++) {
        const struct port *port = u->ports->slot[no];
        if (port) {
            *out = (struct dpif_port){
                .port_no = no,
                .name = netdev_name(port->netdev),
                .type = netdev_type(port->netdev),
                .netdev = port->netdev,
            };
            *port_no = no + 1;
            return true;
        }
    }
    return false;
}

/* -- Flows -- */

static struct dpif_flow_stats
flow_stats(const struct dp_flow *flow)
{
    struct dp_flow_stats s;
    dp_flow_stats(flow, &s);
    return (struct dpif_flow_stats){s.packets, s.bytes, s.used_ms, s.tcp_flags};
}

static void
show_flow(const struct dp_flow *flow, void (*show)(void *aux, const struct dpif_flow *), void *aux)
{
    struct flow_key key, mask;
    origin_get(flow, &key, &mask);
    const struct dp_actions *actions = dp_flow_actions(flow);
    show(aux, &(struct dpif_flow){
                  .key = &key,
                  .mask = &mask,
                  .ufid = flow->ufid,
                  .actions = actions->list,
                  .actions_size = actions->size,
                  .stats = flow_stats(flow),
              });
}

static struct dp_flow *
find_flow(struct userspace *u, const struct flow_key *key, const struct flow_key *mask,
          const struct uuid *ufid)
{
    return ufid ? dp_flow_find_ufid(&u->dp, ufid) : dp_flow_find(&u->dp, key, mask);
}

static int
userspace_flow_put(struct dpif *d, const struct flow_key *key, const struct flow_key *mask,
                   const struct uuid *ufid, const void *actions, size_t size, unsigned int flags)
{
    static_assert(DPIF_PUT_CREATE == DP_PUT_CREATE && DPIF_PUT_MODIFY == DP_PUT_MODIFY &&
                      DPIF_PUT_ZERO_STATS == DP_PUT_ZERO_STATS,
                  "the same flags");
    struct dp_flow_put put = {key, mask, ufid, actions, size, flags};
    struct dp_flow *flow;
    int code = dp_flow_put(&userspace_of(d)->dp, &put, &flow);
    if (!code && !flow->host) {
        origin_set(flow, key, mask);
    }
    return code;
}

static void
remove_flow(struct userspace *u, struct dp_flow *flow)
{
    origin_drop(flow);
    dp_flow_del(&u->dp, flow);
}

static void
remove_flows(struct userspace *u)
{
    struct dp_cursor cursor;
    dp_cursor_start(&u->dp, &cursor);
    for (struct dp_flow *flow; (flow = dp_cursor_next(&u->dp, &cursor));) {
        remove_flow(u, flow);
    }
    dp_cursor_stop(&cursor);
}

static int
userspace_flow_del(struct dpif *d, const struct flow_key *key, const struct flow_key *mask,
                   const struct uuid *ufid, struct dpif_flow_stats *stats)
{
    struct userspace *u = userspace_of(d);
    struct dp_flow *flow = find_flow(u, key, mask, ufid);
    if (!flow) {
        return -E_NOENT;
    }
    if (stats) {
        *stats = flow_stats(flow);
    }
    remove_flow(u, flow);
    return 0;
}

static int
userspace_flow_get(struct dpif *d, const struct flow_key *key, const struct uuid *ufid,
                   void (*got)(void *aux, const struct dpif_flow *), void *aux)
{
    struct dp_flow *flow = find_flow(userspace_of(d), key, NULL, ufid);
    if (!flow) {
        return -E_NOENT;
    }
    show_flow(flow, got, aux);
    return 0;
}

static void
userspace_flow_flush(struct dpif *d)
{
    remove_flows(userspace_of(d));
    epoch_poll();
}

static void
userspace_flow_dump(struct dpif *d, void (*each)(void *aux, const struct dpif_flow *), void *aux)
{
    struct userspace *u = userspace_of(d);
    struct dp_cursor cursor;
    dp_cursor_start(&u->dp, &cursor);
    for (struct dp_flow *flow; (flow = dp_cursor_next(&u->dp, &cursor));) {
        show_flow(flow, each, aux);
    }
    dp_cursor_stop(&cursor);
}

/* -- The datapath -- */

static void
userspace_get_stats(const struct dpif *d, struct dpif_stats *out)
{
    const struct userspace *u = userspace_of(d);
    struct dp_counters sum = {.hit = 0};
    for (size_t i = 0; i < N_THREADS; i++) {
        dp_thread_add_counters(u->threads[i], &sum);
    }
    *out = (struct dpif_stats){
        .hit = sum.hit,
        .missed = sum.missed - MIN(u->n_requeued, sum.missed),
        .lost = sum.lost,
        .mask_hit = sum.mask_hit,
        .cache_hit = sum.cache_hit,
        .n_masks = dp_n_masks(&u->dp),
        .n_flows = dp_n_flows(&u->dp),
    };
}

static void
userspace_run(struct dpif *d)
{
    struct userspace *u = userspace_of(d);
    PORT_WRITE_ONCE(&u->clock_ofs_ms, os_now_ms(loop_of(u)) - real_ms());
    dp_optimize(&u->dp);
    epoch_poll();
}

/* Port 0, named like the datapath. */
static int
add_local_port(struct userspace *u)
{
    struct netdev *netdev;
    uint32_t port_no = 0;
    int code = netdev_open(u->dpif.registry, u->dpif.name, dpif_open_type(&u->dpif, "internal"),
                           &netdev, NULL);
    if (code == -E_AFNOSUPPORT) {
        return 0; /* a host without internal devices */
    }
    if (!code) {
        code = userspace_port_add(&u->dpif, netdev, &port_no);
        netdev_unref(netdev);
    }
    return code;
}

static void
userspace_destroy(struct dpif *d)
{
    struct userspace *u = userspace_of(d);
    for (uint32_t no = 0; u->ports && no < u->ports->size; no++) {
        userspace_port_del(d, no);
    }
    worker_stop(u->worker);
    upcall_queue_free(u->upcalls);
    os_wake_free(u->upcalls_waiting);
    remove_flows(u);
    dp_fini(&u->dp);
    for (size_t i = 0; i < N_THREADS; i++) {
        if (u->threads[i]) {
            dp_thread_fini(u->threads[i]);
            os_free(u->threads[i]);
        }
    }
    if (u->ports) {
        epoch_defer(&u->ports->deferred);
    }
    epoch_barrier();
}

static int
start_core(struct userspace *u)
{
    const struct dp_env env = {
        .random = env_random,
        .output = env_output,
        .upcall = env_upcall,
        .defer_free = env_defer_free,
        .aux = u,
    };
    int code = dp_init(&u->dp, &env, N_THREADS);
    for (uint32_t i = 0; !code && i < N_THREADS; i++) {
        u->threads[i] = xzalloc(sizeof *u->threads[i]);
        code = dp_thread_init(u->threads[i], &u->dp, i, EMC_SIZE);
    }
    return code;
}

static int
userspace_create(struct dpif *d)
{
    struct userspace *u = userspace_of(d);
    epoch_join();
    int code = start_core(u);
    VERIFY(!code); /* out of memory, as for xalloc() */
    grow_ports(u, 0);
    u->upcalls = upcall_queue_new();
    u->upcalls_waiting = os_wake_new(loop_of(u), serve_upcalls, u);
    userspace_run(d);
    code = add_local_port(u);
    if (code) {
        log_warn("%s: cannot create the local port (%s)", d->name, err_text(code));
        userspace_destroy(d);
    }
    return code;
}

const struct dpif_ops dpif_userspace_ops = {
    .size = sizeof(struct userspace),
    .create = userspace_create,
    .destroy = userspace_destroy,
    .get_stats = userspace_get_stats,
    .port_add = userspace_port_add,
    .port_del = userspace_port_del,
    .port_next = userspace_port_next,
    .flow_put = userspace_flow_put,
    .flow_del = userspace_flow_del,
    .flow_get = userspace_flow_get,
    .flow_flush = userspace_flow_flush,
    .flow_dump = userspace_flow_dump,
    .execute = userspace_execute,
    .run = userspace_run,
};
