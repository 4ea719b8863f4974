/* SPDX-License-Identifier: Apache-2.0 */
/* text/str: what is put is there, however the buffer grows, and numbers are as printf has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "text/str.h"

static void
test_numbers(void **state UNUSED)
{
    char wanted[64];
    uint64_t x = 0;
    for (int i = 0; i < 2000; i++) {
        struct str s = STR_INIT;
        str_put_u64(&s, x);
        str_putc(&s, ' ');
        str_put_hex64(&s, x);
        snprintf(wanted, sizeof wanted, "%llu %llx", (unsigned long long)x, (unsigned long long)x);
        assert_string_equal(str_text(&s), wanted);
        assert_int_equal(s.n, strlen(wanted));
        str_fini(&s);
        /* 0 to 9, then 10^n and what is before and behind it, then bits at random. */
        x = i < 9 ? x + 1 : i < 60 ? (i % 3 ? x + 1 : x * 10 - 11) : x * 6364136223846793005u + i;
        x = i == 60 ? UINT64_MAX : x;
    }
}

static void
test_growth(void **state UNUSED)
{
    struct str s = STR_INIT;
    assert_string_equal(str_text(&s), "");
    for (unsigned int i = 0; i < 300; i++) {
        str_putc(&s, (char)('a' + i % 26));
        assert_int_equal(s.n, i + 1);
        assert_int_equal(s.s[s.n], '\0');
    }
    str_putf(&s, "%0500d", 7);
    assert_int_equal(s.n, 800);
    assert_int_equal(s.s[799], '7');
    str_drop(&s, 300);
    str_truncate(&s, 499);
    assert_int_equal(strspn(str_text(&s), "0"), 499);
    str_put_repeat(&s, '-', 3);
    str_chomp(&s, "-");
    assert_int_equal(s.n, 499);
    char *text = str_take(&s);
    assert_int_equal(strlen(text), 499);
    assert_string_equal(str_text(&s), "");
    os_free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_growth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
