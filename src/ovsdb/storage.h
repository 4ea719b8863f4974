/* SPDX-License-Identifier: Apache-2.0 */
/* Where a database is kept. The server does not know more than this: records go in, a flush makes
 * them safe, a snapshot replaces those there are. Standalone files and plain memory are here; a
 * cluster is a third kind. One owner; loop's thread. */
#pragma once

#include "os/loop.h"
#include "ovsdb/fault.h"

struct storage;

/* A database as two records, of which the second comes in pieces, since it may be large. */
struct storage_image {
    struct str first, second; /* the first record, and the beginning of the second */
    /* Appends about N bytes of the second to OUT; false when that was the rest. */
    bool (*next)(void *aux, size_t n, struct str *out);
    /* It is in place, or not and why: CODE and a borrowed fault. */
    void (*ended)(void *aux, int code, const struct fault *);
    void *aux;
};

struct storage_class {
    void (*put)(struct storage *, const char *record, size_t n);
    int (*flush)(struct storage *, bool durable, struct fault *);
    int (*snapshot)(struct storage *, const struct str *records, size_t n, struct fault *);
    int (*start_snapshot)(struct storage *, struct os_loop *, struct storage_image *,
                          struct fault *);
    void (*cancel_snapshot)(struct storage *);
    bool (*wants_snapshot)(const struct storage *, uint64_t now_ms);
    void (*close)(struct storage *);
};

/* What each kind begins with. */
struct storage {
    const struct storage_class *class;
    const char *model; /* as _Server shows it: "standalone" or "relay" */
    struct str error;  /* of the last flush or snapshot, "" if it went well */
};

/* Opens the standalone database PATH, for writing unless READ_ONLY. Records are then read until
 * storage_read gives NULL. NOW_MS is loop time. */
int storage_open_file(const char *path, bool read_only, uint64_t now_ms, struct storage **,
                      struct fault *);
/* A storage that forgets everything; MODEL is static. */
struct storage *storage_open_memory(const char *model);
void storage_close(struct storage *); /* NULL is fine */

/* The next record, a new reference; *V is NULL at the end. A fault is final. */
int storage_read_json(struct storage *, json_t **v, struct fault *);
/* The same as text, borrowed until the next call; *P is NULL at the end. */
int storage_read(struct storage *, const char **p, size_t *n, struct fault *);
/* Goes back to the first record. */
void storage_rewind(struct storage *);
/* The good records end with the last one read. */
void storage_stop_reading(struct storage *);
/* The path of a file, NULL for memory. */
const char *storage_path(const struct storage *);
/* Says when the snapshot that the file begins with was made, for the rule of compaction. */
void storage_note_loaded(struct storage *, uint64_t now_ms);

static inline void
storage_put(struct storage *s, const char *record, size_t n)
{
    s->class->put(s, record, n);
}
/* Makes what was put permanent: all of it, or (failing) none. */
static inline int
storage_flush(struct storage *s, bool durable, struct fault *f)
{
    return s->class->flush(s, durable, f);
}
/* Replaces everything by the N RECORDS, in one step. */
static inline int
storage_snapshot(struct storage *s, const struct str *records, size_t n, struct fault *f)
{
    return s->class->snapshot(s, records, n, f);
}
/* Replaces what was flushed by IMAGE, which is the same as one and is taken over, while records go
 * on being put and flushed; they follow it. Its `ended` is called once, maybe before this returns,
 * unless this fails. One at a time. A flush that fails ends it too. */
static inline int
storage_start_snapshot(struct storage *s, struct os_loop *loop, struct storage_image *image,
                       struct fault *f)
{
    return s->class->start_snapshot(s, loop, image, f);
}
/* Ends what storage_start_snapshot() began, if anything, with -E_CANCELED. */
static inline void
storage_cancel_snapshot(struct storage *s)
{
    s->class->cancel_snapshot(s);
}
/* Is it time to compact? */
static inline bool
storage_wants_snapshot(const struct storage *s, uint64_t now_ms)
{
    return s->class->wants_snapshot(s, now_ms);
}
