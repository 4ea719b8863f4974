/* SPDX-License-Identifier: Apache-2.0 */
/* Indexes as skip lists: a node in the list of every level up to its height, which is random, a
 * quarter of the nodes one level higher. Rows of equal values are in the order of their UUIDs. A
 * row's values never change while it is in the list: who changes what readers see takes it out
 * before and puts it in again. */
#include "ovsdb/client/replica_index.h"
#include "ovsdb/client/replica_internal.h"

#include <string.h>

#include "os/random.h"

enum { MAX_HEIGHT = 16 }; /* enough for 4^16 rows */

struct replica_index_node {
    struct replica_row *row; /* NULL: the head */
    struct replica_index *index;
    struct replica_index_node *sibling; /* the same row's in another index */
    size_t height;
    struct replica_index_node *next[]; /* by level, from 0 */
};

struct replica_index {
    struct replica_index *other; /* of the same table */
    struct replica_table *table;
    uint32_t *columns;
    size_t n_columns;
    struct replica_index_node *head;
};

/* ---- Order ---- */

int
replica_index_compare(const struct replica_index *index, const struct replica_row *row,
                      const struct datum *const *values, size_t n)
{
    int cmp = 0;
    for (size_t i = 0; i < n && !cmp; i++) {
        cmp = datum_compare(replica_get(row, index->columns[i]), values[i]);
    }
    return cmp;
}

static int
compare_rows(const struct replica_index *index, const struct replica_row *a,
             const struct replica_row *b)
{
    int cmp = 0;
    for (size_t i = 0; i < index->n_columns && !cmp; i++) {
        uint32_t c = index->columns[i];
        cmp = datum_compare(replica_get(a, c), replica_get(b, c));
    }
    cmp = cmp ? cmp : uuid_compare(&a->uuid, &b->uuid);
    /* A row that is inserted here may bear the name of one that came from the server. */
    return cmp ? cmp : (a > b) - (a < b);
}

/* For each level the last node before ROW. */
static void
find_place(const struct replica_index *index, const struct replica_row *row,
           struct replica_index_node *before[MAX_HEIGHT])
{
    struct replica_index_node *at = index->head;
    for (size_t level = MAX_HEIGHT; level-- > 0;) {
        while (at->next[level] && compare_rows(index, at->next[level]->row, row) < 0) {
            at = at->next[level];
        }
        before[level] = at;
    }
}

/* ---- Changing ---- */

static struct replica_index_node *
node_new(struct replica_index *index, struct replica_row *row, size_t height)
{
    struct replica_index_node *node = xzalloc(sizeof *node + height * sizeof node->next[0]);
    node->index = index;
    node->row = row;
    node->height = height;
    return node;
}

static size_t
random_height(void)
{
    size_t height = 1;
    for (uint32_t r = os_random_u32(); height < MAX_HEIGHT && !(r & 3); r >>= 2) {
        height++;
    }
    return height;
}

static void
put_in(struct replica_index *index, struct replica_row *row)
{
    struct replica_index_node *before[MAX_HEIGHT];
    struct replica_index_node *node = node_new(index, row, random_height());
    find_place(index, row, before);
    for (size_t level = 0; level < node->height; level++) {
        node->next[level] = before[level]->next[level];
        before[level]->next[level] = node;
    }
    node->sibling = row->index_nodes;
    row->index_nodes = node;
}

static void
take_out(struct replica_index_node *node)
{
    struct replica_index_node *before[MAX_HEIGHT];
    find_place(node->index, node->row, before);
    for (size_t level = 0; level < node->height; level++) {
        VERIFY(before[level]->next[level] == node);
        before[level]->next[level] = node->next[level];
    }
    os_free(node);
}

void
replica_row_leave_indexes(struct replica_row *row)
{
    while (row->index_nodes) {
        struct replica_index_node *node = row->index_nodes;
        row->index_nodes = node->sibling;
        take_out(node);
    }
}

static bool
is_visible(const struct replica_row *row)
{
    return !replica_row_is_deleted(row) && !(row->edit && row->edit->is_deleted);
}

void
replica_row_enter_indexes(struct replica_row *row)
{
    for (struct replica_index *i = row->table->indexes; i && is_visible(row); i = i->other) {
        put_in(i, row);
    }
}

bool
replica_row_is_indexed(const struct replica_row *row, uint32_t column)
{
    for (const struct replica_index_node *node = row->index_nodes; node; node = node->sibling) {
        for (size_t i = 0; i < node->index->n_columns; i++) {
            if (node->index->columns[i] == column) {
                return true;
            }
        }
    }
    return false;
}

static bool
is_over(const struct replica_index *index, const uint32_t *columns, size_t n)
{
    return index->n_columns == n && !memcmp(index->columns, columns, n * sizeof *columns);
}

struct replica_index *
replica_index_on(struct replica *r, uint32_t table, const uint32_t *columns, size_t n)
{
    struct replica_table *t = &r->tables[table];
    for (struct replica_index *index = t->indexes; index; index = index->other) {
        if (is_over(index, columns, n)) {
            return index;
        }
    }
    struct replica_index *index = xzalloc(sizeof *index);
    index->table = t;
    index->columns = xmemdup(columns, n * sizeof *columns);
    index->n_columns = n;
    index->head = node_new(index, NULL, MAX_HEIGHT);
    index->other = t->indexes;
    t->indexes = index;
    HMAP_FOR_EACH (struct replica_row, row, node, &t->rows) {
        if (is_visible(row)) {
            put_in(index, row);
        }
    }
    return index;
}

void
replica_table_free_indexes(struct replica_table *t)
{
    while (t->indexes) {
        struct replica_index *index = t->indexes;
        t->indexes = index->other;
        os_free(index->head);
        os_free(index->columns);
        os_free(index);
    }
}

/* ---- Finding ---- */

static struct replica_row *
row_of(const struct replica_index_node *node)
{
    return node ? node->row : NULL;
}

struct replica_row *
replica_index_from(const struct replica_index *index, const struct datum *const *values, size_t n)
{
    const struct replica_index_node *at = index->head;
    for (size_t level = MAX_HEIGHT; level-- > 0;) {
        while (at->next[level] &&
               replica_index_compare(index, at->next[level]->row, values, n) < 0) {
            at = at->next[level];
        }
    }
    return row_of(at->next[0]);
}

struct replica_row *
replica_index_next(const struct replica_index *index, const struct replica_row *row)
{
    for (const struct replica_index_node *node = row->index_nodes; node; node = node->sibling) {
        if (node->index == index) {
            return row_of(node->next[0]);
        }
    }
    /* Deleted: what would be behind it. */
    struct replica_index_node *before[MAX_HEIGHT];
    find_place(index, row, before);
    return row_of(before[0]->next[0]);
}

struct replica_row *
replica_index_find(const struct replica_index *index, const struct datum *const *values, size_t n)
{
    struct replica_row *row = replica_index_from(index, values, n);
    return row && !replica_index_compare(index, row, values, n) ? row : NULL;
}
