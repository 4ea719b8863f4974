/* SPDX-License-Identifier: Apache-2.0 */
/* Input is collected until a message is whole, which is then handed to the owner; output is
 * gathered until the end of the loop's round, so that thousands of small messages make few
 * writes. `busy` counts the callbacks under way, since the owner may free the connection inside
 * them. Loop's thread. */
#include "vconn/vconn.h"

#include <string.h>

#include "openflow/msg_hello.h"
#include "openflow/ofp_print.h"
#include "os/coverage.h"
#include "os/err_format.h"
#include "os/log.h"
#include "text/str.h"

LOG_MODULE(vconn);
COVERAGE_DEFINE(vconn_received);
COVERAGE_DEFINE(vconn_sent);

/* Output is given to the host when it has gathered this much, whatever the round. */
enum { GATHER_BYTES = 64 * 1024 };

struct vconn {
    struct os_loop *loop;
    struct stream *stream;
    const struct vconn_events *events;
    void *aux;
    char *name;
    ofp_versions allowed;
    enum ofp_version version; /* 0 until it is agreed on */
    struct str in;
    size_t taken; /* bytes at the start of `in` that are done with */
    struct str out;
    struct os_task flush;  /* gives `out` to the host */
    struct os_task resume; /* goes on with what a pause held back */
    unsigned int busy;
    bool freed, paused, ended;
};

static struct log_rate rate = LOG_RATE(60, 5);

uint32_t
vconn_new_xid(void)
{
    static uint32_t last;
    return ++last;
}

static void
destroy(struct vconn *v)
{
    str_fini(&v->in);
    str_fini(&v->out);
    os_free(v->name);
    os_free(v);
}

static void
enter(struct vconn *v)
{
    v->busy++;
}

/* False when the owner freed V meanwhile (and V is gone). */
static bool
leave(struct vconn *v)
{
    v->busy--;
    if (v->freed && !v->busy) {
        destroy(v);
        return false;
    }
    return !v->freed;
}

static void
flush_run(void *aux)
{
    struct vconn *v = aux;
    size_t n = v->out.n;
    if (n && !v->ended) {
        stream_send_take(v->stream, str_take(&v->out), n);
    }
}

static void
end(struct vconn *v, int code)
{
    if (v->ended || v->freed) {
        return;
    }
    v->ended = true;
    os_task_cancel(&v->flush);
    os_task_cancel(&v->resume);
    if (v->events->closed) {
        v->events->closed(v->aux, code);
    }
}

/* -- The first message -- */

/* Refuses a peer that offers THEIRS in a hello of VERSION, with what is said to it. */
static void
refuse(struct vconn *v, enum ofp_version version, ofp_versions theirs)
{
    uint8_t buffer[512];
    struct wr w = wr_make(buffer, sizeof buffer);
    char *we = ofp_versions_text(v->allowed), *you = ofp_versions_text(theirs);
    char *text = xasprintf("We support %s, you support %s, no common versions.", we, you);
    log_limited(&rate, LOG_WARN,
                "%s: version negotiation failed (we support %s, peer supports %s)", v->name, we,
                you);
    size_t begin = ofp_msg_begin(&w, OFPT_ERROR, version, 0);
    struct ofp_error_wire error = ofp_error_wire(OFPHFC_INCOMPATIBLE, version);
    wr_be16(&w, error.type);
    wr_be16(&w, error.code);
    wr_bytes(&w, text, strlen(text));
    ofp_msg_end(&w, begin);
    os_free(we);
    os_free(you);
    os_free(text);
    vconn_send(v, buffer, w.n);
    flush_run(v);
    end(v, -E_PROTO);
}

/* What MSG is, for logs; the caller frees it. */
static char *
describe(const uint8_t *msg, size_t n)
{
    struct str s = STR_INIT;
    ofp_print(&s, msg, n, &(struct ofp_print){.verbosity = 1});
    str_chomp(&s, "\n");
    return str_take(&s);
}

static void
log_message(const struct vconn *v, const char *what, const uint8_t *msg, size_t n)
{
    if (log_is_enabled(LOG_DBG)) {
        char *text = describe(msg, n);
        log_dbg("%s: %s: %s", v->name, what, text);
        os_free(text);
    }
}

static void
log_hello(const struct vconn *v, const char *what, const uint8_t *msg, size_t n)
{
    char *text = describe(msg, n);
    log_limited(&rate, LOG_WARN, "%s: %s: %s", v->name, what, text);
    os_free(text);
}

static void
take_hello(struct vconn *v, const uint8_t *msg, size_t n)
{
    struct ofp_msg m;
    ofp_versions theirs;
    if (ofp_msg_get(&m, msg, n) || m.id != OFPT_HELLO) {
        log_hello(v, "received message while expecting hello", msg, n);
        end(v, -E_PROTO);
        return;
    }
    if (!ofp_hello_get(&m, &theirs)) {
        log_hello(v, "unknown data in hello", msg, n);
    }
    ofp_versions both = v->allowed & theirs;
    if (!both) {
        refuse(v, (enum ofp_version)MIN(m.version, OFP_VERSION_END - 1), theirs);
        return;
    }
    v->version = (enum ofp_version)ofp_versions_newest(both);
    log_dbg("%s: negotiated OpenFlow version 0x%02x (we support %#x, peer supports %#x)", v->name,
            (unsigned int)v->version, v->allowed, theirs);
    if (v->events->connected) {
        v->events->connected(v->aux);
    }
}

/* -- Input -- */

/* Hello, error and echo. */
static bool
is_of_any_version(uint8_t type)
{
    return type <= 3;
}

static void
take_message(struct vconn *v, const uint8_t *msg, size_t n)
{
    coverage_inc(vconn_received);
    log_message(v, "received", msg, n);
    if (!v->version) {
        take_hello(v, msg, n);
    } else if (msg[0] != v->version && !is_of_any_version(msg[1])) {
        log_limited(&rate, LOG_ERR,
                    "%s: received OpenFlow message type %u with version 0x%02x, "
                    "expected version 0x%02x",
                    v->name, msg[1], msg[0], (unsigned int)v->version);
        end(v, -E_PROTO);
    } else {
        v->events->message(v->aux, msg, n);
    }
}

/* The next whole message, or NULL; ends the connection when it is impossible. */
static const uint8_t *
next_message(struct vconn *v, size_t *n)
{
    const uint8_t *p = (const uint8_t *)v->in.s + v->taken;
    size_t left = v->in.n - v->taken;
    struct ofp_header h;
    if (!ofp_header_get(p, left, &h)) {
        return NULL;
    }
    *n = h.len;
    if (*n < OFP_HEADER_SIZE) {
        log_limited(&rate, LOG_ERR, "%s: received too-short OpenFlow header (%zu bytes)", v->name,
                    *n);
        end(v, -E_PROTO);
        return NULL;
    }
    return left < *n ? NULL : p;
}

static void
process(struct vconn *v)
{
    enter(v);
    while (!v->paused && !v->ended && !v->freed) {
        size_t n;
        const uint8_t *msg = next_message(v, &n);
        if (!msg) {
            break;
        }
        v->taken += n;
        take_message(v, msg, n);
    }
    if (leave(v)) {
        str_drop(&v->in, v->taken);
        v->taken = 0;
    }
}

static void
resume_run(void *aux)
{
    process(aux);
}

/* -- The stream's events -- */

static void
stream_received(void *aux, const char *p, size_t n)
{
    struct vconn *v = aux;
    str_put(&v->in, p, n);
    process(v);
}

static void
stream_sent(void *aux)
{
    struct vconn *v = aux;
    if (v->events->sent) {
        v->events->sent(v->aux);
    }
}

static void
stream_closed(void *aux, int code)
{
    end(aux, code);
}

static void
say_hello(struct vconn *v)
{
    uint8_t buffer[16];
    struct wr w = wr_make(buffer, sizeof buffer);
    ofp_hello_put(&w, v->allowed, vconn_new_xid());
    vconn_send(v, buffer, w.n);
}

static void
stream_connected(void *aux)
{
    say_hello(aux);
}

static const struct stream_events stream_events = {.connected = stream_connected,
                                                   .received = stream_received,
                                                   .sent = stream_sent,
                                                   .closed = stream_closed};

/* -- Life -- */

static struct vconn *
new_vconn(struct os_loop *loop, const char *name, ofp_versions allowed,
          const struct vconn_events *events, void *aux)
{
    VERIFY(allowed);
    struct vconn *v = xzalloc(sizeof *v);
    v->loop = loop;
    v->name = xstrdup(name);
    v->allowed = allowed;
    v->events = events;
    v->aux = aux;
    os_task_init(&v->flush, loop, flush_run, v);
    os_task_init(&v->resume, loop, resume_run, v);
    return v;
}

int
vconn_open(struct os_loop *loop, const char *name, ofp_versions allowed,
           const struct vconn_events *events, void *aux, struct vconn **vp, struct err *e)
{
    struct vconn *v = new_vconn(loop, name, allowed, events, aux);
    int error = stream_open(loop, name, VCONN_PORT, &stream_events, v, &v->stream, e);
    if (error) {
        destroy(v);
        return error;
    }
    *vp = v;
    return 0;
}

struct vconn *
vconn_new(struct os_loop *loop, struct stream *stream, ofp_versions allowed,
          const struct vconn_events *events, void *aux)
{
    struct vconn *v = new_vconn(loop, stream_name(stream), allowed, events, aux);
    v->stream = stream;
    stream_set_events(stream, &stream_events, v);
    say_hello(v);
    return v;
}

void
vconn_free(struct vconn *v)
{
    if (v && !v->freed) {
        flush_run(v);
        v->freed = true;
        os_task_cancel(&v->flush);
        os_task_cancel(&v->resume);
        stream_free(v->stream);
        if (!v->busy) {
            destroy(v);
        }
    }
}

void
vconn_send(struct vconn *v, const void *msg, size_t n)
{
    if (v->ended) {
        return;
    }
    coverage_inc(vconn_sent);
    log_message(v, "sent (Success)", msg, n);
    str_put(&v->out, msg, n);
    if (v->out.n >= GATHER_BYTES) {
        flush_run(v);
    } else {
        os_task_queue(&v->flush);
    }
}

size_t
vconn_backlog(const struct vconn *v)
{
    return v->ended ? 0 : v->out.n + stream_backlog(v->stream);
}

void
vconn_pause(struct vconn *v, bool paused)
{
    if (v->paused != paused) {
        v->paused = paused;
        stream_pause(v->stream, paused);
        if (!paused && v->in.n && !v->ended) {
            os_task_queue(&v->resume);
        }
    }
}

enum ofp_version
vconn_version(const struct vconn *v)
{
    return v->version;
}

const char *
vconn_name(const struct vconn *v)
{
    return v->name;
}
