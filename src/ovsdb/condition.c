/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing and evaluating conditions. Functions are rows of a table: name, and to which types
 * they apply. Evaluation never fails; everything that could was checked when parsing. */
#include "ovsdb/condition.h"

#include <string.h>

/* What columns a function takes. */
enum applies { ANY_TYPE, NUMBERS_ONLY };

static const struct {
    const char *name;
    enum applies applies;
} functions[CONDITION_N_FUNCTIONS] = {
    [CONDITION_FALSE] = {"false", ANY_TYPE},
    [CONDITION_TRUE] = {"true", ANY_TYPE},
    [CONDITION_EQ] = {"==", ANY_TYPE},
    [CONDITION_NE] = {"!=", ANY_TYPE},
    [CONDITION_LT] = {"<", NUMBERS_ONLY},
    [CONDITION_LE] = {"<=", NUMBERS_ONLY},
    [CONDITION_GT] = {">", NUMBERS_ONLY},
    [CONDITION_GE] = {">=", NUMBERS_ONLY},
    [CONDITION_INCLUDES] = {"includes", ANY_TYPE},
    [CONDITION_EXCLUDES] = {"excludes", ANY_TYPE},
};

static enum condition_function
function_from_name(const char *name)
{
    int f = CONDITION_EQ;
    while (f < CONDITION_N_FUNCTIONS && strcmp(functions[f].name, name) != 0) {
        f++;
    }
    return (enum condition_function)f;
}

/* The type that the argument must have: counts differ from the column's. */
static int
argument_type(struct datum_type *type, const struct clause *c, const json_t *v, struct fault *f)
{
    *type = c->column->type; /* shared, not copied: only the counts change */
    if (functions[c->function].applies == NUMBERS_ONLY) {
        bool number = type->key.type == ATOM_INTEGER || type->key.type == ATOM_REAL;
        bool one = datum_type_is_scalar(type) || datum_type_is_optional_scalar(type);
        if (!number || !one) {
            char *text = datum_type_to_text(&c->column->type);
            int code = fault_set_syntax(f, v, NULL,
                                        "Type mismatch: \"%s\" operator may not be applied to "
                                        "column %s of type %s.",
                                        functions[c->function].name, c->column->name, text);
            os_free(text);
            return code;
        }
        type->n_min = 1;
    } else if ((c->function == CONDITION_INCLUDES || c->function == CONDITION_EXCLUDES) &&
               !datum_type_is_scalar(type)) {
        type->n_min = 0;
    }
    return 0;
}

static int
parse_clause(struct clause *c, const struct table_schema *schema, const json_t *v,
             struct symbol_table *symbols, struct fault *f)
{
    if (json_is_boolean(v)) {
        *c = (struct clause){.function = json_is_true(v) ? CONDITION_TRUE : CONDITION_FALSE};
        return 0;
    }
    const char *column = json_string_value(json_array_get(v, 0));
    const char *function = json_string_value(json_array_get(v, 1));
    if (json_array_size(v) != 3 || !column || !function) {
        return fault_set_syntax(f, v, NULL, "Parse error in condition.");
    }
    *c = (struct clause){.column = table_schema_find_column(schema, column)};
    if (!c->column) {
        return fault_set_syntax(f, v, "unknown column", "No column %s in table %s.", column,
                                schema->name);
    }
    c->function = function_from_name(function);
    if (c->function == CONDITION_N_FUNCTIONS) {
        return fault_set(f, -E_SYNTAX, "unknown function", "No function named %s.", function);
    }
    struct datum_type type;
    int code = argument_type(&type, c, v, f);
    if (!code) {
        code = datum_from_json(&type, json_array_get(v, 2), symbols, &c->arg, f);
    }
    return code;
}

int
condition_from_json(struct condition *out, const struct table_schema *schema, const json_t *v,
                    struct symbol_table *symbols, struct fault *f)
{
    struct condition c = CONDITION_INIT;
    size_t n = json_array_size(v);
    c.clauses = xalloc(n * sizeof *c.clauses);
    for (size_t i = 0; i < n; i++) {
        int code = parse_clause(&c.clauses[i], schema, json_array_get(v, i), symbols, f);
        if (code) {
            condition_fini(&c);
            return code;
        }
        c.n++;
    }
    *out = c;
    return 0;
}

void
condition_fini(struct condition *c)
{
    for (size_t i = 0; i < c->n; i++) {
        datum_unref(c->clauses[i].arg);
    }
    os_free(c->clauses);
    *c = (struct condition)CONDITION_INIT;
}

json_t *
condition_to_json(const struct condition *c)
{
    json_t *v = json_array();
    for (size_t i = 0; i < c->n; i++) {
        const struct clause *clause = &c->clauses[i];
        json_array_append_new(v, clause->column
                                     ? json_pack("[sso]", clause->column->name,
                                                 functions[clause->function].name,
                                                 datum_to_json(clause->arg, &clause->column->type))
                                     : json_boolean(clause->function == CONDITION_TRUE));
    }
    return v;
}

bool
condition_equal(const struct condition *a, const struct condition *b)
{
    if (a->n != b->n) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        const struct clause *x = &a->clauses[i], *y = &b->clauses[i];
        if (x->function != y->function || x->column != y->column || !datum_equal(x->arg, y->arg)) {
            return false;
        }
    }
    return true;
}

static bool
compare_number(enum condition_function function, const struct datum *cell, const struct clause *c)
{
    if (!cell) {
        return false;
    }
    int cmp = atom_compare(datum_key(cell, 0), datum_key(c->arg, 0), c->column->type.key.type);
    switch (function) {
    case CONDITION_LT:
        return cmp < 0;
    case CONDITION_LE:
        return cmp <= 0;
    case CONDITION_GT:
        return cmp > 0;
    default:
        return cmp >= 0;
    }
}

static bool
clause_holds(const struct clause *c, const struct datum *cell)
{
    switch (c->function) {
    case CONDITION_EQ:
        return datum_equal(cell, c->arg);
    case CONDITION_NE:
        return !datum_equal(cell, c->arg);
    case CONDITION_INCLUDES:
        return datum_includes_all(c->arg, cell);
    case CONDITION_EXCLUDES:
        return datum_excludes_all(c->arg, cell);
    case CONDITION_FALSE:
        return false;
    case CONDITION_TRUE:
        return true;
    default:
        return compare_number(c->function, cell, c);
    }
}

bool
condition_all(const struct condition *c, const struct row *row)
{
    struct datum_one tmp;
    for (size_t i = 0; i < c->n; i++) {
        const struct clause *clause = &c->clauses[i];
        const struct datum *cell = clause->column ? row_cell(row, clause->column, &tmp) : NULL;
        if (!clause_holds(clause, cell)) {
            return false;
        }
    }
    return true;
}

bool
condition_any(const struct condition *c, const void *row, condition_get_cell *get)
{
    struct datum_one tmp;
    for (size_t i = 0; i < c->n; i++) {
        const struct clause *clause = &c->clauses[i];
        const struct datum *cell = clause->column ? get(row, clause->column, &tmp) : NULL;
        if (clause_holds(clause, cell)) {
            return true;
        }
    }
    return c->n == 0;
}

bool
condition_is_true_any(const struct condition *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->clauses[i].function == CONDITION_TRUE) {
            return true;
        }
    }
    return c->n == 0;
}

bool
condition_is_false_any(const struct condition *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->clauses[i].function != CONDITION_FALSE) {
            return false;
        }
    }
    return c->n > 0;
}
