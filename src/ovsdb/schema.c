/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing schemas (RFC 7047 section 3.2). Tables and columns end up sorted by name;
 * references between tables are resolved last. A schema without any root table has only root
 * tables, as the RFC says for old schemas. Immutable once made; any thread may read. */
#include "ovsdb/schema.h"

#include <stdio.h>
#include <string.h>

#include "os/err_format.h"
#include "os/file.h"
#include "ovsdb/object.h"

bool
schema_is_id(const char *s)
{
    for (size_t i = 0; s[i]; i++) {
        char c = s[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9')) {
            return false;
        }
    }
    return s[0] != '\0';
}

bool
schema_is_version(const char *s)
{
    for (int part = 0; part < 3; part++) {
        size_t n = strspn(s, "0123456789");
        if (n == 0 || (part < 2 && s[n] != '.')) {
            return false;
        }
        s += n + (part < 2);
    }
    return *s == '\0';
}

/* ---- Finding ---- */

const struct table_schema *
db_schema_find_table(const struct db_schema *s, const char *name)
{
    HMAP_FOR_EACH_WITH_HASH (struct table_schema, t, node, hash_string(name, 0), &s->by_name) {
        if (strcmp(t->name, name) == 0) {
            return t;
        }
    }
    return NULL;
}

const struct column *
table_schema_find_column(const struct table_schema *t, const char *name)
{
    HMAP_FOR_EACH_WITH_HASH (struct column, c, node, hash_string(name, 0), &t->by_name) {
        if (strcmp(c->name, name) == 0) {
            return c;
        }
    }
    return NULL;
}

/* ---- Making and freeing ---- */

static void
column_fini(struct column *c)
{
    os_free(c->name);
    datum_unref(c->initial);
    datum_type_fini(&c->type);
}

static void
column_init_virtual(struct column *c, const char *name, uint32_t index)
{
    *c = (struct column){.name = xstrdup(name), .index = index};
    datum_type_init(&c->type, ATOM_UUID);
    c->initial = datum_default(&c->type);
}

static struct table_schema *
table_new(const char *name)
{
    struct table_schema *t = xzalloc(sizeof *t);
    t->name = xstrdup(name);
    t->is_mutable = true;
    t->max_rows = UINT32_MAX;
    hmap_init(&t->by_name);
    column_init_virtual(&t->uuid, "_uuid", COLUMN_UUID);
    column_init_virtual(&t->version, "_version", COLUMN_VERSION);
    hmap_insert(&t->by_name, &t->uuid.node, hash_string("_uuid", 0));
    hmap_insert(&t->by_name, &t->version.node, hash_string("_version", 0));
    return t;
}

static void
table_free(struct table_schema *t)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        column_fini(t->columns[i]);
        os_free(t->columns[i]);
    }
    column_fini(&t->uuid);
    column_fini(&t->version);
    for (size_t i = 0; i < t->n_indexes; i++) {
        column_set_fini(&t->indexes[i]);
    }
    os_free(t->indexes);
    os_free(t->columns);
    hmap_fini(&t->by_name);
    os_free(t->name);
    os_free(t);
}

void
db_schema_free(struct db_schema *s)
{
    if (!s) {
        return;
    }
    for (size_t i = 0; i < s->n_tables; i++) {
        table_free(s->tables[i]);
    }
    os_free(s->tables);
    hmap_fini(&s->by_name);
    os_free(s->name);
    os_free(s->version);
    os_free(s->cksum);
    os_free(s);
}

/* ---- Reading ---- */

/* The names of the members of V, sorted; the caller frees the array. */
static const char **
sorted_names(json_t *v)
{
    size_t n = 0;
    const char **names = xalloc(json_object_size(v) * sizeof *names);
    for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it)) {
        names[n++] = json_object_iter_key(it);
    }
    strings_sort(names, n);
    return names;
}

static int
check_name(const char *name, const json_t *v, struct fault *f)
{
    if (name[0] == '_') {
        return fault_set_syntax(f, v, NULL, "names beginning with \"_\" are reserved");
    }
    if (!schema_is_id(name)) {
        return fault_set_syntax(f, v, NULL, "name must be a valid id");
    }
    return 0;
}

static int
parse_column(struct table_schema *t, const char *name, const json_t *v, struct fault *f)
{
    struct column *c = xzalloc(sizeof *c);
    c->name = xstrdup(name);
    c->index = (uint32_t)t->n_columns;
    datum_type_init(&c->type, ATOM_VOID);
    t->columns[t->n_columns++] = c;
    hmap_insert(&t->by_name, &c->node, hash_string(name, 0));

    char what[80];
    snprintf(what, sizeof what, "schema for column %.40s", name);
    struct object o;
    object_start(&o, v, what, f);
    const json_t *is_mutable = object_member(&o, "mutable", OBJECT_BOOLEAN | OBJECT_OPTIONAL);
    const json_t *ephemeral = object_member(&o, "ephemeral", OBJECT_BOOLEAN | OBJECT_OPTIONAL);
    const json_t *type = object_member(&o, "type", OBJECT_STRING | OBJECT_OBJECT);
    int code = object_end(&o);
    if (!code) {
        code = datum_type_from_json(&c->type, type, f);
    }
    if (code) {
        return code;
    }
    /* Rows referred to weakly can go at any time, which changes the column. */
    bool weak =
        base_type_is_ref(&c->type.key, REF_WEAK) || base_type_is_ref(&c->type.value, REF_WEAK);
    c->is_mutable = !is_mutable || json_is_true(is_mutable) || weak;
    c->is_persistent = !ephemeral || json_is_false(ephemeral);
    c->initial = datum_default(&c->type);
    return 0;
}

static int
parse_columns(struct table_schema *t, const json_t *columns, const json_t *table, struct fault *f)
{
    size_t n = json_object_size(columns);
    if (!n) {
        return fault_set_syntax(f, table, NULL, "table must have at least one column");
    }
    t->columns = xzalloc(n * sizeof *t->columns);
    const char **names = sorted_names((json_t *)columns);
    int code = 0;
    for (size_t i = 0; i < n && !code; i++) {
        code = check_name(names[i], table, f);
        if (!code) {
            code = parse_column(t, names[i], json_object_get(columns, names[i]), f);
        }
    }
    os_free(names);
    return code;
}

static int
parse_indexes(struct table_schema *t, const json_t *indexes, const json_t *table, struct fault *f)
{
    t->indexes = xzalloc(json_array_size(indexes) * sizeof *t->indexes);
    for (size_t i = 0; i < json_array_size(indexes); i++) {
        struct column_set *set = &t->indexes[i];
        int code = column_set_from_json(set, json_array_get(indexes, i), t, f);
        if (code) {
            return code;
        }
        t->n_indexes++;
        if (set->n == 0) {
            return fault_set_syntax(f, table, NULL, "index must have at least one column");
        }
        for (size_t j = 0; j < set->n; j++) {
            const struct column *c = set->columns[j];
            if (!c->is_persistent && !column_is_virtual(c)) {
                return fault_set_syntax(
                    f, table, NULL, "ephemeral columns (such as %s) may not be indexed", c->name);
            }
        }
    }
    return 0;
}

static int
parse_table(struct table_schema *t, const json_t *v, struct fault *f)
{
    char what[100];
    snprintf(what, sizeof what, "table schema for table %.60s", t->name);
    struct object o;
    object_start(&o, v, what, f);
    const json_t *columns = object_member(&o, "columns", OBJECT_OBJECT);
    const json_t *is_mutable = object_member(&o, "mutable", OBJECT_BOOLEAN | OBJECT_OPTIONAL);
    const json_t *max_rows = object_member(&o, "maxRows", OBJECT_INTEGER | OBJECT_OPTIONAL);
    const json_t *is_root = object_member(&o, "isRoot", OBJECT_BOOLEAN | OBJECT_OPTIONAL);
    const json_t *indexes = object_member(&o, "indexes", OBJECT_ARRAY | OBJECT_OPTIONAL);
    int code = object_end(&o);
    if (code) {
        return code;
    }
    t->is_mutable = !is_mutable || json_is_true(is_mutable);
    t->is_root = t->is_root_explicit = is_root && json_is_true(is_root);
    int64_t max;
    if (max_rows && json_to_integer(max_rows, &max)) {
        if (max <= 0) {
            return fault_set_syntax(f, v, NULL, "maxRows must be at least 1");
        }
        t->max_rows = (uint32_t)MIN(max, UINT32_MAX);
    }
    code = parse_columns(t, columns, v, f);
    if (!code && indexes) {
        code = parse_indexes(t, indexes, v, f);
    }
    return code;
}

static int
parse_tables(struct db_schema *s, const json_t *tables, const json_t *v, struct fault *f)
{
    size_t n = json_object_size(tables);
    s->tables = xzalloc(n * sizeof *s->tables);
    const char **names = sorted_names((json_t *)tables);
    int code = 0;
    for (size_t i = 0; i < n && !code; i++) {
        code = check_name(names[i], v, f);
        if (!code) {
            struct table_schema *t = table_new(names[i]);
            t->index = (uint32_t)s->n_tables;
            s->tables[s->n_tables++] = t;
            hmap_insert(&s->by_name, &t->node, hash_string(t->name, 0));
            code = parse_table(t, json_object_get(tables, names[i]), f);
        }
    }
    os_free(names);
    return code;
}

static int
resolve(struct db_schema *s, const struct column *c, struct base_type *b, const char *part,
        struct fault *f)
{
    if (!b->ref_table_name) {
        return 0;
    }
    b->ref_table = db_schema_find_table(s, b->ref_table_name);
    if (!b->ref_table) {
        return fault_set_syntax(f, NULL, NULL, "column %s %s refers to undefined table %s",
                                c->name, part, b->ref_table_name);
    }
    return 0;
}

static int
resolve_all(struct db_schema *s, struct fault *f)
{
    int code = 0;
    bool any_root = false;
    for (size_t i = 0; i < s->n_tables; i++) {
        struct table_schema *t = s->tables[i];
        any_root |= t->is_root;
        for (size_t j = 0; j < t->n_columns && !code; j++) {
            struct column *c = t->columns[j];
            code = resolve(s, c, &c->type.key, "key", f);
            if (!code) {
                code = resolve(s, c, &c->type.value, "value", f);
            }
        }
    }
    for (size_t i = 0; i < s->n_tables && !any_root; i++) {
        s->tables[i]->is_root = true;
    }
    return code;
}

int
db_schema_from_json(const json_t *v, struct db_schema **out, struct fault *f)
{
    struct object o;
    object_start(&o, v, "database schema", f);
    const json_t *name = object_member(&o, "name", OBJECT_ID);
    const json_t *version = object_member(&o, "version", OBJECT_STRING | OBJECT_OPTIONAL);
    const json_t *cksum = object_member(&o, "cksum", OBJECT_STRING | OBJECT_OPTIONAL);
    const json_t *tables = object_member(&o, "tables", OBJECT_OBJECT);
    int code = object_end(&o);
    if (code) {
        return code;
    }
    if (version && !schema_is_version(json_string_value(version))) {
        return fault_set_syntax(f, v, NULL, "schema version \"%s\" not in format x.y.z",
                                json_string_value(version));
    }
    struct db_schema *s = xzalloc(sizeof *s);
    hmap_init(&s->by_name);
    s->name = xstrdup(json_string_value(name));
    s->version = xstrdup(version ? json_string_value(version) : "");
    s->cksum = xstrdup(cksum ? json_string_value(cksum) : "");
    code = parse_tables(s, tables, v, f);
    if (!code) {
        code = resolve_all(s, f);
    }
    if (code) {
        db_schema_free(s);
        return code;
    }
    *out = s;
    return 0;
}

int
db_schema_from_file(const char *path, struct db_schema **out, struct fault *f)
{
    json_t *v = NULL;
    struct err e = {0};
    int code = json_read_file(path, &v, &e);
    if (code) {
        return fault_set(f, code, "",
                         "failed to read schema: \"%s\" could not be read as JSON (%s)", path,
                         e.text);
    }
    code = db_schema_from_json(v, out, f);
    if (code) {
        fault_prepend(f, "failed to parse \"%s\" as ovsdb schema: ", path);
    }
    json_decref(v);
    return code;
}

/* ---- Writing ---- */

static json_t *
column_to_json(const struct column *c)
{
    json_t *v = json_object();
    json_object_set_new(v, "type", datum_type_to_json(&c->type));
    if (!c->is_mutable) {
        json_object_set_new(v, "mutable", json_false());
    }
    if (!c->is_persistent) {
        json_object_set_new(v, "ephemeral", json_true());
    }
    return v;
}

static json_t *
indexes_to_json(const struct table_schema *t)
{
    json_t *indexes = json_array();
    for (size_t i = 0; i < t->n_indexes; i++) {
        json_t *names = json_array();
        for (size_t j = 0; j < t->indexes[i].n; j++) {
            json_array_append_new(names, json_string(t->indexes[i].columns[j]->name));
        }
        json_array_append_new(indexes, names);
    }
    return indexes;
}

static json_t *
table_to_json(const struct table_schema *t)
{
    json_t *v = json_object(), *columns = json_object();
    for (size_t i = 0; i < t->n_columns; i++) {
        json_object_set_new(columns, t->columns[i]->name, column_to_json(t->columns[i]));
    }
    json_object_set_new(v, "columns", columns);
    if (!t->is_mutable) {
        json_object_set_new(v, "mutable", json_false());
    }
    if (t->max_rows != UINT32_MAX) {
        json_object_set_new(v, "maxRows", json_integer(t->max_rows));
    }
    if (t->is_root_explicit) {
        json_object_set_new(v, "isRoot", json_true());
    }
    if (t->n_indexes) {
        json_object_set_new(v, "indexes", indexes_to_json(t));
    }
    return v;
}

json_t *
db_schema_to_json(const struct db_schema *s)
{
    json_t *v = json_object(), *tables = json_object();
    json_object_set_new(v, "name", json_string(s->name));
    if (s->version[0]) {
        json_object_set_new(v, "version", json_string(s->version));
    }
    if (s->cksum[0]) {
        json_object_set_new(v, "cksum", json_string(s->cksum));
    }
    for (size_t i = 0; i < s->n_tables; i++) {
        json_object_set_new(tables, s->tables[i]->name, table_to_json(s->tables[i]));
    }
    json_object_set_new(v, "tables", tables);
    return v;
}

struct db_schema *
db_schema_copy(const struct db_schema *s)
{
    json_t *v = db_schema_to_json(s);
    struct db_schema *copy = NULL;
    VERIFY(db_schema_from_json(v, &copy, NULL) == 0);
    json_decref(v);
    return copy;
}

bool
db_schema_equal(const struct db_schema *a, const struct db_schema *b)
{
    json_t *ja = db_schema_to_json(a), *jb = db_schema_to_json(b);
    bool equal = json_equal(ja, jb);
    json_decref(ja);
    json_decref(jb);
    return equal;
}

/* ---- Column sets ---- */

int
column_set_from_json(struct column_set *out, const json_t *v, const struct table_schema *t,
                     struct fault *f)
{
    struct column_set set = {NULL, 0};
    if (!json_is_array(v)) {
        return fault_set_syntax(f, v, NULL, "array of distinct column names expected");
    }
    set.columns = xalloc(json_array_size(v) * sizeof *set.columns);
    int code = 0;
    for (size_t i = 0; i < json_array_size(v) && !code; i++) {
        const char *name = json_string_value(json_array_get(v, i));
        const struct column *c = name ? table_schema_find_column(t, name) : NULL;
        if (name && !c) {
            code = fault_set_syntax(f, v, NULL, "%s is not a valid column name", name);
        } else if (!name || column_set_contains(&set, c)) {
            code = fault_set_syntax(f, v, NULL, "array of distinct column names expected");
        } else {
            set.columns[set.n++] = c;
        }
    }
    if (code) {
        column_set_fini(&set);
        return code;
    }
    *out = set;
    return 0;
}

void
column_set_add(struct column_set *set, const struct column *c)
{
    set->columns = xrealloc(set->columns, (set->n + 1) * sizeof *set->columns);
    set->columns[set->n++] = c;
}

void
column_set_all(struct column_set *set, const struct table_schema *t, bool with_uuid,
               bool with_version)
{
    *set = (struct column_set){xalloc((t->n_columns + 2) * sizeof *set->columns), 0};
    if (with_uuid) {
        set->columns[set->n++] = &t->uuid;
    }
    if (with_version) {
        set->columns[set->n++] = &t->version;
    }
    for (size_t i = 0; i < t->n_columns; i++) {
        set->columns[set->n++] = t->columns[i];
    }
}

bool
column_set_contains(const struct column_set *set, const struct column *c)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->columns[i] == c) {
            return true;
        }
    }
    return false;
}

void
column_set_fini(struct column_set *set)
{
    os_free(set->columns);
    *set = (struct column_set){NULL, 0};
}
