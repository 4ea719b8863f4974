/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping committed transactions and adding them up. To tell what changed since, the kept
 * transactions are walked from the newest back, undoing each on copies of the rows' cells, until
 * the wanted one is reached; what then differs from the rows as they are is the answer. */
#include "ovsdb/history.h"

#include "os/random.h"

#define HISTORY_MAX_TXNS   1000
#define HISTORY_MAX_WEIGHT (4u * 1024 * 1024) /* bytes kept for the purpose, about */

void
history_init(struct history *h)
{
    *h = (struct history){.base = os_uuid_new()};
    list_init(&h->txns);
}

static size_t
weigh_datum(const struct datum *d)
{
    size_t weight = sizeof(struct datum *);
    for (size_t i = 0; i < datum_n(d); i++) {
        weight += sizeof(union atom);
        weight += d->key_type == ATOM_STRING ? atom_string_len(datum_key(d, i)) : 0;
        weight += d->value_type == ATOM_STRING ? atom_string_len(datum_value(d, i)) : 0;
    }
    return weight;
}

static size_t
weigh_row(const struct txn_row *tr)
{
    size_t weight = sizeof *tr + tr->n_changes * sizeof *tr->changes;
    for (size_t i = 0; i < tr->n_changes; i++) {
        weight += weigh_datum(tr->changes[i].old) + weigh_datum(tr->changes[i].diff);
    }
    for (size_t i = 0; tr->deleted && i < tr->row->table->schema->n_columns; i++) {
        weight += weigh_datum(tr->row->cells[i]);
    }
    return weight;
}

static size_t
weigh(const struct txn *t)
{
    size_t weight = sizeof *t;
    TXN_FOR_EACH_ROW(tr, t)
    {
        weight += weigh_row(tr);
    }
    return weight;
}

static void
drop_oldest(struct history *h)
{
    struct txn *t = CONTAINER_OF(list_pop_front(&h->txns), struct txn, in_history);
    h->base = t->id;
    h->n--;
    h->weight -= t->weight;
    txn_commit(t);
}

void
history_clear(struct history *h)
{
    while (h->n) {
        drop_oldest(h);
    }
    h->base = os_uuid_new();
}

void
history_add(struct history *h, struct txn *t)
{
    t->weight = weigh(t);
    list_push_back(&h->txns, &t->in_history);
    h->n++;
    h->weight += t->weight;
    while (h->n > HISTORY_MAX_TXNS || (h->n && h->weight > HISTORY_MAX_WEIGHT)) {
        drop_oldest(h);
    }
}

static struct txn *
newest(const struct history *h)
{
    return h->n ? CONTAINER_OF(h->txns.prev, struct txn, in_history) : NULL;
}

const struct uuid *
history_last_id(const struct history *h)
{
    const struct txn *t = newest(h);
    return t ? &t->id : &h->base;
}

void
history_set_last_id(struct history *h, const struct uuid *id)
{
    struct txn *t = newest(h);
    *(t ? &t->id : &h->base) = *id;
}

/* ---- Adding up ---- */

/* A row that some transaction touched, with the cells it had before those undone so far. */
struct past_row {
    struct hnode node;
    struct row *row;      /* as the newest transaction that touched it left it */
    struct datum **cells; /* owned references */
    uint64_t version;
    bool exists, existed; /* now, and before */
};

static struct past_row *
find_past_row(const struct hmap *past, const struct row *row)
{
    HMAP_FOR_EACH_WITH_HASH (struct past_row, p, node, uuid_hash(&row->uuid), past) {
        if (p->row->table == row->table && uuid_equal(&p->row->uuid, &row->uuid)) {
            return p;
        }
    }
    return NULL;
}

static void
take_cells(struct past_row *p, const struct row *row)
{
    for (size_t i = 0; i < row->table->schema->n_columns; i++) {
        datum_unref(p->cells[i]);
        p->cells[i] = datum_ref(row->cells[i]);
    }
}

static struct past_row *
add_past_row(struct hmap *past, const struct txn_row *tr)
{
    struct past_row *p = xzalloc(sizeof *p);
    p->row = tr->row;
    p->exists = !tr->deleted;
    p->cells = xzalloc((tr->row->table->schema->n_columns + 1) * sizeof *p->cells);
    take_cells(p, tr->row);
    hmap_insert(past, &p->node, uuid_hash(&tr->row->uuid));
    return p;
}

static void
undo_change(struct past_row *p, const struct txn_change *c)
{
    struct datum **cell = &p->cells[c->column->index], *old = NULL;
    if (c->old_is_implied) {
        VERIFY(datum_apply_diff(*cell, c->diff, &c->column->type, &old, NULL) == 0);
    } else {
        old = datum_ref(c->old);
    }
    datum_unref(*cell);
    *cell = old;
}

static void
undo_row(struct hmap *past, const struct txn_row *tr)
{
    if (tr->inserted && tr->deleted) {
        return;
    }
    struct past_row *p = find_past_row(past, tr->row);
    if (!p) {
        p = add_past_row(past, tr);
    } else if (tr->deleted) {
        take_cells(p, tr->row); /* the row of this name that a later one followed */
    }
    for (size_t i = 0; i < tr->n_changes; i++) {
        undo_change(p, &tr->changes[i]);
    }
    p->existed = !tr->inserted;
    p->version = tr->old_version;
}

/* What P went through, as one transaction's row; NULL if nothing that shows. P's cells move. */
static struct txn_row *
sum_up(struct past_row *p)
{
    const struct table_schema *schema = p->row->table->schema;
    struct txn_row *tr = xzalloc(sizeof *tr);
    tr->row = p->row;
    tr->inserted = p->exists && !p->existed;
    tr->deleted = p->existed && !p->exists;
    tr->old_version = p->version;
    list_init(&tr->node);
    tr->changes = xalloc((schema->n_columns + 1) * sizeof *tr->changes);
    for (size_t i = 0; i < schema->n_columns && p->existed; i++) {
        if (!datum_equal(p->cells[i], p->row->cells[i])) {
            tr->changes[tr->n_changes++] =
                (struct txn_change){.column = schema->columns[i], .old = p->cells[i]};
            p->cells[i] = NULL;
        }
    }
    if (!tr->inserted && !tr->deleted && !(p->exists && tr->n_changes)) {
        os_free(tr->changes);
        os_free(tr);
        return NULL;
    }
    return tr;
}

static void
past_row_free(struct past_row *p)
{
    for (size_t i = 0; i < p->row->table->schema->n_columns; i++) {
        datum_unref(p->cells[i]);
    }
    os_free(p->cells);
    os_free(p);
}

bool
history_since(const struct history *h, const struct uuid *id, struct history_changes *out)
{
    struct hmap past;
    hmap_init(&past);
    const struct list *at = h->txns.prev;
    for (; at != &h->txns; at = at->prev) {
        const struct txn *t = CONTAINER_OF((struct list *)at, struct txn, in_history);
        if (uuid_equal(&t->id, id)) {
            break;
        }
        for (const struct list *row = t->rows.prev; row != &t->rows; row = row->prev) {
            undo_row(&past, CONTAINER_OF((struct list *)row, struct txn_row, node));
        }
    }
    bool found = at != &h->txns || uuid_equal(&h->base, id);
    *out = (struct history_changes){.rows = xalloc((hmap_count(&past) + 1) * sizeof *out->rows)};
    HMAP_FOR_EACH_SAFE (struct past_row, p, node, &past) {
        struct txn_row *tr = found ? sum_up(p) : NULL;
        if (tr) {
            out->rows[out->n++] = tr;
        }
        past_row_free(p);
    }
    hmap_fini(&past);
    if (found) {
        txn_rows_sort(out->rows, out->n);
    } else {
        history_changes_fini(out);
    }
    return found;
}

void
history_changes_fini(struct history_changes *c)
{
    for (size_t i = 0; i < c->n; i++) {
        txn_row_free(c->rows[i]);
    }
    os_free(c->rows);
    *c = (struct history_changes){NULL, 0};
}
