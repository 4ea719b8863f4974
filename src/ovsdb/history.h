/* SPDX-License-Identifier: Apache-2.0 */
/* The last transactions of a database, kept after their commit, so that a client which has seen
 * the database as of one of them gets only what changed since (monitor_cond_since, fast resync).
 * A transaction already holds what is needed: the old values of what it changed and the rows it
 * deleted. Bounded in number and in size; the oldest goes first. Loop's thread. */
#pragma once

#include "ovsdb/txn.h"

struct history {
    struct list txns; /* txn.in_history, oldest first */
    size_t n, weight;
    struct uuid base; /* names the contents before the oldest of them */
};

void history_init(struct history *);
/* Forgets everything; the database's rows must still be there. Its contents get a new name. */
void history_clear(struct history *);
/* Takes over the checked and final T instead of txn_commit(). T's `id` names the contents after
 * it. */
void history_add(struct history *, struct txn *t);
/* The name of the contents as they are now. */
const struct uuid *history_last_id(const struct history *);
/* Names the contents ID: what a source calls them that had nothing else to tell. */
void history_set_last_id(struct history *, const struct uuid *id);

/* What changed since the contents were called ID, as one transaction would have done it. False:
 * that is not known any more. Otherwise history_changes_fini() is the caller's to call. */
struct history_changes {
    struct txn_row **rows; /* sorted by table */
    size_t n;
};
bool history_since(const struct history *, const struct uuid *id, struct history_changes *out);
void history_changes_fini(struct history_changes *);
