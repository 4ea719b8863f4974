/* SPDX-License-Identifier: Apache-2.0 */
/* Byte streams over libuv, with TLS in between where asked for. A stream lives until its owner
 * freed it and libuv gave its handle (and a name look-up) back; n_refs counts these. After
 * every callback into the owner the stream may be freed already, which `freed` says. All
 * failures reach the owner through `closed`, never from inside the call that caused them.
 * Loop's thread. */
#include "ipc/replay_internal.h"
#include "ipc/stream_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/endian.h"
#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"
#include "text/address.h"

enum stream_state { STREAM_CONNECTING, STREAM_SHAKING, STREAM_OPEN, STREAM_CLOSED };
enum { READ_SIZE = 64 * 1024 };

struct stream {
    struct os_loop *loop;
    union stream_handle u;
    uv_connect_t connect;
    uv_getaddrinfo_t lookup;
    struct os_local local;
    struct address address;
    char *name;
    const struct stream_events *events;
    void *aux;
    struct tls_conn *tls;
    struct os_task failure; /* tells the owner later */
    int failure_code;
    enum stream_state state;
    unsigned int n_refs;
    uint32_t number; /* in a recording */
    bool is_numbered;
    bool is_tls, is_server, freed, paused, handle_closing;
    /* One that a replay feeds has no handle. */
    bool is_replayed;
    struct list node; /* in `replayed` */
    char *peer_cn;
    size_t backlog;
};

static struct list replayed;

/* Records what the owner is told. */
static void
note(const struct stream *s, enum replay_kind kind, const void *p, size_t n)
{
    if (s->is_numbered) {
        replay_note(kind, s->number, p, n);
    }
}

static void
note_number(const struct stream *s, enum replay_kind kind, uint64_t x)
{
    uint8_t bytes[8];
    put_be64(bytes, x);
    note(s, kind, bytes, sizeof bytes);
}

static void
unref(struct stream *s)
{
    if (--s->n_refs == 0) {
        tls_conn_free(s->tls);
        os_local_close(&s->local);
        os_free(s->peer_cn);
        os_free(s->name);
        os_free(s);
    }
}

static void
handle_closed(uv_handle_t *handle)
{
    unref(handle->data);
}

static void
close_handle(struct stream *s)
{
    if (s->handle_closing) {
        return;
    }
    s->handle_closing = true;
    if (s->is_replayed) {
        list_remove(&s->node);
        unref(s);
    } else {
        uv_close(&s->u.handle, handle_closed);
    }
}

/* The connection is over; the owner hears of it now. */
static void
end(struct stream *s, int code)
{
    if (s->freed || s->state == STREAM_CLOSED) {
        return;
    }
    s->state = STREAM_CLOSED;
    note_number(s, REPLAY_CLOSED, (uint64_t)(int64_t)code);
    close_handle(s);
    if (s->events && s->events->closed) {
        s->events->closed(s->aux, code);
    }
}

static void
failure_run(void *aux)
{
    struct stream *s = aux;
    end(s, s->failure_code);
}

/* The same in a while. */
static void
end_later(struct stream *s, int code)
{
    s->failure_code = code;
    os_task_queue(&s->failure);
}

static struct stream *
new_stream(struct os_loop *loop, bool is_tls, bool is_server)
{
    struct stream *s = xzalloc(sizeof *s);
    s->loop = loop;
    s->is_tls = is_tls;
    s->is_server = is_server;
    s->local.dir_fd = -1;
    s->n_refs = 2; /* the owner's and the handle's */
    os_task_init(&s->failure, loop, failure_run, s);
    return s;
}

/* -- Output -- */

/* The host writes as long as the peer reads, and a peer that keeps up with it would have the loop
 * for as long as the text lasts: so what is large is given to it in parts. */
#define PART_SIZE (256u * 1024)

struct output_text {
    size_t n_refs; /* the parts not yet written */
    char *p;
};

struct output {
    uv_write_t req;
    struct stream *stream;
    struct output_text *text;
};

static void
unref_text(struct output_text *text)
{
    if (!--text->n_refs) {
        os_free(text->p);
        os_free(text);
    }
}

static void
written(uv_write_t *req, int status)
{
    struct output *out = CONTAINER_OF(req, struct output, req);
    struct stream *s = out->stream;
    unref_text(out->text);
    os_free(out);
    if (status < 0 && status != UV_ECANCELED) {
        end(s, err_from_uv(status));
    } else if (status == 0 && !s->freed && s->state == STREAM_OPEN && s->events &&
               s->events->sent) {
        note_number(s, REPLAY_SENT, stream_backlog(s));
        s->events->sent(s->aux);
    }
    unref(s);
}

static int
write_part(struct stream *s, struct output_text *text, size_t offset, size_t n)
{
    struct output *out = xzalloc(sizeof *out);
    out->stream = s;
    out->text = text;
    uv_buf_t buf = uv_buf_init(text->p + offset, (unsigned int)n);
    int status = uv_write(&out->req, &s->u.stream, &buf, 1, written);
    if (status) {
        os_free(out);
        return err_from_uv(status);
    }
    text->n_refs++;
    s->n_refs++;
    return 0;
}

/* Gives P, which is taken over, to the host. */
static void
write_raw(struct stream *s, char *p, size_t n)
{
    if (s->state == STREAM_CLOSED || !n || s->is_replayed) {
        s->backlog += n;
        os_free(p);
        return;
    }
    struct output_text *text = xalloc(sizeof *text);
    *text = (struct output_text){.n_refs = 1, .p = p};
    int code = 0;
    for (size_t offset = 0; offset < n && !code; offset += PART_SIZE) {
        code = write_part(s, text, offset, MIN(n - offset, PART_SIZE));
    }
    unref_text(text);
    if (code) {
        end_later(s, code);
    }
}

void
stream_send_take(struct stream *s, char *p, size_t n)
{
    if (s->tls && s->state != STREAM_CLOSED) {
        int error = tls_conn_write(s->tls, p, n);
        os_free(p);
        if (error) {
            end_later(s, error);
        }
    } else {
        write_raw(s, p, n);
    }
}

void
stream_send(struct stream *s, const void *p, size_t n)
{
    stream_send_take(s, xmemdup(p, n), n);
}

size_t
stream_backlog(const struct stream *s)
{
    return s->state == STREAM_CLOSED ? 0
           : s->is_replayed          ? s->backlog
                                     : uv_stream_get_write_queue_size(&s->u.stream);
}

/* -- What the owner is told -- */

static void
tell_connected(struct stream *s)
{
    if (s->events && s->events->connected) {
        uint8_t none = 0;
        const char *cn = stream_peer_cn(s);
        note(s, REPLAY_CONNECTED, cn ? (const void *)cn : &none, cn ? strlen(cn) + 1 : 1);
        s->events->connected(s->aux);
    }
}

static void
tell_received(struct stream *s, const char *p, size_t n)
{
    if (s->events && s->events->received) {
        note(s, REPLAY_DATA, p, n);
        s->events->received(s->aux, p, n);
    }
}

/* -- TLS -- */

static void
tls_cipher(void *aux, char *p, size_t n)
{
    write_raw(aux, p, n);
}

static bool
tls_ready(void *aux)
{
    struct stream *s = aux;
    s->state = STREAM_OPEN;
    tell_connected(s);
    return !s->freed && s->state == STREAM_OPEN;
}

static bool
tls_plain(void *aux, const char *p, size_t n)
{
    struct stream *s = aux;
    tell_received(s, p, n);
    return !s->freed && s->state == STREAM_OPEN;
}

static const struct tls_sink tls_sink = {
    .cipher = tls_cipher, .ready = tls_ready, .plain = tls_plain};

/* -- Input -- */

static void
allocate(uv_handle_t *handle UNUSED, size_t suggested UNUSED, uv_buf_t *buf)
{
    *buf = uv_buf_init(xalloc(READ_SIZE), READ_SIZE);
}

static void
read_some(uv_stream_t *handle, ssize_t n, const uv_buf_t *buf)
{
    struct stream *s = handle->data;
    s->n_refs++; /* across the owner's callbacks */
    if (s->freed || s->state == STREAM_CLOSED) {
        /* nothing more is wanted */
    } else if (n < 0) {
        end(s, err_from_uv((int)n));
    } else if (n > 0 && s->tls) {
        int error = tls_conn_input(s->tls, buf->base, (size_t)n);
        if (error) {
            end(s, error);
        }
    } else if (n > 0) {
        tell_received(s, buf->base, (size_t)n);
    }
    os_free(buf->base);
    unref(s);
}

static void
start_reading(struct stream *s)
{
    if (s->state == STREAM_CLOSED || s->freed || s->is_replayed) {
        return;
    }
    if (s->paused) {
        uv_read_stop(&s->u.stream);
        return;
    }
    int status = uv_read_start(&s->u.stream, allocate, read_some);
    if (status && status != UV_EALREADY) {
        end_later(s, err_from_uv(status));
    }
}

void
stream_pause(struct stream *s, bool paused)
{
    if (s->paused != paused) {
        s->paused = paused;
        if (s->state == STREAM_OPEN) {
            start_reading(s);
        }
    }
}

/* -- Connecting -- */

/* The transport is connected. */
static void
transport_ready(struct stream *s)
{
    if (!s->is_tls) {
        s->state = STREAM_OPEN;
        start_reading(s);
        if (!s->is_server) {
            tell_connected(s);
        }
        return;
    }
    int error = tls_conn_new(s->is_server, s->address.host, s->name, &tls_sink, s, &s->tls);
    if (!error) {
        s->state = STREAM_SHAKING;
        start_reading(s);
        error = tls_conn_start(s->tls);
    }
    if (error) {
        end_later(s, error);
    }
}

static void
connected(uv_connect_t *req, int status)
{
    struct stream *s = req->data;
    if (s->freed || s->state == STREAM_CLOSED) {
        return;
    }
    if (status) {
        end(s, err_from_uv(status));
        return;
    }
    s->n_refs++;
    transport_ready(s);
    unref(s);
}

static void
connect_tcp(struct stream *s, const struct sockaddr *sa)
{
    s->connect.data = s;
    uv_tcp_nodelay(&s->u.tcp, 1);
    int status = uv_tcp_connect(&s->connect, &s->u.tcp, sa, connected);
    if (status) {
        end_later(s, err_from_uv(status));
    }
}

static void
looked_up(uv_getaddrinfo_t *req, int status, struct addrinfo *info)
{
    struct stream *s = req->data;
    if (!s->freed && s->state == STREAM_CONNECTING) {
        if (status || !info) {
            end(s, -E_HOSTUNREACH);
        } else {
            connect_tcp(s, info->ai_addr);
        }
    }
    uv_freeaddrinfo(info);
    unref(s);
}

static void
look_up(struct stream *s)
{
    char port[8];
    snprintf(port, sizeof port, "%u", s->address.port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
    s->lookup.data = s;
    int status =
        uv_getaddrinfo(os_loop_uv(s->loop), &s->lookup, looked_up, s->address.host, port, &hints);
    if (status) {
        end_later(s, err_from_uv(status));
    } else {
        s->n_refs++;
    }
}

static void
start_tcp(struct stream *s)
{
    struct sockaddr_storage ss;
    if (!s->address.bracketed &&
        !uv_ip4_addr(s->address.host, s->address.port, (struct sockaddr_in *)&ss)) {
        connect_tcp(s, (struct sockaddr *)&ss);
    } else if (!uv_ip6_addr(s->address.host, s->address.port, (struct sockaddr_in6 *)&ss) &&
               s->address.bracketed) {
        connect_tcp(s, (struct sockaddr *)&ss);
    } else {
        look_up(s);
    }
}

static int
open_tcp(struct os_loop *loop, const char *name, uint16_t port, bool is_tls, struct stream **sp,
         struct err *e)
{
    struct address address;
    int error = address_parse_active(name + 4, port, &address, e);
    if (error) {
        return error;
    }
    error = is_tls ? tls_check() : 0;
    if (error) {
        return err_fail(e, error, "%s: %s", name, err_text(error));
    }
    struct stream *s = new_stream(loop, is_tls, false);
    s->address = address;
    int status = uv_tcp_init(os_loop_uv(loop), &s->u.tcp);
    VERIFY(status == 0);
    s->u.handle.data = s;
    start_tcp(s);
    *sp = s;
    return 0;
}

static int
open_local(struct os_loop *loop, const char *name, struct stream **sp, struct err *e)
{
    struct os_local local;
    int error = os_local_open(name + 5, &local);
    if (error) {
        return err_fail(e, error, "%s: %s", name, err_text(error));
    }
    struct stream *s = new_stream(loop, false, false);
    s->local = local;
    int status = uv_pipe_init(os_loop_uv(loop), &s->u.pipe, 0);
    VERIFY(status == 0);
    s->u.handle.data = s;
    s->connect.data = s;
    uv_pipe_connect(&s->connect, &s->u.pipe, local.name, connected);
    *sp = s;
    return 0;
}

int
stream_open(struct os_loop *loop, const char *name, uint16_t port,
            const struct stream_events *events, void *aux, struct stream **sp, struct err *e)
{
    struct stream *s;
    uint16_t ignored;
    int error;
    if (replay_is_running()) {
        error = replay_take_result(REPLAY_OPEN, &ignored);
        error = error ? err_fail(e, error, "%s: %s", name, err_text(error)) : 0;
        s = error ? NULL : stream_new_replayed(loop, replay_number_opened(), name, NULL);
    } else if (!strncmp(name, "tcp:", 4) || !strncmp(name, "ssl:", 4)) {
        error = open_tcp(loop, name, port, name[0] == 's', &s, e);
    } else if (!strncmp(name, "unix:", 5)) {
        error = open_local(loop, name, &s, e);
    } else {
        error = err_fail(e, -E_AFNOSUPPORT, "%s: %s", name, err_text(E_AFNOSUPPORT));
    }
    replay_note_result(REPLAY_OPEN, error, 0);
    if (error) {
        return error;
    }
    if (replay_is_recording()) {
        s->number = replay_number_opened();
        s->is_numbered = true;
    }
    s->name = s->name ? s->name : xstrdup(name);
    s->events = events;
    s->aux = aux;
    *sp = s;
    return 0;
}

/* -- Accepting -- */

static char *
name_of_peer(struct stream *s)
{
    static unsigned int n_local;
    struct sockaddr_storage ss;
    int n = sizeof ss;
    char host[64] = "";
    if (s->u.handle.type == UV_NAMED_PIPE ||
        uv_tcp_getpeername(&s->u.tcp, (struct sockaddr *)&ss, &n)) {
        return xasprintf("unix#%u", n_local++);
    }
    const char *kind = s->is_tls ? "ssl" : "tcp";
    if (ss.ss_family == AF_INET6) {
        const struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&ss;
        uv_ip6_name(sin6, host, sizeof host);
        return xasprintf("%s:[%s]:%u", kind, host, get_be16(&sin6->sin6_port));
    }
    const struct sockaddr_in *sin = (struct sockaddr_in *)&ss;
    uv_ip4_name(sin, host, sizeof host);
    return xasprintf("%s:%s:%u", kind, host, get_be16(&sin->sin_port));
}

int
stream_accept(struct os_loop *loop, uv_stream_t *listener, bool is_tls, struct stream **sp)
{
    struct stream *s = new_stream(loop, is_tls, true);
    int status = listener->type == UV_NAMED_PIPE ? uv_pipe_init(os_loop_uv(loop), &s->u.pipe, 0)
                                                 : uv_tcp_init(os_loop_uv(loop), &s->u.tcp);
    VERIFY(status == 0);
    s->u.handle.data = s;
    status = uv_accept(listener, &s->u.stream);
    if (status) {
        stream_free(s);
        return err_from_uv(status);
    }
    if (listener->type == UV_TCP) {
        uv_tcp_nodelay(&s->u.tcp, 1);
    }
    s->name = name_of_peer(s);
    transport_ready(s);
    *sp = s;
    return 0;
}

/* -- Recordings and replays -- */

void
stream_note_accepted(struct stream *s, uint32_t listener)
{
    if (replay_is_recording()) {
        const char *cn = stream_peer_cn(s) ? stream_peer_cn(s) : "";
        size_t size = sizeof listener + strlen(s->name) + strlen(cn) + 2;
        uint8_t *bytes = xalloc(size);
        struct wr w = wr_make(bytes, size);
        wr_be32(&w, listener);
        wr_bytes(&w, s->name, strlen(s->name) + 1);
        wr_bytes(&w, cn, strlen(cn) + 1);
        s->number = replay_number_accepted();
        s->is_numbered = true;
        note(s, REPLAY_ACCEPTED, bytes, w.n);
        os_free(bytes);
    }
}

struct stream *
stream_new_replayed(struct os_loop *loop, uint32_t number, const char *name, const char *peer_cn)
{
    struct stream *s = new_stream(loop, false, number & REPLAY_ACCEPTED_BIT);
    if (!replayed.next) {
        list_init(&replayed);
    }
    s->is_replayed = true;
    s->number = number;
    s->name = xstrdup(name);
    s->peer_cn = peer_cn && *peer_cn ? xstrdup(peer_cn) : NULL;
    s->state = s->is_server ? STREAM_OPEN : STREAM_CONNECTING;
    list_push_back(&replayed, &s->node);
    return s;
}

static struct stream *
find_replayed(uint32_t number)
{
    if (replayed.next) {
        LIST_FOR_EACH (struct stream, s, node, &replayed) {
            if (s->number == number) {
                return s;
            }
        }
    }
    return NULL;
}

void
stream_replay(uint32_t number, enum replay_kind kind, struct rd payload)
{
    struct stream *s = find_replayed(number);
    if (!s) {
        return; /* its owner was faster than the peer */
    }
    s->n_refs++; /* across the owner's callbacks */
    if (kind == REPLAY_CONNECTED) {
        s->state = STREAM_OPEN;
        s->peer_cn = *payload.p ? xstrdup((const char *)payload.p) : NULL;
        tell_connected(s);
    } else if (kind == REPLAY_DATA) {
        tell_received(s, (const char *)payload.p, rd_left(&payload));
    } else if (kind == REPLAY_SENT) {
        s->backlog = (size_t)rd_be64(&payload);
        if (s->events && s->events->sent) {
            s->events->sent(s->aux);
        }
    } else if (kind == REPLAY_CLOSED) {
        end(s, (int)(int64_t)rd_be64(&payload));
    }
    unref(s);
}

/* -- The rest -- */

void
stream_free(struct stream *s)
{
    if (!s || s->freed) {
        return;
    }
    if (s->tls && s->state == STREAM_OPEN) {
        tls_conn_shutdown(s->tls);
    }
    s->freed = true;
    s->events = NULL;
    os_task_cancel(&s->failure);
    close_handle(s);
    unref(s);
}

void
stream_set_events(struct stream *s, const struct stream_events *events, void *aux)
{
    s->events = events;
    s->aux = aux;
}

const char *
stream_name(const struct stream *s)
{
    return s->name;
}

const char *
stream_peer_cn(const struct stream *s)
{
    return s->tls ? tls_conn_peer_cn(s->tls) : s->peer_cn;
}

bool
stream_name_is_active(const char *name)
{
    return !strncmp(name, "tcp:", 4) || !strncmp(name, "unix:", 5) || !strncmp(name, "ssl:", 4);
}

bool
stream_name_is_passive(const char *name)
{
    return !strncmp(name, "ptcp:", 5) || !strncmp(name, "punix:", 6) || !strncmp(name, "pssl:", 5);
}
