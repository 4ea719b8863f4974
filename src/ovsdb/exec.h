/* SPDX-License-Identifier: Apache-2.0 */
/* Running the operations of one "transact" request (RFC 7047 sections 4.1.3, 5.2). Nothing here
 * knows about connections or files: the caller commits the transaction it gets, or aborts it. */
#pragma once

#include "ovsdb/txn.h"

struct exec_request {
    struct db *db;
    const json_t *params; /* [db-name, operation…], borrowed */
    bool read_only;       /* refuse what writes */
    bool reserved;        /* a database of the server's own: refuse what writes, in its words */
    const char *role, *client_id; /* of the client, for rbac.h; NULL or "" where it has none */
    /* Does the client hold LOCK? NULL: it holds none. */
    bool (*holds_lock)(void *aux, const char *lock);
    void *aux;
    uint64_t elapsed_ms; /* since the request was first tried */
};

struct exec_result {
    struct str json; /* the JSON array of results, without the closing bracket */
    /* To be written and committed; NULL when the request failed, was aborted, or waits. */
    struct txn *txn;
    bool denied;         /* by role-based access control */
    bool waits;          /* nothing was decided: try again after a change */
    uint64_t timeout_ms; /* … or when this much has elapsed; UINT64_MAX: never */
};

/* Does any operation of a "transact" request change, or ask to be made durable, anything? */
bool exec_request_writes(const json_t *params);
/* Fills *RESULT, whose `json` and `txn` are the caller's. Failures are in the results. */
void exec_transact(const struct exec_request *, struct exec_result *result);
/* Appends FAULT as another element: what went wrong after the last operation. */
void exec_append_fault(struct exec_result *, const struct fault *);
