/* SPDX-License-Identifier: Apache-2.0 */
/* os/log: words of -v and vlog/set with their errors, patterns, the file, rate limits. Logged
 * lines are read back from a log file in the working directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "os/file.h"
#include "os/log.h"
#include "os/loop.h"
#include "os/mem.h"

LOG_MODULE(timeval);

static char *path;

/* What the log file got since it was last emptied; the caller frees it. */
static char *
take_log(void)
{
    char *text;
    assert_int_equal(os_file_slurp(path, 1 << 20, &text, NULL), 0);
    struct os_file *file;
    assert_int_equal(os_file_open(path, OS_FILE_WRITE, &file), 0);
    assert_int_equal(os_file_truncate(file, 0), 0);
    os_file_close(file);
    return text;
}

static void
expect_log(const char *expected)
{
    char *text = take_log();
    assert_string_equal(text, expected);
    os_free(text);
}

static int
setup(void **state)
{
    (void)state;
    path = xasprintf("test_os_log.%llu.log", (unsigned long long)os_real_ns());
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
    log_set_level(NULL, LOG_SYSLOG, LOG_OFF);
    assert_int_equal(log_set_syslog_method("null", NULL), 0);
    assert_int_equal(log_open_file(path, NULL), 0);
    os_free(take_log());
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    log_configure("file:off", NULL);
    log_close_file();
    os_file_remove(path);
    os_free(path);
    return 0;
}

static void
test_words(void **state)
{
    (void)state;
    static const struct {
        const char *words, *error;
    } vectors[] = {
        {"bad", "no destination, level, or module \"bad\""},
        {"foo:bar:baz", "no destination, level, or module \"foo\""},
        {"ANY", NULL},
        {"timeval:file:dbg", NULL},
        {"Timeval FILE,Info", NULL},
        {"console:file:off", "cannot specify multiple destinations"},
        {"info:dbg", "cannot specify multiple levels"},
        {"timeval:poll_loop:dbg", "cannot specify multiple modules"},
        {"PATTERN:x:y", "unknown destination \"x\""},
        {"FACILITY:bad", "invalid facility"},
        {"FACILITY:local7", NULL},
        {"FACILITY:local0", NULL},
        {"ofproto_dpif_xlate:warn", NULL},
        {"syslog:off", NULL},
        {"console:off", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct err e = {0};
        int error = log_configure(vectors[i].words, &e);
        assert_int_equal(error, vectors[i].error ? -E_INVAL : 0);
        assert_string_equal(e.text, vectors[i].error ? vectors[i].error : "");
    }
}

static void
test_levels(void **state)
{
    (void)state;
    log_configure("PATTERN:file:%c|%p|%m", NULL);
    log_configure("file:info", NULL);
    log_dbg("no");
    log_info("yes");
    log_configure("timeval:file:err", NULL);
    log_warn("no");
    log_err("also");
    log_configure("file:dbg", NULL);
    log_dbg("now");
    expect_log("timeval|INFO|yes\ntimeval|ERR|also\ntimeval|DBG|now\n");
    log_configure("file:off", NULL);
    assert_false(log_is_enabled(LOG_EMER));
    char *list = log_list_levels();
    assert_non_null(strstr(list, "\ntimeval            OFF        OFF        OFF\n"));
    os_free(list);
}

static void
test_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *line;
    } vectors[] = {
        {"%m", "hello\n"},
        {"%A %c %p", "test_os_log timeval INFO\n"},
        {"[%5p|%-6p|%p]", "[ INFO|INFO  |INFO]\n"},
        {"[%2p]", "[INFO]\n"},
        {"%t%T", "main\n"},
        {"%%|%q|%", "%|q|\n"},
        {"%B", "133\n"},
        {"a%nb", "a\nb\n"},
        {"%010c", "000timeval\n"},
        {"", "\n"},
    };
    log_configure("file:info", NULL);
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        char *words = xasprintf("PATTERN:file:%s", vectors[i].pattern);
        assert_int_equal(log_configure(words, NULL), 0);
        log_info("hello");
        expect_log(vectors[i].line);
        os_free(words);
    }
    log_configure("PATTERN:file:%T%t", NULL);
    log_set_subprogram("handler1");
    log_info("x");
    expect_log("(handler1)handler1\n");
    log_set_subprogram(NULL);
}

static void
test_usual_line(void **state)
{
    (void)state;
    log_configure("PATTERN:file:%D{%Y-%m-%dT%H:%M:%S.###Z}|%05N|%c%T|%p|%m", NULL);
    log_configure("file:info", NULL);
    log_warn("x");
    char *text = take_log();
    int y, mo, d, h, mi, s, ms, serial;
    char rest[32];
    assert_int_equal(sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ|%5d|%31[^\n]", &y, &mo, &d, &h,
                            &mi, &s, &ms, &serial, rest),
                     9);
    assert_string_equal(rest, "timeval|WARN|x");
    os_free(text);
}

static void
test_rate_limit(void **state)
{
    (void)state;
    static struct log_rate rate = LOG_RATE(60, 3);
    struct os_loop *loop = os_loop_new();
    os_time_stop(loop);
    log_configure("PATTERN:file:%m", NULL);
    log_configure("file:info", NULL);
    for (int i = 0; i < 10; i++) {
        log_limited(&rate, LOG_WARN, "m%d", i);
    }
    expect_log("m0\nm1\nm2\n");
    os_time_warp(loop, 2500, 0, NULL, NULL);
    os_loop_turn(loop, 0);
    log_limited(&rate, LOG_WARN, "later");
    log_limited(&rate, LOG_WARN, "and");
    log_limited(&rate, LOG_WARN, "no");
    expect_log("Dropped 7 log messages in last 2 seconds (most recently, 2 seconds ago) due to "
               "excessive rate\nlater\nand\n");
    const char *names[] = {"timeval"};
    assert_int_equal(log_set_rate_limits(false, names, 1, NULL), 0);
    log_limited(&rate, LOG_WARN, "free");
    expect_log("free\n");
    assert_int_equal(log_set_rate_limits(true, NULL, 0, NULL), 0);
    names[0] = "nosuch";
    struct err e;
    assert_int_equal(log_set_rate_limits(true, names, 1, &e), -E_INVAL);
    assert_string_equal(e.text, "unknown module");
    os_loop_free(loop);
}

static void
test_file(void **state)
{
    (void)state;
    struct err e;
    log_configure("PATTERN:file:%m", NULL);
    log_configure("file:info", NULL);
    assert_int_equal(log_open_file("/nosuch/dir/file", &e), -E_NOENT);
    assert_true(log_has_file());
    log_close_file();
    assert_false(log_has_file());
    log_warn("lost");
    assert_int_equal(log_reopen_file(NULL), 0);
    log_warn("kept");
    char *text = take_log();
    assert_null(strstr(text, "lost"));
    assert_non_null(strstr(text, "opened log file"));
    assert_non_null(strstr(text, "kept\n"));
    os_free(text);
    assert_int_equal(log_reopen_file(NULL), 0); /* nothing was rotated */
    expect_log("");
}

static void
test_pattern_list(void **state)
{
    (void)state;
    log_configure("PATTERN:file:%m", NULL);
    char *list = log_list_patterns();
    assert_string_equal(list, "         prefix                            format\n"
                              "         ------                            ------\n"
                              "SYSLOG   <%B> %D{%h %e %T} %E %A:          ovs|%05N|%c%T|%p|%m\n"
                              "CONSOLE  none                              "
                              "%D{%Y-%m-%dT%H:%M:%SZ}|%05N|%c%T|%p|%m\n"
                              "FILE     none                              %m\n");
    os_free(list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_words, setup, teardown),
        cmocka_unit_test_setup_teardown(test_levels, setup, teardown),
        cmocka_unit_test_setup_teardown(test_patterns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_usual_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rate_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pattern_list, setup, teardown),
    };
    log_start("test_os_log");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
