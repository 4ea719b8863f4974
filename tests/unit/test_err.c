/* SPDX-License-Identifier: Apache-2.0 */
/* base/err: every row of the table has a text of its own, whatever the sign, and a code that is
 * none gets one too. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "base/err.h"

static const struct {
    int code;
    const char *text;
} vectors[] = {
    {E_OK, "Success"},
    {-E_NOMEM, "Cannot allocate memory"},
    {-E_INVAL, "Invalid argument"},
    {-E_AGAIN, "Resource temporarily unavailable"},
    {-E_CONNREFUSED, "Connection refused"},
    {-E_SYNTAX, "syntax error"},
    {-E_UNKNOWN, "Unknown error"},
    {E_NOENT, "No such file or directory"}, /* the sign does not matter */
    {E_COUNT, "Unknown error"},
    {-E_COUNT, "Unknown error"},
    {INT_MAX, "Unknown error"},
    {INT_MIN, "Unknown error"},
};

static void
test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        assert_string_equal(err_text(vectors[i].code), vectors[i].text);
    }
}

static void
test_all_rows(void **state)
{
    (void)state;
    for (int i = 0; i < E_COUNT; i++) {
        assert_true(*err_text(-i));
        assert_ptr_equal(err_text(i), err_text(-i));
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(err_text(-i), err_text(-j));
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_all_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
