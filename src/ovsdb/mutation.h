/* SPDX-License-Identifier: Apache-2.0 */
/* Mutations (RFC 7047 section 5.1 <mutation>): parsed for one table, applied to rows inside a
 * transaction. Immutable once parsed. */
#pragma once

#include "ovsdb/txn.h"

enum mutator {
    MUTATOR_ADD,
    MUTATOR_SUBTRACT,
    MUTATOR_MULTIPLY,
    MUTATOR_DIVIDE,
    MUTATOR_MODULO,
    MUTATOR_INSERT,
    MUTATOR_DELETE,
    MUTATOR_N
};

struct mutation {
    enum mutator mutator;
    const struct column *column;
    struct datum *arg; /* owned */
};

struct mutation_list {
    struct mutation *mutations;
    size_t n;
};

/* V must be an array. *OUT is the caller's to finish. */
int mutations_from_json(struct mutation_list *out, const struct table_schema *, const json_t *v,
                        struct symbol_table *, struct fault *);
void mutations_fini(struct mutation_list *);
/* Applies all, in order, to ROW. After a failure the transaction is to be aborted. */
int mutations_apply(const struct mutation_list *, struct txn *, struct row *, struct fault *);
