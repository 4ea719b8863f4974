/* SPDX-License-Identifier: Apache-2.0 */
/* Passive sides of streams. A TLS connection is handed out when its handshake is over; until
 * then the listener owns it, for at most HANDSHAKE_MS. Loop's thread. */
#include "ipc/replay_internal.h"
#include "ipc/stream_internal.h"

#include <string.h>

#include "base/endian.h"
#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"
#include "text/address.h"

LOG_MODULE(socket_util);

enum { BACKLOG = 64, HANDSHAKE_MS = 30000 };

struct listener {
    struct os_loop *loop;
    union stream_handle u;
    struct os_local local;
    void (*accepted)(void *aux, struct stream *);
    void *aux;
    struct list shaking;
    uint16_t port;
    bool is_tls;
    char *name;
    uint32_t number;  /* in a recording */
    struct list node; /* of one that a replay feeds, in `replayed` */
    bool is_replayed;
};

static struct list replayed;

static void
give_out(struct listener *l, struct stream *s)
{
    stream_note_accepted(s, l->number);
    l->accepted(l->aux, s);
}

/* A TLS connection on its way. */
struct shaking {
    struct list node;
    struct listener *listener;
    struct stream *stream;
    struct os_timer timer;
};

static void
shaking_free(struct shaking *sh, bool free_stream)
{
    list_remove(&sh->node);
    os_timer_stop(&sh->timer);
    if (free_stream) {
        stream_free(sh->stream);
    }
    os_free(sh);
}

static void
shaking_connected(void *aux)
{
    struct shaking *sh = aux;
    struct listener *l = sh->listener;
    struct stream *s = sh->stream;
    shaking_free(sh, false);
    stream_set_events(s, NULL, NULL);
    give_out(l, s);
}

static void
shaking_closed(void *aux, int code UNUSED)
{
    shaking_free(aux, true);
}

static void
shaking_expired(void *aux)
{
    shaking_free(aux, true);
}

static const struct stream_events shaking_events = {.connected = shaking_connected,
                                                    .closed = shaking_closed};

static void
incoming(uv_stream_t *handle, int status)
{
    struct listener *l = handle->data;
    struct stream *s;
    static struct log_rate rate = LOG_RATE(5, 20);
    int error = status ? err_from_uv(status) : stream_accept(l->loop, handle, l->is_tls, &s);
    if (error) {
        log_limited(&rate, LOG_ERR, "accept: %s", err_text(error));
    } else if (l->is_tls) {
        struct shaking *sh = xzalloc(sizeof *sh);
        sh->listener = l;
        sh->stream = s;
        os_timer_init(&sh->timer, l->loop, shaking_expired, sh);
        os_timer_start(&sh->timer, HANDSHAKE_MS);
        list_push_back(&l->shaking, &sh->node);
        stream_set_events(s, &shaking_events, sh);
    } else {
        give_out(l, s);
    }
}

static int
bind_local(struct listener *l, const char *path, struct err *e)
{
    uv_pipe_init(os_loop_uv(l->loop), &l->u.pipe, 0);
    int error = os_local_open(path, &l->local);
    if (!error) {
        error = os_local_bind(&l->local, &l->u.pipe);
    }
    if (error) {
        return err_fail(e, error, "%s: binding failed: %s", path, err_text(error));
    }
    return 0;
}

static int
resolve(const struct address *a, struct sockaddr_storage *ss)
{
    if (a->bracketed || strchr(a->host, ':')) {
        return uv_ip6_addr(a->host, a->port, (struct sockaddr_in6 *)ss);
    }
    return uv_ip4_addr(a->host[0] ? a->host : "0.0.0.0", a->port, (struct sockaddr_in *)ss);
}

static uint16_t
bound_port(const uv_tcp_t *tcp)
{
    struct sockaddr_storage ss;
    int n = sizeof ss;
    if (uv_tcp_getsockname(tcp, (struct sockaddr *)&ss, &n)) {
        return 0;
    }
    return get_be16(ss.ss_family == AF_INET6 ? &((struct sockaddr_in6 *)&ss)->sin6_port
                                             : &((struct sockaddr_in *)&ss)->sin_port);
}

static int
bind_tcp(struct listener *l, const char *s, uint16_t port, struct err *e)
{
    struct address a;
    struct sockaddr_storage ss;
    struct err reason;
    uv_tcp_init(os_loop_uv(l->loop), &l->u.tcp);
    if (address_parse_passive(s, port, &a, &reason)) {
        log_err("%s", reason.text);
        return err_fail(e, -E_AFNOSUPPORT, "%s", reason.text);
    }
    int status = resolve(&a, &ss);
    if (!status) {
        status = uv_tcp_bind(&l->u.tcp, (struct sockaddr *)&ss, 0);
    }
    if (status) {
        int error = err_from_uv(status);
        log_err("%s: bind: %s", s, err_text(error));
        return err_fail(e, error, "%s: bind: %s", s, err_text(error));
    }
    l->port = a.port;
    return 0;
}

/* A kernel-chosen port is worth telling. */
static void
note_port(struct listener *l, const char *s)
{
    bool chosen = l->port == 0;
    l->port = bound_port(&l->u.tcp);
    if (chosen) {
        log_info("%s: listening on port %u", s, l->port);
    }
}

static int
start_listening(struct listener *l, uint16_t port, struct err *e)
{
    bool is_local = l->name[1] == 'u';
    const char *rest = strchr(l->name, ':') + 1;
    int error = is_local ? bind_local(l, rest, e) : bind_tcp(l, rest, port, e);
    l->u.handle.data = l;
    if (error) {
        return error;
    }
    int status = uv_listen(&l->u.stream, BACKLOG, incoming);
    if (status) {
        error = err_from_uv(status);
        const char *what = status == UV_EADDRINUSE ? "bind" : "listen";
        log_err("%s: %s: %s", rest, what, err_text(error));
        return err_fail(e, error, "%s: %s: %s", rest, what, err_text(error));
    }
    if (!is_local) {
        note_port(l, rest);
    }
    return 0;
}

/* -- Replays -- */

static int
start_replayed(struct listener *l, struct err *e)
{
    if (!replayed.next) {
        list_init(&replayed);
    }
    list_push_back(&replayed, &l->node);
    int error = replay_take_result(REPLAY_LISTEN, &l->port);
    return error ? err_fail(e, error, "%s: %s", l->name, err_text(error)) : 0;
}

void
listener_replay(uint32_t number, struct rd payload)
{
    uint32_t listener = rd_be32(&payload);
    const char *name = (const char *)payload.p, *cn = name + strlen(name) + 1;
    LIST_FOR_EACH_SAFE (struct listener, l, node, &replayed) {
        if (l->number == listener) {
            l->accepted(l->aux, stream_new_replayed(l->loop, number, name, cn));
            return;
        }
    }
}

int
listener_open(struct os_loop *loop, const char *name, uint16_t port,
              void (*accepted)(void *aux, struct stream *), void *aux, struct listener **lp,
              struct err *e)
{
    if (!stream_name_is_passive(name)) {
        return err_fail(e, -E_AFNOSUPPORT, "%s: %s", name, err_text(E_AFNOSUPPORT));
    }
    struct listener *l = xzalloc(sizeof *l);
    l->loop = loop;
    l->accepted = accepted;
    l->aux = aux;
    l->is_tls = name[1] == 's';
    l->name = xstrdup(name);
    l->local.dir_fd = -1;
    l->is_replayed = replay_is_running();
    l->number = replay_number_listener();
    list_init(&l->shaking);
    int error = l->is_replayed ? start_replayed(l, e) : start_listening(l, port, e);
    replay_note_result(REPLAY_LISTEN, error, l->port);
    if (error) {
        listener_close(l);
        return error;
    }
    *lp = l;
    return 0;
}

static void
handle_closed(uv_handle_t *handle)
{
    struct listener *l = handle->data;
    os_local_close(&l->local);
    os_free(l->name);
    os_free(l);
}

void
listener_close(struct listener *l)
{
    if (l) {
        LIST_FOR_EACH_SAFE (struct shaking, sh, node, &l->shaking) {
            shaking_free(sh, true);
        }
        if (l->is_replayed) {
            list_remove(&l->node);
            os_free(l->name);
            os_free(l);
        } else {
            uv_close(&l->u.handle, handle_closed);
        }
    }
}

uint16_t
listener_port(const struct listener *l)
{
    return l->port;
}
