/* SPDX-License-Identifier: Apache-2.0 */
/* Between exec.c, exec_rows.c and exec_wait.c: the state of one request being run. */
#pragma once

#include "ovsdb/condition.h"
#include "ovsdb/exec.h"
#include "ovsdb/object.h"

struct exec {
    const struct exec_request *request;
    struct txn *txn;
    struct symbol_table symbols;
    struct str *out; /* an operation appends the members of its result object */
    bool waits, denied;
    uint64_t timeout_ms;
};

/* The operations: O has its "op" taken already. */
int exec_insert(struct exec *, struct object *o, struct fault *);
int exec_select(struct exec *, struct object *o, struct fault *);
int exec_update(struct exec *, struct object *o, struct fault *);
int exec_mutate(struct exec *, struct object *o, struct fault *);
int exec_delete(struct exec *, struct object *o, struct fault *);
int exec_wait(struct exec *, struct object *o, struct fault *);
int exec_commit(struct exec *, struct object *o, struct fault *);
int exec_abort(struct exec *, struct object *o, struct fault *);
int exec_comment(struct exec *, struct object *o, struct fault *);
int exec_assert(struct exec *, struct object *o, struct fault *);

/* The member "table"; NULL and a mistake noted in O when there is none. */
struct table *exec_member_table(struct exec *, struct object *o);
/* An error if this client may not write. */
int exec_refuse_writing(const struct exec *, const char *op, struct fault *);

/* A <row> of JSON: columns and their values. */
struct row_values {
    const struct column **columns;
    struct datum **values; /* owned until taken */
    size_t n;
};
int row_values_from_json(struct row_values *out, const struct table *, const json_t *v,
                         struct symbol_table *, struct fault *);
void row_values_fini(struct row_values *);

/* The rows of T that satisfy C, in an array that the caller frees. Uses _uuid and unique indexes
 * where C names them. */
struct row **exec_find_rows(const struct exec *, struct table *, const struct condition *,
                            size_t *n);
