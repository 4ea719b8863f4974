/* SPDX-License-Identifier: Apache-2.0 */
/* What the server says about itself in the database _Server: whether it is the leader of a
 * cluster, and connected to what it serves. Where several servers are named and one is not fit,
 * the next is tried. Servers that do not know _Server are taken as they are. Loop's thread. */
#include "ovsdb/client/replica_internal.h"

#include <string.h>

#include "os/log.h"

LOG_MODULE(ovsdb_cs);

#define MONITOR_NAME "_Server"

void
replica_set_leader_only(struct replica *r, bool leader_only)
{
    r->leader_only = leader_only;
}

void
replica_server_ask(struct replica *r)
{
    r->server_id = -1;
    r->server_status = (struct replica_server_status){.is_connected = true, .is_leader = true};
    if (r->leader_only && jsonrpc_session_n_remotes(r->session) > 1) {
        json_t *request = json_pack("{s[sss]s[[sss]]}", "columns", "connected", "leader", "model",
                                    "where", "name", "==", r->schema->name);
        r->server_id =
            replica_send(r, "monitor_cond",
                         json_pack("[ss{s[o]}]", "_Server", MONITOR_NAME, "Database", request));
    }
}

/* Columns of the row: all, or those that changed; what is not mentioned stays, or is false. */
static void
take_columns(struct replica_server_status *s, const json_t *row, bool is_whole)
{
    const json_t *connected = json_object_get(row, "connected");
    const json_t *leader = json_object_get(row, "leader");
    const json_t *model = json_object_get(row, "model");
    if (connected || is_whole) {
        s->is_connected = json_is_true(connected);
    }
    if (leader || is_whole) {
        s->is_leader = json_is_true(leader);
    }
    if (model || is_whole) {
        s->is_clustered =
            json_is_string(model) && strcmp(json_string_value(model), "clustered") == 0;
    }
}

static void
judge(struct replica *r)
{
    const struct replica_server_status *s = &r->server_status;
    const char *why = !s->is_connected                   ? "disconnected from what it serves"
                      : s->is_clustered && !s->is_leader ? "not cluster leader"
                                                         : NULL;
    if (why) {
        log_info("%s: database server is %s; trying another server",
                 jsonrpc_session_name(r->session), why);
        jsonrpc_session_force_reconnect(r->session);
    }
}

static void
take_updates(struct replica *r, const json_t *updates)
{
    const char *uuid;
    json_t *change;
    json_object_foreach(json_object_get(updates, "Database"), uuid, change)
    {
        const json_t *whole = json_object_get(change, "initial");
        whole = whole ? whole : json_object_get(change, "insert");
        const json_t *some = json_object_get(change, "modify");
        if (whole || some) {
            take_columns(&r->server_status, whole ? whole : some, whole != NULL);
        }
    }
    judge(r);
}

bool
replica_server_take_reply(struct replica *r, const struct jsonrpc_msg *msg)
{
    if (r->server_id < 0 || !json_is_integer(msg->id) ||
        json_integer_value(msg->id) != r->server_id) {
        return false;
    }
    r->server_id = -1;
    if (msg->kind == JSONRPC_REPLY) {
        take_updates(r, msg->result);
    }
    return true;
}

bool
replica_server_take_update(struct replica *r, const struct jsonrpc_msg *msg)
{
    const char *name = json_string_value(json_array_get(msg->params, 0));
    if (!name || strcmp(name, MONITOR_NAME) != 0 || strcmp(msg->method, "update2") != 0) {
        return false;
    }
    take_updates(r, json_array_get(msg->params, 1));
    return true;
}
