/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up the rules. They are read from the tables as they are at that moment, so a change
 * counts from the next operation on. Columns of other types than expected are as good as absent,
 * and what is not allowed is refused. */
#include "ovsdb/rbac.h"

#include <string.h>

static const struct datum *
cell_of(const struct row *row, const char *name, enum atom_type key, enum atom_type value)
{
    const struct column *c = table_schema_find_column(row->table->schema, name);
    bool fits =
        c && !column_is_virtual(c) && c->type.key.type == key && c->type.value.type == value;
    return fits ? row->cells[c->index] : NULL;
}

static struct row *
find_role(const struct db *db, const char *role)
{
    const struct table *roles = db_find_table(db, "RBAC_Role");
    HMAP_FOR_EACH (struct row, row, node, &roles->rows) {
        const struct datum *name = cell_of(row, "name", ATOM_STRING, ATOM_VOID);
        if (datum_n(name) == 1 && strcmp(atom_string(datum_key(name, 0)), role) == 0) {
            return row;
        }
    }
    return NULL;
}

/* The rule of the client's role for table T, or NULL. */
static struct row *
find_rule(const struct exec *x, const struct table *t)
{
    struct db *db = x->request->db;
    struct row *role = find_role(db, x->request->role);
    const struct datum *permissions =
        role ? cell_of(role, "permissions", ATOM_STRING, ATOM_UUID) : NULL;
    for (size_t i = 0; i < datum_n(permissions); i++) {
        const struct column *c = table_schema_find_column(role->table->schema, "permissions");
        const struct table_schema *to = c->type.value.ref_table;
        if (to && strcmp(atom_string(datum_key(permissions, i)), t->schema->name) == 0) {
            return table_find_row(&db->tables[to->index], &datum_value(permissions, i)->uuid);
        }
    }
    return NULL;
}

static int
refuse(struct exec *x, const struct table *t, enum rbac_operation op, struct fault *f)
{
    static const char *const what[] = {
        [RBAC_INSERT] = "row insertion into",
        [RBAC_DELETE] = "row deletion from",
        [RBAC_UPDATE] = "modification of",
        [RBAC_MUTATE] = "mutate operation on",
    };
    const struct exec_request *r = x->request;
    x->denied = true;
    return fault_set(f, -E_PERM, "permission error",
                     "RBAC rules for client \"%s\" role \"%s\" prohibit %s table \"%s\".",
                     r->client_id ? r->client_id : "(null)", r->role, what[op], t->schema->name);
}

int
rbac_check_table(struct exec *x, const struct table *t, enum rbac_operation op, struct fault *f)
{
    if (!rbac_applies(x)) {
        return 0;
    }
    /* Nobody without a certificate has an id, and so none of the rules is for him. */
    const struct row *rule = x->request->client_id ? find_rule(x, t) : NULL;
    bool allowed = rule != NULL;
    if (rule && (op == RBAC_INSERT || op == RBAC_DELETE)) {
        const struct datum *d = cell_of(rule, "insert_delete", ATOM_BOOLEAN, ATOM_VOID);
        allowed = datum_n(d) == 1 && datum_key(d, 0)->boolean;
    }
    return allowed ? 0 : refuse(x, t, op, f);
}

/* ---- "column" and "column:key" ---- */

/* Does WORD name column C? *KEY is what it says after the colon, or NULL. */
static bool
names_column(const char *word, const struct column *c, const char **key)
{
    size_t n = strlen(c->name);
    *key = strncmp(word, c->name, n) == 0 && word[n] == ':' ? word + n + 1 : NULL;
    return *key || strcmp(word, c->name) == 0;
}

static bool
has_string(const struct datum *d, const char *s)
{
    for (size_t i = 0; i < datum_n(d); i++) {
        if (strcmp(atom_string(datum_key(d, i)), s) == 0) {
            return true;
        }
    }
    return false;
}

/* Does what WORD names in ROW say ID? */
static bool
word_says(const struct row *row, const char *word, const char *id)
{
    for (size_t i = 0; i < row->table->schema->n_columns; i++) {
        const struct column *c = row->table->schema->columns[i];
        const char *key;
        if (!names_column(word, c, &key) || c->type.key.type != ATOM_STRING) {
            continue;
        }
        if (c->type.value.type == ATOM_VOID) {
            return !key && has_string(row->cells[i], id);
        }
        const char *value =
            key && c->type.value.type == ATOM_STRING ? datum_get_string(row->cells[i], key) : NULL;
        return value && strcmp(value, id) == 0;
    }
    return false;
}

int
rbac_check_row(struct exec *x, const struct row *row, enum rbac_operation op, struct fault *f)
{
    if (!rbac_applies(x)) {
        return 0;
    }
    const struct row *rule = find_rule(x, row->table);
    const struct datum *words =
        rule ? cell_of(rule, "authorization", ATOM_STRING, ATOM_VOID) : NULL;
    const char *id = x->request->client_id;
    for (size_t i = 0; i < datum_n(words); i++) {
        const char *word = atom_string(datum_key(words, i));
        if (!word[0] || word_says(row, word, id)) {
            return 0;
        }
    }
    return refuse(x, row->table, op, f);
}

/* Is every key at which A differs from B among those that WORDS allow in column C? */
static bool
only_allowed_keys(const struct datum *a, const struct datum *b, const struct column *c,
                  const struct datum *words)
{
    struct datum *diff = datum_diff(a, b, &c->type);
    bool allowed = true;
    for (size_t i = 0; i < datum_n(diff) && allowed; i++) {
        allowed = false;
        for (size_t j = 0; j < datum_n(words) && !allowed; j++) {
            const char *key;
            allowed = names_column(atom_string(datum_key(words, j)), c, &key) && key &&
                      strcmp(key, atom_string(datum_key(diff, i))) == 0;
        }
    }
    datum_unref(diff);
    return allowed;
}

int
rbac_check_column(struct exec *x, const struct row *row, const struct column *c,
                  const struct datum *old, enum rbac_operation op, struct fault *f)
{
    if (!rbac_applies(x)) {
        return 0;
    }
    const struct row *rule = find_rule(x, row->table);
    const struct datum *words = rule ? cell_of(rule, "update", ATOM_STRING, ATOM_VOID) : NULL;
    bool keys = false;
    for (size_t i = 0; i < datum_n(words); i++) {
        const char *key;
        if (names_column(atom_string(datum_key(words, i)), c, &key)) {
            if (!key) {
                return 0;
            }
            keys = true;
        }
    }
    bool is_map =
        c->type.key.type == ATOM_STRING && datum_type_is_map(&c->type) && c->type.n_max != 1;
    if (keys && is_map && only_allowed_keys(old, row->cells[c->index], c, words)) {
        return 0;
    }
    return refuse(x, row->table, op, f);
}
