/* SPDX-License-Identifier: Apache-2.0 */
/* First replies of monitors. A database may be large, and its text takes a while to write: so it
 * is written in pieces, one a round of the loop, and others are served in between. The reply is
 * the database as it was when the request came; updates about what changes meanwhile, and all
 * else that the client is told, wait in its session's `out` until the reply is complete. Replies
 * are written one after the other, and go out whole: other messages (probes) may come between
 * texts, not into them. Loop's thread. */
#include "ovsdb/monitor.h"

#define PIECE_SIZE (1024 * 1024)

struct monitor_start {
    struct list node; /* in server.starts */
    struct session *session;
    struct view_image image;
    struct str text;
    const char *ending;
};

static bool
write_piece(struct monitor_start *s, size_t n)
{
    return view_image_next(&s->image, n, &s->text);
}

static void
start_free(struct monitor_start *s)
{
    list_remove(&s->node);
    view_image_fini(&s->image);
    str_fini(&s->text);
    os_free(s);
}

/* The contents are written: sends the reply, and what waited for it. */
static void
complete(struct monitor_start *s)
{
    struct session *session = s->session;
    str_puts(&s->text, s->ending);
    session->start = NULL;
    session_put_reply_first(session, &s->text);
    start_free(s);
}

static void
run(void *server_)
{
    struct server *server = server_;
    if (list_is_empty(&server->starts)) {
        return;
    }
    struct monitor_start *s = CONTAINER_OF(server->starts.next, struct monitor_start, node);
    if (!write_piece(s, PIECE_SIZE)) {
        complete(s);
    }
    if (!list_is_empty(&server->starts)) {
        os_task_queue(&server->start_task);
    }
}

void
monitor_start_reply(struct session_monitor *m, struct str *text, const char *ending)
{
    struct session *session = m->session;
    struct server *server = session->server;
    if (session->start) {
        start_finish(session->start); /* replies keep their order */
        session_send_out(session);
    }
    struct monitor_start *s = xzalloc(sizeof *s);
    list_init(&s->node);
    s->session = session;
    s->text = *text;
    str_init(text);
    s->ending = ending;
    view_image_init(&s->image, m->view);
    session->start = s;
    if (!write_piece(s, PIECE_SIZE)) {
        complete(s);
        return;
    }
    list_push_back(&server->starts, &s->node);
    os_task_queue(&server->start_task);
}

void
start_finish(struct monitor_start *s)
{
    if (s) {
        while (write_piece(s, SIZE_MAX)) {
        }
        complete(s);
    }
}

void
start_cancel(struct monitor_start *s)
{
    if (s) {
        s->session->start = NULL;
        start_free(s);
    }
}

void
starts_note_txn(struct dbase *d, const struct txn *t)
{
    LIST_FOR_EACH (struct monitor_start, s, node, &d->server->starts) {
        if (s->image.view->dbase == d) {
            view_image_note_txn(&s->image, t);
        }
    }
}

void
starts_finish_db(struct dbase *d)
{
    LIST_FOR_EACH_SAFE (struct monitor_start, s, node, &d->server->starts) {
        if (s->image.view->dbase == d) {
            start_finish(s);
        }
    }
}

void
starts_init(struct server *server)
{
    list_init(&server->starts);
    os_task_init(&server->start_task, server->loop, run, server);
}

void
starts_fini(struct server *server)
{
    os_task_cancel(&server->start_task);
}
