/* SPDX-License-Identifier: Apache-2.0 */
/* Family ovs_vport: the host's ports by name or number. Which there are, and what is behind them,
 * the host knows; here is what may be asked of it. The local port comes and goes with the
 * datapath. */
#include "datapath/messages/server_internal.h"

enum { PORT_MAX = 65534 }; /* the largest number, as the kernel's */

static void
put_vport(struct wr *w, const struct msg *m, const struct dp_vport *v)
{
    size_t at = msg_begin(w, m);
    nl_put_u32(w, MSG_VPORT_ATTR_PORT_NO, v->no);
    nl_put_u32(w, MSG_VPORT_ATTR_TYPE, v->type);
    server_put_name(w, MSG_VPORT_ATTR_NAME, v->name);
    nl_put_u32(w, MSG_VPORT_ATTR_UPCALL_PID, v->upcall_pid);
    nl_put(w, MSG_VPORT_ATTR_STATS, &v->stats, sizeof v->stats);
    nl_put_u32(w, MSG_VPORT_ATTR_IFINDEX, v->ifindex);
    msg_end(w, at);
}

void
dp_server_put_vport(struct wr *w, const struct dp_vport *v, bool gone)
{
    struct msg m = server_note(MSG_VPORT, gone ? MSG_VPORT_CMD_DEL : MSG_VPORT_CMD_NEW);
    put_vport(w, &m, v);
}

/* Finds the port with NAME, or number NO, in s->vport. */
static int
find_port(struct dp_server *s, const char *name, uint32_t no)
{
    uint32_t from = name ? 0 : no;
    while (s->host.port_next(s->host.aux, from, &s->vport)) {
        if (name ? server_names_equal(s->vport.name, name) : s->vport.no == no) {
            return 0;
        }
        from = s->vport.no + 1;
        if (!name || !from) {
            break;
        }
    }
    return -E_NODEV;
}

/* The port that the request is about, in s->vport. */
static int
find_target(struct dp_server *s)
{
    if (msg_has(&s->attrs, MSG_VPORT_ATTR_NAME)) {
        const char *name = server_name(s, MSG_VPORT_ATTR_NAME);
        return name ? find_port(s, name, 0) : -E_INVAL;
    }
    if (!msg_has(&s->attrs, MSG_VPORT_ATTR_PORT_NO)) {
        return -E_INVAL;
    }
    return find_port(s, NULL, msg_u32(&s->attrs, MSG_VPORT_ATTR_PORT_NO, 0));
}

static void
tell(struct dp_server *s, bool gone)
{
    struct wr w = server_note_start(s);
    dp_server_put_vport(&w, &s->vport, gone);
    server_note_send(s, DP_GROUP_VPORT, &w);
}

static void
answer(struct dp_server *s, struct wr *reply)
{
    struct msg m = server_answer(s, MSG_VPORT, MSG_VPORT_CMD_NEW);
    put_vport(reply, &m, &s->vport);
}

/* Notifies of port NO as it is now, and shows it if that is wanted. */
static int
changed(struct dp_server *s, uint32_t no, struct wr *reply)
{
    if (!find_port(s, NULL, no)) {
        tell(s, false);
        if (server_wants_echo(s)) {
            answer(s, reply);
        }
    }
    return 0;
}

int
server_vport_new(struct dp_server *s, struct wr *reply)
{
    const char *name = server_name(s, MSG_VPORT_ATTR_NAME);
    uint32_t type = msg_u32(&s->attrs, MSG_VPORT_ATTR_TYPE, 0);
    uint32_t no = msg_u32(&s->attrs, MSG_VPORT_ATTR_PORT_NO, UINT32_MAX);
    bool has_no = msg_has(&s->attrs, MSG_VPORT_ATTR_PORT_NO);
    if (!name || !msg_has(&s->attrs, MSG_VPORT_ATTR_TYPE) ||
        !msg_has(&s->attrs, MSG_VPORT_ATTR_UPCALL_PID)) {
        return -E_INVAL;
    }
    if (type != MSG_VPORT_NETDEV && type != MSG_VPORT_INTERNAL) {
        return -E_AFNOSUPPORT;
    }
    if (msg_has(&s->attrs, MSG_VPORT_ATTR_OPTIONS)) {
        return -E_NOTSUP; /* tunnels have them */
    }
    if (has_no && no > PORT_MAX) {
        return -E_FBIG;
    }
    s->vport = (struct dp_vport){
        .type = type,
        .upcall_pid = msg_u32(&s->attrs, MSG_VPORT_ATTR_UPCALL_PID, 0),
    };
    memcpy(s->vport.name, name, s->attrs.a[MSG_VPORT_ATTR_NAME].size);
    int code = s->host.port_add(s->host.aux, &s->vport, &no);
    return code ? code : changed(s, no, reply);
}

int
server_vport_del(struct dp_server *s, struct wr *reply)
{
    int code = find_target(s);
    if (code) {
        return code;
    }
    if (!s->vport.no) {
        return -E_INVAL;
    }
    if (server_wants_echo(s)) {
        answer(s, reply);
        if (reply->bad) {
            return -E_OVERFLOW;
        }
    }
    code = s->host.port_del(s->host.aux, s->vport.no);
    if (!code) {
        tell(s, true);
    }
    return code;
}

int
server_vport_get(struct dp_server *s, struct wr *reply)
{
    int code = find_target(s);
    if (!code) {
        answer(s, reply);
        code = reply->bad ? -E_OVERFLOW : 0;
    }
    return code;
}

int
server_vport_set(struct dp_server *s, struct wr *reply)
{
    int code = find_target(s);
    if (code) {
        return code;
    }
    if (msg_u32(&s->attrs, MSG_VPORT_ATTR_TYPE, s->vport.type) != s->vport.type) {
        return -E_INVAL;
    }
    if (msg_has(&s->attrs, MSG_VPORT_ATTR_OPTIONS)) {
        return -E_NOTSUP;
    }
    uint32_t pid = msg_u32(&s->attrs, MSG_VPORT_ATTR_UPCALL_PID, s->vport.upcall_pid);
    code = s->host.port_set_upcall_pid(s->host.aux, s->vport.no, pid);
    return code ? code : changed(s, s->vport.no, reply);
}

int
server_vport_dump(struct dp_dump *d, struct wr *w)
{
    struct dp_server *s = d->server;
    if (!s->exists || d->at == UINT32_MAX || !s->host.port_next(s->host.aux, d->at, &s->vport)) {
        return 0;
    }
    struct msg m = server_part(d, MSG_VPORT, MSG_VPORT_CMD_NEW);
    put_vport(w, &m, &s->vport);
    d->at = w->bad ? d->at : s->vport.no + 1;
    return 1;
}
