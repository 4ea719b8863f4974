/* SPDX-License-Identifier: Apache-2.0 */
/* A database file cut off at every byte, and with every byte changed: it is served up to the last
 * good record, or refused with a reason; and goes on from there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "os/file.h"
#include "os/log.h"
#include "os/process.h"
#include "ovsdb/dblog.h"
#include "ovsdb/load.h"

#define N_RECORDS 5 /* the schema's and four transactions', of a row each */

static const char schema[] =
    "{\"name\":\"T\",\"version\":\"1.0.0\",\"tables\":{\"A\":{\"columns\":{\"n\":{\"type\":"
    "\"integer\"},\"s\":{\"type\":\"string\"}}}}}";
static const char *const records[N_RECORDS] = {
    schema,
    "{\"_date\":1,\"A\":{\"00000000-0000-4000-8000-000000000001\":{\"n\":1,\"s\":\"one\"}}}",
    "{\"_date\":2,\"A\":{\"00000000-0000-4000-8000-000000000002\":{\"n\":2}},\"_comment\":\"c\"}",
    "{\"_date\":3,\"A\":{\"00000000-0000-4000-8000-000000000003\":{\"s\":\"\\u00e9\"}}}",
    "{\"_date\":4,\"A\":{\"00000000-0000-4000-8000-000000000004\":{}},\"_is_diff\":true}",
};
static const char last_record[] =
    "{\"_date\":5,\"A\":{\"00000000-0000-4000-8000-000000000005\":{\"n\":5}}}";

static char path[64];
static char *whole;
static size_t whole_n, ends[N_RECORDS];

static int
set_up(void **state)
{
    (void)state;
    log_configure("off", NULL);
    snprintf(path, sizeof path, "test_ovsdb_damage.%d.db", os_pid());
    os_file_remove(path);
    struct dblog *log = NULL;
    if (dblog_open(path, DBLOG_STANDALONE, DBLOG_CREATE_TMP, &log, NULL)) {
        return -1;
    }
    for (size_t i = 0; i < N_RECORDS; i++) {
        dblog_put(log, records[i], strlen(records[i]));
        ends[i] = (size_t)dblog_offset(log);
    }
    int code = dblog_flush(log, false, NULL);
    dblog_close(log);
    return code ? code : os_file_slurp(path, 1 << 16, &whole, &whole_n);
}

static int
tear_down(void **state)
{
    (void)state;
    char lock[80];
    snprintf(lock, sizeof lock, ".%s.~lock~", path);
    os_file_remove(path);
    os_file_remove(lock);
    os_free(whole);
    return 0;
}

static void
write_file(const char *p, size_t n)
{
    struct os_file *file = NULL;
    os_file_remove(path);
    assert_int_equal(os_file_open(path, OS_FILE_CREATE_EXCL, &file), 0);
    assert_int_equal(os_file_write_at(file, 0, p, n), 0);
    os_file_close(file);
}

/* The rows that a server gets of the file, or a negative code; there must be a reason for that. */
static int
serve(struct storage **s)
{
    struct fault f = FAULT_INIT;
    struct db *db = NULL;
    int code = storage_open_file(path, false, 0, s, &f);
    if (!code) {
        code = load_db(*s, LOAD_SERVING, &db, &f);
    }
    if (code) {
        assert_true(f.tag && (f.details.n || f.syntax.n));
        storage_close(*s);
        *s = NULL;
    } else {
        code = (int)hmap_count(&db->tables[0].rows);
        storage_note_loaded(*s, 0);
    }
    fault_fini(&f);
    db_free(db);
    return code;
}

/* Adds a record to what was served; then the file must be without damage, with ROWS rows. */
static void
go_on(struct storage *s, int rows)
{
    struct db *db = NULL;
    storage_put(s, last_record, strlen(last_record));
    assert_int_equal(storage_flush(s, false, NULL), 0);
    storage_close(s);
    assert_int_equal(storage_open_file(path, true, 0, &s, NULL), 0);
    assert_int_equal(load_db(s, LOAD_ALL, &db, NULL), 0);
    assert_int_equal(hmap_count(&db->tables[0].rows), rows);
    db_free(db);
    storage_close(s);
}

/* The record that byte AT belongs to. */
static size_t
record_of(size_t at)
{
    size_t i = 0;
    while (at >= ends[i]) {
        i++;
    }
    return i;
}

static void
test_every_cut(void **state)
{
    (void)state;
    for (size_t n = 0; n < whole_n; n++) {
        struct storage *s = NULL;
        size_t record = record_of(n);
        write_file(whole, n);
        int rows = serve(&s);
        if (record == 0) {
            assert_true(rows < 0);
        } else {
            assert_int_equal(rows, record - 1);
            go_on(s, rows + 1);
        }
    }
}

/* In a header, upper case digits of the hash mean the same. */
static bool
means_the_same(char a, char b)
{
    return ((a >= 'a' && a <= 'f') || (b >= 'a' && b <= 'f')) && (a ^ b) == 0x20;
}

static void
test_every_byte_changed(void **state)
{
    (void)state;
    static const unsigned char masks[] = {0x01, 0x04, 0x10, 0x20, 0x80, 0xff};
    char *damaged = xmemdup(whole, whole_n);
    for (size_t at = 0; at < whole_n; at++) {
        for (size_t m = 0; m < ARRAY_LEN(masks); m++) {
            struct storage *s = NULL;
            size_t record = record_of(at);
            damaged[at] = (char)(whole[at] ^ (char)masks[m]);
            write_file(damaged, whole_n);
            int rows = serve(&s);
            if (rows == N_RECORDS - 1) {
                assert_true(means_the_same(whole[at], damaged[at]));
            } else if (record == 0) {
                assert_true(rows < 0);
            } else {
                assert_int_equal(rows, record - 1);
            }
            if (rows >= 0) {
                go_on(s, rows + 1);
            }
        }
        damaged[at] = whole[at];
    }
    os_free(damaged);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_every_byte_changed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
