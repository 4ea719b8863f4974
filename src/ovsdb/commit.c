/* SPDX-License-Identifier: Apache-2.0 */
/* The queue between executing a transaction and telling about it: group commit. All transactions
 * of one round of the loop share one write, and one sync if any of them wants to be durable. If
 * the write fails they are undone, newest first, and their clients told; nothing of them was
 * shown to anybody. Loop's thread. */
#include "ovsdb/server_internal.h"

#include "os/log.h"
#include "os/random.h"
#include "ovsdb/exec.h"
#include "ovsdb/record.h"

LOG_MODULE(ovsdb_file);

static struct log_rate rate = LOG_RATE(5, 5);

void
commit_add(struct dbase *d, struct txn *txn, struct session *session, json_t *id,
           struct str *results)
{
    struct commit *c = xzalloc(sizeof *c);
    list_init(&c->updates);
    c->txn = txn;
    c->session = session;
    c->id = id;
    if (results) {
        c->results = *results;
        str_init(results);
    }
    if (txn) {
        struct str record = STR_INIT;
        if (record_write_txn(txn, d->server->column_diff, os_wall_ms(), &record)) {
            storage_put(d->storage, record.s, record.n);
        }
        str_fini(&record);
        d->commits_durable |= txn->durable;
        if (txn->has_changes && uuid_is_zero(&txn->id)) {
            txn->id = os_uuid_new();
        }
        monitors_write_txn(d, txn, &c->updates);
        compact_note_txn(d, txn);
        starts_note_txn(d, txn);
        tlog_txn(txn);
        txn_detach(txn);
    }
    if (session) {
        session->queued_bytes += c->results.n;
        session->last_commit = c;
    }
    list_push_back(&d->commits, &c->node);
    os_task_queue(&d->server->flush_task);
}

static void
free_commit(struct commit *c)
{
    LIST_FOR_EACH_SAFE (struct view_update, u, node, &c->updates) {
        list_remove(&u->node);
        str_fini(&u->text);
        os_free(u);
    }
    str_fini(&c->results);
    str_fini(&c->after);
    json_decref(c->id);
    os_free(c);
}

static void
reply(struct commit *c)
{
    if (c->session) {
        c->session->queued_bytes = 0;
        str_putc(&c->results, ']');
        session_put_reply(c->session, c->id, c->results.s, c->results.n);
        str_puts(&c->session->out, str_text(&c->after));
        if (c->session->last_commit == c) {
            c->session->last_commit = NULL;
        }
    }
}

static void
make_final(struct dbase *d, struct txn *t)
{
    if (t->has_changes) {
        history_add(&d->history, t);
    } else {
        txn_commit(t);
    }
}

/* Everything is safe on the disk: tells everybody, in order. */
static void
deliver(struct dbase *d, struct list *commits, bool *changed)
{
    LIST_FOR_EACH_SAFE (struct commit, c, node, commits) {
        list_remove(&c->node);
        LIST_FOR_EACH (struct view_update, u, node, &c->updates) {
            monitors_deliver(u, &c->txn->id);
        }
        reply(c);
        if (c->txn) {
            *changed |= c->txn->has_changes;
            make_final(d, c->txn);
        }
        free_commit(c);
    }
    if (*changed) {
        remotes_note_change(d);
    }
}

/* Nothing is safe: undoes all, newest first, then tells the clients in order. */
static void
give_up(struct list *commits, const struct fault *f)
{
    for (struct list *p = commits->prev; p != commits; p = p->prev) {
        struct commit *c = CONTAINER_OF(p, struct commit, node);
        if (c->txn) {
            txn_abort(c->txn);
        }
    }
    LIST_FOR_EACH_SAFE (struct commit, c, node, commits) {
        list_remove(&c->node);
        if (c->txn) {
            struct exec_result result = {.json = c->results};
            exec_append_fault(&result, f);
            c->results = result.json;
        }
        reply(c);
        free_commit(c);
    }
}

/* Writes, and tells of, what is queued now. Does it change anything? */
static bool
flush_queue(struct dbase *d)
{
    bool changed = false;
    /* What is queued from here on belongs to the next write. */
    struct list commits;
    list_init(&commits);
    list_splice_back(&commits, &d->commits);
    struct fault f = FAULT_INIT;
    bool durable = d->commits_durable;
    d->commits_durable = false;
    int code = storage_flush(d->storage, durable, &f);
    if (code) {
        char *text = fault_to_text(&f);
        log_limited(&rate, LOG_ERR, "%s: %s", d->name, text);
        os_free(text);
        starts_finish_db(d); /* what they noted is being undone */
        give_up(&commits, &f);
    } else {
        deliver(d, &commits, &changed);
    }
    fault_fini(&f);
    return changed;
}

void
dbase_flush(struct dbase *d)
{
    bool changed = false;
    while (!list_is_empty(&d->commits)) {
        if (flush_queue(d)) {
            changed = true;
            triggers_run(d); /* which may queue more */
        }
    }
    if (changed) {
        dbase_compact_if_due(d);
    }
}

void
server_flush(struct server *s)
{
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        dbase_flush(d);
    }
    LIST_FOR_EACH_SAFE (struct session, session, node, &s->sessions) {
        session_send_out(session);
    }
}

void
commits_forget_session(struct server *s, struct session *session)
{
    session->last_commit = NULL;
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        LIST_FOR_EACH (struct commit, c, node, &d->commits) {
            if (c->session == session) {
                c->session = NULL;
            }
        }
    }
}
