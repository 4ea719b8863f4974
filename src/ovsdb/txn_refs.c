/* SPDX-License-Identifier: Apache-2.0 */
/* References between rows, at the end of a transaction. Strong ones are counted in the rows
 * referred to, by what changed: the elements of the difference between old and new value. Weak
 * ones are entered in db.weak_refs and in a list by destination, so that a deleted row's referrers
 * are found at once. A row's references to itself do not keep it. Cost: what changed. */
#include "ovsdb/txn_internal.h"

#include <string.h>

/* ---- Walking references ---- */

/* Is atom I of the keys (or values) of D a reference of the wanted kind? The caller asks for
 * each part of a column apart. */
struct part {
    const struct base_type *base;
    bool values;
};

static size_t
ref_parts(const struct column *c, enum ref_kind kind, struct part parts[2])
{
    size_t n = 0;
    if (base_type_is_ref(&c->type.key, kind)) {
        parts[n++] = (struct part){&c->type.key, false};
    }
    if (base_type_is_ref(&c->type.value, kind)) {
        parts[n++] = (struct part){&c->type.value, true};
    }
    return n;
}

static const struct uuid *
part_uuid(const struct datum *d, const struct part *p, size_t i)
{
    return p->values ? &datum_value(d, i)->uuid : &datum_key(d, i)->uuid;
}

/* ---- Strong references ---- */

static int
add_ref(struct txn *t, struct row *src, const struct column *c, const struct base_type *base,
        const struct uuid *uuid, struct fault *f)
{
    if (src->table->schema == base->ref_table && uuid_equal(uuid, &src->uuid)) {
        return 0;
    }
    struct table *table = &t->db->tables[base->ref_table->index];
    struct row *dst = table_find_row(table, uuid);
    if (dst) {
        txn_touch(t, dst);
        dst->n_refs++;
        return 0;
    }
    /* A row that this transaction deletes keeps being counted, to blame its deletion. */
    TXN_FOR_EACH_ROW(tr, t)
    {
        if (tr->deleted && tr->row->table == table && uuid_equal(&tr->row->uuid, uuid)) {
            tr->row->n_refs++;
            return 0;
        }
    }
    char from[UUID_TEXT_LEN + 1], to[UUID_TEXT_LEN + 1];
    uuid_format(&src->uuid, from);
    uuid_format(uuid, to);
    return fault_set(f, -E_NOENT, FAULT_REFERENCE,
                     "Table %s column %s row %s references nonexistent row %s in table %s.",
                     src->table->schema->name, c->name, from, to, base->ref_table->name);
}

static void
drop_ref(struct txn *t, struct row *src, const struct base_type *base, const struct uuid *uuid)
{
    if (src->table->schema == base->ref_table && uuid_equal(uuid, &src->uuid)) {
        return;
    }
    struct table *table = &t->db->tables[base->ref_table->index];
    struct row *dst = table_find_row(table, uuid);
    if (dst) {
        txn_touch(t, dst);
        dst->n_refs--;
        return;
    }
    TXN_FOR_EACH_ROW(tr, t)
    {
        if (tr->deleted && tr->row->table == table && uuid_equal(&tr->row->uuid, uuid)) {
            tr->row->n_refs--;
            return;
        }
    }
}

static int
add_all(struct txn *t, struct row *src, const struct column *c, const struct part *p,
        const struct datum *d, struct fault *f)
{
    int code = 0;
    for (size_t i = 0; i < datum_n(d) && !code; i++) {
        code = add_ref(t, src, c, p->base, part_uuid(d, p, i), f);
    }
    return code;
}

static void
drop_all(struct txn *t, struct row *src, const struct part *p, const struct datum *d)
{
    for (size_t i = 0; i < datum_n(d); i++) {
        drop_ref(t, src, p->base, part_uuid(d, p, i));
    }
}

/* Counts what the change C of a set or map did. */
static int
count_change(struct txn *t, struct txn_row *tr, struct txn_change *c, const struct part *p,
             struct fault *f)
{
    const struct datum *new = tr->row->cells[c->column->index];
    if (c->column->type.n_max == 1 || datum_type_is_map(&c->column->type)) {
        int code = add_all(t, tr->row, c->column, p, new, f);
        drop_all(t, tr->row, p, c->old);
        return code;
    }
    const struct datum *diff = txn_change_diff(tr, c);
    int code = 0;
    for (size_t i = 0; i < datum_n(diff) && !code; i++) {
        const union atom *a = datum_key(diff, i);
        if (datum_find(new, a) != SIZE_MAX) {
            code = add_ref(t, tr->row, c->column, p->base, &a->uuid, f);
        } else {
            drop_ref(t, tr->row, p->base, &a->uuid);
        }
    }
    return code;
}

static int
count_row(struct txn *t, struct txn_row *tr, struct fault *f)
{
    struct row *row = tr->row;
    struct part parts[2];
    if (tr->inserted && tr->deleted) {
        return 0;
    }
    if (!tr->inserted && !tr->deleted) {
        for (size_t i = 0; i < tr->n_changes; i++) {
            size_t n = ref_parts(tr->changes[i].column, REF_STRONG, parts);
            for (size_t p = 0; p < n; p++) {
                int code = count_change(t, tr, &tr->changes[i], &parts[p], f);
                if (code) {
                    return code;
                }
            }
        }
        return 0;
    }
    const struct table_schema *schema = row->table->schema;
    for (size_t i = 0; i < schema->n_columns; i++) {
        const struct column *c = schema->columns[i];
        size_t n = ref_parts(c, REF_STRONG, parts);
        for (size_t p = 0; p < n; p++) {
            if (tr->inserted) {
                int code = add_all(t, row, c, &parts[p], row->cells[i], f);
                if (code) {
                    return code;
                }
            } else {
                struct datum *owned;
                struct datum_one tmp;
                drop_all(t, row, &parts[p], txn_row_old(tr, c, &tmp, &owned));
                datum_unref(owned);
            }
        }
    }
    return 0;
}

int
txn_count_refs(struct txn *t, struct fault *f)
{
    /* Rows that counting touches are put at the end, where they have nothing to count. */
    TXN_FOR_EACH_ROW(tr, t)
    {
        int code = count_row(t, tr, f);
        if (code) {
            return code;
        }
    }
    TXN_FOR_EACH_ROW(tr, t)
    {
        if (tr->deleted && !tr->inserted && tr->row->n_refs) {
            char text[UUID_TEXT_LEN + 1];
            uuid_format(&tr->row->uuid, text);
            return fault_set(f, -E_BUSY, FAULT_REFERENCE,
                             "cannot delete %s row %s because of %llu remaining reference(s)",
                             tr->row->table->schema->name, text,
                             (unsigned long long)tr->row->n_refs);
        }
    }
    return 0;
}

/* Uncounts what the living row TR refers to, as it is now. */
static void
drop_current_refs(struct txn *t, struct row *row)
{
    const struct table_schema *schema = row->table->schema;
    struct part parts[2];
    for (size_t i = 0; i < schema->n_columns; i++) {
        size_t n = ref_parts(schema->columns[i], REF_STRONG, parts);
        for (size_t p = 0; p < n; p++) {
            drop_all(t, row, &parts[p], row->cells[i]);
        }
    }
}

void
txn_collect_garbage(struct txn *t)
{
    /* Dropping references may touch rows that come later in the list, or have gone by with
     * references still: so start again until a round finds nothing. */
    bool again = true;
    while (again) {
        again = false;
        TXN_FOR_EACH_ROW(tr, t)
        {
            struct row *row = tr->row;
            if (!tr->deleted && !row->table->schema->is_root && row->n_refs == 0) {
                drop_current_refs(t, row);
                txn_delete(t, row);
                again = true;
            }
        }
    }
}

/* ---- Weak references ---- */

static uint32_t
weak_hash(const struct row *src, const struct column *c, const struct uuid *dst)
{
    return hash_pointer(src, hash_u32(c->index, uuid_hash(dst)));
}

static struct weak_dst *
find_weak_dst(struct table *t, const struct uuid *uuid)
{
    HMAP_FOR_EACH_WITH_HASH (struct weak_dst, dst, node, uuid_hash(uuid), &t->weak_dsts) {
        if (uuid_equal(&dst->uuid, uuid)) {
            return dst;
        }
    }
    return NULL;
}

static struct weak_ref *
find_weak_ref(struct db *db, const struct row *src, const struct column *c,
              const struct uuid *uuid)
{
    uint32_t hash = weak_hash(src, c, uuid);
    HMAP_FOR_EACH_WITH_HASH (struct weak_ref, ref, node, hash, &db->weak_refs) {
        if (ref->src == src && ref->column == c && uuid_equal(&ref->dst->uuid, uuid)) {
            return ref;
        }
    }
    return NULL;
}

static void
enter_weak_ref(struct db *db, struct row *src, const struct column *c,
               const struct base_type *base, const struct uuid *uuid)
{
    if (find_weak_ref(db, src, c, uuid)) {
        return; /* twice in a map's values */
    }
    struct table *table = &db->tables[base->ref_table->index];
    struct weak_dst *dst = find_weak_dst(table, uuid);
    if (!dst) {
        dst = xalloc(sizeof *dst);
        dst->uuid = *uuid;
        list_init(&dst->refs);
        hmap_insert(&table->weak_dsts, &dst->node, uuid_hash(uuid));
    }
    struct weak_ref *ref = xalloc(sizeof *ref);
    ref->src = src;
    ref->column = c;
    ref->dst = dst;
    list_push_back(&dst->refs, &ref->by_dst);
    hmap_insert(&db->weak_refs, &ref->node, weak_hash(src, c, uuid));
}

static void
leave_weak_ref(struct db *db, struct row *src, const struct column *c,
               const struct base_type *base, const struct uuid *uuid)
{
    struct weak_ref *ref = find_weak_ref(db, src, c, uuid);
    if (!ref) {
        return;
    }
    struct weak_dst *dst = ref->dst;
    hmap_remove(&db->weak_refs, &ref->node);
    list_remove(&ref->by_dst);
    os_free(ref);
    if (list_is_empty(&dst->refs)) {
        hmap_remove(&db->tables[base->ref_table->index].weak_dsts, &dst->node);
        os_free(dst);
    }
}

typedef void weak_action(struct db *, struct row *, const struct column *,
                         const struct base_type *, const struct uuid *);

static void
for_each_weak(struct row *row, const struct column *c, const struct datum *d, weak_action *action)
{
    struct part parts[2];
    size_t n = ref_parts(c, REF_WEAK, parts);
    for (size_t p = 0; p < n; p++) {
        for (size_t i = 0; i < datum_n(d); i++) {
            action(row->table->db, row, c, parts[p].base, part_uuid(d, &parts[p], i));
        }
    }
}

/* Replaces the entries of what TR's row held by those of what it holds, or the other way round. */
static void
move_weak_refs(struct txn_row *tr, bool forward)
{
    const struct table_schema *schema = tr->row->table->schema;
    for (size_t i = 0; i < schema->n_columns; i++) {
        const struct column *c = schema->columns[i];
        bool all = tr->inserted || tr->deleted;
        if (!column_has_refs(c, REF_WEAK) || (!all && !txn_row_find_change(tr, c))) {
            continue;
        }
        struct datum *owned = NULL;
        struct datum_one tmp;
        const struct datum *old = tr->inserted ? NULL : txn_row_old(tr, c, &tmp, &owned);
        const struct datum *new = tr->deleted ? NULL : tr->row->cells[i];
        for_each_weak(tr->row, c, forward ? old : new, leave_weak_ref);
        for_each_weak(tr->row, c, forward ? new : old, enter_weak_ref);
        datum_unref(owned);
    }
}

void
txn_weak_refs_do(struct txn *t)
{
    TXN_FOR_EACH_ROW(tr, t)
    {
        move_weak_refs(tr, true);
    }
}

void
txn_weak_refs_undo(struct txn *t)
{
    TXN_FOR_EACH_ROW(tr, t)
    {
        move_weak_refs(tr, false);
    }
}

/* Is element I of D, in part P, a reference to nothing? */
static bool
is_dangling(const struct db *db, const struct datum *d, const struct part *p, size_t i)
{
    const struct table *table = &db->tables[p->base->ref_table->index];
    return !table_find_row(table, part_uuid(d, p, i));
}

/* The dangling elements of D, a set or map of COLUMN's type; NULL when there are none. */
static struct datum *
find_dangling(const struct db *db, const struct column *c, const struct datum *d)
{
    struct part parts[2];
    size_t n_parts = ref_parts(c, REF_WEAK, parts), n = 0;
    size_t *found = NULL, capacity = 0;
    for (size_t i = 0; i < datum_n(d); i++) {
        bool dangling = false;
        for (size_t p = 0; p < n_parts; p++) {
            dangling |= is_dangling(db, d, &parts[p], i);
        }
        if (dangling) {
            if (n == capacity) {
                found = xgrow(found, &capacity, sizeof *found);
            }
            found[n++] = i;
        }
    }
    struct datum *out = NULL;
    if (n) {
        /* A set of keys is enough to take them away, from maps too. */
        enum atom_type type = (enum atom_type)d->key_type;
        out = datum_new(type, ATOM_VOID, n);
        for (size_t i = 0; i < n; i++) {
            atom_copy(&out->atoms[i], datum_key(d, found[i]), type);
        }
    }
    os_free(found);
    return out;
}

static int
emptied(const struct txn_row *tr, const struct column *c, const struct datum *dangling,
        struct fault *f)
{
    char text[UUID_TEXT_LEN + 1];
    uuid_format(&tr->row->uuid, text);
    const char *table = tr->row->table->schema->name;
    const char *inserted = tr->inserted ? " (inserted within this transaction)" : "";
    if (dangling->key_type == ATOM_UUID && uuid_is_zero(&datum_key(dangling, 0)->uuid)) {
        return fault_set(f, -E_INVAL, FAULT_CONSTRAINT,
                         "Weak reference column \"%s\" in \"%s\" row %s%s contained all-zeros "
                         "UUID (probably as the default value for this column) but deleting this "
                         "value caused a constraint volation because this column is not allowed "
                         "to be empty.",
                         c->name, table, text, inserted);
    }
    return fault_set(f, -E_INVAL, FAULT_CONSTRAINT,
                     "Deletion of %zu weak reference(s) to deleted (or never-existing) rows from "
                     "column \"%s\" in \"%s\" row %s%s caused this column to become empty, but "
                     "constraints on this column disallow an empty column.",
                     datum_n(dangling), c->name, table, text, inserted);
}

static int
purge_column(struct txn *t, struct row *row, const struct column *c, struct fault *f)
{
    struct datum *cell = row->cells[c->index];
    struct datum *dangling = find_dangling(t->db, c, cell);
    if (!dangling) {
        return 0;
    }
    int code = 0;
    struct datum *left = datum_subtract(cell, dangling);
    txn_set(t, row, c, left);
    if (datum_n(left) < c->type.n_min) {
        code = emptied(row->txn_row, c, dangling, f);
    }
    datum_unref(dangling);
    return code;
}

static int
purge_row(struct txn *t, struct txn_row *tr, struct fault *f)
{
    const struct table_schema *schema = tr->row->table->schema;
    for (size_t i = 0; i < schema->n_columns; i++) {
        const struct column *c = schema->columns[i];
        if (column_has_refs(c, REF_WEAK) && (tr->inserted || txn_row_find_change(tr, c))) {
            int code = purge_column(t, tr->row, c, f);
            if (code) {
                return code;
            }
        }
    }
    return 0;
}

/* Takes the deleted row TR out of the columns of those who refer to it. */
static int
purge_referrers(struct txn *t, const struct txn_row *tr, struct fault *f)
{
    struct weak_dst *dst = find_weak_dst(tr->row->table, &tr->row->uuid);
    if (!dst) {
        return 0;
    }
    LIST_FOR_EACH (struct weak_ref, ref, by_dst, &dst->refs) {
        struct txn_row *src = ref->src->txn_row;
        if (src && src->deleted) {
            continue;
        }
        int code = purge_column(t, ref->src, ref->column, f);
        if (code) {
            return code;
        }
    }
    return 0;
}

int
txn_purge_weak_refs(struct txn *t, struct fault *f)
{
    int code = 0;
    TXN_FOR_EACH_ROW(tr, t)
    {
        if (!tr->deleted) {
            code = purge_row(t, tr, f);
        } else if (!tr->inserted) {
            code = purge_referrers(t, tr, f);
        }
        if (code) {
            return code;
        }
    }
    return 0;
}
