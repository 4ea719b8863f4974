/* SPDX-License-Identifier: Apache-2.0 */
/* Tables, columns and records by the names that people give them. Table and column names may be
 * abbreviated, in any case, with - for _; a record is named by its UUID, by the first digits of
 * it, by a column that is a name, or through a row of another table ("the QoS of port p1"). */
#include <stdio.h>
#include <string.h>

#include "cmd/ovs-vsctl/vsctl.h"
#include "os/log.h"
#include "ovsdb/client/replica_index.h"

#define MIN_UUID_DIGITS 4

/* -- Tables and columns -- */

static char
fold(char c)
{
    return c == '-' ? '_' : c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

enum fit { NO_FIT, PREFIX_FIT, EXACT_FIT };

static enum fit
fits(const char *given, const char *name)
{
    if (!*given) {
        return NO_FIT;
    }
    while (*given && fold(*given) == fold(*name)) {
        given++;
        name++;
    }
    return *given ? NO_FIT : *name ? PREFIX_FIT : EXACT_FIT;
}

const struct table_schema *
find_table(struct vsctl *v, const char *name)
{
    const struct table_schema *best = NULL;
    struct str several = STR_INIT;
    for (size_t i = 0; i < v->schema->n_tables; i++) {
        const struct table_schema *t = v->schema->tables[i];
        enum fit fit = fits(name, t->name);
        if (fit == EXACT_FIT) {
            str_fini(&several);
            return t;
        }
        if (fit == PREFIX_FIT) {
            str_putf(&several, "%s%s", best ? ", " : "", t->name);
            best = t;
        }
    }
    if (!best) {
        log_fatal("unknown table \"%s\"", name);
    }
    if (strchr(several.s, ',')) {
        log_fatal("\"%s\" matches multiple table names: %s", name, several.s);
    }
    str_fini(&several);
    return best;
}

const struct column *
find_column(const struct table_schema *t, const char *name, bool with_uuid)
{
    const struct column *best = NULL;
    struct str several = STR_INIT;
    if (with_uuid && fits(name, "_uuid") == EXACT_FIT) {
        return &t->uuid;
    }
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct column *c = t->columns[i];
        enum fit fit = fits(name, c->name);
        if (fit == EXACT_FIT) {
            str_fini(&several);
            return c;
        }
        if (fit == PREFIX_FIT) {
            str_putf(&several, "%s%s", best ? ", " : "", c->name);
            best = c;
        }
    }
    if (!best) {
        log_fatal("%s does not contain a column whose name matches \"%s\"", t->name, name);
    }
    if (strchr(several.s, ',')) {
        log_fatal("%s contains more than one column whose name matches \"%s\": %s", t->name, name,
                  several.s);
    }
    str_fini(&several);
    return best;
}

/* -- Records -- */

/* A way to name records of TABLE besides UUIDs: by a column of its own, or as what COLUMN of the
 * row of OWNER named by OWNER_NAME refers to. */
struct record_id {
    uint32_t table;
    bool is_only; /* by "." */
    int name;     /* column, or -1 */
    uint32_t owner;
    int owner_name, owner_column; /* columns, or -1 */
};

#define BY_NAME(TABLE, COLUMN)                                                                    \
    {                                                                                             \
        VS_TABLE_##TABLE, false, VS_##TABLE##_##COLUMN, 0, -1, -1                                 \
    }
#define BY_OWNER(TABLE, OWNER, COLUMN)                                                            \
    {                                                                                             \
        VS_TABLE_##TABLE, false, -1, VS_TABLE_##OWNER, VS_##OWNER##_NAME, VS_##OWNER##_##COLUMN   \
    }
#define BY_DOT(TABLE)                                                                             \
    {                                                                                             \
        VS_TABLE_##TABLE, true, -1, 0, -1, -1                                                     \
    }

static const struct record_id record_ids[] = {
    BY_OWNER(AUTOATTACH, BRIDGE, AUTO_ATTACH),
    BY_NAME(BRIDGE, NAME),
    BY_OWNER(CONTROLLER, BRIDGE, CONTROLLER),
    BY_NAME(FLOW_SAMPLE_COLLECTOR_SET, ID),
    BY_NAME(FLOW_TABLE, NAME),
    BY_OWNER(IPFIX, BRIDGE, IPFIX),
    BY_NAME(INTERFACE, NAME),
    BY_NAME(MANAGER, TARGET),
    BY_NAME(MIRROR, NAME),
    BY_OWNER(NETFLOW, BRIDGE, NETFLOW),
    BY_DOT(OPEN_VSWITCH),
    BY_NAME(PORT, NAME),
    BY_OWNER(QOS, PORT, QOS),
    BY_DOT(SSL),
    BY_OWNER(SFLOW, BRIDGE, SFLOW),
};

static const struct record_id *
record_id_of(const struct table_schema *t)
{
    for (size_t i = 0; i < ARRAY_LEN(record_ids); i++) {
        if (record_ids[i].table == t->index) {
            return &record_ids[i];
        }
    }
    return NULL;
}

void
watch_record_ids(struct vsctl *v, const struct table_schema *t)
{
    const struct record_id *id = record_id_of(t);
    replica_watch_table(v->replica, t->index);
    if (id && id->name >= 0) {
        vsctl_watch(v, t->index, (uint32_t)id->name);
    }
    if (id && id->owner_name >= 0) {
        vsctl_watch(v, id->owner, (uint32_t)id->owner_name);
        vsctl_watch(v, id->owner, (uint32_t)id->owner_column);
    }
}

/* Is the name column's value what NAME says, as text? */
static bool
value_is(const struct replica_row *row, uint32_t column, const char *name)
{
    const struct datum_type *type = &replica_row_schema(row)->columns[column]->type;
    const struct datum *d = replica_get(row, column);
    if (datum_n(d) != 1) {
        return false;
    }
    if (type->key.type == ATOM_STRING) {
        return strcmp(atom_string(datum_key(d, 0)), name) == 0;
    }
    struct str text = STR_INIT;
    atom_write_text(&text, datum_key(d, 0), type->key.type);
    bool same = strcmp(str_text(&text), name) == 0;
    str_fini(&text);
    return same;
}

/* The value of TYPE that NAME may stand for; NULL if there is none. */
static struct datum *
value_of(const struct datum_type *type, const char *name)
{
    struct datum *d = NULL;
    if (type->key.type == ATOM_STRING) {
        return datum_from_string(name);
    }
    return datum_from_text(type, name, NULL, &d, NULL) ? NULL : d;
}

/* The row of TABLE whose COLUMN is NAME; several are an error. */
static struct replica_row *
find_by_value(struct vsctl *v, uint32_t table, uint32_t column, const char *name)
{
    const struct table_schema *t = v->schema->tables[table];
    const struct replica_index *index = replica_index_on(v->replica, table, &column, 1);
    struct datum *value = value_of(&t->columns[column]->type, name);
    struct replica_row *found = NULL;
    REPLICA_INDEX_FOR_EACH(row, index, (const struct datum *const *)&value, 1)
    {
        if (value_is(row, column, name)) {
            if (found) {
                log_fatal("multiple rows in %s match \"%s\"", t->name, name);
            }
            found = row;
        }
    }
    datum_unref(value);
    return found;
}

static struct replica_row *
find_by_id(struct vsctl *v, const struct record_id *id, const char *name)
{
    if (id->name >= 0) {
        return find_by_value(v, id->table, (uint32_t)id->name, name);
    }
    struct replica_row *owner = find_by_value(v, id->owner, (uint32_t)id->owner_name, name);
    if (!owner) {
        return NULL;
    }
    size_t n = datum_n(replica_get(owner, (uint32_t)id->owner_column));
    return n == 1 ? replica_ref(owner, (uint32_t)id->owner_column, 0) : NULL;
}

/* The row whose UUID begins with the digits NAME. */
static struct replica_row *
find_by_prefix(struct vsctl *v, const struct table_schema *t, const char *name)
{
    size_t n = strlen(name);
    struct replica_row *found = NULL;
    if (n < MIN_UUID_DIGITS || n > UUID_TEXT_LEN || strspn(name, "0123456789abcdefABCDEF-") != n) {
        return NULL;
    }
    for (struct replica_row *row = replica_first(v->replica, t->index); row;
         row = replica_next(row)) {
        char text[UUID_TEXT_LEN + 1];
        uuid_format(&row->uuid, text);
        text[n] = '\0';
        if (fits(name, text) == EXACT_FIT) {
            if (found) {
                log_fatal("multiple rows in %s match \"%s\"", t->name, name);
            }
            found = row;
        }
    }
    return found;
}

struct replica_row *
find_record(struct vsctl *v, const struct table_schema *t, const char *name, bool must_exist)
{
    struct uuid uuid;
    const struct record_id *id = record_id_of(t);
    struct replica_row *row = NULL;
    if (uuid_parse(name, strlen(name), &uuid)) {
        row = replica_find(v->replica, t->index, &uuid);
    }
    if (!row && strcmp(name, ".") == 0) {
        row = replica_first(v->replica, t->index);
        row = row && !replica_next(row) ? row : NULL;
    }
    if (!row && id && !id->is_only) {
        row = find_by_id(v, id, name);
    }
    if (!row) {
        row = find_by_prefix(v, t, name);
    }
    if (!row && must_exist) {
        log_fatal("no row \"%s\" in table %s", name, t->name);
    }
    return row;
}

void
print_record_ids(void)
{
    struct db_schema *schema;
    struct fault f = FAULT_INIT;
    json_t *json;
    if (json_read(vs_schema_json, strlen(vs_schema_json), &json, NULL) ||
        db_schema_from_json(json, &schema, &f)) {
        return;
    }
    for (size_t i = 0; i < schema->n_tables; i++) {
        const struct table_schema *t = schema->tables[i];
        const struct record_id *id = record_id_of(t);
        printf("  %s:\n    by UUID\n", t->name);
        if (id && id->is_only) {
            puts("    as \".\"");
        } else if (id && id->name >= 0) {
            printf("    by \"%s\"\n", t->columns[id->name]->name);
        } else if (id) {
            const struct table_schema *owner = schema->tables[id->owner];
            printf("    via \"%s\" of %s with matching \"%s\"\n",
                   owner->columns[id->owner_column]->name, owner->name,
                   owner->columns[id->owner_name]->name);
        }
    }
    db_schema_free(schema);
    json_decref(json);
}
