/* SPDX-License-Identifier: Apache-2.0 */
/* Between source.c (connection), source_apply.c (contents) and source_forward.c (requests). */
#pragma once

#include "ovsdb/source.h"

enum source_state {
    SOURCE_OFFLINE,
    SOURCE_ASKS_ID, /* whether it is this very server */
    SOURCE_ASKS_SCHEMA,
    SOURCE_ASKS_CONTENTS,
    SOURCE_SYNCED,
    SOURCE_REFUSED /* asked again after a while */
};

struct source {
    struct dbase *dbase;
    enum source_kind kind;
    char *remote;
    char **exclude;
    size_t n_exclude;
    struct jsonrpc_session *rpc;
    enum source_state state;
    bool has_since;       /* it knows monitor_cond_since */
    int64_t last_id;      /* of our requests */
    int64_t pending_id;   /* of the one that the state waits for */
    struct uuid last_txn; /* what it calls the contents we have; zero: nothing to go on from */
    struct os_timer retry;
    struct str error;
    struct list forwards;        /* source_forward.c */
    struct source_config config; /* as given, but for its strings */
};

/* ---- source.c ---- */
bool source_excludes(const struct source *, const char *table);
/* Sends a request; its id. Takes PARAMS over. */
int64_t source_send(struct source *, const char *method, json_t *params);

/* ---- source_apply.c ---- */
/* Makes a transaction of <table-updates2> and commits it. IS_SNAPSHOT: rows not in it are gone.
 * TXN_ID is the contents' name afterwards, zero if they have none. */
int source_apply(struct source *, const json_t *updates, bool is_snapshot,
                 const struct uuid *txn_id, struct fault *);

/* ---- source_forward.c ---- */
void forwards_send(struct source *); /* those that wait, now that it is in sync */
void forwards_lost(struct source *); /* the connection ended */
void forwards_end(struct source *);  /* there will be no other */
/* Hands a reply to the client whose request it answers, if there is one. */
void forwards_take_reply(struct source *, const struct jsonrpc_msg *);
