/* SPDX-License-Identifier: Apache-2.0 */
/* The data of one database in memory: tables of rows. A row is one allocation: its head, one
 * datum pointer a column, one hash node a unique index. A row stays where it is as long as it
 * exists; transactions (txn.h) change it in place and remember what was there before.
 * Everything here belongs to the database's thread. */
#pragma once

#include "base/list.h"
#include "ovsdb/schema.h"

struct table;
struct txn_row;

struct row {
    struct hnode node; /* in table.rows, by uuid */
    struct table *table;
    struct txn_row *txn_row; /* in the running transaction, or NULL */
    struct uuid uuid;
    uint64_t version;      /* grows with every change; shown as _version */
    uint64_t n_refs;       /* strong references from other rows */
    struct datum *cells[]; /* by column index; then the index nodes, see row_index_node */
};

struct table {
    struct db *db;
    const struct table_schema *schema;
    struct hmap rows;
    struct hmap *indexes;  /* n_indexes, of committed rows */
    struct hmap weak_dsts; /* weak_dst by uuid: who refers weakly to rows here */
    bool logged;           /* ovsdb-server/tlog-set */
};

/* A weak reference that column COLUMN of row SRC holds; one for each destination. */
struct weak_ref {
    struct hnode node;  /* in db.weak_refs, by source, column and destination */
    struct list by_dst; /* in weak_dst.refs */
    struct row *src;
    const struct column *column;
    struct weak_dst *dst;
};

struct weak_dst {
    struct hnode node;
    struct uuid uuid;
    struct list refs;
};

struct db {
    struct db_schema *schema; /* owned */
    struct table *tables;     /* by schema index */
    struct hmap weak_refs;
    uint64_t last_version;
    uint64_t version_key[2]; /* what makes versions of this process unlike others' */
};

/* Takes SCHEMA over. The database is empty. */
struct db *db_new(struct db_schema *schema);
void db_free(struct db *);                                        /* NULL is fine */
struct table *db_find_table(const struct db *, const char *name); /* or NULL */
/* Counts rows, cells and atoms. */
void db_count(const struct db *, size_t *n_rows, size_t *n_cells, size_t *n_atoms);

/* A row of default values, in no table yet. */
struct row *row_new(struct table *, const struct uuid *);
void row_free(struct row *);
struct row *table_find_row(const struct table *, const struct uuid *); /* or NULL */
/* Has the values of N rows, and their strings, on their way to the cache. */
void rows_fetch(struct row *const *rows, size_t n);
/* Walking all rows of a table in batches, whose memory is fetched while the walk still looks for
 * their neighbours: twice as fast as row by row where a table does not fit in the cache. */
struct row_walk {
    size_t bucket; /* the next one */
    const struct hnode *node;
};
/* Puts up to N rows to ROWS; their number, 0 at the end. W begins as zeros. */
size_t table_walk(const struct table *, struct row_walk *w, struct row **rows, size_t n);
struct hnode *row_index_node(struct row *, size_t index);
struct row *row_of_index_node(const struct table *, struct hnode *, size_t index);

/* The value of any column, _uuid and _version too; those are made in *TMP, the caller's. */
struct datum_one {
    union {
        struct datum head;
        char room_[sizeof(struct datum) + sizeof(union atom)];
    };
};
const struct datum *row_cell(const struct row *, const struct column *, struct datum_one *tmp);
struct uuid row_version_uuid(const struct row *);
uint32_t row_hash_columns(const struct row *, const struct column_set *);
bool rows_equal_columns(const struct row *, const struct row *, const struct column_set *);

/* Are the table's references, of either kind, to be looked after in COLUMN? */
static inline bool
column_has_refs(const struct column *c, enum ref_kind kind)
{
    return base_type_is_ref(&c->type.key, kind) || base_type_is_ref(&c->type.value, kind);
}
