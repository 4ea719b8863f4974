/* SPDX-License-Identifier: Apache-2.0 */
/* protocols/mac_learning: learning, moves, ages, limits and fairness between ports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "protocols/mac_learning/mac_table.h"

static int port_a, port_b; /* their addresses are the cookies */

static struct mac
mac(uint64_t x)
{
    return mac_from_u64(0x020000000000 + x);
}

static void
test_learns_per_vlan(void **state UNUSED)
{
    struct mac_table *t = mac_table_new();
    assert_true(mac_learn(t, mac(1), 5, &port_a, false, 100));
    assert_false(mac_learn(t, mac(1), 5, &port_a, false, 200));
    assert_ptr_equal(mac_entry_port(mac_find(t, mac(1), 5)), &port_a);
    assert_null(mac_find(t, mac(1), 6));
    assert_true(mac_learn(t, mac(1), 6, &port_b, false, 300));
    assert_int_equal(mac_count(t), 2);
    mac_table_free(t);
}

static void
test_never_learns_groups(void **state UNUSED)
{
    struct mac_table *t = mac_table_new();
    assert_false(mac_learn(t, mac_from_u64(0x01005e000001), 0, &port_a, false, 1));
    assert_false(mac_learn(t, mac_from_u64(0xffffffffffff), 0, &port_a, false, 1));
    assert_int_equal(mac_count(t), 0);
    mac_table_free(t);
}

static void
test_moves(void **state UNUSED)
{
    struct mac_table *t = mac_table_new();
    mac_learn(t, mac(1), 0, &port_a, false, 100);
    assert_true(mac_learn(t, mac(1), 0, &port_b, false, 200));
    assert_ptr_equal(mac_entry_port(mac_find(t, mac(1), 0)), &port_b);
    assert_int_equal(mac_counters(t)->moved, 1);
    /* A gratuitous ARP that comes back within five seconds moves nothing. */
    assert_false(mac_learn(t, mac(1), 0, &port_a, true, 5199));
    assert_true(mac_learn(t, mac(1), 0, &port_a, true, 5200));
    mac_table_free(t);
}

static void
test_expires_oldest_first(void **state UNUSED)
{
    struct mac_table *t = mac_table_new();
    mac_table_set_idle_ms(t, 20000);
    mac_learn(t, mac(1), 0, &port_a, false, 1000);
    mac_learn(t, mac(2), 0, &port_a, false, 2000);
    mac_learn(t, mac(1), 0, &port_a, false, 3000); /* seen again */
    assert_false(mac_expire(t, 21999));
    assert_true(mac_expire(t, 22000));
    assert_null(mac_find(t, mac(2), 0));
    assert_non_null(mac_find(t, mac(1), 0));
    assert_true(mac_expire(t, 23000));
    assert_int_equal(mac_count(t), 0);
    assert_int_equal(mac_counters(t)->expired, 2);
    mac_table_free(t);
}

static void
test_full_table_takes_from_the_fullest_port(void **state UNUSED)
{
    struct mac_table *t = mac_table_new();
    mac_table_set_max(t, 10);
    mac_learn(t, mac(1000), 0, &port_b, false, 1);
    for (unsigned int i = 0; i < 500; i++) {
        mac_learn(t, mac(i), 0, &port_a, false, 2 + i);
    }
    assert_int_equal(mac_count(t), 10);
    assert_non_null(mac_find(t, mac(1000), 0)); /* the quiet port kept its address */
    assert_non_null(mac_find(t, mac(499), 0));
    assert_null(mac_find(t, mac(0), 0));
    assert_int_equal(mac_counters(t)->evicted, 491);
    mac_table_free(t);
}

static void
test_limits_are_bounded(void **state UNUSED)
{
    struct mac_table *t = mac_table_new();
    mac_table_set_max(t, 0);
    assert_int_equal(mac_max(t), 10);
    mac_table_set_max(t, 5000000);
    assert_int_equal(mac_max(t), 1000000);
    mac_table_set_idle_ms(t, 1);
    mac_learn(t, mac(1), 0, &port_a, false, 0);
    assert_false(mac_expire(t, 14999)); /* at least 15 seconds */
    assert_true(mac_expire(t, 15000));
    mac_table_free(t);
}

static void
test_forgets(void **state UNUSED)
{
    struct mac_table *t = mac_table_new();
    mac_learn(t, mac(1), 0, &port_a, false, 1);
    mac_learn(t, mac(2), 0, &port_a, false, 1);
    mac_learn(t, mac(3), 0, &port_b, false, 1);
    mac_forget_port(t, &port_a);
    mac_forget_port(t, &port_a); /* twice is fine */
    assert_int_equal(mac_count(t), 1);
    mac_learn(t, mac(4), 0, &port_b, false, 1);
    mac_flush(t);
    assert_int_equal(mac_count(t), 0);
    mac_table_free(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns_per_vlan),
        cmocka_unit_test(test_never_learns_groups),
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_expires_oldest_first),
        cmocka_unit_test(test_full_table_takes_from_the_fullest_port),
        cmocka_unit_test(test_limits_are_bounded),
        cmocka_unit_test(test_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
