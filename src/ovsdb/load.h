/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a whole database out of its storage, and writing a whole one as records. */
#pragma once

#include "ovsdb/storage.h"
#include "ovsdb/table.h"

enum load_mode {
    LOAD_ALL,    /* damage anywhere is an error */
    LOAD_SERVING /* damage behind the schema is logged and cut off, as ovsdb(7) says */
};

/* Reads what STORAGE holds into a new database, the caller's. */
int load_db(struct storage *, enum load_mode, struct db **, struct fault *);
/* Reads the schema alone, from the standalone file PATH. */
int load_schema(const char *path, struct db_schema **, struct fault *);
/* The first record of a snapshot of DB. */
void load_write_schema(const struct db *, struct str *out);
/* Replaces what STORAGE holds by DB as it is, with COMMENT in the record of the data. */
int load_save_snapshot(struct storage *, const struct db *, uint64_t date_ms, const char *comment,
                       struct fault *);
/* Writes DB as the file PATH, which is made or replaced. The caller holds the lock if any. */
int load_write_file(const char *path, const struct db *, uint64_t date_ms, const char *comment,
                    struct fault *);
