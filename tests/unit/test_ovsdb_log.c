/* SPDX-License-Identifier: Apache-2.0 */
/* The file of records: what is written is read; damage at the end is noticed and cut off. SHA-1
 * has the vectors of FIPS 180. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "os/file.h"
#include "os/process.h"
#include "ovsdb/dblog.h"
#include "ovsdb/sha1.h"

static char path[64];

static int
set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "test_ovsdb_log.%d.db", os_pid());
    os_file_remove(path);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    char lock[80];
    snprintf(lock, sizeof lock, ".%s.~lock~", path);
    os_file_remove(path);
    os_file_remove(lock);
    return 0;
}

static void
test_sha1(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hash;
    } vectors[] = {
        {"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
    };
    uint8_t digest[SHA1_SIZE];
    char text[SHA1_TEXT_LEN + 1];
    struct sha1 s;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        sha1_init(&s);
        for (const char *p = vectors[i].text; *p; p++) {
            sha1_add(&s, p, 1);
        }
        sha1_end(&s, digest);
        sha1_format(digest, text);
        assert_string_equal(text, vectors[i].hash);
    }
    static char a[1000];
    memset(a, 'a', sizeof a);
    sha1_init(&s);
    for (int i = 0; i < 1000; i++) {
        sha1_add(&s, a, sizeof a);
    }
    sha1_end(&s, digest);
    sha1_format(digest, text);
    assert_string_equal(text, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

static struct dblog *
open_log(enum dblog_mode mode)
{
    struct dblog *l = NULL;
    struct fault f = FAULT_INIT;
    if (dblog_open(path, DBLOG_STANDALONE, mode, &l, &f)) {
        fail_msg("%s", str_text(&f.details));
    }
    return l;
}

static void
put(struct dblog *l, const char *json)
{
    dblog_put(l, json, strlen(json));
}

/* A file of the records "{"n":0}" … */
static void
write_file(int n)
{
    struct dblog *l = open_log(DBLOG_CREATE_EXCL);
    for (int i = 0; i < n; i++) {
        char json[32];
        snprintf(json, sizeof json, "{\"n\":%d}", i);
        put(l, json);
    }
    assert_int_equal(dblog_flush(l, true, NULL), 0);
    dblog_close(l);
}

/* Reads to the end; how many records were good. */
static int
read_all(struct dblog *l, struct fault *f)
{
    int n = 0;
    for (json_t *v; dblog_read_json(l, &v, f) == 0 && v; n++) {
        assert_int_equal(json_integer_value(json_object_get(v, "n")), n);
        json_decref(v);
    }
    return n;
}

static void
append(const char *text)
{
    struct os_file *file;
    uint64_t size;
    assert_int_equal(os_file_open(path, OS_FILE_WRITE, &file), 0);
    assert_int_equal(os_file_size(file, &size), 0);
    assert_int_equal(os_file_write_at(file, size, text, strlen(text)), 0);
    os_file_close(file);
}

static void
test_write_read(void **state)
{
    (void)state;
    write_file(1000);
    struct dblog *l = open_log(DBLOG_READ);
    struct fault f = FAULT_INIT;
    assert_int_equal(read_all(l, &f), 1000);
    assert_null(f.tag);
    dblog_close(l);
    struct dblog *again = NULL;
    assert_int_equal(dblog_open(path, DBLOG_STANDALONE, DBLOG_CREATE_EXCL, &again, NULL),
                     -E_EXIST);
}

static const struct {
    const char *tail, *tag;
} tails[] = {
    {"garbage\n", "syntax error"},
    {"OVSDB", "syntax error"},
    {"OVSDB JSON 10 0000000000000000000000000000000000000000\n", "I/O error"},
    {"OVSDB JSON 3 0000000000000000000000000000000000000000\n{}\n", "syntax error"},
    {"OVSDB JSON 99999999999999999999 0000000000000000000000000000000000000000\n{}\n",
     "syntax error"},
    {"OVSDB JSON 9223372036854775000 0000000000000000000000000000000000000000\n{}\n", "I/O error"},
    {"OVSDB JSON 0 da39a3ee5e6b4b0d3255bfef95601890afd80709\n", "syntax error"},
    {"OVSDB CLUSTER 3 5f36b2ea290645ee34d943220a14b54ee5ea5be5\n{}\n", "syntax error"},
    {"OVSDB JSON 3 9f5dc5d6b0e9ba9a7dcc55d3b7e2f0b1e0d2a7aa\n{x\n", "syntax error"},
};

static void
test_torn_tail(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        set_up(state);
        write_file(3);
        append(tails[i].tail);
        struct dblog *l = open_log(DBLOG_WRITE);
        struct fault f = FAULT_INIT;
        assert_int_equal(read_all(l, &f), 3);
        assert_non_null(f.tag);
        assert_string_equal(f.tag, tails[i].tag);
        fault_fini(&f);
        /* Giving up on the damage must not give up the good record before it. */
        dblog_unread(l);
        /* The next write cuts the damage off. */
        put(l, "{\"n\":3}");
        assert_int_equal(dblog_flush(l, false, NULL), 0);
        dblog_close(l);
        l = open_log(DBLOG_READ);
        assert_int_equal(read_all(l, &f), 4);
        assert_null(f.tag);
        dblog_close(l);
        tear_down(state);
    }
}

/* Cut at every byte, a file gives back the whole records before the cut. */
static void
test_every_cut(void **state)
{
    write_file(4);
    struct os_file *file;
    uint64_t size;
    assert_int_equal(os_file_open(path, OS_FILE_READ, &file), 0);
    assert_int_equal(os_file_size(file, &size), 0);
    os_file_close(file);
    uint64_t record = size / 4;
    for (uint64_t cut = size; cut > record; cut--) {
        assert_int_equal(os_file_open(path, OS_FILE_WRITE, &file), 0);
        assert_int_equal(os_file_truncate(file, cut), 0);
        os_file_close(file);
        struct dblog *l = open_log(DBLOG_READ);
        struct fault f = FAULT_INIT;
        assert_int_equal(read_all(l, &f), cut / record);
        assert_int_equal(f.tag == NULL, cut % record == 0);
        fault_fini(&f);
        dblog_close(l);
    }
    (void)state;
}

static void
test_locked(void **state)
{
    (void)state;
    write_file(1);
    struct dblog *l = open_log(DBLOG_WRITE), *other = NULL;
    struct fault f = FAULT_INIT;
    assert_int_not_equal(dblog_open(path, DBLOG_STANDALONE, DBLOG_WRITE, &other, &f), 0);
    assert_string_equal(f.tag, "I/O error");
    fault_fini(&f);
    other = open_log(DBLOG_READ); /* readers need no lock */
    dblog_close(other);
    dblog_close(l);
}

static void
test_replace(void **state)
{
    (void)state;
    char tmp[80];
    snprintf(tmp, sizeof tmp, "%s.tmp", path);
    write_file(5);
    struct dblog *l = open_log(DBLOG_WRITE), *fresh = NULL;
    struct fault f = FAULT_INIT;
    assert_int_equal(read_all(l, &f), 5);
    assert_int_equal(dblog_open(tmp, DBLOG_STANDALONE, DBLOG_CREATE_TMP, &fresh, NULL), 0);
    put(fresh, "{\"n\":0}");
    assert_int_equal(dblog_replace(l, fresh, NULL), 0);
    assert_false(os_file_exists(tmp));
    put(l, "{\"n\":1}");
    assert_int_equal(dblog_flush(l, true, NULL), 0);
    dblog_close(l);
    l = open_log(DBLOG_READ);
    assert_int_equal(read_all(l, &f), 2);
    dblog_close(l);
}

static void
test_no_log(void **state)
{
    (void)state;
    struct dblog *l = NULL;
    struct fault f = FAULT_INIT;
    assert_int_equal(dblog_open(path, NULL, DBLOG_READ, &l, &f), -E_NOENT);
    assert_string_equal(f.tag, "I/O error");
    fault_fini(&f);
    struct os_file *file;
    assert_int_equal(os_file_open(path, OS_FILE_CREATE_EXCL, &file), 0);
    os_file_close(file);
    assert_int_not_equal(dblog_open(path, NULL, DBLOG_READ, &l, &f), 0);
    assert_non_null(strstr(str_text(&f.details), "cannot identify file type"));
    fault_fini(&f);
    append("{}\n");
    assert_int_not_equal(dblog_open(path, NULL, DBLOG_READ, &l, &f), 0);
    assert_non_null(strstr(str_text(&f.details), "unexpected file format"));
    fault_fini(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha1),
        cmocka_unit_test_setup_teardown(test_write_read, set_up, tear_down),
        cmocka_unit_test(test_torn_tail),
        cmocka_unit_test_setup_teardown(test_every_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_locked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_log, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
