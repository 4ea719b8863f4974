/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions against a replica. One is open at a time: it is filled by the functions below,
 * reads of rows see what it did, and replica_txn_commit() closes it, after which rows read as the
 * database has them until its update arrives. Any number may be on their way.
 *
 * Writes name rows of the replica, or rows inserted by the same transaction, whose pointers are
 * good until replica_txn_free(). References to inserted rows are their `uuid` in any datum.
 * Datums passed in are taken over. Loop's thread. */
#pragma once

#include "ovsdb/client/replica.h"

enum replica_result {
    REPLICA_TXN_OPEN,      /* not committed yet */
    REPLICA_TXN_PENDING,   /* on its way */
    REPLICA_TXN_UNCHANGED, /* nothing to do: nothing was sent */
    REPLICA_TXN_SUCCESS,
    REPLICA_TXN_TRY_AGAIN, /* a verified value had changed, or the connection was lost */
    REPLICA_TXN_NOT_LOCKED,
    REPLICA_TXN_ABORTED, /* by replica_txn_abort() */
    REPLICA_TXN_ERROR    /* the server refuses it, see replica_txn_error() */
};
/* "try again"…, for logs. */
const char *replica_result_text(enum replica_result);

/* Opens a transaction; the replica must have no other open one. */
struct replica_txn *replica_txn_new(struct replica *);
/* Takes back an open one; forgets one on its way (its effect is unknown). NULL is fine. */
void replica_txn_free(struct replica_txn *);
/* The open one, or NULL. */
struct replica_txn *replica_open_txn(const struct replica *);

/* -- Filling -- */

/* A new row with default values. Its uuid is provisional unless UUID is given and PERSIST, when
 * the server is asked to use it. UUID may be NULL for a random one. */
struct replica_row *replica_txn_insert(struct replica_txn *, uint32_t table,
                                       const struct uuid *uuid, bool persist);
void replica_txn_delete(struct replica_txn *, struct replica_row *);
/* Sets a column. Sent only if it differs from what the database has; _always: in any case. */
void replica_txn_write(struct replica_txn *, struct replica_row *, uint32_t column,
                       struct datum *);
void replica_txn_write_always(struct replica_txn *, struct replica_row *, uint32_t column,
                              struct datum *);
/* Adds elements to a set, or pairs whose keys are not there to a map; other writers' elements
 * stay, and the column need not be in the replica. */
void replica_txn_add(struct replica_txn *, struct replica_row *, uint32_t column, struct datum *);
/* Takes away elements, pairs, or (a set of keys for a map) whatever has these keys. */
void replica_txn_remove(struct replica_txn *, struct replica_row *, uint32_t column,
                        struct datum *);
/* Sets pairs of a map, leaving those with other keys alone. */
void replica_txn_put(struct replica_txn *, struct replica_row *, uint32_t column, struct datum *);
/* Fails the transaction (TRY_AGAIN) unless the column still has the replica's value. Nothing for
 * rows inserted here. */
void replica_txn_verify(struct replica_txn *, struct replica_row *, uint32_t column);
/* Adds 1 to an integer column if the transaction changes anything else (or FORCE); at most one
 * column a transaction. */
void replica_txn_increment(struct replica_txn *, struct replica_row *, uint32_t column,
                           bool force);
/* A line for the database's log; several make several lines. */
void replica_txn_comment(struct replica_txn *, const char *comment);
/* The server carries it out and takes it back. */
void replica_txn_set_dry_run(struct replica_txn *);

/* -- Committing -- */

/* Sends it and closes it. DONE(aux, txn) is called once with the result, from the loop; it may
 * free the transaction. It may be NULL. */
void replica_txn_commit(struct replica_txn *, void (*done)(void *aux, struct replica_txn *),
                        void *aux);
/* Closes it without sending. */
void replica_txn_abort(struct replica_txn *);
enum replica_result replica_txn_result(const struct replica_txn *);
/* What the server said, "" when there is nothing to say. */
const char *replica_txn_error(const struct replica_txn *);
/* The operations as JSON text as they are (or were) sent, the caller's to free. */
char *replica_txn_text(const struct replica_txn *);
/* After success: the incremented column's new value. */
int64_t replica_txn_increment_value(const struct replica_txn *);
/* After success: the database's UUID of a row inserted here, whose provisional one is UUID. False
 * when this transaction inserted no such row (or the insert was not needed). */
bool replica_txn_inserted(const struct replica_txn *, const struct uuid *provisional,
                          struct uuid *real);
