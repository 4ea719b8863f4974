/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: database files. The input is a file; records are read until damage or the end and
 * put into a database. Then one more record is written, and all must read well. Since a checksum
 * keeps the fuzzer out, "!!" in place of one stands for the right one. */
#include <stdio.h>
#include <string.h>

#include "os/file.h"
#include "os/process.h"
#include "ovsdb/dblog.h"
#include "ovsdb/record.h"
#include "ovsdb/sha1.h"

static char path[64];

/* Replaces every "!!" at the end of a line by the checksum of the line that follows. */
static void
put_checksums(struct str *out, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i + 2 < n && memcmp(p + i, "!!\n", 3) == 0) {
            const char *body = p + i + 3;
            const char *end = memchr(body, '\n', n - i - 3);
            struct sha1 s;
            uint8_t digest[SHA1_SIZE];
            char text[SHA1_TEXT_LEN + 1];
            sha1_init(&s);
            sha1_add(&s, body, end ? (size_t)(end - body) + 1 : n - i - 3);
            sha1_end(&s, digest);
            sha1_format(digest, text);
            str_puts(out, text);
            i++;
        } else {
            str_putc(out, p[i]);
        }
    }
}

static void
write_file(const struct str *text)
{
    struct os_file *file;
    os_file_remove(path);
    VERIFY(os_file_open(path, OS_FILE_CREATE_EXCL, &file) == 0);
    VERIFY(os_file_write_at(file, 0, text->s, text->n) == 0);
    os_file_close(file);
}

/* How many records are good; *DAMAGED: something follows them. */
static size_t
read_all(struct dblog *l, struct db **db, bool *damaged)
{
    size_t n = 0;
    struct fault f = FAULT_INIT;
    int code;
    const char *p;
    size_t size;
    while ((code = dblog_read(l, &p, &size, &f)) == 0 && p) {
        json_t *v = NULL;
        struct db_schema *schema = NULL;
        if (n == 0 && db && json_read(p, size, &v, NULL) == 0 &&
            db_schema_from_json(v, &schema, NULL) == 0) {
            *db = db_new(schema);
        } else if (db && *db) {
            struct fault why = FAULT_INIT;
            VERIFY(!record_apply(*db, p, size, &why) == !why.tag);
            fault_fini(&why);
        }
        json_decref(v);
        n++;
    }
    VERIFY(!code == !f.tag);
    *damaged = code != 0;
    fault_fini(&f);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!path[0]) {
        snprintf(path, sizeof path, "fuzz_ovsdb_log.%d.db", os_pid());
    }
    struct str text = STR_INIT;
    put_checksums(&text, (const char *)data, size);
    str_puts(&text, "");
    write_file(&text);
    str_fini(&text);
    struct dblog *l = NULL;
    struct db *db = NULL;
    bool damaged;
    if (dblog_open(path, DBLOG_STANDALONE, DBLOG_WRITE, &l, NULL) == 0) {
        size_t n = read_all(l, &db, &damaged);
        dblog_put(l, "{}", 2);
        VERIFY(dblog_flush(l, false, NULL) == 0);
        dblog_close(l);
        VERIFY(dblog_open(path, DBLOG_STANDALONE, DBLOG_READ, &l, NULL) == 0);
        VERIFY(read_all(l, NULL, &damaged) == n + 1 && !damaged);
        dblog_close(l);
    }
    if (db) {
        record_end_loading(db, NULL);
    }
    db_free(db);
    os_file_remove(path);
    return 0;
}
