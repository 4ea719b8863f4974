/* SPDX-License-Identifier: Apache-2.0 */
/* The compaction of a standalone file. One job after the other runs on the other thread: pieces of
 * the image, then the beginning of the file, which tells length and checksum of the image, then
 * what the old file has got meanwhile, until so little of that is left that the loop's thread can
 * add it and rename the file; the last job makes that durable and lets the old file go. Between
 * two jobs this is the loop's; during one, the members that the job uses are the other thread's.
 */
#include "ovsdb/compaction.h"

#include <string.h>

#include "os/file.h"
#include "os/loop.h"

#define PIECE_SIZE (128u * 1024)
/* Written data is synced every so often: a sync of everything at the end would keep those of the
 * old file waiting, as the host's journal is one. */
#define SYNC_SIZE (8u * 1024 * 1024)
/* What the loop's thread itself copies at the end; and how many times the other one tries to get
 * that far, against clients that write as fast as it copies. */
#define LAST_TAIL_SIZE (64u * 1024)
#define MAX_TAILS      16

enum { HEADER_MAX = 73 }; /* of a header with a length of 20 digits, and its newline */

enum job { WRITE_PIECE, WRITE_BEGINNING, COPY_TAIL, SETTLE };

struct compaction {
    struct dblog *log;
    struct os_loop *loop;
    struct storage_image image;
    char *path;
    struct os_work *work; /* NULL: no job is under way */
    enum job job;
    int code; /* of the job */
    bool is_last_piece;
    unsigned int n_tails;
    uint64_t tail_end; /* in the old file, of what this job copies */

    /* The job's */
    struct os_file *old, *new;
    struct str piece;
    struct sha1 sha1;
    uint64_t body_start, body_n; /* of the image */
    uint64_t end;                /* of the new file */
    uint64_t copied;             /* the old file is in the new one up to here */
    uint64_t n_unsynced;
};

static int
io_fault(const struct compaction *c, int code, const char *what, struct fault *f)
{
    return fault_set(f, code, "I/O error", "%s: %s (%s)", c->path, what, err_text(code));
}

/* ---- The jobs, on the other thread ---- */

static int
append(struct compaction *c, const char *p, size_t n)
{
    int code = os_file_write_at(c->new, c->end, p, n);
    c->end += n;
    c->n_unsynced += n;
    return code;
}

static int
sync_new(struct compaction *c)
{
    c->n_unsynced = 0;
    return os_file_sync(c->new);
}

static int
write_piece(struct compaction *c)
{
    if (c->is_last_piece) {
        str_putc(&c->piece, '\n');
    }
    sha1_add(&c->sha1, c->piece.s, c->piece.n);
    c->body_n += c->piece.n;
    int code = append(c, c->piece.s, c->piece.n);
    return !code && c->n_unsynced >= SYNC_SIZE ? sync_new(c) : code;
}

/* The header of the image, whose length nobody knew before, ends where the image begins; blanks
 * at the end of the first record make up for the digits that it does not need. */
static int
write_beginning(struct compaction *c)
{
    uint8_t digest[SHA1_SIZE];
    struct str header = STR_INIT, all = STR_INIT;
    sha1_end(&c->sha1, digest);
    dblog_put_header(&header, dblog_magic(c->log), c->body_n, digest);
    str_put_repeat(&c->image.first, ' ', HEADER_MAX - header.n);
    dblog_put_record(&all, dblog_magic(c->log), c->image.first.s, c->image.first.n);
    str_put(&all, header.s, header.n);
    VERIFY(all.n == c->body_start);
    int code = os_file_write_at(c->new, 0, all.s, all.n);
    str_fini(&header);
    str_fini(&all);
    return code ? code : sync_new(c);
}

static int
copy_tail(struct compaction *c)
{
    int code = 0;
    str_clear(&c->piece);
    str_reserve(&c->piece, PIECE_SIZE);
    while (!code && c->copied < c->tail_end) {
        size_t n = (size_t)MIN(c->tail_end - c->copied, PIECE_SIZE), got = 0;
        code = os_file_read_at(c->old, c->copied, c->piece.s, n, &got);
        if (!code && got < n) {
            code = -E_EOF; /* somebody cut it */
        }
        code = code ? code : append(c, c->piece.s, n);
        c->copied += n;
    }
    return !code && c->n_unsynced ? sync_new(c) : code;
}

/* The new file is in place. What is left is slow where the file is large: freeing the old one. */
static int
settle(struct compaction *c)
{
    os_file_close(c->old);
    c->old = NULL;
    return os_file_sync_directory_of(dblog_real_path(c->log));
}

static void
run_job(void *c_)
{
    struct compaction *c = c_;
    switch (c->job) {
    case WRITE_PIECE:
        c->code = write_piece(c);
        break;
    case WRITE_BEGINNING:
        c->code = write_beginning(c);
        break;
    case COPY_TAIL:
        c->code = copy_tail(c);
        break;
    case SETTLE:
        c->code = settle(c);
        break;
    }
}

/* ---- From job to job, on the loop's thread ---- */

static void
close_files(struct compaction *c)
{
    os_file_close(c->old);
    os_file_close(c->new);
    c->old = c->new = NULL;
}

static void
compaction_free(struct compaction *c)
{
    close_files(c);
    str_fini(&c->piece);
    str_fini(&c->image.first);
    str_fini(&c->image.second);
    os_free(c->path);
    os_free(c);
}

static void
end(struct compaction *c, int code, const struct fault *f)
{
    struct storage_image image = c->image;
    if (code) {
        close_files(c);
        os_file_remove(c->path);
    }
    compaction_free(c);
    image.ended(image.aux, code, f);
}

static void
end_failed(struct compaction *c, int code)
{
    struct fault f = FAULT_INIT;
    io_fault(c, code, "write or fsync failed", &f);
    end(c, code, &f);
    fault_fini(&f);
}

static void job_done(void *c);

static void
start_job(struct compaction *c, enum job job)
{
    c->job = job;
    c->work = os_work_start(c->loop, run_job, job_done, c);
}

/* All but a little is in the new file. The rest is too, before it counts. */
static void
take_place(struct compaction *c)
{
    c->tail_end = dblog_end(c->log);
    int code = copy_tail(c);
    if (code) {
        end_failed(c, code);
        return;
    }
    os_file_close(c->new);
    c->new = NULL;
    if (!os_file_may_replace_open()) {
        os_file_close(c->old);
        c->old = NULL;
    }
    struct fault f = FAULT_INIT;
    code = dblog_take_file(c->log, c->path, c->end, &f);
    if (code) {
        end(c, code, &f);
    } else {
        start_job(c, SETTLE);
    }
    fault_fini(&f);
}

/* Nothing of what may go wrong now makes it fail. */
static void
end_settled(struct compaction *c)
{
    if (!c->code) {
        dblog_note_name_synced(c->log);
    }
    end(c, 0, NULL);
}

static void
next_job(struct compaction *c)
{
    if (c->job == WRITE_PIECE && !c->is_last_piece) {
        str_clear(&c->piece);
        c->is_last_piece = !c->image.next(c->image.aux, PIECE_SIZE, &c->piece);
        start_job(c, WRITE_PIECE);
    } else if (c->job == WRITE_PIECE) {
        start_job(c, WRITE_BEGINNING);
    } else if (dblog_end(c->log) - c->copied > LAST_TAIL_SIZE && c->n_tails < MAX_TAILS) {
        c->tail_end = dblog_end(c->log);
        c->n_tails++;
        start_job(c, COPY_TAIL);
    } else {
        take_place(c);
    }
}

static void
job_done(void *c_)
{
    struct compaction *c = c_;
    c->work = NULL;
    if (c->job == SETTLE) {
        end_settled(c);
    } else if (c->code) {
        end_failed(c, c->code);
    } else {
        next_job(c);
    }
}

/* ---- Beginning and end ---- */

static size_t
n_digits(size_t n)
{
    return n < 10 ? 1 : 1 + n_digits(n / 10);
}

/* Where the image begins: behind the first record and the longest header. The first record's own
 * length is to have the same number of digits however many blanks it gets. */
static uint64_t
place_body(struct str *first)
{
    while (n_digits(first->n + 1) != n_digits(first->n + 1 + HEADER_MAX)) {
        str_putc(first, ' ');
    }
    return strlen("OVSDB JSON  \n") + n_digits(first->n + 1) + SHA1_TEXT_LEN + first->n + 1 +
           HEADER_MAX;
}

static int
open_files(struct compaction *c, struct fault *f)
{
    os_file_remove(c->path);
    int code = os_file_open(c->path, OS_FILE_CREATE_EXCL, &c->new);
    if (code) {
        return io_fault(c, code, "create failed", f);
    }
    code = os_file_open(dblog_real_path(c->log), OS_FILE_READ, &c->old);
    if (code) {
        close_files(c);
        os_file_remove(c->path);
        return io_fault(c, code, "open failed", f);
    }
    return 0;
}

int
compaction_start(struct dblog *log, struct os_loop *loop, struct storage_image *image,
                 struct compaction **out, struct fault *f)
{
    struct compaction *c = xzalloc(sizeof *c);
    c->log = log;
    c->loop = loop;
    c->image = *image;
    c->path = xasprintf("%s.tmp", dblog_real_path(log));
    *image = (struct storage_image){.aux = NULL};
    int code = open_files(c, f);
    if (code) {
        compaction_free(c);
        return code;
    }
    c->copied = dblog_end(log);
    c->end = c->body_start = place_body(&c->image.first);
    sha1_init(&c->sha1);
    c->piece = c->image.second;
    str_init(&c->image.second);
    start_job(c, WRITE_PIECE);
    *out = c;
    return 0;
}

void
compaction_cancel(struct compaction *c, int code, const struct fault *f)
{
    if (c->job == SETTLE) {
        c->code = -E_CANCELED; /* unless it runs */
        os_work_finish(c->work);
        end_settled(c);
    } else {
        os_work_finish(c->work);
        end(c, code, f);
    }
}
