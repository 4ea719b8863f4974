/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of JSON-RPC 1.0: which members each kind must and may have. A null member
 * counts as absent, but for the result of a reply. Pure. */
#include "ipc/jsonrpc_internal.h"

#include <string.h>

#include "os/err_format.h"

static const char *const kind_names[] = {[JSONRPC_REQUEST] = "request",
                                         [JSONRPC_NOTIFY] = "notification",
                                         [JSONRPC_REPLY] = "reply",
                                         [JSONRPC_ERROR] = "error"};

enum member { M_METHOD, M_PARAMS, M_RESULT, M_ERROR, M_ID, N_MEMBERS };
static const char *const member_names[N_MEMBERS] = {"method", "params", "result", "error", "id"};

/* What each kind must have; all else must be absent. */
static const unsigned int needed[] = {
    [JSONRPC_REQUEST] = 1u << M_METHOD | 1u << M_PARAMS | 1u << M_ID,
    [JSONRPC_NOTIFY] = 1u << M_METHOD | 1u << M_PARAMS,
    [JSONRPC_REPLY] = 1u << M_RESULT | 1u << M_ID,
    [JSONRPC_ERROR] = 1u << M_ERROR | 1u << M_ID,
};

static int
find_members(json_t *json, json_t *members[N_MEMBERS], struct err *e)
{
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
    {
        size_t i = 0;
        while (i < N_MEMBERS && strcmp(member_names[i], key)) {
            i++;
        }
        if (i == N_MEMBERS) {
            return err_fail(e, -E_PROTO, "message has unexpected member \"%s\"", key);
        }
        members[i] = json_is_null(value) ? NULL : value;
    }
    return 0;
}

static enum jsonrpc_kind
kind_of(json_t *const members[N_MEMBERS])
{
    if (members[M_RESULT]) {
        return JSONRPC_REPLY;
    }
    if (members[M_ERROR]) {
        return JSONRPC_ERROR;
    }
    if (members[M_METHOD]) {
        return members[M_ID] ? JSONRPC_REQUEST : JSONRPC_NOTIFY;
    }
    return JSONRPC_REPLY;
}

static int
check_members(enum jsonrpc_kind kind, json_t *const members[N_MEMBERS], struct err *e)
{
    for (size_t i = 0; i < N_MEMBERS; i++) {
        bool must = needed[kind] >> i & 1;
        if (must && !members[i]) {
            return err_fail(e, -E_PROTO, "%s must have \"%s\"", kind_names[kind], member_names[i]);
        }
        if (!must && members[i]) {
            return err_fail(e, -E_PROTO, "%s must not have \"%s\"", kind_names[kind],
                            member_names[i]);
        }
    }
    if (members[M_METHOD] && !json_is_string(members[M_METHOD])) {
        return err_fail(e, -E_PROTO, "\"method\" must be JSON string");
    }
    if (members[M_PARAMS] && !json_is_array(members[M_PARAMS])) {
        return err_fail(e, -E_PROTO, "\"params\" must be JSON array");
    }
    return 0;
}

int
jsonrpc_msg_from_json(json_t *json, struct jsonrpc_msg *msg, struct err *e)
{
    json_t *members[N_MEMBERS] = {NULL};
    if (!json_is_object(json)) {
        return err_fail(e, -E_PROTO, "message is not a JSON object");
    }
    int error = find_members(json, members, e);
    if (error) {
        return error;
    }
    enum jsonrpc_kind kind = kind_of(members);
    if (kind == JSONRPC_REPLY && !members[M_RESULT]) {
        /* A reply may have nothing to say: its result is null then. */
        members[M_RESULT] = json_object_get(json, "result");
    }
    error = check_members(kind, members, e);
    if (error) {
        return error;
    }
    *msg = (struct jsonrpc_msg){
        .kind = kind,
        .method = members[M_METHOD] ? json_string_value(members[M_METHOD]) : NULL,
        .params = members[M_PARAMS],
        .result = members[M_RESULT],
        .error = members[M_ERROR],
        .id = members[M_ID],
    };
    return 0;
}

static void
put_member(struct str *out, const char *before, const char *name, const json_t *v)
{
    str_putf(out, "%s\"%s\":", before, name);
    if (v) {
        json_write(out, v, 0);
    } else {
        str_puts(out, "null");
    }
}

void
jsonrpc_msg_write(const struct jsonrpc_msg *msg, struct str *out)
{
    put_member(out, "{", "id", msg->id);
    if (msg->method) {
        str_puts(out, ",\"method\":");
        json_write_string(out, msg->method, strlen(msg->method));
        put_member(out, ",", "params", msg->params);
    } else {
        put_member(out, ",", "result", msg->result);
        put_member(out, ",", "error", msg->error);
    }
    str_putc(out, '}');
}

char *
jsonrpc_msg_describe(const struct jsonrpc_msg *msg)
{
    struct str out = STR_INIT;
    str_puts(&out, kind_names[msg->kind]);
    if (msg->method) {
        str_putf(&out, ", method=\"%s\"", msg->method);
    }
    const struct {
        const char *name;
        const json_t *value;
    } members[] = {
        {"params", msg->params}, {"result", msg->result}, {"error", msg->error}, {"id", msg->id}};
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        if (members[i].value) {
            str_putf(&out, ", %s=", members[i].name);
            json_write(&out, members[i].value, JSON_WRITE_SORTED);
        }
    }
    return str_take(&out);
}
