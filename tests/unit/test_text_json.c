/* SPDX-License-Identifier: Apache-2.0 */
/* text/json: strings, which are written eight bytes at a time where nothing has an escape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text/json.h"

static void
test_escapes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *json;
    } vectors[] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"a \"quoted\" \\ word", "\"a \\\"quoted\\\" \\\\ word\""},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
        {"\x01\x1f \x7f", "\"\\u0001\\u001f \x7f\""},
        {"twenty-four plain bytes.\"", "\"twenty-four plain bytes.\\\"\""},
        {"\"then plain bytes, and more of them", "\"\\\"then plain bytes, and more of them\""},
        {"\xc3\xa9t\xc3\xa9 \xf0\x9f\x98\x80", "\"\xc3\xa9t\xc3\xa9 \xf0\x9f\x98\x80\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct str out = STR_INIT;
        json_write_string(&out, vectors[i].text, strlen(vectors[i].text));
        assert_string_equal(out.s, vectors[i].json);
        str_fini(&out);
    }
}

/* Every ASCII character in every place of strings of every length, between others that differ from
 * one with an escape by one bit: it reads back as it was. */
static void
test_every_place(void **state)
{
    (void)state;
    static const char others[] = {'!', '#', ' ', '\\' ^ 1, '\\' ^ 0x20, '"' ^ 0x40, 'x', 0x7f};
    for (size_t n = 1; n <= 20; n++) {
        for (size_t at = 0; at < n; at++) {
            for (int c = 0; c < 0x80; c++) {
                char text[20];
                for (size_t i = 0; i < n; i++) {
                    text[i] = others[i % sizeof others];
                }
                text[at] = (char)c;
                struct str out = STR_INIT;
                json_write_string(&out, text, n);
                json_t *v = json_loadb(out.s, out.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
                assert_non_null(v);
                assert_int_equal(json_string_length(v), n);
                assert_memory_equal(json_string_value(v), text, n);
                json_decref(v);
                str_fini(&out);
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_every_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
