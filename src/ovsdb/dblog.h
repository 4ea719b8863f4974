/* SPDX-License-Identifier: Apache-2.0 */
/* Files of records, as ovsdb(5) describes them: "OVSDB <magic> <length> <sha1>" on a line, then
 * that many bytes of JSON. Records are appended; what a crash left half written at the end is
 * noticed by length or checksum, and cut off before the next append. One owner, any thread. */
#pragma once

#include "ovsdb/fault.h"
#include "ovsdb/sha1.h"

#define DBLOG_STANDALONE "JSON"
#define DBLOG_CLUSTERED  "CLUSTER"

enum dblog_mode {
    DBLOG_READ,        /* no lock: others may write meanwhile */
    DBLOG_WRITE,       /* must exist; locks */
    DBLOG_CREATE_EXCL, /* must not exist; locks */
    DBLOG_CREATE_TMP   /* the same without a lock, for a file to be moved into place */
};

struct dblog;

/* Opens PATH, whose records must carry the MAGIC; NULL accepts both and dblog_magic tells. */
int dblog_open(const char *path, const char *magic, enum dblog_mode, struct dblog **,
               struct fault *);
void dblog_close(struct dblog *); /* NULL is fine; drops what was not flushed */
const char *dblog_magic(const struct dblog *);
/* The path as given, for messages; and absolute, behind all links. */
const char *dblog_path(const struct dblog *);
const char *dblog_real_path(const struct dblog *);

/* The next record's JSON text (with its newline), borrowed until the next call; *P is NULL at the
 * end. An error is final: the end of the good records is where it stands. */
int dblog_read(struct dblog *, const char **p, size_t *n, struct fault *);
int dblog_read_json(struct dblog *, json_t **v, struct fault *); /* *v NULL at the end */
/* The text of a record that begins like a JSON object, which nobody has looked into yet. */
int dblog_read_object(struct dblog *, const char **p, size_t *n, struct fault *);
/* Gives the last record back: it counts as damaged, and reading is over. After a read that failed
 * there is none to give back. */
void dblog_unread(struct dblog *);
/* Goes back to the first record. */
void dblog_rewind(struct dblog *);
/* Nothing more will be read: gives back the memory for it. */
void dblog_end_reading(struct dblog *);
/* Where the next record starts (reading), or the size of the file with all that was put. */
uint64_t dblog_offset(const struct dblog *);

/* Queues a record with the N bytes of JSON at P, no newline. */
void dblog_put(struct dblog *, const char *p, size_t n);
/* Writes all that was put; durably, if so asked. On failure the file is cut back to what it was
 * and nothing of it was written. */
int dblog_flush(struct dblog *, bool durable, struct fault *);
/* The size of the file without that. */
uint64_t dblog_end(const struct dblog *);
/* Puts FRESH, flushed, in the place of the file behind L, durably. L goes on with FRESH's file
 * and keeps its lock; FRESH is consumed in any case. */
int dblog_replace(struct dblog *l, struct dblog *fresh, struct fault *);
/* The same with the file PATH of SIZE bytes, which the caller wrote, synced and closed; it is
 * removed on failure. That it has its name is not durable yet: the next flush that is to be
 * durable makes it so, or the caller syncs the directory and says that. */
int dblog_take_file(struct dblog *l, const char *path, uint64_t size, struct fault *);
void dblog_note_name_synced(struct dblog *);
/* Appends to OUT what begins a record of N bytes, its newline included, that have this DIGEST;
 * and a whole record of the N bytes at P, no newline. */
void dblog_put_header(struct str *out, const char *magic, uint64_t n,
                      const uint8_t digest[SHA1_SIZE]);
void dblog_put_record(struct str *out, const char *magic, const char *p, size_t n);
