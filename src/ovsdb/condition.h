/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions (RFC 7047 section 5.1 <condition>, with the booleans and the comparison of optional
 * numbers that ovsdb-server(7) adds). A list of clauses belongs to one table. Transactions want
 * all clauses to hold, conditional monitors any of them. Immutable once parsed. */
#pragma once

#include "ovsdb/table.h"

enum condition_function {
    CONDITION_FALSE,
    CONDITION_TRUE,
    CONDITION_EQ,
    CONDITION_NE,
    CONDITION_LT,
    CONDITION_LE,
    CONDITION_GT,
    CONDITION_GE,
    CONDITION_INCLUDES,
    CONDITION_EXCLUDES,
    CONDITION_N_FUNCTIONS
};

struct clause {
    enum condition_function function;
    const struct column *column; /* NULL for CONDITION_FALSE and _TRUE */
    struct datum *arg;           /* owned */
};

struct condition {
    struct clause *clauses;
    size_t n;
};

#define CONDITION_INIT                                                                            \
    {                                                                                             \
        NULL, 0                                                                                   \
    }

/* V must be an array. *OUT is the caller's to finish. */
int condition_from_json(struct condition *out, const struct table_schema *, const json_t *v,
                        struct symbol_table *, struct fault *);
void condition_fini(struct condition *);
/* New JSON, for what a client replays. */
json_t *condition_to_json(const struct condition *);
bool condition_equal(const struct condition *, const struct condition *);

/* How the caller gets at the value of a column. */
typedef const struct datum *condition_get_cell(const void *row, const struct column *,
                                               struct datum_one *tmp);
/* Does every clause hold of ROW? An empty condition does. */
bool condition_all(const struct condition *, const struct row *);
/* Does any clause hold? An empty condition does. */
bool condition_any(const struct condition *, const void *row, condition_get_cell *);
/* Is it true of every row, seen as condition_any does? */
bool condition_is_true_any(const struct condition *);
bool condition_is_false_any(const struct condition *);
