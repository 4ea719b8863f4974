/* SPDX-License-Identifier: Apache-2.0 */
/* The interpreter of operations. Each operation is a row of a table: name, what members it needs
 * is in its function. Results are written as JSON text at once. An operation that fails ends the
 * request: its error stands in its place, null in those of the rest. */
#include "ovsdb/exec_internal.h"

#include <string.h>

static const struct operation {
    const char *name;
    int (*run)(struct exec *, struct object *, struct fault *);
    bool writes;
} operations[] = {
    {"insert", exec_insert, true},    {"select", exec_select, false},
    {"update", exec_update, true},    {"mutate", exec_mutate, true},
    {"delete", exec_delete, true},    {"wait", exec_wait, false},
    {"commit", exec_commit, true},    {"abort", exec_abort, false},
    {"comment", exec_comment, false}, {"assert", exec_assert, false},
};

struct table *
exec_member_table(struct exec *x, struct object *o)
{
    const json_t *name = object_member(o, "table", OBJECT_ID);
    if (!name) {
        return NULL;
    }
    struct table *t = db_find_table(x->request->db, json_string_value(name));
    if (!t) {
        o->code = fault_set_syntax(o->f, o->v, NULL, "Parsing %s failed: No table named %s.",
                                   o->what, json_string_value(name));
    }
    return t;
}

int
exec_refuse_writing(const struct exec *x, const char *op, struct fault *f)
{
    if (x->request->reserved) {
        return fault_set(f, -E_PERM, "not allowed",
                         "%s operation not allowed on table in reserved database %s", op,
                         x->request->db->schema->name);
    }
    if (x->request->read_only) {
        return fault_set(f, -E_PERM, "not allowed",
                         "%s operation not allowed when database server is in read only mode", op);
    }
    return 0;
}

static const struct operation *
find_operation(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        if (strcmp(operations[i].name, name) == 0) {
            return &operations[i];
        }
    }
    return NULL;
}

bool
exec_request_writes(const json_t *params)
{
    for (size_t i = 1; i < json_array_size(params); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(params, i), "op"));
        const struct operation *op = name ? find_operation(name) : NULL;
        if (op && op->writes) {
            return true;
        }
    }
    return false;
}

/* Runs operation I of N. */
static int
run_operation(struct exec *x, size_t i, size_t n, struct fault *f)
{
    char what[64];
    snprintf(what, sizeof what, "ovsdb operation %zu of %zu", i, n);
    struct object o;
    object_start(&o, json_array_get(x->request->params, i), what, f);
    const json_t *name = object_member(&o, "op", OBJECT_ID);
    if (o.code) {
        return o.code;
    }
    const struct operation *op = find_operation(json_string_value(name));
    if (!op) {
        return fault_set_syntax(f, o.v, NULL, "Parsing %s failed: No operation \"%s\"", what,
                                json_string_value(name));
    }
    return op->run(x, &o, f);
}

static void
write_fault(struct str *out, const struct fault *f)
{
    json_t *v = fault_to_json(f);
    json_write(out, v, 0);
    json_decref(v);
}

void
exec_append_fault(struct exec_result *result, const struct fault *f)
{
    if (result->json.n > 1) {
        str_putc(&result->json, ',');
    }
    write_fault(&result->json, f);
}

/* Runs all operations. 0: all went well. */
static int
run_operations(struct exec *x, struct str *out)
{
    size_t n = json_array_size(x->request->params) - 1;
    int code = 0;
    str_putc(out, '[');
    for (size_t i = 1; i <= n; i++) {
        if (i > 1) {
            str_putc(out, ',');
        }
        if (code) {
            str_puts(out, "null");
            continue;
        }
        struct fault f = FAULT_INIT;
        size_t start = out->n;
        str_putc(out, '{');
        code = run_operation(x, i, n, &f);
        if (x->waits) {
            fault_fini(&f);
            return code;
        }
        if (code) {
            str_truncate(out, start);
            write_fault(out, &f);
        } else {
            str_putc(out, '}');
        }
        fault_fini(&f);
    }
    return code;
}

void
exec_transact(const struct exec_request *request, struct exec_result *result)
{
    struct exec x = {.request = request, .out = &result->json, .timeout_ms = UINT64_MAX};
    *result = (struct exec_result){.timeout_ms = UINT64_MAX};
    symbol_table_init(&x.symbols);
    x.txn = txn_new(request->db);
    int code = run_operations(&x, &result->json);
    result->denied = x.denied;
    if (x.waits) {
        result->waits = true;
        result->timeout_ms = x.timeout_ms;
        str_clear(&result->json);
    }
    if (!code) {
        struct fault f = FAULT_INIT;
        code = txn_check(x.txn, &f);
        if (code) {
            exec_append_fault(result, &f);
        }
        fault_fini(&f);
    }
    if (code) {
        txn_abort(x.txn);
    } else {
        result->txn = x.txn;
    }
    symbol_table_fini(&x.symbols);
}

/* ---- Operations that touch no rows ---- */

int
exec_commit(struct exec *x, struct object *o, struct fault *f)
{
    const json_t *durable = object_member(o, "durable", OBJECT_BOOLEAN);
    int code = object_end(o);
    if (!code && json_is_true(durable)) {
        code = exec_refuse_writing(x, "commit", f);
        x->txn->durable = true;
    }
    return code;
}

int
exec_abort(struct exec *x UNUSED, struct object *o, struct fault *f)
{
    int code = object_end(o);
    return code ? code : fault_set(f, -E_CANCELED, "aborted", "aborted by request");
}

int
exec_comment(struct exec *x, struct object *o, struct fault *f UNUSED)
{
    const json_t *comment = object_member(o, "comment", OBJECT_STRING);
    int code = object_end(o);
    if (!code) {
        txn_add_comment(x->txn, json_string_value(comment));
    }
    return code;
}

int
exec_assert(struct exec *x, struct object *o, struct fault *f)
{
    const json_t *lock = object_member(o, "lock", OBJECT_ID);
    int code = object_end(o);
    if (code) {
        return code;
    }
    const struct exec_request *r = x->request;
    if (!r->holds_lock || !r->holds_lock(r->aux, json_string_value(lock))) {
        return fault_set(f, -E_PERM, "not owner", "Asserted lock %s not held.",
                         json_string_value(lock));
    }
    return 0;
}
