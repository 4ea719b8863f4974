/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that a relay passes on to its source. They wait until the contents are in sync, so
 * that the update which a transaction causes comes before its reply, as clients may rely on. What
 * was sent when the connection ends is answered with "canceled": nobody knows what became of it.
 * Loop's thread. */
#include "ovsdb/source_internal.h"

#include <string.h>

struct forward {
    struct list node; /* in source.forwards, in order */
    struct session *session;
    char *method;
    json_t *params, *id; /* the client's */
    int64_t sent_id;     /* ours, -1: not sent yet */
};

static void
forward_free(struct forward *fw)
{
    list_remove(&fw->node);
    json_decref(fw->params);
    json_decref(fw->id);
    os_free(fw->method);
    os_free(fw);
}

static void
send_one(struct source *src, struct forward *fw)
{
    fw->sent_id = source_send(src, fw->method, json_incref(fw->params));
}

void
source_forward(struct source *src, struct session *session, const char *method, json_t *params,
               json_t *id)
{
    struct forward *fw = xzalloc(sizeof *fw);
    fw->session = session;
    fw->method = xstrdup(method);
    fw->params = json_incref(params);
    fw->id = json_incref(id);
    fw->sent_id = -1;
    list_push_back(&src->forwards, &fw->node);
    if (source_is_synced(src)) {
        send_one(src, fw);
    }
}

void
forwards_send(struct source *src)
{
    LIST_FOR_EACH (struct forward, fw, node, &src->forwards) {
        if (fw->sent_id < 0) {
            send_one(src, fw);
        }
    }
}

static void
cancel(struct forward *fw)
{
    session_error(fw->session, json_string("canceled"), json_incref(fw->id));
    forward_free(fw);
}

void
forwards_lost(struct source *src)
{
    LIST_FOR_EACH_SAFE (struct forward, fw, node, &src->forwards) {
        if (fw->sent_id >= 0) {
            cancel(fw);
        }
    }
}

void
forwards_end(struct source *src)
{
    LIST_FOR_EACH_SAFE (struct forward, fw, node, &src->forwards) {
        cancel(fw);
    }
}

/* A result goes out behind the updates that are queued, like that of a commit made here. */
static void
pass_result(struct source *src, struct forward *fw, const json_t *result)
{
    struct str text = STR_INIT;
    json_write(&text, result, 0);
    if (json_is_array(result)) {
        str_truncate(&text, text.n - 1);
        commit_add(src->dbase, NULL, fw->session, json_incref(fw->id), &text);
    } else {
        session_put_text_reply(fw->session, fw->id, text.s, text.n);
        str_fini(&text);
    }
}

void
forwards_take_reply(struct source *src, const struct jsonrpc_msg *msg)
{
    LIST_FOR_EACH (struct forward, fw, node, &src->forwards) {
        if (json_is_integer(msg->id) && fw->sent_id == json_integer_value(msg->id)) {
            if (msg->kind == JSONRPC_REPLY) {
                pass_result(src, fw, msg->result);
            } else {
                session_error(fw->session, json_incref(msg->error), json_incref(fw->id));
            }
            forward_free(fw);
            return;
        }
    }
}

bool
source_cancel(struct source *src, struct session *session, const json_t *id)
{
    LIST_FOR_EACH (struct forward, fw, node, &src->forwards) {
        if (fw->session == session && json_equal(fw->id, id)) {
            struct jsonrpc *rpc = jsonrpc_session_connection(src->rpc);
            if (fw->sent_id < 0) {
                cancel(fw);
            } else if (rpc) { /* its answer ends the request */
                jsonrpc_send_notify(rpc, "cancel", json_pack("[I]", (json_int_t)fw->sent_id));
            }
            return true;
        }
    }
    return false;
}

void
source_forget_session(struct source *src, struct session *session)
{
    LIST_FOR_EACH_SAFE (struct forward, fw, node, &src->forwards) {
        if (fw->session == session) {
            forward_free(fw);
        }
    }
}
