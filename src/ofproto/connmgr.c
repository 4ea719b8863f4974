/* SPDX-License-Identifier: Apache-2.0 */
/* A peer that reads slower than it asks is not read from while its answers wait: what is queued
 * for it is bounded by one answer more than BACKLOG_MAX. */
#include "ofproto/ofconn.h"

#include <string.h>

#include "ipc/stream.h"
#include "openflow/msg_error.h"
#include "openflow/msg_role.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(connmgr);

enum { BACKLOG_MAX = 1 << 20 };

static void
free_conn(struct ofconn *c)
{
    list_remove(&c->node);
    ofp_whole_fini(&c->whole);
    rconn_free(c->rconn);
    os_free(c);
}

void
ofconn_send(struct ofconn *c, const void *msg, size_t n)
{
    struct vconn *v = rconn_connection(c->rconn);
    if (v) {
        vconn_send(v, msg, n);
        if (vconn_backlog(v) > BACKLOG_MAX) {
            vconn_pause(v, true);
        }
    }
}

void
ofconn_send_error(struct ofconn *c, const struct ofp_msg *m, enum ofp_error error)
{
    struct vconn *v = rconn_connection(c->rconn);
    uint8_t *buffer = xalloc(m->len + OFP_ERROR_SIZE);
    struct wr w = wr_make(buffer, m->len + OFP_ERROR_SIZE);
    if (v) {
        ofp_error_msg_put(&w, error, vconn_version(v), m->xid, m->bytes, m->len);
        ofconn_send(c, buffer, w.n);
    }
    os_free(buffer);
}

void
ofconn_reply(struct ofconn *c, const struct ofp_msg *m, enum ofp_msg_id kind,
             void (*body)(struct wr *, enum ofp_version, const void *aux), const void *aux)
{
    enum ofp_msg_id id;
    uint8_t *buffer = xalloc(OFP_MSG_MAX);
    struct wr w = wr_make(buffer, OFP_MSG_MAX);
    if (ofp_msg_find(kind, (enum ofp_version)m->version, &id)) {
        size_t begin = ofp_msg_begin(&w, id, (enum ofp_version)m->version, m->xid);
        if (body) {
            body(&w, (enum ofp_version)m->version, aux);
        }
        ofp_msg_end(&w, begin);
        ofconn_send(c, buffer, w.n);
    }
    os_free(buffer);
}

/* -- Events -- */

/* Puts the parts of a statistics request together; false while parts are missing or on error. */
static bool
whole_request(struct ofconn *c, struct ofp_msg *m, enum ofp_error *error)
{
    bool is_whole = true;
    if (ofp_msg_is_statistics(m->id)) {
        *error = ofp_whole_add(&c->whole, m, &is_whole);
    }
    return is_whole && !*error;
}

static void
received(void *c_, const uint8_t *bytes, size_t n)
{
    struct ofconn *c = c_;
    struct ofp_msg m;
    enum ofp_error error = ofp_msg_get(&m, bytes, n);
    if (error) {
        struct ofp_header h = {.xid = 0};
        ofp_header_get(bytes, n, &h);
        m = (struct ofp_msg){.bytes = bytes, .len = n, .xid = h.xid, .version = h.version};
    } else if (whole_request(c, &m, &error)) {
        error = ofconn_handle(c, &m);
    }
    if (error) {
        log_info("%s<->%s: sending %s error reply", ofproto_name(c->mgr->ofproto),
                 rconn_name(c->rconn), ofp_error_name(error));
        ofconn_send_error(c, &m, error);
    }
}

static void
sent(void *c_)
{
    struct ofconn *c = c_;
    struct vconn *v = rconn_connection(c->rconn);
    if (v && vconn_backlog(v) <= BACKLOG_MAX) {
        vconn_pause(v, false);
    }
}

static void
disconnected(void *c, int code UNUSED)
{
    free_conn(c);
}

static const struct rconn_events events = {
    .message = received, .sent = sent, .disconnected = disconnected};

static void
accepted(void *mgr_, struct stream *stream)
{
    struct connmgr *mgr = mgr_;
    struct ofconn *c = xzalloc(sizeof *c);
    c->mgr = mgr;
    c->role = OFP_ROLE_EQUAL;
    ofconn_set_default_async(c);
    ofp_whole_init(&c->whole);
    list_push_back(&mgr->conns, &c->node);
    c->rconn = rconn_accept(mgr->ofproto->set->loop, stream, mgr->versions, &events, c);
    rconn_set_probe_interval(c->rconn, 0);
}

/* -- The switch's side -- */

struct connmgr *
connmgr_new(struct ofproto *o)
{
    struct connmgr *mgr = xzalloc(sizeof *mgr);
    mgr->ofproto = o;
    mgr->versions = OFP_VERSIONS_ALL;
    list_init(&mgr->conns);
    return mgr;
}

void
connmgr_free(struct connmgr *mgr)
{
    if (mgr) {
        LIST_FOR_EACH_SAFE (struct ofconn, c, node, &mgr->conns) {
            free_conn(c);
        }
        listener_close(mgr->listener);
        os_free(mgr);
    }
}

int
connmgr_listen(struct connmgr *mgr, const char *name, struct err *e)
{
    return listener_open(mgr->ofproto->set->loop, name, VCONN_PORT, accepted, mgr, &mgr->listener,
                         e);
}

void
connmgr_set_versions(struct connmgr *mgr, uint32_t versions)
{
    mgr->versions = versions;
}

void
connmgr_port_changed(struct connmgr *mgr, const struct ofport *port, enum ofp_port_reason reason)
{
    struct ofp_port_desc desc;
    ofport_describe(port, &desc);
    LIST_FOR_EACH (struct ofconn, c, node, &mgr->conns) {
        uint8_t buffer[256];
        struct wr w = wr_make(buffer, sizeof buffer);
        struct vconn *v = rconn_connection(c->rconn);
        if (v && ofconn_wants(c, OFP_ASYNC_PORT_STATUS, reason)) {
            ofp_port_status_put(&w, vconn_version(v), 0, reason, &desc);
            ofconn_send(c, buffer, w.n);
        }
    }
}
