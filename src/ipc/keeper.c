/* SPDX-License-Identifier: Apache-2.0 */
/* One timer follows the state machine's deadline. `busy` counts the callbacks under way, since
 * the session may be freed inside them. Loop's thread. */
#include "ipc/keeper.h"

#include <string.h>

#include "os/log.h"

LOG_MODULE(reconnect);

static uint64_t
now_of(const struct keeper *k)
{
    return os_now_ms(k->loop);
}

void
keeper_enter(struct keeper *k)
{
    k->busy++;
}

bool
keeper_leave(struct keeper *k)
{
    k->busy--;
    if (k->stopped && !k->busy) {
        reconnect_fini(&k->reconnect);
        k->ops->destroy(k->aux);
        return false;
    }
    return !k->stopped;
}

static void
arm(struct keeper *k)
{
    uint64_t deadline = reconnect_deadline(&k->reconnect);
    if (deadline == UINT64_MAX) {
        os_timer_stop(&k->timer);
    } else if (!os_timer_is_running(&k->timer) || k->timer.deadline_ms > deadline) {
        os_timer_start_at(&k->timer, deadline);
    }
}

void
keeper_lost(struct keeper *k, int code)
{
    bool was_connected = k->connected;
    k->connected = false;
    stream_free(k->stream);
    k->stream = NULL;
    k->ops->close(k->aux);
    reconnect_disconnected(&k->reconnect, now_of(k), code);
    arm(k);
    keeper_enter(k);
    if (was_connected || !reconnect_is_alive(&k->reconnect)) {
        k->ops->ended(k->aux, code);
    }
    keeper_leave(k);
}

void
keeper_connected(struct keeper *k)
{
    k->connected = true;
    reconnect_connected(&k->reconnect, now_of(k));
    arm(k);
}

void
keeper_activity(struct keeper *k)
{
    reconnect_activity(&k->reconnect, now_of(k));
}

/* -- Attempts -- */

static void
attempt_connected(void *aux)
{
    struct keeper *k = aux;
    struct stream *stream = k->stream;
    k->stream = NULL;
    stream_set_events(stream, NULL, NULL);
    k->ops->opened(k->aux, stream);
}

static void
attempt_closed(void *aux, int code)
{
    keeper_lost(aux, code);
}

static const struct stream_events attempt_events = {.connected = attempt_connected,
                                                    .closed = attempt_closed};

static void
attempt(struct keeper *k)
{
    struct err e;
    const char *name = k->ops->target(k->aux);
    reconnect_set_name(&k->reconnect, name);
    int error = stream_open(k->loop, name, k->port, &attempt_events, k, &k->stream, &e);
    reconnect_connecting(&k->reconnect, now_of(k));
    if (error) {
        k->stream = NULL;
        log_dbg("%s: %s", name, e.text);
        keeper_lost(k, error);
    }
}

static void
run(struct keeper *k)
{
    switch (reconnect_run(&k->reconnect, now_of(k))) {
    case RECONNECT_NOTHING:
        break;
    case RECONNECT_CONNECT:
        attempt(k);
        return; /* the session may be over */
    case RECONNECT_DISCONNECT:
        keeper_lost(k, 0);
        return;
    case RECONNECT_PROBE:
        k->ops->probe(k->aux);
        break;
    }
    arm(k);
}

static void
timer_fired(void *aux)
{
    struct keeper *k = aux;
    keeper_enter(k);
    run(k);
    if (keeper_leave(k)) {
        arm(k);
    }
}

/* -- Life -- */

static void
init(struct keeper *k, struct os_loop *loop, const struct keeper_ops *ops, void *aux)
{
    *k = (struct keeper){.loop = loop, .ops = ops, .aux = aux};
    os_timer_init(&k->timer, loop, timer_fired, k);
}

void
keeper_init(struct keeper *k, struct os_loop *loop, const char *name, uint16_t port, bool retry,
            const struct keeper_ops *ops, void *aux)
{
    init(k, loop, ops, aux);
    k->port = port;
    reconnect_init(&k->reconnect, name, retry, false);
    if (!strncmp(name, "unix:", 5)) {
        k->reconnect.probe_ms = 0; /* the host tells when a local peer dies */
    }
    reconnect_enable(&k->reconnect, now_of(k));
    arm(k);
}

void
keeper_init_accepted(struct keeper *k, struct os_loop *loop, const char *name,
                     const struct keeper_ops *ops, void *aux)
{
    init(k, loop, ops, aux);
    reconnect_init(&k->reconnect, name, false, true);
    reconnect_connecting(&k->reconnect, now_of(k));
    arm(k);
}

void
keeper_stop(struct keeper *k)
{
    if (!k->stopped) {
        os_timer_stop(&k->timer);
        stream_free(k->stream);
        k->stream = NULL;
        k->ops->close(k->aux);
        keeper_enter(k);
        k->stopped = true;
        keeper_leave(k);
    }
}

void
keeper_set_max_backoff(struct keeper *k, uint64_t ms)
{
    struct reconnect *r = &k->reconnect;
    r->max_backoff_ms = MAX(ms, 1000);
    r->min_backoff_ms = MIN(r->min_backoff_ms, r->max_backoff_ms);
    r->backoff_ms = MIN(r->backoff_ms, r->max_backoff_ms);
    arm(k);
}

void
keeper_set_probe_interval(struct keeper *k, uint64_t ms)
{
    k->reconnect.probe_ms = ms ? MAX(ms, 1000) : 0;
    os_timer_stop(&k->timer);
    arm(k);
}

void
keeper_force_reconnect(struct keeper *k)
{
    reconnect_force(&k->reconnect, now_of(k));
    arm(k);
}
