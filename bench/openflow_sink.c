/* SPDX-License-Identifier: Apache-2.0 */
/* A switch that takes every change and forgets it: says hello, acknowledges barriers and has
 * no ports. Clients are to say --no-names, as it does not name tables. What it listens on is its
 * argument (punix:FILE); it runs until it is ended. With it the client alone is measured. */
#include <stdio.h>
#include <stdlib.h>

#include "openflow/msg_features.h"
#include "os/log.h"
#include "os/mem.h"
#include "vconn/vconn.h"

struct peer {
    struct vconn *vconn;
    unsigned long n_changes;
};

static struct os_loop *loop;

/* The replies to requests that have a body of nothing. */
static const enum ofp_msg_id replies[][2] = {
    {OFPT_BARRIER_REQUEST, OFPT_BARRIER_REPLY},
    {OFPST_TABLE_REQUEST, OFPST_TABLE_REPLY},
    {OFPST_PORT_DESC_REQUEST, OFPST_PORT_DESC_REPLY},
    {OFPST_FLOW_REQUEST, OFPST_FLOW_REPLY},
};

static void
reply(struct peer *p, const struct ofp_msg *m, enum ofp_msg_id kind)
{
    uint8_t buffer[128];
    struct wr w = wr_make(buffer, sizeof buffer);
    enum ofp_msg_id id;
    enum ofp_version version = (enum ofp_version)m->version;
    if (kind == OFPT_FEATURES_REPLY) {
        ofp_msg_end(
            &w, ofp_features_begin(&w, version, m->xid, &(struct ofp_features){.n_tables = 254}));
    } else if (ofp_msg_find(kind, version, &id)) {
        ofp_msg_end(&w, ofp_msg_begin(&w, id, version, m->xid));
    }
    vconn_send(p->vconn, buffer, w.n);
}

static void
on_message(void *p_, const uint8_t *msg, size_t n)
{
    struct peer *p = p_;
    struct ofp_msg m;
    if (ofp_msg_get(&m, msg, n)) {
        return;
    }
    enum ofp_msg_id kind = ofp_msg_kind(m.id);
    p->n_changes += kind == OFPT_FLOW_MOD;
    if (kind == OFPT_FEATURES_REQUEST) {
        reply(p, &m, OFPT_FEATURES_REPLY);
    }
    for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
        if (kind == replies[i][0]) {
            reply(p, &m, replies[i][1]);
        }
    }
}

static void
on_closed(void *p_, int code UNUSED)
{
    struct peer *p = p_;
    if (p->n_changes) {
        printf("%lu\n", p->n_changes);
        fflush(stdout);
    }
    vconn_free(p->vconn);
    os_free(p);
}

static void
on_connected(void *p UNUSED)
{
}

static const struct vconn_events events = {
    .connected = on_connected, .message = on_message, .closed = on_closed};

static void
accepted(void *aux UNUSED, struct stream *stream)
{
    struct peer *p = xzalloc(sizeof *p);
    p->vconn = vconn_new(loop, stream, OFP_VERSIONS_ALL, &events, p);
}

int
main(int argc, char *argv[])
{
    struct listener *listener;
    struct err e;
    log_start(argv[0]);
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
    if (argc != 2) {
        log_fatal("usage: %s punix:FILE", argv[0]);
    }
    loop = os_loop_new();
    if (listener_open(loop, argv[1], VCONN_PORT, accepted, NULL, &listener, &e)) {
        log_fatal("%s", e.text);
    }
    puts("ready");
    fflush(stdout);
    os_loop_run(loop, NULL, NULL, UINT64_MAX);
}
