/* SPDX-License-Identifier: Apache-2.0 */
/* ipc/keeper.h keeps the connection; this adds what OpenFlow says on it. A connection counts as
 * made when the hellos are through, so a peer that is silent about them is dropped by the
 * attempt's time-out. Loop's thread. */
#include "vconn/rconn.h"

#include <string.h>

#include "ipc/keeper.h"
#include "openflow/ofp_msg.h"
#include "os/mem.h"

struct rconn {
    struct keeper keeper;
    char *target;
    ofp_versions allowed;
    struct vconn *vconn; /* from the stream's connection on */
    uint32_t probe_xid;  /* of an echo request under way, or 0 */
    const struct rconn_events *events;
    void *aux;
};

/* Sends echo ID with the N bytes of BODY. */
static void
send_echo(struct rconn *r, enum ofp_msg_id id, uint32_t xid, const uint8_t *body, size_t n)
{
    uint8_t *msg = xalloc(OFP_HEADER_SIZE + n);
    struct wr w = wr_make(msg, OFP_HEADER_SIZE + n);
    size_t begin = ofp_msg_begin(&w, id, vconn_version(r->vconn), xid);
    wr_bytes(&w, body, n);
    ofp_msg_end(&w, begin);
    vconn_send(r->vconn, msg, w.n);
    os_free(msg);
}

/* -- The connection's events -- */

static void
vconn_connected(void *aux)
{
    struct rconn *r = aux;
    keeper_connected(&r->keeper);
    keeper_enter(&r->keeper);
    if (r->events->connected) {
        r->events->connected(r->aux);
    }
    keeper_leave(&r->keeper);
}

static void
vconn_message(void *aux, const uint8_t *msg, size_t n)
{
    struct rconn *r = aux;
    struct ofp_msg m;
    keeper_activity(&r->keeper);
    bool is_echo = (msg[1] & ~1) == 2 && !ofp_msg_get(&m, msg, n); /* request or reply */
    if (is_echo && m.id == OFPT_ECHO_REQUEST) {
        send_echo(r, OFPT_ECHO_REPLY, m.xid, m.body.p, rd_left(&m.body));
    } else if (is_echo && r->probe_xid && m.xid == r->probe_xid) {
        r->probe_xid = 0; /* it has done its work by coming */
    } else {
        keeper_enter(&r->keeper);
        r->events->message(r->aux, msg, n);
        keeper_leave(&r->keeper);
    }
}

/* This tells nothing of the peer: the host takes a probe from us even when nobody answers it. */
static void
vconn_sent(void *aux)
{
    struct rconn *r = aux;
    keeper_enter(&r->keeper);
    if (r->events->sent) {
        r->events->sent(r->aux);
    }
    keeper_leave(&r->keeper);
}

static void
vconn_closed(void *aux, int code)
{
    struct rconn *r = aux;
    keeper_lost(&r->keeper, code);
}

static const struct vconn_events vconn_events = {.connected = vconn_connected,
                                                 .message = vconn_message,
                                                 .sent = vconn_sent,
                                                 .closed = vconn_closed};

/* -- What the keeper asks -- */

static const char *
target(void *aux)
{
    const struct rconn *r = aux;
    return r->target;
}

static void
opened(void *aux, struct stream *stream)
{
    struct rconn *r = aux;
    r->vconn = vconn_new(r->keeper.loop, stream, r->allowed, &vconn_events, r);
}

static void
probe(void *aux)
{
    struct rconn *r = aux;
    r->probe_xid = vconn_new_xid();
    send_echo(r, OFPT_ECHO_REQUEST, r->probe_xid, NULL, 0);
}

static void
close_connection(void *aux)
{
    struct rconn *r = aux;
    vconn_free(r->vconn);
    r->vconn = NULL;
    r->probe_xid = 0;
}

static void
ended(void *aux, int code)
{
    struct rconn *r = aux;
    if (r->events->disconnected) {
        r->events->disconnected(r->aux, code);
    }
}

static void
destroy(void *aux)
{
    struct rconn *r = aux;
    os_free(r->target);
    os_free(r);
}

static const struct keeper_ops keeper_ops = {.target = target,
                                             .opened = opened,
                                             .probe = probe,
                                             .close = close_connection,
                                             .ended = ended,
                                             .destroy = destroy};

/* -- Life -- */

static struct rconn *
new_rconn(const char *name, ofp_versions allowed, const struct rconn_events *events, void *aux)
{
    struct rconn *r = xzalloc(sizeof *r);
    r->target = xstrdup(name);
    r->allowed = allowed;
    r->events = events;
    r->aux = aux;
    return r;
}

struct rconn *
rconn_new(struct os_loop *loop, const char *name, ofp_versions allowed,
          const struct rconn_events *events, void *aux)
{
    struct rconn *r = new_rconn(name, allowed, events, aux);
    keeper_init(&r->keeper, loop, name, VCONN_PORT, true, &keeper_ops, r);
    return r;
}

struct rconn *
rconn_accept(struct os_loop *loop, struct stream *stream, ofp_versions allowed,
             const struct rconn_events *events, void *aux)
{
    struct rconn *r = new_rconn(stream_name(stream), allowed, events, aux);
    keeper_init_accepted(&r->keeper, loop, r->target, &keeper_ops, r);
    opened(r, stream);
    return r;
}

void
rconn_free(struct rconn *r)
{
    if (r) {
        keeper_stop(&r->keeper);
    }
}

struct vconn *
rconn_connection(struct rconn *r)
{
    return r->vconn && vconn_version(r->vconn) ? r->vconn : NULL;
}

bool
rconn_is_alive(const struct rconn *r)
{
    return reconnect_is_alive(&r->keeper.reconnect);
}

void
rconn_set_max_backoff(struct rconn *r, uint64_t ms)
{
    keeper_set_max_backoff(&r->keeper, ms);
}

void
rconn_set_probe_interval(struct rconn *r, uint64_t ms)
{
    keeper_set_probe_interval(&r->keeper, ms);
}

void
rconn_force_reconnect(struct rconn *r)
{
    keeper_force_reconnect(&r->keeper);
}

const char *
rconn_name(const struct rconn *r)
{
    return r->target;
}

const struct reconnect *
rconn_state(const struct rconn *r)
{
    return &r->keeper.reconnect;
}
