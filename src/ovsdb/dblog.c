/* SPDX-License-Identifier: Apache-2.0 */
/* The file of records. Reading goes through a window of the file that grows to the largest
 * record. Writing collects records in memory until the flush, which makes one write and at most
 * one sync of them: that is the group commit. `end` is the end of the good records; whatever is
 * behind it when the first write comes is cut off. */
#include "ovsdb/dblog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/dirs.h"
#include "os/file.h"
#include "os/log.h"

LOG_MODULE(ovsdb_log);

#define HEADER_MAX  128
#define WINDOW_SIZE (256 * 1024)

struct dblog {
    char *path, *real_path;
    struct os_file *file;
    struct os_lock *lock;
    char *magic;
    bool writable, failed, cut; /* failed: no more records; cut: nothing lies behind `end` */
    bool name_is_soft;          /* a crash may bring back the file that this one replaced */
    uint64_t end, last;         /* of the good records, and where the last one read starts */
    struct str pending;
    char *window;
    uint64_t window_offset;
    size_t window_n, window_size;
};

static int
io_fault(const struct dblog *l, int code, const char *what, struct fault *f)
{
    return fault_set(f, code, "I/O error", "%s: %s (%s)", l->path, what, err_text(code));
}

/* ---- Reading ---- */

/* Makes *N bytes at OFFSET available at *P; fewer at the end of the file. */
static int
look(struct dblog *l, uint64_t offset, size_t *n, const char **p)
{
    if (offset < l->window_offset || offset + *n > l->window_offset + l->window_n) {
        size_t want = MAX(*n, (size_t)WINDOW_SIZE);
        if (want > l->window_size) {
            l->window = xrealloc(l->window, want);
            l->window_size = want;
        }
        l->window_n = 0;
        l->window_offset = offset;
        int code = os_file_read_at(l->file, offset, l->window, want, &l->window_n);
        if (code) {
            return code;
        }
    }
    size_t there = (size_t)(l->window_offset + l->window_n - offset);
    *n = MIN(*n, there);
    *p = l->window + (offset - l->window_offset);
    return 0;
}

struct header {
    char magic[16];
    uint64_t length;
    char sha1[SHA1_TEXT_LEN + 1];
    size_t n; /* characters, with the newline */
};

static bool
parse_header(const char *p, size_t n, struct header *h)
{
    char line[HEADER_MAX], *tail;
    const char *newline = memchr(p, '\n', n);
    if (!newline || (size_t)(newline - p) >= sizeof line || strncmp(p, "OVSDB ", 6) != 0) {
        return false;
    }
    h->n = (size_t)(newline - p) + 1;
    memcpy(line, p, h->n - 1);
    line[h->n - 1] = '\0';
    const char *magic = line + 6;
    size_t magic_n = strcspn(magic, " ");
    if (magic_n == 0 || magic_n >= sizeof h->magic || magic[magic_n] != ' ') {
        return false;
    }
    memcpy(h->magic, magic, magic_n);
    h->magic[magic_n] = '\0';
    const char *length = magic + magic_n + 1;
    h->length = strtoull(length, &tail, 10);
    if (*length < '0' || *length > '9' || *tail != ' ' || h->length == 0 ||
        h->length > SIZE_MAX / 2) {
        return false;
    }
    if (strlen(tail + 1) != SHA1_TEXT_LEN ||
        strspn(tail + 1, "0123456789abcdefABCDEF") != SHA1_TEXT_LEN) {
        return false;
    }
    memcpy(h->sha1, tail + 1, sizeof h->sha1);
    return true;
}

/* Open vSwitch shows of a bad header line what precedes its third word. */
static int
header_fault(struct dblog *l, const char *p, size_t n, struct fault *f)
{
    const char *newline = memchr(p, '\n', n);
    size_t line = newline ? (size_t)(newline - p) : MIN(n, (size_t)HEADER_MAX);
    size_t shown = 0, words = 0;
    while (shown < line && p[shown]) {
        if (p[shown] == ' ' && ++words == 2 && strncmp(p, "OVSDB ", 6) == 0) {
            break;
        }
        shown++;
    }
    return fault_set(f, -E_SYNTAX, FAULT_SYNTAX,
                     "%s: parse error at offset %llu in header line \"%.*s\"", l->path,
                     (unsigned long long)l->end, (int)shown, p);
}

static int
check_body(const struct dblog *l, const struct header *h, const char *p, struct fault *f)
{
    struct sha1 s;
    uint8_t digest[SHA1_SIZE];
    char text[SHA1_TEXT_LEN + 1];
    sha1_init(&s);
    sha1_add(&s, p, (size_t)h->length);
    sha1_end(&s, digest);
    sha1_format(digest, text);
    for (size_t i = 0; i < SHA1_TEXT_LEN; i++) {
        if ((h->sha1[i] | 0x20) != (text[i] | 0x20)) {
            return fault_set(
                f, -E_SYNTAX, FAULT_SYNTAX,
                "%s: %llu bytes starting at offset %llu have SHA-1 hash %s but should "
                "have hash %s",
                l->path, (unsigned long long)h->length, (unsigned long long)(l->end + h->n), text,
                h->sha1);
        }
    }
    return 0;
}

static int
read_record(struct dblog *l, const char **p, size_t *n, struct fault *f)
{
    size_t got = HEADER_MAX;
    int code = look(l, l->end, &got, p);
    if (code) {
        return io_fault(l, code, "read error", f);
    }
    if (got == 0) {
        *p = NULL;
        *n = 0;
        return 0;
    }
    struct header h;
    if (!parse_header(*p, got, &h) || (l->magic && strcmp(h.magic, l->magic) != 0)) {
        return header_fault(l, *p, got, f);
    }
    *n = (size_t)h.length;
    /* A length that was damaged must not make us ask for memory that the file cannot fill. */
    uint64_t size;
    code = os_file_size(l->file, &size);
    bool whole = !code && l->end + h.n + h.length <= size;
    if (whole) {
        code = look(l, l->end + h.n, n, p);
    }
    if (code || !whole || *n < h.length) {
        return fault_set(f, code ? code : -E_EOF, "I/O error",
                         "%s: error reading %llu bytes starting at offset %llu (%s)", l->path,
                         (unsigned long long)h.length, (unsigned long long)(l->end + h.n),
                         err_text(code ? code : -E_EOF));
    }
    code = check_body(l, &h, *p, f);
    if (!code) {
        if (!l->magic) {
            l->magic = xstrdup(h.magic);
        }
        l->last = l->end;
        l->end += h.n + h.length;
    }
    return code;
}

int
dblog_read(struct dblog *l, const char **p, size_t *n, struct fault *f)
{
    if (l->failed) {
        *p = NULL;
        return 0;
    }
    int code = read_record(l, p, n, f);
    l->failed = code != 0;
    return code;
}

void
dblog_unread(struct dblog *l)
{
    if (!l->failed) { /* a read that failed took nothing */
        l->end = l->last;
    }
    l->failed = true;
}

void
dblog_rewind(struct dblog *l)
{
    l->end = l->last = 0;
    l->failed = false;
}

void
dblog_end_reading(struct dblog *l)
{
    l->failed = true;
    os_free(l->window);
    l->window = NULL;
    l->window_n = l->window_size = 0;
}

static int
no_object(struct dblog *l, size_t n, struct fault *f)
{
    uint64_t body = l->end - n;
    dblog_unread(l);
    return fault_set(f, -E_SYNTAX, FAULT_SYNTAX,
                     "%s: %zu bytes starting at offset %llu are not a JSON object", l->path, n,
                     (unsigned long long)body);
}

int
dblog_read_object(struct dblog *l, const char **p, size_t *n, struct fault *f)
{
    int code = dblog_read(l, p, n, f);
    if (code || !*p) {
        return code;
    }
    size_t i = 0;
    while (i < *n && memchr(" \t\r\n", (*p)[i], 4)) {
        i++;
    }
    return i < *n && (*p)[i] == '{' ? 0 : no_object(l, *n, f);
}

int
dblog_read_json(struct dblog *l, json_t **v, struct fault *f)
{
    const char *p;
    size_t n;
    *v = NULL;
    int code = dblog_read(l, &p, &n, f);
    if (code || !p) {
        return code;
    }
    struct err e = {0};
    code = json_read(p, n, v, &e);
    if (code) {
        uint64_t body = l->end - n;
        dblog_unread(l);
        return fault_set(f, code, FAULT_SYNTAX,
                         "%s: %zu bytes starting at offset %llu are not valid JSON (%s)", l->path,
                         n, (unsigned long long)body, e.text);
    }
    if (!json_is_object(*v)) {
        json_decref(*v);
        *v = NULL;
        return no_object(l, n, f);
    }
    return 0;
}

/* ---- Opening ---- */

/* Says of an unreadable first line what kind of file this is not. */
static int
check_start(struct dblog *l, struct fault *f)
{
    size_t n = HEADER_MAX;
    const char *p;
    int code = look(l, 0, &n, &p);
    if (code) {
        return io_fault(l, code, "read error", f);
    }
    struct header h;
    if (n == 0) {
        return fault_set(f, -E_SYNTAX, "ovsdb error", "%s: cannot identify file type", l->path);
    }
    if (!parse_header(p, n, &h)) {
        return fault_set(f, -E_SYNTAX, "ovsdb error", "%s: unexpected file format", l->path);
    }
    bool known = strcmp(h.magic, DBLOG_STANDALONE) == 0 || strcmp(h.magic, DBLOG_CLUSTERED) == 0;
    if (!known || (l->magic && strcmp(h.magic, l->magic) != 0)) {
        return fault_set(f, -E_SYNTAX, "ovsdb error", "%s: cannot identify file type", l->path);
    }
    if (!l->magic) {
        l->magic = xstrdup(h.magic);
    }
    return 0;
}

static int
take_lock(struct dblog *l, struct fault *f)
{
    int code = os_lock_take(l->real_path, &l->lock, NULL);
    if (!code) {
        return 0;
    }
    return io_fault(l, code, "failed to lock lockfile", f);
}

int
dblog_open(const char *path, const char *magic, enum dblog_mode mode, struct dblog **out,
           struct fault *f)
{
    static const enum os_file_mode modes[] = {
        [DBLOG_READ] = OS_FILE_READ,
        [DBLOG_WRITE] = OS_FILE_WRITE,
        [DBLOG_CREATE_EXCL] = OS_FILE_CREATE_EXCL,
        [DBLOG_CREATE_TMP] = OS_FILE_CREATE_EXCL,
    };
    bool creates = mode == DBLOG_CREATE_EXCL || mode == DBLOG_CREATE_TMP;
    struct dblog *l = xzalloc(sizeof *l);
    l->path = xstrdup(path);
    /* The process may change its directory later. */
    char *absolute = os_path(NULL, path);
    l->real_path = os_file_follow_links(absolute);
    os_free(absolute);
    l->magic = magic ? xstrdup(magic) : NULL;
    l->writable = mode != DBLOG_READ;
    l->cut = creates;
    int code = 0;
    if (mode == DBLOG_WRITE || mode == DBLOG_CREATE_EXCL) {
        code = take_lock(l, f);
    }
    if (!code) {
        code = os_file_open(l->real_path, modes[mode], &l->file);
        if (code) {
            io_fault(l, code, creates ? "create failed" : "open failed", f);
        }
    }
    if (!code && !creates) {
        code = check_start(l, f);
    }
    if (code) {
        dblog_close(l);
        return code;
    }
    *out = l;
    return 0;
}

void
dblog_close(struct dblog *l)
{
    if (l) {
        os_file_close(l->file);
        os_lock_release(l->lock);
        str_fini(&l->pending);
        os_free(l->window);
        os_free(l->magic);
        os_free(l->real_path);
        os_free(l->path);
        os_free(l);
    }
}

const char *
dblog_magic(const struct dblog *l)
{
    return l->magic;
}

const char *
dblog_real_path(const struct dblog *l)
{
    return l->real_path;
}

const char *
dblog_path(const struct dblog *l)
{
    return l->path;
}

uint64_t
dblog_offset(const struct dblog *l)
{
    return l->end + l->pending.n;
}

uint64_t
dblog_end(const struct dblog *l)
{
    return l->end;
}

/* ---- Writing ---- */

void
dblog_put_header(struct str *out, const char *magic, uint64_t n, const uint8_t digest[SHA1_SIZE])
{
    char text[SHA1_TEXT_LEN + 1];
    sha1_format(digest, text);
    str_putf(out, "OVSDB %s %llu %s\n", magic, (unsigned long long)n, text);
}

void
dblog_put_record(struct str *out, const char *magic, const char *p, size_t n)
{
    struct sha1 s;
    uint8_t digest[SHA1_SIZE];
    sha1_init(&s);
    sha1_add(&s, p, n);
    sha1_add(&s, "\n", 1);
    sha1_end(&s, digest);
    dblog_put_header(out, magic, n + 1, digest);
    str_put(out, p, n);
    str_putc(out, '\n');
}

void
dblog_put(struct dblog *l, const char *p, size_t n)
{
    dblog_put_record(&l->pending, l->magic, p, n);
}

/* Removes what may lie behind the good records. */
static int
cut_tail(struct dblog *l)
{
    uint64_t size;
    int code = os_file_size(l->file, &size);
    if (!code && size > l->end) {
        code = os_file_truncate(l->file, l->end);
    }
    l->cut = !code;
    return code;
}

int
dblog_flush(struct dblog *l, bool durable, struct fault *f)
{
    int code = 0;
    if (!l->writable || !l->file) {
        return fault_set(f, -E_ROFS, "I/O error", "%s: opened for reading only", l->path);
    }
    if (l->pending.n) {
        l->failed = true; /* reading ends where writing begins */
        code = l->cut ? 0 : cut_tail(l);
        if (!code) {
            code = os_file_write_at(l->file, l->end, l->pending.s, l->pending.n);
        }
    }
    if (!code && durable) {
        code = os_file_sync(l->file);
    }
    if (!code && durable && l->name_is_soft) {
        code = os_file_sync_directory_of(l->real_path);
        l->name_is_soft = code != 0;
    }
    if (code) {
        str_clear(&l->pending);
        l->cut = false;
        cut_tail(l);
        return io_fault(l, code, durable ? "write or fsync failed" : "write failed", f);
    }
    l->end += l->pending.n;
    str_clear(&l->pending);
    return 0;
}

int
dblog_take_file(struct dblog *l, const char *path, uint64_t size, struct fault *f)
{
    /* No host minds a rename while neither file is open. */
    os_file_close(l->file);
    l->file = NULL;
    int code = os_file_rename(path, l->real_path);
    if (code) {
        io_fault(l, code, "rename failed", f);
        os_file_remove(path);
    } else {
        l->end = size;
        l->cut = true;
        l->name_is_soft = true;
    }
    l->window_n = 0;
    int again = os_file_open(l->real_path, OS_FILE_WRITE, &l->file);
    if (again) {
        VERIFY(!l->file);
        log_err("%s: cannot be opened again: %s", l->path, err_text(again));
        code = code ? code : io_fault(l, again, "open failed", f);
    }
    return code;
}

void
dblog_note_name_synced(struct dblog *l)
{
    l->name_is_soft = false;
}

int
dblog_replace(struct dblog *l, struct dblog *fresh, struct fault *f)
{
    char *path = xstrdup(fresh->real_path);
    int code = dblog_flush(fresh, true, f);
    uint64_t size = fresh->end;
    dblog_close(fresh);
    if (code) {
        os_file_remove(path);
    } else {
        code = dblog_take_file(l, path, size, f);
    }
    if (!code) {
        /* There is no way back: what is not durable yet becomes so with the next flush that has
         * to be, or that fails. */
        l->name_is_soft = os_file_sync_directory_of(l->real_path) != 0;
    }
    os_free(path);
    return code;
}
