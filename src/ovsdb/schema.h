/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas (RFC 7047 section 3.2): a database has tables, a table has columns. Built once from
 * JSON and read-only afterwards; tables and columns are sorted by name, so their indexes are the
 * same in every process that has the same schema. Every table has the columns _uuid and _version
 * as well, which are not in `columns`. Any thread may read. */
#pragma once

#include "ovsdb/datum.h"

/* `index` of the columns that every table has. */
#define COLUMN_UUID    UINT32_MAX
#define COLUMN_VERSION (UINT32_MAX - 1)

struct column {
    struct hnode node; /* in table_schema.by_name */
    uint32_t index;    /* in table_schema.columns, or COLUMN_… */
    char *name;
    bool is_mutable;
    bool is_persistent; /* not ephemeral */
    struct datum_type type;
    struct datum *initial; /* default value, owned */
};

/* Distinct columns in the order given: what an index is made of, what is selected or monitored. */
struct column_set {
    const struct column **columns;
    size_t n;
};

struct table_schema {
    struct hnode node; /* in db_schema.by_name */
    uint32_t index;    /* in db_schema.tables */
    char *name;
    bool is_mutable;
    bool is_root;          /* rows stay without references */
    bool is_root_explicit; /* the schema says so itself */
    uint32_t max_rows;
    struct column **columns; /* without _uuid and _version */
    size_t n_columns;
    struct hmap by_name; /* all columns, with _uuid and _version */
    struct column uuid, version;
    struct column_set *indexes; /* unique ones */
    size_t n_indexes;
};

struct db_schema {
    char *name;
    char *version; /* "" when absent */
    char *cksum;   /* "" when absent */
    struct table_schema **tables;
    size_t n_tables;
    struct hmap by_name;
};

/* *OUT is the caller's. */
int db_schema_from_json(const json_t *, struct db_schema **out, struct fault *);
int db_schema_from_file(const char *path, struct db_schema **out, struct fault *);
json_t *db_schema_to_json(const struct db_schema *);
struct db_schema *db_schema_copy(const struct db_schema *);
void db_schema_free(struct db_schema *); /* NULL is fine */
/* Do both describe the same tables and columns, in name, version and content? */
bool db_schema_equal(const struct db_schema *, const struct db_schema *);
/* Would a database with schema A have to be converted to get schema B? */
static inline bool
db_schema_needs_conversion(const struct db_schema *a, const struct db_schema *b)
{
    return !db_schema_equal(a, b);
}

const struct table_schema *db_schema_find_table(const struct db_schema *, const char *name);
/* _uuid and _version are found too. */
const struct column *table_schema_find_column(const struct table_schema *, const char *name);

static inline bool
column_is_virtual(const struct column *c)
{
    return c->index >= COLUMN_VERSION;
}

/* Is S a name as RFC 7047 <id> has it? */
bool schema_is_id(const char *s);
/* Is S a version x.y.z? */
bool schema_is_version(const char *s);

/* Reads an array of distinct column names of T, keeping its order; *SET is the caller's to
 * finish. */
int column_set_from_json(struct column_set *, const json_t *, const struct table_schema *,
                         struct fault *);
/* All columns of T, by name, with _uuid and _version as asked. */
void column_set_all(struct column_set *, const struct table_schema *, bool with_uuid,
                    bool with_version);
void column_set_add(struct column_set *, const struct column *);
bool column_set_contains(const struct column_set *, const struct column *);
void column_set_fini(struct column_set *);
