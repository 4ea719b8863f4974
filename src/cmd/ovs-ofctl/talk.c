/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that came are kept in a queue until somebody asks for them; while it is long, nothing
 * more is read. Echo requests are answered on the way. */
#include "cmd/ovs-ofctl/talk.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "cmd/ovs-ofctl/names.h"
#include "cmd/ovs-ofctl/target.h"
#include "cmd/packet_text.h"
#include "openflow/msg_error.h"
#include "openflow/ofp_print.h"
#include "os/log.h"

enum {
    QUEUE_BYTES = 1024 * 1024,  /* kept of what came */
    OUTPUT_BYTES = 1024 * 1024, /* waiting to be sent */
};

struct message {
    struct list node;
    size_t n;
    uint8_t bytes[];
};

struct talk {
    struct ofctl *c;
    const char *target; /* as the user calls it */
    struct vconn *vconn;
    struct list queue;
    size_t queued; /* bytes */
    struct message *current;
    struct wr request;
    uint32_t awaited; /* number of the request whose parts come */
    size_t begin;     /* of the request under way */
    uint8_t *buffer;  /* holds it */
    size_t sent;      /* bytes since the host was last looked at */
    int ended;        /* why the connection ended, 0 while it is there */
    bool is_connected;
    bool is_woken;
    bool is_snoop; /* says nothing */
    bool is_whole; /* the request under way needs no end */
};

/* -- The connection's events -- */

static void
on_connected(void *t_)
{
    struct talk *t = t_;
    t->is_connected = true;
}

static void
answer_echo(struct talk *t, const struct ofp_msg *m)
{
    uint8_t *reply = xalloc(m->len);
    struct wr w = wr_make(reply, m->len);
    size_t begin = ofp_msg_begin(&w, OFPT_ECHO_REPLY, talk_version(t), m->xid);
    wr_bytes(&w, m->body.p, rd_left(&m->body));
    ofp_msg_end(&w, begin);
    vconn_send(t->vconn, reply, w.n);
    os_free(reply);
}

static void
on_message(void *t_, const uint8_t *msg, size_t n)
{
    struct talk *t = t_;
    struct ofp_header h;
    struct ofp_msg m;
    if (!t->is_snoop && ofp_header_get(msg, n, &h) && h.type == 2 && !ofp_msg_get(&m, msg, n) &&
        m.id == OFPT_ECHO_REQUEST) {
        answer_echo(t, &m);
        return;
    }
    struct message *message = xalloc(sizeof *message + n);
    message->n = n;
    memcpy(message->bytes, msg, n);
    list_push_back(&t->queue, &message->node);
    t->queued += n;
    vconn_pause(t->vconn, t->queued > QUEUE_BYTES);
}

static void
on_closed(void *t_, int code)
{
    struct talk *t = t_;
    t->ended = code;
}

static const struct vconn_events vconn_events = {
    .connected = on_connected, .message = on_message, .closed = on_closed};

/* -- Waiting; each gives true when there is nothing to wait for -- */

static bool
is_settled(void *t_)
{
    const struct talk *t = t_;
    return t->is_connected || t->ended;
}

static bool
has_message(void *t_)
{
    const struct talk *t = t_;
    return !list_is_empty(&t->queue) || t->ended;
}

/* A peer that waits for us to read would keep us waiting for ever. */
static bool
has_room(void *t_)
{
    const struct talk *t = t_;
    return vconn_backlog(t->vconn) <= OUTPUT_BYTES / 2 || t->queued > QUEUE_BYTES || t->ended;
}

static void PORT_NORETURN
die(const struct talk *t)
{
    log_fatal("talking to %s (%s)", talk_name(t), err_text(t->ended));
}

/* -- Life -- */

static struct talk *
open_suffix(struct ofctl *c, const char *name, const char *suffix)
{
    struct err e;
    struct talk *t = xzalloc(sizeof *t);
    t->c = c;
    t->target = name;
    t->buffer = xalloc(OFP_MSG_MAX);
    t->is_snoop = strcmp(suffix, "snoop") == 0;
    list_init(&t->queue);
    struct target target = target_resolve(name, suffix);
    int error = vconn_open(c->loop, target.method, c->versions, &vconn_events, t, &t->vconn, &e);
    if (error) {
        log_fatal("%s (%s)", target.failure, err_text(error));
    }
    os_loop_run(c->loop, is_settled, t, UINT64_MAX);
    if (t->ended == -E_PROTO) {
        log_fatal("%s: failed to connect to socket (%s)", name, err_text(t->ended));
    } else if (t->ended == -E_EOF || t->ended == -E_CONNRESET) {
        log_fatal("%s: failed to connect to socket (%s)", name, err_text(E_CONNRESET));
    } else if (t->ended) {
        log_fatal("%s (%s)", target.failure, err_text(t->ended));
    }
    os_free(target.method);
    os_free(target.failure);
    return t;
}

struct talk *
talk_open(struct ofctl *c, const char *target)
{
    return open_suffix(c, target, "mgmt");
}

struct talk *
talk_open_snoop(struct ofctl *c, const char *target)
{
    return open_suffix(c, target, "snoop");
}

void
talk_close(struct talk *t)
{
    vconn_free(t->vconn);
    while (!list_is_empty(&t->queue)) {
        os_free(CONTAINER_OF(list_pop_front(&t->queue), struct message, node));
    }
    os_free(t->current);
    os_free(t->buffer);
    os_free(t);
}

enum ofp_version
talk_version(const struct talk *t)
{
    return vconn_version(t->vconn);
}

const char *
talk_name(const struct talk *t)
{
    return vconn_name(t->vconn);
}

struct ofctl *
talk_options(const struct talk *t)
{
    return t->c;
}

/* -- Messages -- */

void
talk_send(struct talk *t, const void *msg, size_t n)
{
    vconn_send(t->vconn, msg, n);
    t->sent += n;
    if (vconn_backlog(t->vconn) > OUTPUT_BYTES) {
        os_loop_run(t->c->loop, has_room, t, UINT64_MAX);
    }
}

const uint8_t *
talk_peek(struct talk *t, size_t *n)
{
    if (list_is_empty(&t->queue) && t->sent > OUTPUT_BYTES / 4 && !t->ended) {
        t->sent = 0;
        os_loop_turn(t->c->loop, 0);
    }
    if (list_is_empty(&t->queue)) {
        if (t->ended) {
            die(t);
        }
        return NULL;
    }
    os_free(t->current);
    t->current = CONTAINER_OF(list_pop_front(&t->queue), struct message, node);
    t->queued -= t->current->n;
    if (!t->ended) {
        vconn_pause(t->vconn, t->queued > QUEUE_BYTES);
    }
    *n = t->current->n;
    return t->current->bytes;
}

const uint8_t *
talk_receive(struct talk *t, size_t *n)
{
    if (list_is_empty(&t->queue)) {
        os_loop_run(t->c->loop, has_message, t, UINT64_MAX);
    }
    return talk_peek(t, n);
}

void
talk_queue(struct talk *t, const void *msg, size_t n)
{
    vconn_send(t->vconn, msg, n);
}

static bool
has_message_or_woken(void *t_)
{
    const struct talk *t = t_;
    return has_message(t_) || t->is_woken;
}

const uint8_t *
talk_receive_or_wake(struct talk *t, size_t *n)
{
    if (list_is_empty(&t->queue)) {
        os_loop_run(t->c->loop, has_message_or_woken, t, UINT64_MAX);
    }
    if (t->is_woken) {
        t->is_woken = false;
        return NULL;
    }
    return talk_peek(t, n);
}

void
talk_wake(struct talk *t)
{
    t->is_woken = true;
}

/* -- A request -- */

struct wr *
talk_begin(struct talk *t, enum ofp_msg_id kind)
{
    enum ofp_msg_id id;
    enum ofp_version version = talk_version(t);
    if (!ofp_msg_find(kind, version, &id)) {
        log_fatal("%s has no message for this: %s", ofp_version_name(version), ofp_msg_name(kind));
    }
    t->request = wr_make(t->buffer, OFP_MSG_MAX);
    t->begin = ofp_msg_begin(&t->request, id, version, vconn_new_xid());
    return &t->request;
}

struct wr *
talk_make(struct talk *t)
{
    t->request = wr_make(t->buffer, OFP_MSG_MAX);
    t->is_whole = true;
    return &t->request;
}

/* Sends the request under way and gives its number. */
static uint32_t
send_request(struct talk *t)
{
    struct ofp_header h;
    if (!t->is_whole) {
        ofp_msg_end(&t->request, t->begin);
    }
    t->is_whole = false;
    VERIFY(!t->request.bad);
    ofp_header_get(t->buffer, t->request.n, &h);
    talk_send(t, t->buffer, t->request.n);
    return h.xid;
}

/* Waits for a message with number XID; others are passed over. */
static const uint8_t *
receive_xid(struct talk *t, uint32_t xid, size_t *n)
{
    for (;;) {
        const uint8_t *msg = talk_receive(t, n);
        struct ofp_header h;
        if (ofp_header_get(msg, *n, &h) && h.xid == xid) {
            return msg;
        }
    }
}

const uint8_t *
talk_call(struct talk *t, size_t *n)
{
    return receive_xid(t, send_request(t), n);
}

/* Whether names would say the same twice: what describes ports and tables has both. */
static bool
describes_names(const uint8_t *msg, size_t n)
{
    struct ofp_msg m;
    return !ofp_msg_get(&m, msg, n) &&
           (m.id == OFPT_FEATURES_REPLY || m.id == OFPST_PORT_DESC_REPLY ||
            m.id == OFPST_TABLE_REPLY || m.id == OFPST_TABLE_FEATURES_REPLY);
}

void
print_message(FILE *out, const struct ofctl *c, const struct talk *t, const uint8_t *msg, size_t n)
{
    struct str s = STR_INIT;
    struct ofp_print how = {.verbosity = (int)c->verbosity + 1, .packet = packet_text_put};
    if (t) {
        how.tables = names_of_tables_to_show(t->c, t->target);
        how.ports = names_of_ports_to_show(t->c, t->target);
        if (describes_names(msg, n)) {
            how.ports = NULL;
            how.tables = NULL;
        }
    }
    ofp_print(&s, msg, n, &how);
    fputs(str_text(&s), out);
    str_fini(&s);
}

void
talk_start(struct talk *t)
{
    t->awaited = send_request(t);
}

bool
talk_next_part(struct talk *t, struct ofp_msg *m)
{
    size_t n;
    const uint8_t *msg = receive_xid(t, t->awaited, &n);
    if (ofp_msg_get(m, msg, n)) {
        *m = (struct ofp_msg){.id = OFPT_ERROR, .bytes = msg, .len = n}; /* as good as one */
    }
    return ofp_msg_is_statistics(m->id) && m->flags & OFP_FLAG_MORE;
}

void
talk_dump(struct talk *t)
{
    struct ofp_msg m;
    bool more;
    talk_start(t);
    do {
        more = talk_next_part(t, &m);
        print_message(stdout, t->c, t, m.bytes, m.len);
    } while (more);
}

void
talk_check(const uint8_t *msg, size_t n, const struct ofctl *c)
{
    struct ofp_msg m;
    if (!ofp_msg_get(&m, msg, n) && m.id == OFPT_ERROR) {
        print_message(stderr, c, NULL, msg, n);
        exit(EXIT_FAILURE);
    }
}

/* Waits until everything sent is done; the first error that comes is printed if IS_FATAL, and
 * ends the process then. False: there was one. */
static bool
wait_done(struct talk *t, bool is_fatal)
{
    bool good = true;
    talk_begin(t, OFPT_BARRIER_REQUEST);
    uint32_t xid = send_request(t);
    for (;;) {
        size_t n;
        const uint8_t *msg = talk_receive(t, &n);
        struct ofp_msg m;
        if (is_fatal) {
            talk_check(msg, n, t->c);
        }
        if (ofp_msg_get(&m, msg, n)) {
            continue;
        }
        good = good && m.id != OFPT_ERROR;
        if (m.xid == xid) {
            return good;
        }
    }
}

void
talk_barrier(struct talk *t)
{
    wait_done(t, true);
}

bool
talk_try(struct talk *t)
{
    send_request(t);
    return wait_done(t, false);
}

void
talk_tell_message(struct talk *t, const void *msg, size_t n)
{
    talk_send(t, msg, n);
    talk_barrier(t);
}

void
talk_tell(struct talk *t)
{
    send_request(t);
    talk_barrier(t);
}

void
talk_send_checked(struct talk *t, const void *msg, size_t n)
{
    size_t n_reply;
    talk_send(t, msg, n);
    for (const uint8_t *reply; (reply = talk_peek(t, &n_reply));) {
        talk_check(reply, n_reply, t->c);
    }
}

struct ofp_switch_config
talk_get_config(struct talk *t)
{
    struct ofp_msg m;
    struct ofp_switch_config config;
    size_t n;
    talk_begin(t, OFPT_GET_CONFIG_REQUEST);
    const uint8_t *reply = talk_call(t, &n);
    if (ofp_msg_get(&m, reply, n) || m.id != OFPT_GET_CONFIG_REPLY ||
        ofp_switch_config_get(&m, &config)) {
        log_fatal("%s: bad reply to config request", talk_name(t));
    }
    return config;
}
