/* SPDX-License-Identifier: Apache-2.0 */
/* base/hash: what must be equal is, what may not matter does not, and the spread is good enough
 * for tables that use the low bits. The hashes have no fixed values, so there are no vectors of
 * them; the inputs are fixed, so a bound that holds once holds always. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/hash.h"

static int
compare_u32(const void *a_, const void *b_)
{
    const uint32_t *a = a_, *b = b_;
    return (*a > *b) - (*a < *b);
}

/* How many of the N hashes occur before. */
static size_t
n_collisions(uint32_t *hashes, size_t n)
{
    size_t collisions = 0;
    qsort(hashes, n, sizeof *hashes, compare_u32);
    for (size_t i = 1; i < n; i++) {
        collisions += hashes[i] == hashes[i - 1];
    }
    return collisions;
}

/* The same bytes hash the same wherever they lie, and each length is a hash of its own. */
static void
test_bytes(void **state)
{
    (void)state;
    enum { MAX_LEN = 64 };
    uint32_t hashes[MAX_LEN + 1];
    for (size_t n = 0; n <= MAX_LEN; n++) {
        uint8_t *zeros = calloc(1, n ? n : 1), buf[MAX_LEN + 8];
        assert_non_null(zeros);
        hashes[n] = hash_bytes(zeros, n, 0);
        for (size_t ofs = 0; ofs < 8; ofs++) {
            memset(buf, 0xff, sizeof buf);
            memset(buf + ofs, 0, n);
            assert_int_equal(hash_bytes(buf + ofs, n, 0), hashes[n]);
        }
        assert_int_not_equal(hash_bytes(zeros, n, 1), hashes[n]);
        free(zeros);
    }
    assert_int_equal(n_collisions(hashes, MAX_LEN + 1), 0);
}

static void
test_strings(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "a",
                                        "b",
                                        "ab",
                                        "ba",
                                        "br0",
                                        "br1",
                                        "0br",
                                        "a longer text than eight",
                                        "A longer text than eight"};
    uint32_t hashes[ARRAY_LEN(texts)];
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        hashes[i] = hash_string(texts[i], 7);
        assert_int_equal(hashes[i], hash_bytes(texts[i], strlen(texts[i]), 7));
    }
    assert_int_equal(n_collisions(hashes, ARRAY_LEN(texts)), 0);
}

/* Counters, as ports and numbers are, and at every place in the word, in a table of as many
 * places: no place gets crowded, and hardly two words have one hash. */
static void
test_low_bits(void **state)
{
    (void)state;
    enum { N = 4096 };
    static uint32_t hashes[N];
    for (unsigned int shift = 0; shift <= 52; shift++) {
        uint8_t members[N] = {0};
        for (uint64_t i = 0; i < N; i++) {
            hashes[i] = hash_finish(hash_add64(1, i << shift));
            assert_in_range(++members[hashes[i] % N], 1, 12);
        }
        assert_in_range(n_collisions(hashes, N), 0, 2);
    }
    for (uint32_t i = 0; i < N; i++) {
        hashes[i] = hash_u32(i, 0);
    }
    assert_in_range(n_collisions(hashes, N), 0, 2);
}

static void
test_basis(void **state)
{
    (void)state;
    int objects[2];
    assert_int_equal(hash_u32(5, 1), hash_u32(5, 1));
    assert_int_not_equal(hash_u32(5, 1), hash_u32(5, 2));
    assert_int_not_equal(hash_u32(5, 1), hash_u32(1, 5));
    assert_int_equal(hash_pointer(objects, 1), hash_pointer(objects, 1));
    assert_int_not_equal(hash_pointer(objects, 1), hash_pointer(objects, 2));
    assert_int_not_equal(hash_pointer(objects, 1), hash_pointer(objects + 1, 1));
    /* The order of words matters. */
    assert_true(hash_add64(hash_add64(0, 1), 2) != hash_add64(hash_add64(0, 2), 1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_low_bits),
        cmocka_unit_test(test_basis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
