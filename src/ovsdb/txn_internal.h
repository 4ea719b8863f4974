/* SPDX-License-Identifier: Apache-2.0 */
/* Between txn.c, txn_check.c, txn_refs.c and txn_indexes.c. */
#pragma once

#include "ovsdb/txn.h"

/* The txn_row of ROW in T, new if it was not touched yet. */
struct txn_row *txn_touch(struct txn *, struct row *);
/* Reference counts of all changes, and no reference to nothing. */
int txn_count_refs(struct txn *, struct fault *);
/* Deletes rows of tables that are no roots and have no references left. */
void txn_collect_garbage(struct txn *);
/* Takes weak references to rows that are not there out of the columns that hold them. */
int txn_purge_weak_refs(struct txn *, struct fault *);
/* Enters the weak references as they are now; and back. */
void txn_weak_refs_do(struct txn *);
void txn_weak_refs_undo(struct txn *);
/* Enters changed rows into the unique indexes. */
int txn_indexes_do(struct txn *, struct fault *);
void txn_indexes_undo(struct txn *);
