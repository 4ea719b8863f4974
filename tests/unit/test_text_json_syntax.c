/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of texts that are no JSON; words and positions are the packaged programs'. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text/json.h"
#include "text/json_syntax.h"

static const struct {
    const char *json, *explanation; /* NULL: nothing wrong is found */
} vectors[] = {
    {"", "line 0, column 0, byte 0: empty input stream"},
    {" \n", "line 1, column 0, byte 2: empty input stream"},
    {"}", "line 0, column 0, byte 0: syntax error at beginning of input"},
    {"null", "line 0, column 4, byte 4: syntax error at beginning of input"},
    {"[1,2", "line 0, column 5, byte 5: unexpected end of input"},
    {"[true", "line 0, column 6, byte 6: unexpected end of input"},
    {"[\"a\"", "line 0, column 4, byte 4: unexpected end of input"},
    {"[1 ", "line 0, column 3, byte 3: unexpected end of input"},
    {"{", "line 0, column 1, byte 1: unexpected end of input"},
    {"[1,2] []", "line 0, column 6, byte 6: trailing garbage at end of input"},
    {"[1]\"x\"", "line 0, column 5, byte 5: trailing garbage at end of input"},
    {"[1,]", "line 0, column 3, byte 3: syntax error expecting value"},
    {"[1 2]", "line 0, column 4, byte 4: syntax error expecting ']' or ','"},
    {"[1}", "line 0, column 2, byte 2: syntax error expecting ']' or ','"},
    {"{1:2}", "line 0, column 2, byte 2: syntax error parsing object expecting string"},
    {"{\"a\":1,}", "line 0, column 7, byte 7: syntax error parsing object expecting string"},
    {"{\"a\" 1}", "line 0, column 6, byte 6: syntax error parsing object expecting ':'"},
    {"{\"a\":}", "line 0, column 5, byte 5: syntax error expecting value"},
    {"{\"a\":1]", "line 0, column 6, byte 6: syntax error expecting '}' or ','"},
    {"[bad", "line 0, column 4, byte 4: invalid keyword 'bad'"},
    {"[1,\n2,\n  x]", "line 2, column 3, byte 10: invalid keyword 'x'"},
    {"[A]", "line 0, column 1, byte 1: invalid character 'A'"},
    {"[\x7f]", "line 0, column 1, byte 1: invalid character U+007f"},
    {"[\xc3\xbc]", "line 0, column 1, byte 1: invalid character U+00c3"},
    {"[01]", "line 0, column 3, byte 3: leading zeros not allowed"},
    {"[-]", "line 0, column 2, byte 2: '-' must be followed by digit"},
    {"[1.]", "line 0, column 3, byte 3: decimal point must be followed by digit"},
    {"[1e+]", "line 0, column 4, byte 4: exponent must contain at least one digit"},
    {"[1-2]", "line 0, column 4, byte 4: syntax error in number"},
    {"[1e999]", "line 0, column 6, byte 6: number outside valid range"},
    {"[\"abc", "line 0, column 5, byte 5: unexpected end of input in quoted string"},
    {"[\"a\\", "line 0, column 4, byte 4: unexpected end of input in quoted string"},
    {"[\"a\tb\"]", "line 0, column 3, byte 3: U+0009 must be escaped in quoted string"},
    {"[\"a\\q\"]", "line 0, column 5, byte 5: bad escape \\q"},
    {"[\"a\\u12\"]", "line 0, column 7, byte 7: quoted string ends within \\u escape"},
    {"[\"a\\u12x4\"]", "line 0, column 9, byte 9: malformed \\u escape"},
    {"[\"a\\u0000\"]", "line 0, column 9, byte 9: null bytes not supported in quoted strings"},
    {"[\"a\\ud800\"]", "line 0, column 9, byte 9: malformed escaped surrogate pair"},
    {"[\"\\ud800\\u0041\"]",
     "line 0, column 14, byte 14: second half of escaped surrogate pair is "
     "not trailing surrogate"},
    {"[\"\\ud83d\\ude00\", -1.5e-3, {\"a\": [], \"b\": {}}, true, null]", NULL},
    {"[\"\xff\"]", NULL},
    {"[\"\\udc00\"]", NULL},
};

static void
test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct str out = STR_INIT;
        /* A copy of exactly this size, for the sanitizers. */
        size_t n = strlen(vectors[i].json);
        char *json = xalloc(n + !n);
        memcpy(json, vectors[i].json, n);
        bool found = json_syntax_explain(&out, json, n);
        assert_int_equal(found, vectors[i].explanation != NULL);
        assert_string_equal(str_text(&out), vectors[i].explanation ? vectors[i].explanation : "");
        os_free(json);
        str_fini(&out);
    }
}

static void
test_depth(void **state)
{
    char deep[1001];
    struct str out = STR_INIT;
    (void)state;
    memset(deep, '[', sizeof deep);
    assert_true(json_syntax_explain(&out, deep, sizeof deep));
    assert_string_equal(out.s, "line 0, column 1000, byte 1000: input exceeds maximum nesting "
                               "depth 1000");
    str_clear(&out);
    assert_true(json_syntax_explain(&out, deep, 1000));
    assert_string_equal(out.s, "line 0, column 1000, byte 1000: unexpected end of input");
    str_fini(&out);
}

/* Where it finds nothing, the parser's own words are there. */
static void
test_reading(void **state)
{
    struct err e;
    json_t *v;
    (void)state;
    assert_int_equal(json_read("[x]", 3, &v, &e), -E_SYNTAX);
    assert_string_equal(e.text, "line 0, column 2, byte 2: invalid keyword 'x'");
    assert_int_equal(json_read("[\"\xff\"]", 5, &v, &e), -E_SYNTAX);
    assert_non_null(strstr(e.text, "0xff"));
    assert_int_equal(json_read("1", 1, &v, &e), 0);
    json_decref(v);
    assert_int_equal(json_read_document("1", 1, &v, &e), -E_SYNTAX);
    assert_string_equal(e.text, "line 0, column 1, byte 1: syntax error at beginning of input");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
