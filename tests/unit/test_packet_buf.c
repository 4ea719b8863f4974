/* SPDX-License-Identifier: Apache-2.0 */
/* netdev/packet_buf: both kinds of packet, their room, clones, and what happens without memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "netdev/packet_buf.h"
#include "os/mem.h"

static void
test_heap_packet_has_headroom(void **state UNUSED)
{
    struct pkt *p = pkt_buf_from("0123456789abcdef", 16);
    assert_int_equal(p->len, 16);
    assert_true(p->headroom >= PKT_BUF_HEADROOM);
    uint8_t *data = pkt_push(p, 4, 12);
    assert_non_null(data);
    assert_int_equal(p->len, 20);
    assert_memory_equal(data + 4, "0123456789abcdef", 16);
    pkt_free(p);
}

static void
test_headroom_is_found_behind(void **state UNUSED)
{
    struct pkt_pool *pool = pkt_pool_new(1);
    struct pkt *p = pkt_pool_get(pool);
    memcpy(p->data, "frame", 5);
    pkt_buf_set_len(p, 5);
    for (int i = 0; i < 100; i++) { /* more than the headroom in all */
        uint8_t *data = pkt_push(p, 4, 0);
        assert_non_null(data);
        memset(data, i, 4);
    }
    assert_int_equal(p->len, 405);
    assert_memory_equal(p->data + 400, "frame", 5);
    pkt_free(p);
    pkt_pool_free(pool);
}

static void
test_full_packet_cannot_grow(void **state UNUSED)
{
    struct pkt *p = pkt_buf_new(1);
    while (pkt_push(p, 32, 0)) {
        assert_true(p->len < 4096);
    }
    assert_int_equal(p->headroom + p->len, PKT_BUF_HEADROOM + 1);
    pkt_free(p);
    assert_null(pkt_buf_new(PKT_BUF_LARGEST + 1));
}

static void
test_clone_is_apart(void **state UNUSED)
{
    struct pkt *p = pkt_buf_from("abcdefgh", 8);
    p->md.in_port = 7;
    p->l3 = 4;
    p->gso_size = 1448;
    struct pkt *copy = pkt_clone(p);
    copy->data[0] = 'X';
    assert_int_equal(p->data[0], 'a');
    assert_int_equal(copy->md.in_port, 7);
    assert_int_equal(copy->l3, 4);
    assert_int_equal(copy->gso_size, 1448);
    pkt_free(p);
    assert_memory_equal(copy->data, "Xbcdefgh", 8);
    pkt_free(copy);
}

static void
test_pool_is_bounded_and_reused(void **state UNUSED)
{
    struct pkt_pool *pool = pkt_pool_new(2);
    struct pkt *a = pkt_pool_get(pool), *b = pkt_pool_get(pool);
    assert_null(pkt_pool_get(pool));
    struct pkt *copy = pkt_buf_copy(a); /* not of the pool */
    pkt_free(a);
    assert_ptr_equal(pkt_pool_get(pool), a);
    pkt_free(a);
    pkt_free(b);
    pkt_free(copy);
    pkt_pool_free(pool);
}

static void
test_without_memory(void **state UNUSED)
{
    size_t before = os_mem_live_blocks();
    struct pkt *p = pkt_buf_from("x", 1);
    os_mem_fail_nth(1);
    assert_null(pkt_clone(p));
    os_mem_fail_nth(1);
    assert_null(pkt_buf_new(10));
    os_mem_fail_nth(0);
    pkt_free(p);
    assert_int_equal(os_mem_live_blocks(), before);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heap_packet_has_headroom),
        cmocka_unit_test(test_headroom_is_found_behind),
        cmocka_unit_test(test_full_packet_cannot_grow),
        cmocka_unit_test(test_clone_is_apart),
        cmocka_unit_test(test_pool_is_bounded_and_reused),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
