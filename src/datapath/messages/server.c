/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a request through the server: headers, the table of what can be asked, attributes
 * against the table of messages, the handler, and what is said when it has said nothing. Dumps
 * go the same way and then step by step. What a handler may rely on, and what all of them write,
 * is here too. The host's lock is held in every call. */
#include "datapath/messages/server.h"

#include "base/mem.h"
#include "datapath/messages/nl_flow.h"
#include "datapath/messages/server_internal.h"

static const struct service {
    enum msg_family family;
    uint8_t cmd;
    bool in_dp; /* the request is about the datapath that its header names */
    int (*handle)(struct dp_server *, struct wr *reply);
    int (*dump)(struct dp_dump *, struct wr *);
} services[] = {
    {MSG_DP, MSG_DP_CMD_NEW, false, server_dp_new, NULL},
    {MSG_DP, MSG_DP_CMD_DEL, false, server_dp_del, NULL},
    {MSG_DP, MSG_DP_CMD_GET, false, server_dp_get, server_dp_dump},
    {MSG_DP, MSG_DP_CMD_SET, false, server_dp_set, NULL},
    {MSG_VPORT, MSG_VPORT_CMD_NEW, true, server_vport_new, NULL},
    {MSG_VPORT, MSG_VPORT_CMD_DEL, true, server_vport_del, NULL},
    {MSG_VPORT, MSG_VPORT_CMD_GET, true, server_vport_get, server_vport_dump},
    {MSG_VPORT, MSG_VPORT_CMD_SET, true, server_vport_set, NULL},
    {MSG_FLOW, MSG_FLOW_CMD_NEW, true, server_flow_new, NULL},
    {MSG_FLOW, MSG_FLOW_CMD_DEL, true, server_flow_del, NULL},
    {MSG_FLOW, MSG_FLOW_CMD_GET, true, server_flow_get, server_flow_dump},
    {MSG_FLOW, MSG_FLOW_CMD_SET, true, server_flow_set, NULL},
    {MSG_PACKET, MSG_PACKET_CMD_EXECUTE, true, server_packet_execute, NULL},
    {MSG_NETDEV, MSG_NETDEV_CMD_GET, false, server_netdev_get, server_netdev_dump},
};

void
dp_server_init(struct dp_server *s, struct dp *dp, const struct dp_server_host *host)
{
    memset(s, 0, sizeof *s);
    s->dp = dp;
    s->host = *host;
}

void
dp_server_fini(struct dp_server *s)
{
    if (s->exists) {
        server_remove_all(s);
    }
}

/* -- Requests -- */

/* Reads the only message at P into s->request. */
static int
take_message(struct dp_server *s, const void *p, size_t n)
{
    struct rd rd = rd_make(p, n);
    return !msg_next(&rd, &s->request) || rd_left(&rd) ? -E_INVAL : 0;
}

/* The row for s->request, whose attributes are in s->attrs then. */
static int
take_request(struct dp_server *s, const struct service **service)
{
    const struct msg *m = &s->request;
    size_t i = 0;
    while (i < ARRAY_LEN(services) &&
           ((uint16_t)services[i].family != m->type || services[i].cmd != m->cmd)) {
        i++;
    }
    if (i == ARRAY_LEN(services)) {
        return -E_NOTSUP;
    }
    if (!(m->flags & MSG_F_REQUEST)) {
        return -E_INVAL;
    }
    if (services[i].in_dp && (!s->exists || m->dp_ifindex != DP_SERVER_IFINDEX)) {
        return -E_NODEV;
    }
    *service = &services[i];
    return msg_get_attrs(services[i].family, m->payload, m->payload_size, &s->attrs);
}

static int
serve(struct dp_server *s, struct wr *reply)
{
    const struct service *service;
    int code = take_request(s, &service);
    if (!code && s->request.flags & MSG_F_DUMP) {
        code = -E_INVAL; /* dp_server_dump_start() is for these */
    }
    return code ? code : service->handle(s, reply);
}

int
dp_server_request(struct dp_server *s, uint32_t pid, const void *request, size_t n,
                  struct wr *reply)
{
    struct wr before = *reply;
    if (take_message(s, request, n)) {
        return -E_INVAL;
    }
    if (reply->bad || reply->size - reply->n < MSG_ERROR_SIZE) {
        return -E_OVERFLOW;
    }
    s->request.pid = pid;
    int code = serve(s, reply);
    if (code && reply->bad) {
        *reply = before;
        return -E_OVERFLOW;
    }
    if (code || reply->bad || reply->n == before.n) {
        *reply = before;
        msg_put_error(reply, &s->request, pid, code);
    }
    return 0;
}

/* -- Dumps -- */

int
dp_server_dump_start(struct dp_server *s, struct dp_dump *d, uint32_t pid, const void *request,
                     size_t n)
{
    const struct service *service = NULL;
    if (take_message(s, request, n)) {
        return -E_INVAL;
    }
    s->request.pid = pid;
    int code = take_request(s, &service);
    if (!code && (!service->dump || (s->request.flags & MSG_F_DUMP) != MSG_F_DUMP)) {
        code = -E_NOTSUP;
    }
    *d = (struct dp_dump){
        .server = s,
        .request = s->request,
        .error = code,
        .step = code ? NULL : service->dump,
        .ufid_flags = !code && service->family == MSG_FLOW
                          ? msg_u32(&s->attrs, MSG_FLOW_ATTR_UFID_FLAGS, 0)
                          : 0,
    };
    d->request.payload = NULL;
    if (d->step && service->family == MSG_FLOW) {
        dp_cursor_start(s->dp, &d->cursor);
        d->has_cursor = true;
    }
    return 0;
}

void
dp_server_dump_stop(struct dp_dump *d)
{
    if (d->has_cursor) {
        dp_cursor_stop(&d->cursor);
    }
    d->has_cursor = false;
    d->server = NULL;
}

/* The last message; the dump is over. */
static int
end_dump(struct dp_dump *d, struct wr *out)
{
    struct wr before = *out;
    if (d->error) {
        msg_put_error(out, &d->request, d->request.pid, d->error);
    } else {
        msg_put_done(out, d->request.seq, d->request.pid);
    }
    if (out->bad) {
        *out = before;
        return -E_OVERFLOW;
    }
    dp_server_dump_stop(d);
    return 0;
}

int
dp_server_dump_next(struct dp_dump *d, struct wr *out)
{
    size_t start = out->n;
    if (!d->server) {
        return -E_NOENT;
    }
    for (;;) {
        struct wr before = *out;
        int code = d->error ? 0 : d->step(d, out);
        if (code && !out->bad) {
            continue;
        }
        if (!code) {
            code = end_dump(d, out);
        } else {
            *out = before;
            code = -E_OVERFLOW;
        }
        return code && out->n > start ? 1 : code;
    }
}

void
dp_server_client_gone(struct dp_server *s, uint32_t pid)
{
    for (uint32_t no = 0; s->host.port_next(s->host.aux, no, &s->vport); no = s->vport.no + 1) {
        if (s->vport.upcall_pid == pid) {
            s->host.port_set_upcall_pid(s->host.aux, s->vport.no, 0);
        }
        if (s->vport.no == UINT32_MAX) {
            break;
        }
    }
}

/* -- For handlers -- */

static struct msg
headers(enum msg_family family, uint8_t cmd)
{
    return (struct msg){
        .type = (uint16_t)family,
        .cmd = cmd,
        .version = msg_version(family),
        .dp_ifindex = family == MSG_NETDEV ? 0 : DP_SERVER_IFINDEX,
    };
}

struct msg
server_answer(const struct dp_server *s, enum msg_family family, uint8_t cmd)
{
    struct msg m = headers(family, cmd);
    m.seq = s->request.seq;
    m.pid = s->request.pid;
    return m;
}

struct msg
server_part(const struct dp_dump *d, enum msg_family family, uint8_t cmd)
{
    struct msg m = headers(family, cmd);
    m.flags = MSG_F_MULTI;
    m.seq = d->request.seq;
    m.pid = d->request.pid;
    return m;
}

struct msg
server_note(enum msg_family family, uint8_t cmd)
{
    return headers(family, cmd);
}

struct wr
server_note_start(struct dp_server *s)
{
    return wr_make(s->note, sizeof s->note);
}

void
server_note_send(struct dp_server *s, enum dp_group group, const struct wr *w)
{
    ASSERT(!w->bad);
    if (s->host.notify && !w->bad) {
        s->host.notify(s->host.aux, group, w->start, w->n);
    }
}

const char *
server_name(const struct dp_server *s, uint16_t attr)
{
    const char *name = msg_string(&s->attrs, attr);
    if (!name || !*name) {
        return NULL;
    }
    for (const char *p = name; *p; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f) {
            return NULL;
        }
    }
    return name;
}

bool
server_names_equal(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

void
server_put_name(struct wr *w, uint16_t attr, const char *name)
{
    size_t n = 0;
    while (name[n]) {
        n++;
    }
    nl_put(w, attr, name, n + 1);
}

int
server_get_actions(const struct nl_attr *a, void **list, size_t *size, size_t *capacity)
{
    /* Sets on structures become sets on fields, which take less than twice the bytes. */
    *capacity = MIN(2u * a->size + 64u, (size_t)DP_ACTIONS_MAX);
    *list = mem_alloc(*capacity);
    if (!*list) {
        return -E_NOMEM;
    }
    struct wr w = wr_make(*list, *capacity);
    int code = nl_actions_get(a->payload, a->size, &w);
    if (code) {
        mem_free(*list, *capacity);
        return code;
    }
    *size = w.n;
    return 0;
}
