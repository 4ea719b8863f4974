/* SPDX-License-Identifier: Apache-2.0 */
/* Where clients come from. A `server_remote` is what the options and commands name; an `endpoint`
 * is a listener or an active connection that one of them asks for, directly or by a row of a
 * database. Reconfiguring marks the endpoints wanted, opens the new and ends the rest. */
#include "ovsdb/server_internal.h"

#include <string.h>

#include "ipc/tls.h"
#include "os/log.h"

LOG_MODULE(ovsdb_jsonrpc_server);

#define DEFAULT_PORT 6640

struct server_remote {
    struct list node;
    char *name;
    struct remote_options options; /* a copy */
};

struct endpoint {
    struct hnode node;
    char *target;
    struct server *server;
    struct remote_options options; /* a copy */
    struct listener *listener;     /* passive */
    struct session *session;       /* active */
    bool wanted;
};

static struct log_rate rate = LOG_RATE(5, 10);

void
remotes_init(struct server *s)
{
    list_init(&s->remotes);
    hmap_init(&s->endpoints);
}

/* Options that own their strings. */
static void
options_fini(struct remote_options *o)
{
    os_free((char *)(uintptr_t)o->role);
}

static void
options_copy(struct remote_options *to, const struct remote_options *from)
{
    char *role = from->role ? xstrdup(from->role) : NULL;
    options_fini(to);
    *to = *from;
    to->role = role;
}

/* ---- Endpoints ---- */

static struct endpoint *
find_endpoint(const struct server *s, const char *target)
{
    HMAP_FOR_EACH_WITH_HASH (struct endpoint, e, node, hash_string(target, 0), &s->endpoints) {
        if (strcmp(e->target, target) == 0) {
            return e;
        }
    }
    return NULL;
}

static void
close_endpoint(struct endpoint *e)
{
    struct server *s = e->server;
    hmap_remove(&s->endpoints, &e->node);
    listener_close(e->listener);
    LIST_FOR_EACH_SAFE (struct session, session, node, &s->sessions) {
        if (session->endpoint == e) {
            session_send_out(session);
            session_free(session);
        }
    }
    options_fini(&e->options);
    os_free(e->target);
    os_free(e);
}

const char *
endpoint_role(const struct endpoint *e)
{
    return e ? e->options.role : NULL;
}

static void
remote_free(struct server_remote *r)
{
    list_remove(&r->node);
    options_fini(&r->options);
    os_free(r->name);
    os_free(r);
}

void
remotes_fini(struct server *s)
{
    HMAP_FOR_EACH_SAFE (struct endpoint, e, node, &s->endpoints) {
        close_endpoint(e);
    }
    LIST_FOR_EACH_SAFE (struct server_remote, r, node, &s->remotes) {
        remote_free(r);
    }
    hmap_fini(&s->endpoints);
}

static void
apply_options(struct endpoint *e, struct session *session)
{
    const struct remote_options *o = &e->options;
    session->read_only = o->read_only;
    if (o->has_max_backoff) {
        jsonrpc_session_set_max_backoff(session->rpc, o->max_backoff_ms);
    }
    if (o->has_probe_interval) {
        jsonrpc_session_set_probe_interval(session->rpc, o->probe_interval_ms);
    }
}

static void
accepted(void *endpoint, struct stream *stream)
{
    struct endpoint *e = endpoint;
    session_accept(e->server, e, stream, e->options.read_only);
    struct session *session = CONTAINER_OF(e->server->sessions.prev, struct session, node);
    apply_options(e, session);
}

/* Opens or adjusts the endpoint TARGET. */
static int
open_endpoint(struct server *s, const char *target, const struct remote_options *options,
              struct fault *f)
{
    struct endpoint *e = find_endpoint(s, target);
    if (e) {
        e->wanted = true;
        options_copy(&e->options, options);
        LIST_FOR_EACH (struct session, session, node, &s->sessions) {
            if (session->endpoint == e) {
                apply_options(e, session);
            }
        }
        return 0;
    }
    e = xzalloc(sizeof *e);
    e->target = xstrdup(target);
    e->server = s;
    options_copy(&e->options, options);
    e->wanted = true;
    hmap_insert(&s->endpoints, &e->node, hash_string(target, 0));
    if (!stream_name_is_passive(target)) {
        e->session = session_connect(s, e, target, options->read_only);
        apply_options(e, e->session);
        return 0;
    }
    struct err err = {0};
    int code = listener_open(s->loop, target, DEFAULT_PORT, accepted, e, &e->listener, &err);
    if (code) {
        close_endpoint(e);
        log_limited(&rate, LOG_ERR, "%s: listen failed: %s", target,
                    err.text[0] ? err.text : err_text(code));
        return fault_set(f, code, "", "%s: listen failed: %s", target,
                         err.text[0] ? err.text : err_text(code));
    }
    return 0;
}

static void
want(struct server *s, const char *target, const struct remote_options *options)
{
    open_endpoint(s, target, options, NULL);
}

static int
add_wanted(struct server *s, const struct server_remote *r, struct fault *f)
{
    if (strncmp(r->name, "db:", 3) == 0) {
        return remotes_query(s, r->name, want, f);
    }
    return open_endpoint(s, r->name, &r->options, f);
}

static void
configure_tls(struct server *s)
{
    if (!s->tls_set) {
        return;
    }
    char *files[3];
    const char *names[3] = {s->tls_private_key, s->tls_certificate, s->tls_ca_cert};
    for (size_t i = 0; i < 3; i++) {
        bool in_db = names[i] && strncmp(names[i], "db:", 3) == 0;
        files[i] = in_db      ? remotes_query_string(s, names[i], NULL)
                   : names[i] ? xstrdup(names[i])
                              : NULL;
    }
    tls_configure(files[0], files[1], files[2], s->tls_bootstrap);
    for (size_t i = 0; i < 3; i++) {
        os_free(files[i]);
    }
}

int
server_reconfigure(struct server *s, struct fault *f)
{
    int first = 0;
    HMAP_FOR_EACH (struct endpoint, e, node, &s->endpoints) {
        e->wanted = false;
    }
    configure_tls(s);
    LIST_FOR_EACH (struct server_remote, r, node, &s->remotes) {
        struct fault problem = FAULT_INIT;
        int code = add_wanted(s, r, first ? &problem : f ? f : &problem);
        if (code && problem.tag && strncmp(r->name, "db:", 3) == 0) {
            log_limited(&rate, LOG_WARN, "%s", str_text(&problem.details));
        }
        first = first ? first : code;
        fault_fini(&problem);
    }
    HMAP_FOR_EACH_SAFE (struct endpoint, e, node, &s->endpoints) {
        if (!e->wanted) {
            log_info("%s: remote deconfigured", e->target);
            close_endpoint(e);
        }
    }
    return first;
}

void
server_reconnect(struct server *s)
{
    server_drop_sessions(s, "user ran ovsdb-server/reconnect");
}

void
server_set_tls(struct server *s, const struct server_tls *tls)
{
    s->tls_private_key = tls->private_key ? xstrdup(tls->private_key) : NULL;
    s->tls_certificate = tls->certificate ? xstrdup(tls->certificate) : NULL;
    s->tls_ca_cert = tls->ca_cert ? xstrdup(tls->ca_cert) : NULL;
    s->tls_bootstrap = tls->bootstrap_ca_cert;
    s->tls_set = true;
}

/* ---- What was named ---- */

static struct server_remote *
find_remote(const struct server *s, const char *name)
{
    LIST_FOR_EACH (struct server_remote, r, node, &s->remotes) {
        if (strcmp(r->name, name) == 0) {
            return r;
        }
    }
    return NULL;
}

static void
ignore(struct server *s UNUSED, const char *target UNUSED,
       const struct remote_options *options UNUSED)
{
}

int
server_check_source(struct server *s, const char *name, struct fault *f)
{
    int code = strncmp(name, "db:", 3) == 0 ? remotes_query(s, name, ignore, f) : 0;
    return code == -E_AGAIN ? 0 : code; /* a relay's schema comes later */
}

int
server_add_remote(struct server *s, const char *name, const struct remote_options *options,
                  struct fault *f)
{
    int code = server_check_source(s, name, f);
    if (code) {
        return code;
    }
    struct server_remote *r = find_remote(s, name);
    if (!r) {
        r = xzalloc(sizeof *r);
        r->name = xstrdup(name);
        list_push_back(&s->remotes, &r->node);
    }
    if (options) {
        options_copy(&r->options, options);
    }
    return 0;
}

int
server_remove_remote(struct server *s, const char *name)
{
    struct server_remote *r = find_remote(s, name);
    if (!r) {
        return -E_NOENT;
    }
    remote_free(r);
    return 0;
}

const char **
server_remote_names(const struct server *s, size_t *n)
{
    const char **names = xalloc((list_count(&s->remotes) + 1) * sizeof *names);
    *n = 0;
    LIST_FOR_EACH (struct server_remote, r, node, &s->remotes) {
        names[(*n)++] = r->name;
    }
    strings_sort(names, *n);
    return names;
}

void
remotes_note_change(struct dbase *d)
{
    struct server *s = d->server;
    size_t n = strlen(d->name);
    const char *tls[] = {s->tls_private_key, s->tls_certificate, s->tls_ca_cert};
    bool follows = false;
    LIST_FOR_EACH (struct server_remote, r, node, &s->remotes) {
        follows |= strncmp(r->name, "db:", 3) == 0 && strncmp(r->name + 3, d->name, n) == 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(tls); i++) {
        follows |= tls[i] && strncmp(tls[i], "db:", 3) == 0;
    }
    if (follows) {
        os_task_queue(&s->reconfigure_task);
    }
}

bool
endpoint_get_status(const struct server *s, const char *target, struct endpoint_status *status)
{
    const struct endpoint *e = find_endpoint(s, target);
    *status = (struct endpoint_status){.last_connected_ms = UINT64_MAX,
                                       .last_disconnected_ms = UINT64_MAX};
    if (!e) {
        return false;
    }
    LIST_FOR_EACH (struct session, session, node, &s->sessions) {
        if (session->endpoint != e) {
            continue;
        }
        jsonrpc_session_times(session->rpc, &status->last_connected_ms,
                              &status->last_disconnected_ms, &status->state, &status->last_error);
        if (jsonrpc_session_connection(session->rpc)) {
            status->is_connected = true;
            status->n_connections++;
        }
    }
    if (e->listener) {
        status->bound_port = listener_port(e->listener);
    }
    return true;
}
