/* SPDX-License-Identifier: Apache-2.0 */
/* Sending a transaction and reading its result. What cannot be sent, or need not, has its result
 * at once; `done` is called from the loop all the same. A reply is read operation by operation:
 * a wait that failed asks for another try, a lock that is not ours is its own result, any other
 * error ends it. Without a connection any more, nobody knows what happened: another try, which
 * finds out. */
#include "ovsdb/client/replica_internal.h"

#include <string.h>

#include "os/log.h"

LOG_MODULE(ovsdb_idl);

static const char *const result_texts[] = {
    [REPLICA_TXN_OPEN] = "uncommitted",    [REPLICA_TXN_PENDING] = "incomplete",
    [REPLICA_TXN_UNCHANGED] = "unchanged", [REPLICA_TXN_SUCCESS] = "success",
    [REPLICA_TXN_TRY_AGAIN] = "try again", [REPLICA_TXN_NOT_LOCKED] = "not locked",
    [REPLICA_TXN_ABORTED] = "aborted",     [REPLICA_TXN_ERROR] = "error",
};

const char *
replica_result_text(enum replica_result result)
{
    return result_texts[result];
}

static void
finish(void *txn_)
{
    struct replica_txn *txn = txn_;
    list_remove(&txn->node);
    if (txn->done) {
        txn->done(txn->aux, txn);
    }
}

static void
finish_later(struct replica_txn *txn, enum replica_result result)
{
    txn->result = result;
    os_task_init(&txn->finish, txn->replica->loop, finish, txn);
    os_task_queue(&txn->finish);
}

void
replica_txn_commit(struct replica_txn *txn, void (*done)(void *aux, struct replica_txn *),
                   void *aux)
{
    struct replica *r = txn->replica;
    VERIFY(r->open_txn == txn);
    txn->done = done;
    txn->aux = aux;
    json_t *ops = replica_txn_ops(txn);
    txn->ops = json_incref(ops);
    replica_txn_close(txn);
    if (!ops) {
        finish_later(txn, REPLICA_TXN_UNCHANGED);
    } else if (!replica_has_lock(r)) {
        finish_later(txn, REPLICA_TXN_NOT_LOCKED);
    } else {
        txn->id = replica_send(r, "transact", json_incref(ops));
        txn->result = REPLICA_TXN_PENDING;
        list_push_back(&r->pending_txns, &txn->node);
        if (txn->id < 0) {
            list_remove(&txn->node);
            finish_later(txn, REPLICA_TXN_TRY_AGAIN);
        }
    }
    json_decref(ops);
}

void
replica_txn_abort(struct replica_txn *txn)
{
    replica_txn_close(txn);
    txn->result = REPLICA_TXN_ABORTED;
}

void
replica_txns_lost(struct replica *r)
{
    while (!list_is_empty(&r->pending_txns)) {
        struct replica_txn *txn =
            CONTAINER_OF(list_pop_front(&r->pending_txns), struct replica_txn, node);
        finish_later(txn, REPLICA_TXN_TRY_AGAIN);
    }
}

/* -- Replies -- */

static void
set_error(struct replica_txn *txn, const json_t *error)
{
    if (!txn->error.n) {
        json_write(&txn->error, error, JSON_WRITE_SORTED);
        log_warn("transaction error: %s", str_text(&txn->error));
    }
}

/* What the result of one operation means for the whole; SUCCESS if nothing. */
static enum replica_result
judge(struct replica_txn *txn, const json_t *result)
{
    const char *error = json_string_value(json_object_get(result, "error"));
    if (!error) {
        return REPLICA_TXN_SUCCESS;
    }
    if (strcmp(error, "timed out") == 0) {
        return REPLICA_TXN_TRY_AGAIN;
    }
    if (strcmp(error, "not owner") == 0) {
        return REPLICA_TXN_NOT_LOCKED;
    }
    if (strcmp(error, "aborted") == 0 && txn->dry_run) {
        return REPLICA_TXN_SUCCESS;
    }
    set_error(txn, result);
    return REPLICA_TXN_ERROR;
}

static bool
read_uuid(const json_t *json, struct uuid *uuid)
{
    const char *text = json_string_value(json_array_get(json, 1));
    return text && uuid_parse(text, strlen(text), uuid);
}

static void
read_inserted(struct replica_txn *txn, const json_t *results)
{
    LIST_FOR_EACH (struct replica_edit, edit, node, &txn->edits) {
        if (edit->op != SIZE_MAX) {
            /* Operations count from 1: the database's name is first in the parameters. */
            const json_t *result = json_array_get(results, edit->op - 1);
            edit->is_reported = read_uuid(json_object_get(result, "uuid"), &edit->real);
        }
    }
}

static void
read_increment(struct replica_txn *txn, const json_t *results)
{
    if (txn->increment_op != SIZE_MAX) {
        const json_t *rows =
            json_object_get(json_array_get(results, txn->increment_op - 1), "rows");
        const char *name;
        json_t *value;
        json_object_foreach(json_array_get(rows, 0), name, value)
        {
            txn->increment_value = json_integer_value(value);
        }
    }
}

static enum replica_result
read_results(struct replica_txn *txn, const json_t *results)
{
    enum replica_result worst = REPLICA_TXN_SUCCESS;
    if (!json_is_array(results)) {
        set_error(txn, results);
        return REPLICA_TXN_ERROR;
    }
    for (size_t i = 0; i < json_array_size(results); i++) {
        enum replica_result result = judge(txn, json_array_get(results, i));
        worst = MAX(worst, result);
    }
    if (worst == REPLICA_TXN_SUCCESS) {
        read_inserted(txn, results);
        read_increment(txn, results);
    }
    return worst;
}

bool
replica_txn_take_reply(struct replica *r, const struct jsonrpc_msg *msg)
{
    LIST_FOR_EACH (struct replica_txn, txn, node, &r->pending_txns) {
        if (json_is_integer(msg->id) && json_integer_value(msg->id) == txn->id) {
            if (msg->kind == JSONRPC_ERROR) {
                set_error(txn, msg->error);
                txn->result = REPLICA_TXN_ERROR;
            } else {
                txn->result = read_results(txn, msg->result);
            }
            finish(txn);
            return true;
        }
    }
    return false;
}

enum replica_result
replica_txn_result(const struct replica_txn *txn)
{
    return txn->result;
}

const char *
replica_txn_error(const struct replica_txn *txn)
{
    return str_text(&txn->error);
}

char *
replica_txn_text(const struct replica_txn *txn)
{
    if (txn->result == REPLICA_TXN_OPEN) {
        json_t *ops = replica_txn_ops((struct replica_txn *)txn);
        char *text = ops ? json_text(ops, JSON_WRITE_SORTED) : xstrdup("[]");
        json_decref(ops);
        return text;
    }
    return txn->ops ? json_text(txn->ops, JSON_WRITE_SORTED) : xstrdup("[]");
}

int64_t
replica_txn_increment_value(const struct replica_txn *txn)
{
    return txn->increment_value;
}

bool
replica_txn_inserted(const struct replica_txn *txn, const struct uuid *provisional,
                     struct uuid *real)
{
    LIST_FOR_EACH (struct replica_edit, edit, node, &txn->edits) {
        if (edit->is_reported && uuid_equal(&edit->row->uuid, provisional)) {
            *real = edit->real;
            return true;
        }
    }
    return false;
}
