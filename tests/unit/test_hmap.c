/* SPDX-License-Identifier: Apache-2.0 */
/* base/hmap: membership under growth, equal hashes, removal while walking, and a map whose
 * buckets cannot grow. The allocation hooks are this file's own, so that it can make the Nth
 * allocation fail and see that every byte comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/hmap.h"

enum { N_ITEMS = 1000 };

struct item {
    struct hnode node;
    uint32_t key;
};

static size_t bytes_out;
static int allocations_left; /* -1: no limit */

static void *
counting_alloc(void *aux, size_t size)
{
    (void)aux;
    if (allocations_left == 0) {
        return NULL;
    }
    if (allocations_left > 0) {
        allocations_left--;
    }
    bytes_out += size;
    return malloc(size);
}

static void
counting_free(void *aux, void *p, size_t size)
{
    (void)aux;
    bytes_out -= size;
    free(p);
}

struct mem_hooks mem_hooks = {counting_alloc, counting_free, NULL};

static struct item items[N_ITEMS];

static int
reset(void **state)
{
    (void)state;
    bytes_out = 0;
    allocations_left = -1;
    for (uint32_t i = 0; i < N_ITEMS; i++) {
        items[i].key = i;
    }
    return 0;
}

static struct item *
find(const struct hmap *map, uint32_t key, uint32_t hash)
{
    HMAP_FOR_EACH_WITH_HASH (struct item, item, node, hash, map) {
        if (item->key == key) {
            return item;
        }
    }
    return NULL;
}

/* Every member can be found, and a walk meets each exactly once. */
static void
check_all(const struct hmap *map, uint32_t (*hash)(uint32_t))
{
    size_t seen = 0;
    for (uint32_t i = 0; i < N_ITEMS; i++) {
        assert_ptr_equal(find(map, i, hash(i)), &items[i]);
    }
    assert_null(find(map, N_ITEMS, hash(N_ITEMS)));
    HMAP_FOR_EACH (struct item, item, node, map) {
        assert_true(item->key < N_ITEMS);
        seen++;
    }
    assert_int_equal(seen, N_ITEMS);
    assert_int_equal(hmap_count(map), N_ITEMS);
}

static uint32_t
spread(uint32_t key)
{
    return key * 0x9e3779b1u;
}

static uint32_t
all_equal(uint32_t key)
{
    (void)key;
    return 7;
}

static void
fill_and_check(uint32_t (*hash)(uint32_t))
{
    struct hmap map;
    hmap_init(&map);
    assert_true(hmap_is_empty(&map));
    for (uint32_t i = 0; i < N_ITEMS; i++) {
        hmap_insert(&map, &items[i].node, hash(i));
    }
    check_all(&map, hash);
    hmap_fini(&map);
    assert_int_equal(bytes_out, 0);
}

static void
test_spread_hashes(void **state)
{
    (void)state;
    fill_and_check(spread);
}

static void
test_equal_hashes(void **state)
{
    (void)state;
    fill_and_check(all_equal);
}

static void
test_no_memory(void **state)
{
    (void)state;
    for (int n = 0; n < 12; n++) {
        allocations_left = n;
        fill_and_check(spread);
    }
    struct hmap map;
    hmap_init(&map);
    allocations_left = 0;
    assert_int_equal(hmap_reserve(&map, N_ITEMS), -E_NOMEM);
    assert_true(hmap_is_empty(&map));
    hmap_fini(&map);
}

static void
test_remove_while_walking(void **state)
{
    (void)state;
    struct hmap map;
    hmap_init(&map);
    for (uint32_t i = 0; i < N_ITEMS; i++) {
        hmap_insert(&map, &items[i].node, spread(i));
    }
    HMAP_FOR_EACH_SAFE (struct item, item, node, &map) {
        if (item->key % 2) {
            hmap_remove(&map, &item->node);
        }
    }
    assert_int_equal(hmap_count(&map), N_ITEMS / 2);
    HMAP_FOR_EACH (struct item, item, node, &map) {
        assert_int_equal(item->key % 2, 0);
    }
    hmap_clear(&map);
    assert_true(hmap_is_empty(&map));
    assert_null(hmap_first(&map));
    hmap_fini(&map);
}

static void
test_swap(void **state)
{
    (void)state;
    struct hmap a, b;
    hmap_init(&a);
    hmap_init(&b);
    hmap_insert(&a, &items[0].node, 1); /* still the bucket inside the struct */
    hmap_swap(&a, &b);
    assert_true(hmap_is_empty(&a));
    assert_ptr_equal(find(&b, 0, 1), &items[0]);
    hmap_fini(&a);
    hmap_fini(&b);
}

/* A map that grows from one bucket, loses every third member and gains others between the steps of
 * the walk: a member is met once, unless it came or went where the walk did not see it. */
static void
test_scan_while_changing(void **state)
{
    (void)state;
    static unsigned int met[N_ITEMS], expected[N_ITEMS];
    struct hmap map;
    hmap_init(&map);
    uint32_t n = 0, removed = 0;
    for (uint64_t place = 0; place < HMAP_SCAN_END;) {
        for (uint32_t end = MIN(n + 40, N_ITEMS); n < end; n++) {
            hmap_insert(&map, &items[n].node, spread(n));
            expected[n] = !hmap_scan_passed(spread(n), place);
        }
        for (; removed < n / 2; removed += 3) {
            hmap_remove(&map, &items[removed].node);
            expected[removed] &= hmap_scan_passed(spread(removed), place);
        }
        for (struct hnode *node = hmap_scan(&map, place); node; node = node->next) {
            assert_false(hmap_scan_passed(node->hash, place));
            met[CONTAINER_OF(node, struct item, node)->key]++;
        }
        place = hmap_scan_next(&map, place);
    }
    assert_int_equal(n, N_ITEMS);
    for (uint32_t i = 0; i < N_ITEMS; i++) {
        assert_int_equal(met[i], expected[i]);
    }
    hmap_fini(&map);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_spread_hashes, reset),
        cmocka_unit_test_setup(test_equal_hashes, reset),
        cmocka_unit_test_setup(test_no_memory, reset),
        cmocka_unit_test_setup(test_remove_while_walking, reset),
        cmocka_unit_test_setup(test_scan_while_changing, reset),
        cmocka_unit_test_setup(test_swap, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
