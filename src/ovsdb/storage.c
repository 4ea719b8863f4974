/* SPDX-License-Identifier: Apache-2.0 */
/* Storage in a standalone file and in memory. The file's rule for compaction is that of
 * ovsdb-server(1): over twice the size after the last one and over 10 MB, but only after 100
 * commits or 10 minutes; after 24 hours in any case if there were 100 commits. */
#include "ovsdb/storage.h"

#include "os/file.h"
#include "ovsdb/compaction.h"

#define COMPACT_MIN_SIZE    (10u * 1024 * 1024)
#define COMPACT_MIN_COMMITS 100
#define COMPACT_MIN_MS      (10u * 60 * 1000)
#define COMPACT_MAX_MS      (24u * 60 * 60 * 1000)

struct storage_file {
    struct storage up;
    struct dblog *log;
    struct compaction *compaction; /* under way, or NULL */
    struct storage_image image;    /* whom to tell of its end */
    uint64_t snapshot_size;        /* of the file when it was last compacted or read */
    uint64_t snapshot_ms;
    size_t n_commits; /* since then */
};

static struct storage_file *
file_of(const struct storage *s)
{
    return CONTAINER_OF((struct storage *)s, struct storage_file, up);
}

static void
keep_error(struct storage *s, int code, const struct fault *f)
{
    str_clear(&s->error);
    if (code && f) {
        char *text = fault_to_text(f);
        str_puts(&s->error, text);
        os_free(text);
    }
}

static void
file_put(struct storage *s, const char *record, size_t n)
{
    struct storage_file *file = file_of(s);
    dblog_put(file->log, record, n);
    file->n_commits++;
}

static int
file_flush(struct storage *s, bool durable, struct fault *f)
{
    struct storage_file *file = file_of(s);
    int code = dblog_flush(file->log, durable, f);
    if (code && file->compaction) {
        /* What its image is of is being undone. */
        compaction_cancel(file->compaction, code, f);
    }
    keep_error(s, code, f);
    return code;
}

static int
file_snapshot(struct storage *s, const struct str *records, size_t n, struct fault *f)
{
    struct storage_file *file = file_of(s);
    char *path = xasprintf("%s.tmp", dblog_real_path(file->log));
    struct dblog *fresh = NULL;
    os_file_remove(path);
    int code = dblog_open(path, DBLOG_STANDALONE, DBLOG_CREATE_TMP, &fresh, f);
    if (!code) {
        for (size_t i = 0; i < n; i++) {
            dblog_put(fresh, records[i].s, records[i].n);
        }
        code = dblog_replace(file->log, fresh, f);
    }
    if (!code) {
        file->snapshot_size = dblog_offset(file->log);
        file->n_commits = 0;
    }
    keep_error(s, code, f);
    os_free(path);
    return code;
}

static void
compaction_ended(void *file_, int code, const struct fault *f)
{
    struct storage_file *file = file_;
    file->compaction = NULL;
    if (code != -E_CANCELED) {
        keep_error(&file->up, code, f);
    }
    file->image.ended(file->image.aux, code, f);
}

static bool
image_next(void *file, size_t n, struct str *out)
{
    const struct storage_image *image = &((struct storage_file *)file)->image;
    return image->next(image->aux, n, out);
}

static int
file_start_snapshot(struct storage *s, struct os_loop *loop, struct storage_image *image,
                    struct fault *f)
{
    struct storage_file *file = file_of(s);
    file->image = *image;
    image->next = image_next;
    image->ended = compaction_ended;
    image->aux = file;
    int code = compaction_start(file->log, loop, image, &file->compaction, f);
    keep_error(s, code, f);
    return code;
}

static void
file_cancel_snapshot(struct storage *s)
{
    struct storage_file *file = file_of(s);
    if (file->compaction) {
        struct fault f = FAULT_INIT;
        int code = fault_set(&f, -E_CANCELED, "canceled", "%s: compaction was interrupted",
                             dblog_path(file->log));
        compaction_cancel(file->compaction, code, &f);
        fault_fini(&f);
    }
}

static bool
file_wants_snapshot(const struct storage *s, uint64_t now_ms)
{
    struct storage_file *file = file_of(s);
    uint64_t age_ms = now_ms - file->snapshot_ms, size = dblog_offset(file->log);
    if (age_ms >= COMPACT_MAX_MS && file->n_commits >= COMPACT_MIN_COMMITS) {
        return true;
    }
    return size >= COMPACT_MIN_SIZE && size / 2 >= file->snapshot_size && file->n_commits &&
           (file->n_commits >= COMPACT_MIN_COMMITS || age_ms >= COMPACT_MIN_MS);
}

static void
file_close(struct storage *s)
{
    struct storage_file *file = file_of(s);
    file_cancel_snapshot(s);
    dblog_close(file->log);
    os_free(file);
}

static const struct storage_class file_class = {
    .put = file_put,
    .flush = file_flush,
    .snapshot = file_snapshot,
    .start_snapshot = file_start_snapshot,
    .cancel_snapshot = file_cancel_snapshot,
    .wants_snapshot = file_wants_snapshot,
    .close = file_close,
};

int
storage_open_file(const char *path, bool read_only, uint64_t now_ms, struct storage **out,
                  struct fault *f)
{
    struct dblog *log = NULL;
    int code = dblog_open(path, NULL, read_only ? DBLOG_READ : DBLOG_WRITE, &log, f);
    if (code) {
        return code;
    }
    if (dblog_magic(log)[0] != DBLOG_STANDALONE[0]) {
        dblog_close(log);
        return fault_set(f, -E_NOTSUP, "not supported",
                         "%s: clustered databases are not supported yet", path);
    }
    struct storage_file *file = xzalloc(sizeof *file);
    file->up.class = &file_class;
    file->up.model = "standalone";
    file->log = log;
    file->snapshot_ms = now_ms;
    *out = &file->up;
    return 0;
}

int
storage_read(struct storage *s, const char **p, size_t *n, struct fault *f)
{
    return dblog_read_object(file_of(s)->log, p, n, f);
}

int
storage_read_json(struct storage *s, json_t **v, struct fault *f)
{
    return dblog_read_json(file_of(s)->log, v, f);
}

void
storage_rewind(struct storage *s)
{
    dblog_rewind(file_of(s)->log);
}

void
storage_stop_reading(struct storage *s)
{
    dblog_end_reading(file_of(s)->log);
}

const char *
storage_path(const struct storage *s)
{
    return s->class == &file_class ? dblog_path(file_of(s)->log) : NULL;
}

void
storage_note_loaded(struct storage *s, uint64_t now_ms)
{
    if (s->class == &file_class) {
        struct storage_file *file = file_of(s);
        file->snapshot_size = dblog_offset(file->log);
        file->snapshot_ms = now_ms;
        file->n_commits = 0;
        dblog_end_reading(file->log);
    }
}

/* ---- Memory ---- */

static void
memory_put(struct storage *s UNUSED, const char *record UNUSED, size_t n UNUSED)
{
}

static int
memory_flush(struct storage *s UNUSED, bool durable UNUSED, struct fault *f UNUSED)
{
    return 0;
}

static int
memory_snapshot(struct storage *s UNUSED, const struct str *records UNUSED, size_t n UNUSED,
                struct fault *f UNUSED)
{
    return 0;
}

static int
memory_start_snapshot(struct storage *s UNUSED, struct os_loop *loop UNUSED,
                      struct storage_image *image, struct fault *f UNUSED)
{
    str_fini(&image->first);
    str_fini(&image->second);
    image->ended(image->aux, 0, NULL);
    return 0;
}

static void
memory_cancel_snapshot(struct storage *s UNUSED)
{
}

static bool
memory_wants_snapshot(const struct storage *s UNUSED, uint64_t now_ms UNUSED)
{
    return false;
}

static void
memory_close(struct storage *s)
{
    os_free(s);
}

static const struct storage_class memory_class = {
    .put = memory_put,
    .flush = memory_flush,
    .snapshot = memory_snapshot,
    .start_snapshot = memory_start_snapshot,
    .cancel_snapshot = memory_cancel_snapshot,
    .wants_snapshot = memory_wants_snapshot,
    .close = memory_close,
};

struct storage *
storage_open_memory(const char *model)
{
    struct storage *s = xzalloc(sizeof *s);
    s->class = &memory_class;
    s->model = model;
    return s;
}

void
storage_close(struct storage *s)
{
    if (s) {
        str_fini(&s->error);
        s->class->close(s);
    }
}
