/* SPDX-License-Identifier: Apache-2.0 */
/* base/uuid: texts that are UUIDs and texts that are not, there and back, and their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/uuid.h"

/* In the order of their texts. */
static const struct {
    const char *text;
    struct uuid uuid;
} good[] = {
    {"00000000-0000-0000-0000-000000000000", {{0, 0, 0, 0}}},
    {"00000000-0000-0000-0000-000000000001", {{0, 0, 0, 1}}},
    {"00000000-0000-0000-0000-0000ffffffff", {{0, 0, 0, 0xffffffff}}},
    {"00000000-0000-0000-0001-000000000000", {{0, 0, 0x00010000, 0}}},
    {"00000000-0000-0001-0000-000000000000", {{0, 1, 0, 0}}},
    {"01234567-89ab-cdef-0123-456789abcdef", {{0x01234567, 0x89abcdef, 0x01234567, 0x89abcdef}}},
    {"7fffffff-ffff-ffff-ffff-ffffffffffff", {{0x7fffffff, ~0u, ~0u, ~0u}}},
    {"80000000-0000-0000-0000-000000000000", {{0x80000000, 0, 0, 0}}},
    {"ffffffff-ffff-ffff-ffff-ffffffffffff", {{~0u, ~0u, ~0u, ~0u}}},
};

static const char *const bad[] = {
    "",
    "-",
    "01234567-89ab-cdef-0123-456789abcde",   /* too short */
    "01234567-89ab-cdef-0123-456789abcdef0", /* too long */
    "0123456789abcdef0123456789abcdef",      /* no dashes */
    "0123456789ab-cdef-0123-456789abcdef01", /* some */
    "0123456-789ab-cdef-0123-456789abcdef",  /* in the wrong place */
    "01234567-89ab-cdef-0123-456789abcdeg",
    "01234567-89ab-cdef-0123-456789abcde/",
    "01234567-89ab-cdef-0123-456789abcde:",
    "01234567-89ab-cdef-0123-456789abcde@",
    "01234567-89ab-cdef-0123-456789abcde`",
    "01234567-89ab-cdef-0123-4567+9abcdef",
    "0x234567-89ab-cdef-0123-456789abcdef",
    " 1234567-89ab-cdef-0123-456789abcdef",
    "{1234567-89ab-cdef-0123-456789abcde}",
};

static void
test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct uuid u;
        char text[UUID_TEXT_LEN + 1];
        assert_true(uuid_parse(good[i].text, UUID_TEXT_LEN, &u));
        assert_true(uuid_equal(&u, &good[i].uuid));
        uuid_format(&u, text);
        assert_string_equal(text, good[i].text);
        assert_int_equal(uuid_is_zero(&u), i == 0);
    }
}

/* The text need not end after its 36 characters, and may be in capitals. */
static void
test_part_of_a_text(void **state)
{
    (void)state;
    struct uuid u;
    char *exact = malloc(UUID_TEXT_LEN);
    assert_non_null(exact);
    memcpy(exact, "01234567-89AB-CDEF-0123-456789abcDEF", UUID_TEXT_LEN);
    assert_true(uuid_parse(exact, UUID_TEXT_LEN, &u));
    assert_true(uuid_equal(&u, &good[5].uuid));
    assert_false(uuid_parse(exact, UUID_TEXT_LEN - 1, &u));
    assert_false(uuid_parse(exact, 0, &u));
    free(exact);
}

static void
test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct uuid u = good[5].uuid;
        if (uuid_parse(bad[i], strlen(bad[i]), &u)) {
            fail_msg("%s passes for a UUID", bad[i]);
        }
        assert_true(uuid_equal(&u, &good[5].uuid)); /* untouched */
    }
}

static void
test_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        for (size_t j = 0; j < ARRAY_LEN(good); j++) {
            int order = uuid_compare(&good[i].uuid, &good[j].uuid);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            assert_int_equal(uuid_equal(&good[i].uuid, &good[j].uuid), i == j);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_part_of_a_text),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
