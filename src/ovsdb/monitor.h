/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of monitors. A `view` is what is shown of a database: tables, columns,
 * conditions. All clients that ask for the same without conditions share one, and what changed
 * is written once for all of them. A client's monitor is its subscription to a view. */
#pragma once

#include "ovsdb/image_walk.h"
#include "ovsdb/server_internal.h"

enum monitor_version { MONITOR_V1, MONITOR_V2, MONITOR_V3 };

enum {
    SELECT_INITIAL = 1 << 0,
    SELECT_INSERT = 1 << 1,
    SELECT_DELETE = 1 << 2,
    SELECT_MODIFY = 1 << 3,
    SELECT_ALL = 15
};

struct view_column {
    const struct column *column;
    unsigned int select;
};

struct view_table {
    struct table *table;
    struct view_column *columns;
    size_t n_columns;
    unsigned int select; /* of any column */
    struct condition condition;
};

struct monitor_view {
    struct list node; /* in dbase.views */
    struct dbase *dbase;
    bool v1; /* <table-updates> instead of <table-updates2> */
    struct view_table *tables;
    size_t n_tables;
    size_t *by_schema;       /* index in `tables` plus 1, by table schema index; 0: not shown */
    struct list subscribers; /* session_monitor */
};

struct session_monitor {
    struct hnode node; /* in session.monitors */
    struct list by_view;
    struct session *session;
    struct monitor_view *view;
    json_t *id;
    char *id_text;
    enum monitor_version version;
};

struct view_table *view_find_table(const struct monitor_view *, const struct table *);
/* The whole contents, as the reply to the request has them, in pieces between which transactions
 * go on: it is the database as it was when this began. Of what they change before its turn the
 * text is kept until then. A transaction that was noted must not be aborted while this lasts, nor
 * conditions changed. */
struct view_image {
    const struct monitor_view *view;
    struct image_walk walk;
    size_t table; /* the one being written, an index in the view's */
    bool begun, has_tables, has_rows;
    struct str *kept; /* by table of the view: rows with a comma before each */
};
void view_image_init(struct view_image *, const struct monitor_view *);
/* Appends about N bytes more, at least a row's; false when that was the rest. */
bool view_image_next(struct view_image *, size_t n, struct str *out);
/* T is checked and still attached to its rows. */
void view_image_note_txn(struct view_image *, const struct txn *);
void view_image_fini(struct view_image *);
/* Writes T's rows, which are sorted by table, as V shows them; nothing if it shows none. */
void view_write_txn(const struct monitor_view *, struct txn_row *const *rows, size_t n,
                    struct str *out);
/* Writes what changes when the condition of VT becomes NEW. FIRST: no table was written yet. */
void view_write_condition_change(const struct view_table *, const struct condition *new,
                                 bool *first, struct str *out);
void view_table_fini(struct view_table *);
void monitor_view_free(struct monitor_view *);
/* Sends TEXT, a <table-updates> that leads to the contents called TXN_ID, to M's client. */
void monitor_send(struct session_monitor *, const struct uuid *txn_id, const char *text, size_t n);
void monitor_put_txn_id(struct str *out, const struct uuid *id);
/* Writes the contents of M's view as the end of the reply that TEXT, which is taken over, begins,
 * and sends it, ENDING behind the contents; what is large in pieces, between which the loop serves
 * others. What else the client is told waits for it. */
void monitor_start_reply(struct session_monitor *, struct str *text, const char *ending);
struct session_monitor *monitor_find(const struct session *, const json_t *id);
