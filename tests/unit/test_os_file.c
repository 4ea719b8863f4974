/* SPDX-License-Identifier: Apache-2.0 */
/* os/file, os/dirs and os/coverage: contents at offsets, replacement, slurping, locks, paths,
 * and the text of the counters. Files are made in the working directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "os/coverage.h"
#include "os/dirs.h"
#include "os/file.h"
#include "os/log.h"
#include "os/mem.h"
#include "os/process.h"

static char *
scratch(const char *suffix)
{
    char *name = xasprintf("test_os_file.%d.%s", os_pid(), suffix);
    os_file_remove(name); /* what a failed run left */
    return name;
}

static void
test_contents(void **state)
{
    (void)state;
    char *a = scratch("a"), *b = scratch("b"), *text;
    struct os_file *f;
    uint64_t size;
    size_t n;
    char buf[16];

    assert_int_equal(os_file_open(a, OS_FILE_READ, &f), -E_NOENT);
    assert_int_equal(os_file_open(a, OS_FILE_WRITE, &f), -E_NOENT);
    assert_int_equal(os_file_open(a, OS_FILE_CREATE_EXCL, &f), 0);
    assert_int_equal(os_file_write_at(f, 3, "defg", 4), 0);
    assert_int_equal(os_file_write_at(f, 0, "abc", 3), 0);
    assert_int_equal(os_file_sync(f), 0);
    assert_int_equal(os_file_size(f, &size), 0);
    assert_int_equal(size, 7);
    assert_int_equal(os_file_read_at(f, 2, buf, sizeof buf, &n), 0);
    assert_int_equal(n, 5);
    assert_memory_equal(buf, "cdefg", 5);
    assert_int_equal(os_file_truncate(f, 4), 0);
    os_file_close(f);
    assert_int_equal(os_file_open(a, OS_FILE_CREATE_EXCL, &f), -E_EXIST);
    assert_int_equal(os_file_slurp(a, 4, &text, &n), 0);
    assert_string_equal(text, "abcd");
    assert_int_equal(n, 4);
    os_free(text);
    assert_int_equal(os_file_slurp(a, 3, &text, &n), -E_FBIG);

    assert_int_equal(os_file_open(b, OS_FILE_CREATE, &f), 0);
    os_file_close(f);
    assert_int_equal(os_file_replace(a, b), 0);
    assert_false(os_file_exists(a));
    assert_int_equal(os_file_slurp(b, 100, &text, NULL), 0);
    assert_string_equal(text, "abcd");
    os_free(text);
    assert_int_equal(os_file_remove(b), 0);
    assert_int_equal(os_file_remove(b), -E_NOENT);
    os_file_close(NULL);
    os_free(a);
    os_free(b);
}

static void
test_lock(void **state)
{
    (void)state;
    char *db = scratch("db");
    char *lock_file = xasprintf(".%s.~lock~", db);
    struct os_lock *lock, *second;
    int holder = -1;
    assert_int_equal(os_lock_take(db, &lock, &holder), 0);
    assert_true(os_file_exists(lock_file));
    assert_int_equal(os_lock_take(db, &second, &holder), -E_AGAIN);
    os_lock_release(lock);
    assert_int_equal(os_lock_take(db, &lock, NULL), 0);
    os_lock_release(lock);
    os_lock_release(NULL);
    os_file_remove(lock_file);
    os_free(lock_file);
    os_free(db);
}

static void
test_paths(void **state)
{
    (void)state;
    char *p = os_path("/var/run", "x.sock");
    assert_true(os_path_is_absolute(p));
    assert_string_equal(p + strlen(p) - 6, "x.sock");
    char *same = os_path("/elsewhere", p);
    assert_string_equal(same, p);
    os_free(same);
    os_free(p);
    p = os_path(NULL, "y");
    assert_true(os_path_is_absolute(p));
    os_free(p);
    assert_non_null(os_run_dir());
    assert_ptr_equal(os_run_dir(), os_run_dir());
}

COVERAGE_DEFINE(test_event);
COVERAGE_DEFINE(test_never);

static void
test_coverage(void **state)
{
    (void)state;
    uint64_t total;
    coverage_add(test_event, 10);
    coverage_tick();
    char *text = coverage_format();
    assert_non_null(strstr(text, "Event coverage, avg rate over last: 5 seconds, last minute, "
                                 "last hour,  hash="));
    assert_non_null(strstr(text, "\ntest_event                 2.0/sec     0.167/sec        "
                                 "0.0028/sec   total: 10\n"));
    assert_null(strstr(text, "test_never"));
    assert_non_null(strstr(text, " events never hit\n"));
    os_free(text);
    for (int i = 0; i < 12; i++) {
        coverage_tick();
    }
    text = coverage_format();
    assert_non_null(strstr(text, "\ntest_event                 0.0/sec     0.000/sec        "
                                 "0.0028/sec   total: 10\n"));
    os_free(text);
    assert_true(coverage_read("test_event", &total));
    assert_int_equal(total, 10);
    assert_false(coverage_read("nosuch", &total));
    coverage_add(test_never, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contents),
        cmocka_unit_test(test_lock),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_coverage),
    };
    log_start("test_os_file");
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
    log_set_syslog_method("null", NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
