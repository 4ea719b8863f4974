/* SPDX-License-Identifier: Apache-2.0 */
/* The "transact" and "cancel" requests. A request is executed when it comes; one whose "wait"
 * is not satisfied becomes a trigger, which is tried again after every change of its database and
 * when its time is up. Loop's thread. */
#include "ovsdb/exec.h"
#include "ovsdb/source.h"

#include "os/log.h"

LOG_MODULE(transact);

struct trigger {
    struct list node;       /* in dbase.triggers */
    struct list by_session; /* in session.triggers */
    struct dbase *dbase;
    struct session *session;
    json_t *id, *params;
    uint64_t created_ms;
    uint64_t deadline_ms; /* UINT64_MAX: none */
};

static void
trigger_free(struct trigger *t)
{
    list_remove(&t->node);
    list_remove(&t->by_session);
    json_decref(t->id);
    json_decref(t->params);
    t->session->server->n_triggers--;
    os_free(t);
}

/* Lets the timer run out when the first trigger does. */
static void
set_timer(struct server *s)
{
    uint64_t first = UINT64_MAX;
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        LIST_FOR_EACH (struct trigger, t, node, &d->triggers) {
            first = MIN(first, t->deadline_ms);
        }
    }
    if (first == UINT64_MAX) {
        os_timer_stop(&s->trigger_timer);
    } else {
        os_timer_start_at(&s->trigger_timer, first);
    }
}

static void
fill_request(struct exec_request *request, struct dbase *d, struct session *session,
             const json_t *params)
{
    *request = (struct exec_request){
        .db = d->db,
        .params = params,
        .read_only = session->read_only || dbase_is_backup(d),
        .reserved = d->reserved,
        .role = session_role(session),
        .client_id = session_client_id(session),
        .holds_lock = session_holds_lock,
        .aux = session,
    };
}

/* Runs a request that was first tried at CREATED_MS. False: it waits, until *DEADLINE_MS. */
static bool
execute(struct dbase *d, struct session *session, json_t *params, json_t *id, uint64_t created_ms,
        uint64_t *deadline_ms)
{
    struct exec_request request;
    fill_request(&request, d, session, params);
    request.elapsed_ms = os_now_ms(session->server->loop) - created_ms;
    struct exec_result result;
    exec_transact(&request, &result);
    if (result.waits) {
        *deadline_ms =
            result.timeout_ms == UINT64_MAX ? UINT64_MAX : created_ms + result.timeout_ms;
        str_fini(&result.json);
        return false;
    }
    commit_add(d, result.txn, session, json_incref(id), &result.json);
    return true;
}

/* A relay's source knows the relay, not its clients: roles are looked after here, by trying the
 * request on the contents as they are. */
static bool
refuse_by_role(struct dbase *d, struct session *session, json_t *params, json_t *id)
{
    struct exec_request request;
    struct exec_result result;
    if (!session_role(session)) {
        return false;
    }
    fill_request(&request, d, session, params);
    exec_transact(&request, &result);
    if (result.txn) {
        txn_abort(result.txn);
    }
    if (result.denied) {
        commit_add(d, NULL, session, json_incref(id), &result.json);
    }
    str_fini(&result.json);
    return result.denied;
}

void
transact_request(struct session *session, json_t *params, json_t *id)
{
    struct fault f = FAULT_INIT;
    struct dbase *d = session_find_db(session, "transact", params, &f);
    if (!d) {
        session_fault(session, &f, json_incref(id));
        return;
    }
    if (dbase_is_relay(d) && !session->read_only && exec_request_writes(params)) {
        if (!refuse_by_role(d, session, params, id)) {
            source_forward(d->source, session, "transact", params, id);
        }
        return;
    }
    uint64_t now_ms = os_now_ms(session->server->loop), deadline_ms;
    if (execute(d, session, params, id, now_ms, &deadline_ms)) {
        return;
    }
    struct trigger *t = xzalloc(sizeof *t);
    t->dbase = d;
    t->session = session;
    t->id = json_incref(id);
    t->params = json_incref(params);
    t->created_ms = now_ms;
    t->deadline_ms = deadline_ms;
    list_push_back(&d->triggers, &t->node);
    list_push_back(&session->triggers, &t->by_session);
    session->server->n_triggers++;
    set_timer(session->server);
}

static void
cancel(struct trigger *t)
{
    session_error(t->session, json_string("canceled"), json_incref(t->id));
    trigger_free(t);
}

void
transact_cancel(struct session *session, const json_t *id)
{
    LIST_FOR_EACH_SAFE (struct trigger, t, by_session, &session->triggers) {
        if (json_equal(t->id, id)) {
            cancel(t);
            return;
        }
    }
    HMAP_FOR_EACH (struct dbase, d, node, &session->server->dbs) {
        if (d->source && source_cancel(d->source, session, id)) {
            return;
        }
    }
}

void
triggers_run(struct dbase *d)
{
    if (list_is_empty(&d->triggers)) {
        return;
    }
    LIST_FOR_EACH_SAFE (struct trigger, t, node, &d->triggers) {
        if (execute(d, t->session, t->params, t->id, t->created_ms, &t->deadline_ms)) {
            trigger_free(t);
        }
    }
    set_timer(d->server);
}

void
server_triggers_timed(void *server)
{
    struct server *s = server;
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        triggers_run(d);
    }
}

void
triggers_cancel_db(struct dbase *d)
{
    LIST_FOR_EACH_SAFE (struct trigger, t, node, &d->triggers) {
        cancel(t);
    }
}

void
triggers_cancel_session(struct session *session)
{
    LIST_FOR_EACH_SAFE (struct trigger, t, by_session, &session->triggers) {
        trigger_free(t);
    }
}
