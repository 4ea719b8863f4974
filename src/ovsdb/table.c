/* SPDX-License-Identifier: Apache-2.0 */
/* Databases, tables and rows in memory. See table.h for the layout. Only transactions and the
 * reader of the log change rows; everybody else looks. Allocation failure ends the process. */
#include "ovsdb/table.h"

#include <string.h>

#include "os/random.h"

#define FETCH_AHEAD 16 /* buckets */

static void
table_init(struct table *t, struct db *db, const struct table_schema *schema)
{
    *t = (struct table){.db = db, .schema = schema};
    hmap_init(&t->rows);
    hmap_init(&t->weak_dsts);
    t->indexes = xalloc(schema->n_indexes * sizeof *t->indexes);
    for (size_t i = 0; i < schema->n_indexes; i++) {
        hmap_init(&t->indexes[i]);
    }
}

static void
table_fini(struct table *t)
{
    HMAP_FOR_EACH_SAFE (struct row, row, node, &t->rows) {
        row_free(row);
    }
    HMAP_FOR_EACH_SAFE (struct weak_dst, dst, node, &t->weak_dsts) {
        os_free(dst);
    }
    for (size_t i = 0; i < t->schema->n_indexes; i++) {
        hmap_fini(&t->indexes[i]);
    }
    os_free(t->indexes);
    hmap_fini(&t->weak_dsts);
    hmap_fini(&t->rows);
}

struct db *
db_new(struct db_schema *schema)
{
    struct db *db = xzalloc(sizeof *db);
    db->schema = schema;
    db->tables = xalloc(schema->n_tables * sizeof *db->tables);
    for (size_t i = 0; i < schema->n_tables; i++) {
        table_init(&db->tables[i], db, schema->tables[i]);
    }
    hmap_init(&db->weak_refs);
    os_random_bytes(db->version_key, sizeof db->version_key);
    return db;
}

void
db_free(struct db *db)
{
    if (!db) {
        return;
    }
    HMAP_FOR_EACH_SAFE (struct weak_ref, ref, node, &db->weak_refs) {
        os_free(ref);
    }
    hmap_fini(&db->weak_refs);
    for (size_t i = 0; i < db->schema->n_tables; i++) {
        table_fini(&db->tables[i]);
    }
    os_free(db->tables);
    db_schema_free(db->schema);
    os_free(db);
}

struct table *
db_find_table(const struct db *db, const char *name)
{
    const struct table_schema *schema = db_schema_find_table(db->schema, name);
    return schema ? &db->tables[schema->index] : NULL;
}

void
db_count(const struct db *db, size_t *n_rows, size_t *n_cells, size_t *n_atoms)
{
    *n_rows = *n_cells = *n_atoms = 0;
    for (size_t i = 0; i < db->schema->n_tables; i++) {
        const struct table *t = &db->tables[i];
        *n_rows += hmap_count(&t->rows);
        /* _uuid and _version are counted too. */
        *n_cells += hmap_count(&t->rows) * (t->schema->n_columns + 2);
        HMAP_FOR_EACH (struct row, row, node, &t->rows) {
            *n_atoms += 2;
            for (size_t c = 0; c < t->schema->n_columns; c++) {
                const struct datum *d = row->cells[c];
                *n_atoms += datum_n(d) * (d && d->value_type != ATOM_VOID ? 2 : 1);
            }
        }
    }
}

struct row *
row_new(struct table *t, const struct uuid *uuid)
{
    const struct table_schema *schema = t->schema;
    struct row *row = xzalloc(sizeof *row + schema->n_columns * sizeof row->cells[0] +
                              schema->n_indexes * sizeof(struct hnode));
    row->table = t;
    row->uuid = *uuid;
    for (size_t i = 0; i < schema->n_columns; i++) {
        row->cells[i] = datum_ref(schema->columns[i]->initial);
    }
    return row;
}

void
row_free(struct row *row)
{
    for (size_t i = 0; i < row->table->schema->n_columns; i++) {
        datum_unref(row->cells[i]);
    }
    os_free(row);
}

struct row *
table_find_row(const struct table *t, const struct uuid *uuid)
{
    HMAP_FOR_EACH_WITH_HASH (struct row, row, node, uuid_hash(uuid), &t->rows) {
        if (uuid_equal(&row->uuid, uuid)) {
            return row;
        }
    }
    return NULL;
}

static void
fetch_bucket(const struct hmap *rows, size_t bucket)
{
    if (bucket <= rows->mask && rows->buckets[bucket]) {
        PORT_PREFETCH(rows->buckets[bucket]);
    }
}

void
rows_fetch(struct row *const *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < rows[i]->table->schema->n_columns; c++) {
            PORT_PREFETCH(rows[i]->cells[c]);
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < rows[i]->table->schema->n_columns; c++) {
            datum_prefetch_texts(rows[i]->cells[c]);
        }
    }
}

size_t
table_walk(const struct table *t, struct row_walk *w, struct row **rows, size_t max)
{
    const struct hmap *map = &t->rows;
    size_t n = 0;
    while (n < max && (w->node || w->bucket <= map->mask)) {
        if (w->node) {
            rows[n++] = CONTAINER_OF((struct hnode *)w->node, struct row, node);
            w->node = w->node->next;
        } else {
            fetch_bucket(map, w->bucket + FETCH_AHEAD);
            w->node = map->buckets[w->bucket++];
        }
    }
    rows_fetch(rows, n);
    return n;
}

struct hnode *
row_index_node(struct row *row, size_t index)
{
    struct hnode *nodes = (struct hnode *)(void *)&row->cells[row->table->schema->n_columns];
    return &nodes[index];
}

struct row *
row_of_index_node(const struct table *t, struct hnode *node, size_t index)
{
    size_t offset = sizeof(struct row) + t->schema->n_columns * sizeof(struct datum *) +
                    index * sizeof(struct hnode);
    return (struct row *)(void *)((char *)node - offset);
}

struct uuid
row_version_uuid(const struct row *row)
{
    const struct db *db = row->table->db;
    uint64_t high = hash_add64(db->version_key[0], row->version);
    uint64_t low = hash_add64(db->version_key[1], row->version);
    struct uuid u = {
        {(uint32_t)(high >> 32), (uint32_t)high, (uint32_t)(low >> 32), (uint32_t)low}};
    u.word[1] = (u.word[1] & ~0xf000u) | 0x4000;
    u.word[2] = (u.word[2] & 0x3fffffffu) | 0x80000000u;
    return u;
}

static const struct datum *
make_uuid(struct datum_one *tmp, struct uuid u)
{
    memset(tmp, 0, sizeof *tmp);
    tmp->head.refs = 1;
    tmp->head.n = 1;
    tmp->head.key_type = ATOM_UUID;
    tmp->head.value_type = ATOM_VOID;
    memcpy(tmp->head.atoms, &u, sizeof u);
    return &tmp->head;
}

const struct datum *
row_cell(const struct row *row, const struct column *c, struct datum_one *tmp)
{
    if (c->index == COLUMN_UUID) {
        return make_uuid(tmp, row->uuid);
    }
    if (c->index == COLUMN_VERSION) {
        return make_uuid(tmp, row_version_uuid(row));
    }
    return row->cells[c->index];
}

uint32_t
row_hash_columns(const struct row *row, const struct column_set *set)
{
    uint32_t hash = 0;
    struct datum_one tmp;
    for (size_t i = 0; i < set->n; i++) {
        hash = datum_hash(row_cell(row, set->columns[i], &tmp), hash);
    }
    return hash;
}

bool
rows_equal_columns(const struct row *a, const struct row *b, const struct column_set *set)
{
    struct datum_one tmp_a, tmp_b;
    for (size_t i = 0; i < set->n; i++) {
        if (!datum_equal(row_cell(a, set->columns[i], &tmp_a),
                         row_cell(b, set->columns[i], &tmp_b))) {
            return false;
        }
    }
    return true;
}
