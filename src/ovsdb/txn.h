/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions over the tables in memory. A transaction changes rows in place and keeps, for each
 * row it touched, the old values of the columns it changed; so looking at the tables shows its
 * work, aborting puts the old values back, and committing costs what was changed, not what is
 * there. One transaction of a database runs at a time, on its thread.
 *
 *   txn_new → txn_insert, txn_set, txn_delete … → txn_check → txn_commit or txn_abort
 *
 * txn_check finishes the transaction (reference counts, garbage, weak references, maxRows,
 * indexes) and may refuse it. Between it and txn_commit the transaction can be written to disk,
 * shown to monitors, and still be aborted. After txn_detach the next one may start, although
 * this one's fate is not sealed: aborts then go newest first. */
#pragma once

#include "ovsdb/table.h"

/* The old value of a column that differs now. */
struct txn_change {
    const struct column *column;
    struct datum *old;
    struct datum *diff; /* for sets: what was added or removed; see txn_change_diff */
    bool has_diff;
    bool old_is_implied; /* `old` was never kept: it is the new value with `diff` applied */
};

struct txn_row {
    struct list node; /* in txn.rows, in order of first touch */
    struct row *row;
    bool inserted, deleted;
    bool index_updated;
    uint64_t old_n_refs, old_version;
    struct txn_change *changes; /* none for inserted rows */
    size_t n_changes, changes_capacity;
};

struct txn {
    struct db *db;
    struct list rows;
    struct list in_history; /* once committed, see history.h */
    size_t weight;          /* the same */
    struct uuid id;         /* names the contents after it; set by who commits it */
    struct hmap deleted;    /* rows that this deletes, by uuid: their node moved here */
    size_t n_rows;
    struct str comment;
    bool durable;
    bool checked;
    bool has_changes; /* after txn_check: something to show to anybody */
};

struct txn *txn_new(struct db *);
/* Undoes everything and frees T. */
void txn_abort(struct txn *t);
/* Makes a checked T final and frees it. */
void txn_commit(struct txn *t);
/* Ends the running phase of a checked T: rows forget it, so that another may start. */
void txn_detach(struct txn *t);

/* A new row of default values. */
struct row *txn_insert(struct txn *, struct table *, const struct uuid *);
/* The row of this UUID that was deleted in this transaction, or NULL. */
struct row *txn_find_deleted(const struct txn *, const struct table *, const struct uuid *);
/* Takes VALUE over. */
void txn_set(struct txn *, struct row *, const struct column *, struct datum *value);
/* Adds and removes elements of a set column, in place where that is cheaper. ADD and REMOVE are
 * borrowed. The caller has checked counts and values. */
void txn_change_set(struct txn *, struct row *, const struct column *, const struct datum *add,
                    const struct datum *remove);
void txn_delete(struct txn *, struct row *);
void txn_add_comment(struct txn *, const char *);
/* The error to report to the client goes to the fault; T must be aborted then. */
int txn_check(struct txn *, struct fault *);

/* ---- Looking at a checked transaction ---- */

#define TXN_FOR_EACH_ROW(VAR, TXN) LIST_FOR_EACH (struct txn_row, VAR, node, &(TXN)->rows)

/* Is there anything in TR to show (not just a reference counted up and down)? */
static inline bool
txn_row_is_changed(const struct txn_row *tr)
{
    return tr->inserted != tr->deleted || (!tr->inserted && !tr->deleted && tr->n_changes > 0);
}
/* The change of COLUMN, or NULL when it did not change (or the row was inserted). */
struct txn_change *txn_row_find_change(const struct txn_row *, const struct column *);
/* The value before the transaction, in *TMP or *OWNED where it has to be made: the caller
 * unrefs *OWNED, which is NULL otherwise. Not for inserted rows. */
const struct datum *txn_row_old(const struct txn_row *, const struct column *,
                                struct datum_one *tmp, struct datum **owned);
struct uuid txn_row_old_version(const struct txn_row *);
/* The difference to the old value, as update2 and the log have it; borrowed. */
const struct datum *txn_change_diff(const struct txn_row *, struct txn_change *);
/* Sorts by table, as updates and records have rows. */
void txn_rows_sort(struct txn_row **, size_t n);
/* Frees the bookkeeping of one row, not the row. */
void txn_row_free(struct txn_row *);
