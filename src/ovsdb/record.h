/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions as records of a standalone file (ovsdb(5)): written from a checked transaction or
 * from a whole database, and read back into one. Rows modified are written as differences
 * ("_is_diff") unless told otherwise; both forms are read. */
#pragma once

#include "ovsdb/image_walk.h"
#include "ovsdb/txn.h"

/* Appends T's record to OUT; false, and nothing appended, when it has nothing to keep. */
bool record_write_txn(const struct txn *t, bool as_diff, uint64_t date_ms, struct str *out);
/* Appends one record that inserts all rows of DB. COMMENT may be NULL. */
void record_write_db(const struct db *, uint64_t date_ms, const char *comment, struct str *out);

/* The same in pieces, between which transactions go on: the record is the database as it was when
 * this began. What they change before its turn is kept as text until then; the rest costs no
 * memory. A transaction that was noted must not be aborted while this lasts. */
struct record_image {
    const struct db *db;
    struct image_walk walk;
    size_t table;     /* the one being written, by schema index */
    bool has_rows;    /* of that table; its object is open */
    struct str *kept; /* by table: rows with a comma before each */
    char *comment;
};
/* Appends the record's beginning to OUT. */
void record_image_init(struct record_image *, const struct db *, uint64_t date_ms,
                       const char *comment, struct str *out);
/* Appends about N bytes more, at least a row's; false when that was the rest. */
bool record_image_next(struct record_image *, size_t n, struct str *out);
/* T is checked and still attached to its rows. */
void record_image_note_txn(struct record_image *, const struct txn *t);
void record_image_fini(struct record_image *);

/* Applies the record of N bytes of JSON at P to DB, straight: no checks across rows, no references
 * counted. Call record_end_loading when all are in. After a failure DB may be half changed. */
int record_apply(struct db *, const char *p, size_t n, struct fault *);
/* Counts references and fills indexes of a DB that was loaded. */
int record_end_loading(struct db *, struct fault *);
/* Puts the rows of FROM into TO, whose schema may be another: tables and columns of the same
 * names. All rules of TO's schema apply. *OUT is a checked transaction on TO. */
int record_convert(const struct db *from, struct db *to, struct txn **out, struct fault *);
