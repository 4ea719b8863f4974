/* SPDX-License-Identifier: Apache-2.0 */
/* Views and who subscribes to them; sending updates. Loop's thread. */
#include "ovsdb/monitor.h"

#include <string.h>

struct view_table *
view_find_table(const struct monitor_view *v, const struct table *t)
{
    size_t i = v->by_schema[t->schema->index];
    return i ? &v->tables[i - 1] : NULL;
}

void
view_table_fini(struct view_table *vt)
{
    os_free(vt->columns);
    condition_fini(&vt->condition);
}

void
monitor_view_free(struct monitor_view *v)
{
    for (size_t i = 0; i < v->n_tables; i++) {
        view_table_fini(&v->tables[i]);
    }
    list_remove(&v->node);
    os_free(v->tables);
    os_free(v->by_schema);
    os_free(v);
}

static void
free_if_unused(struct monitor_view *v)
{
    if (list_is_empty(&v->subscribers)) {
        /* What is queued for it has nowhere to go. */
        LIST_FOR_EACH (struct commit, c, node, &v->dbase->commits) {
            LIST_FOR_EACH_SAFE (struct view_update, u, node, &c->updates) {
                if (u->view == v) {
                    list_remove(&u->node);
                    str_fini(&u->text);
                    os_free(u);
                }
            }
        }
        monitor_view_free(v);
    }
}

static void
monitor_free(struct session_monitor *m)
{
    hmap_remove(&m->session->monitors, &m->node);
    list_remove(&m->by_view);
    free_if_unused(m->view);
    json_decref(m->id);
    os_free(m->id_text);
    os_free(m);
}

struct session_monitor *
monitor_find(const struct session *session, const json_t *id)
{
    char *text = json_text(id, JSON_WRITE_SORTED);
    struct session_monitor *found = NULL;
    HMAP_FOR_EACH_WITH_HASH (struct session_monitor, m, node, hash_string(text, 0),
                             &session->monitors) {
        if (strcmp(m->id_text, text) == 0) {
            found = m;
            break;
        }
    }
    os_free(text);
    return found;
}

size_t
session_n_monitors(const struct session *session)
{
    return hmap_count(&session->monitors);
}

void
monitor_put_txn_id(struct str *out, const struct uuid *id)
{
    char text[UUID_TEXT_LEN + 1];
    uuid_format(id, text);
    str_putc(out, '"');
    str_put(out, text, UUID_TEXT_LEN);
    str_putc(out, '"');
}

void
monitor_send(struct session_monitor *m, const struct uuid *txn_id, const char *text, size_t n)
{
    static const char *const methods[] = {
        [MONITOR_V1] = "update", [MONITOR_V2] = "update2", [MONITOR_V3] = "update3"};
    struct str *out = &m->session->out;
    str_putf(out, "{\"id\":null,\"method\":\"%s\",\"params\":[", methods[m->version]);
    str_puts(out, m->id_text);
    str_putc(out, ',');
    if (m->version == MONITOR_V3) {
        monitor_put_txn_id(out, txn_id);
        str_putc(out, ',');
    }
    str_put(out, text, n);
    str_puts(out, "]}");
    os_task_queue(&m->session->server->flush_task);
}

/* ---- Transactions ---- */

void
monitors_write_txn(struct dbase *d, struct txn *t, struct list *updates)
{
    if (list_is_empty(&d->views) || !t->has_changes) {
        return;
    }
    struct txn_row **rows = xalloc(t->n_rows * sizeof *rows);
    size_t n = 0;
    TXN_FOR_EACH_ROW(tr, t)
    {
        if (txn_row_is_changed(tr)) {
            rows[n++] = tr;
        }
    }
    txn_rows_sort(rows, n);
    LIST_FOR_EACH (struct monitor_view, v, node, &d->views) {
        struct str text = STR_INIT;
        view_write_txn(v, rows, n, &text);
        if (text.n) {
            struct view_update *u = xalloc(sizeof *u);
            u->view = v;
            u->text = text;
            list_push_back(updates, &u->node);
        } else {
            str_fini(&text);
        }
    }
    os_free(rows);
}

void
monitors_deliver(struct view_update *u, const struct uuid *txn_id)
{
    LIST_FOR_EACH (struct session_monitor, m, by_view, &u->view->subscribers) {
        monitor_send(m, txn_id, u->text.s, u->text.n);
    }
}

/* ---- Ends ---- */

void
monitor_cancel_request(struct session *session, const json_t *params, json_t *id)
{
    if (json_array_size(params) != 1) {
        session_error(session, json_string("invalid parameters"), json_incref(id));
        return;
    }
    struct session_monitor *m = monitor_find(session, json_array_get(params, 0));
    if (!m) {
        session_error(session, json_string("unknown monitor"), json_incref(id));
        return;
    }
    start_finish(session->start);
    monitor_free(m);
    session_reply(session, json_object(), json_incref(id));
}

void
monitors_cancel_db(struct dbase *d, bool notify)
{
    starts_finish_db(d);
    LIST_FOR_EACH (struct session, session, node, &d->server->sessions) {
        HMAP_FOR_EACH_SAFE (struct session_monitor, m, node, &session->monitors) {
            if (m->view->dbase == d) {
                if (notify && session->change_aware) {
                    session_notify(session, "monitor_canceled", json_pack("[O]", m->id));
                }
                monitor_free(m);
            }
        }
    }
}

void
monitors_cancel_session(struct session *session)
{
    start_cancel(session->start);
    HMAP_FOR_EACH_SAFE (struct session_monitor, m, node, &session->monitors) {
        monitor_free(m);
    }
}
