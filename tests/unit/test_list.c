/* SPDX-License-Identifier: Apache-2.0 */
/* base/list: insertion at all places, removal, splicing, and walks that remove. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "base/list.h"

struct item {
    char name;
    struct list node;
};

static struct item a, b, c, d;
static struct list head = LIST_INIT(&head);

/* Empty lists and detached members again. */
static int
reset(void **state)
{
    (void)state;
    struct item *const all[] = {&a, &b, &c, &d};
    list_init(&head);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        all[i]->name = (char)('a' + i);
        list_init(&all[i]->node);
    }
    return 0;
}

/* The names on LIST are NAMES, forwards and backwards. */
static void
check(const struct list *list, const char *names)
{
    size_t n = strlen(names), i = 0;
    assert_int_equal(list_count(list), n);
    assert_int_equal(list_is_empty(list), n == 0);
    LIST_FOR_EACH (struct item, item, node, list) {
        assert_int_equal(item->name, names[i++]);
    }
    assert_int_equal(i, n);
    for (const struct list *p = list->prev; p != list; p = p->prev) {
        assert_int_equal(CONTAINER_OF(p, struct item, node)->name, names[--i]);
    }
    assert_int_equal(i, 0);
}

static void
test_insert(void **state)
{
    (void)state;
    check(&head, "");
    list_push_back(&head, &b.node);
    check(&head, "b");
    list_push_back(&head, &d.node);
    list_push_front(&head, &a.node);
    check(&head, "abd");
    list_insert_before(&d.node, &c.node);
    check(&head, "abcd");
}

static void
test_remove(void **state)
{
    (void)state;
    test_insert(state);
    list_remove(&b.node);
    check(&head, "acd");
    assert_true(list_is_empty(&b.node));
    list_remove(&b.node); /* it is detached, so nothing happens */
    check(&head, "acd");
    list_remove(&d.node);
    check(&head, "ac");
    assert_ptr_equal(list_pop_front(&head), &a.node);
    assert_true(list_is_empty(&a.node));
    check(&head, "c");
    assert_ptr_equal(list_pop_front(&head), &c.node);
    check(&head, "");
    list_push_back(&head, &d.node); /* removed members can come back */
    check(&head, "d");
}

static void
test_splice(void **state)
{
    (void)state;
    struct list other;
    list_init(&other);
    list_splice_back(&head, &other);
    check(&head, "");
    list_push_back(&other, &a.node);
    list_push_back(&other, &b.node);
    list_splice_back(&head, &other); /* to an empty one */
    check(&head, "ab");
    check(&other, "");
    list_push_back(&other, &c.node);
    list_push_back(&other, &d.node);
    list_splice_back(&head, &other); /* behind others */
    check(&head, "abcd");
    check(&other, "");
    list_splice_back(&head, &other);
    check(&head, "abcd");
}

static void
test_remove_while_walking(void **state)
{
    (void)state;
    const char *names = "abcd";
    test_insert(state);
    LIST_FOR_EACH_SAFE (struct item, item, node, &head) {
        assert_int_equal(item->name, *names++);
        if (item != &b) {
            list_remove(&item->node);
            item->name = '?';
        }
    }
    check(&head, "b");
    LIST_FOR_EACH_SAFE (struct item, item, node, &head) {
        list_remove(&item->node);
    }
    LIST_FOR_EACH_SAFE (struct item, item, node, &head) {
        fail_msg("%c is on an empty list", item->name);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_insert, reset),
        cmocka_unit_test_setup(test_remove, reset),
        cmocka_unit_test_setup(test_splice, reset),
        cmocka_unit_test_setup(test_remove_while_walking, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
