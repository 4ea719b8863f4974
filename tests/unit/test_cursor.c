/* SPDX-License-Identifier: Apache-2.0 */
/* base/cursor and base/checked: reads and writes at, before and past the end, the sticky error,
 * and that what is written reads back. Buffers are heap blocks of exactly their size, so that the
 * sanitizer sees a step outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/checked.h"
#include "base/cursor.h"

static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* A block of exactly N bytes, as in `bytes`. */
static uint8_t *
block(size_t n)
{
    uint8_t *p = malloc(n ? n : 1);
    assert_non_null(p);
    memcpy(p, bytes, n);
    return p;
}

static uint64_t
read_u8(struct rd *r)
{
    return rd_u8(r);
}

static uint64_t
read_be16(struct rd *r)
{
    return rd_be16(r);
}

static uint64_t
read_be32(struct rd *r)
{
    return rd_be32(r);
}

static uint64_t
read_u16(struct rd *r)
{
    uint16_t x = rd_u16(r);
    return get_be16(&x);
}

static uint64_t
read_u32(struct rd *r)
{
    uint32_t x = rd_u32(r);
    return get_be32(&x);
}

static uint64_t
read_u64(struct rd *r)
{
    uint64_t x = rd_u64(r);
    return get_be64(&x);
}

/* Each reader and what it makes of 1, 2, 3…; those in host order are given as bytes too. */
static const struct {
    size_t size;
    uint64_t (*read)(struct rd *);
    uint64_t value;
} readers[] = {
    {1, read_u8, 0x01},
    {2, read_be16, 0x0102},
    {4, read_be32, 0x01020304},
    {8, rd_be64, 0x0102030405060708},
    {2, read_u16, 0x0102},
    {4, read_u32, 0x01020304},
    {8, read_u64, 0x0102030405060708},
};

static void
test_readers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
        for (size_t n = 0; n <= readers[i].size + 1; n++) {
            uint8_t *p = block(n);
            struct rd r = rd_make(p, n);
            bool fits = n >= readers[i].size;
            assert_int_equal(rd_left(&r), n);
            assert_int_equal(readers[i].read(&r), fits ? readers[i].value : 0);
            assert_int_equal(r.bad, !fits);
            assert_int_equal(rd_left(&r), fits ? n - readers[i].size : 0);
            free(p);
        }
    }
}

static void
test_bad_is_sticky(void **state)
{
    (void)state;
    uint8_t *p = block(4);
    uint8_t copy[4] = {9, 9, 9, 9};
    struct rd r = rd_make(p, 4);
    assert_ptr_equal(rd_take(&r, 3), p);
    assert_int_equal(rd_be16(&r), 0);
    assert_true(r.bad);
    /* One byte would have been left. */
    assert_int_equal(rd_u8(&r), 0);
    assert_null(rd_take(&r, 0));
    rd_copy(&r, copy, sizeof copy);
    assert_memory_equal(copy, "\0\0\0\0", 4);
    assert_int_equal(rd_left(&r), 0);
    struct rd sub = rd_sub(&r, 0);
    assert_true(sub.bad);
    free(p);
}

static void
test_reader_of_parts(void **state)
{
    (void)state;
    uint8_t *p = block(8), copy[2];
    struct rd r = rd_make(p, 8);
    rd_skip(&r, 1);
    struct rd sub = rd_sub(&r, 3);
    assert_int_equal(rd_left(&sub), 3);
    assert_int_equal(rd_be16(&sub), 0x0203);
    assert_int_equal(rd_be16(&sub), 0); /* its end, not the whole's */
    assert_true(sub.bad);
    assert_false(r.bad);
    rd_copy(&r, copy, sizeof copy);
    assert_memory_equal(copy, bytes + 4, sizeof copy);
    sub = rd_sub(&r, 3);
    assert_true(sub.bad);
    assert_true(r.bad);
    assert_int_equal(rd_left(&sub), 0);
    assert_int_equal(rd_u8(&sub), 0);
    free(p);
}

static void
test_lengths_do_not_wrap(void **state)
{
    (void)state;
    uint8_t *p = block(4);
    struct rd r = rd_make(p, 4);
    rd_skip(&r, 2);
    assert_null(rd_take(&r, SIZE_MAX));
    assert_true(r.bad);
    struct wr w = wr_make(p, 4);
    wr_u8(&w, 0);
    assert_null(wr_take(&w, SIZE_MAX));
    assert_true(w.bad);
    assert_int_equal(w.n, 1);
    free(p);
}

static void
test_nothing(void **state)
{
    (void)state;
    struct rd r = rd_make(NULL, 0);
    assert_int_equal(rd_left(&r), 0);
    assert_false(r.bad);
    assert_int_equal(rd_u8(&r), 0);
    assert_true(r.bad);
    struct wr w = wr_make(NULL, 0);
    wr_bytes(&w, NULL, 0);
    assert_false(w.bad);
    wr_u8(&w, 1);
    assert_true(w.bad);
    assert_int_equal(w.n, 0);
}

/* Everything a writer can write, into each size from nothing to enough. */
static void
write_all(struct wr *w)
{
    wr_u8(w, 0x01);
    wr_be16(w, 0x0203);
    wr_be32(w, 0x04050607);
    wr_be64(w, 0x08090a0b0c0d0e0f);
    wr_u16(w, 0x1011);
    wr_u32(w, 0x12131415);
    wr_u64(w, 0x161718191a1b1c1d);
    wr_zeros(w, 2);
    wr_bytes(w, "ab", 2);
}

static void
test_round_trip(void **state)
{
    (void)state;
    enum { ALL = 33 };
    for (size_t size = 0; size <= ALL; size++) {
        uint8_t *p = malloc(size ? size : 1);
        assert_non_null(p);
        struct wr w = wr_make(p, size);
        write_all(&w);
        assert_int_equal(w.bad, size < ALL);
        assert_true(w.n <= size);
        if (!w.bad) {
            struct rd r = rd_make(p, w.n);
            assert_int_equal(rd_u8(&r), 0x01);
            assert_int_equal(rd_be16(&r), 0x0203);
            assert_int_equal(rd_be32(&r), 0x04050607);
            assert_int_equal(rd_be64(&r), 0x08090a0b0c0d0e0f);
            assert_int_equal(rd_u16(&r), 0x1011);
            assert_int_equal(rd_u32(&r), 0x12131415);
            assert_int_equal(rd_u64(&r), 0x161718191a1b1c1d);
            assert_memory_equal(rd_take(&r, 4), "\0\0ab", 4);
            assert_false(r.bad);
            assert_int_equal(rd_left(&r), 0);
        }
        free(p);
    }
}

/* After a write that did not fit, one that would fit is not made either. */
static void
test_writer_stops(void **state)
{
    (void)state;
    uint8_t buf[4] = {0xee, 0xee, 0xee, 0xee};
    struct wr w = wr_make(buf, 3);
    wr_be16(&w, 0x0102);
    wr_be16(&w, 0x0304);
    wr_u8(&w, 5);
    assert_true(w.bad);
    assert_int_equal(w.n, 2);
    assert_memory_equal(buf, "\1\2\xee\xee", 4);
}

static const struct {
    size_t a, b;
    bool adds, multiplies;
} sums[] = {
    {0, 0, true, true},
    {SIZE_MAX, 0, true, true},
    {SIZE_MAX, 1, false, true},
    {SIZE_MAX, 2, false, false},
    {SIZE_MAX / 2, 2, true, true},
    {SIZE_MAX / 2 + 1, 2, true, false},
    {SIZE_MAX / 2 + 1, SIZE_MAX / 2 + 1, false, false},
    {(size_t)1 << (4 * sizeof(size_t)), (size_t)1 << (4 * sizeof(size_t)), true, false},
};

static void
test_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
        size_t r = 77;
        assert_int_equal(size_add(sums[i].a, sums[i].b, &r), sums[i].adds);
        assert_true(r == (sums[i].adds ? sums[i].a + sums[i].b : 77));
        r = 77;
        assert_int_equal(size_mul(sums[i].a, sums[i].b, &r), sums[i].multiplies);
        assert_true(r == (sums[i].multiplies ? sums[i].a * sums[i].b : 77));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readers),         cmocka_unit_test(test_bad_is_sticky),
        cmocka_unit_test(test_reader_of_parts), cmocka_unit_test(test_lengths_do_not_wrap),
        cmocka_unit_test(test_nothing),         cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_writer_stops),    cmocka_unit_test(test_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
