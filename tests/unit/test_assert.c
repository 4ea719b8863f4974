/* SPDX-License-Identifier: Apache-2.0 */
/* base/types: VERIFY ends the process in every build, ASSERT in those that check, and without
 * checks it does not even evaluate its condition. Each case that ends a process has one of its
 * own, hence POSIX only; and the few macros of sizes. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/types.h"

#ifdef WEFT_DEBUG
static const bool checks = true;
#else
static const bool checks = false;
#endif

/* Whether F(ARG) ends its process by a trap. */
static bool
traps(void (*f)(int), int arg)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        signal(SIGILL, SIG_DFL);
        signal(SIGTRAP, SIG_DFL);
        f(arg);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status)) {
        assert_int_equal(WEXITSTATUS(status), 0);
        return false;
    }
    assert_true(WTERMSIG(status) == SIGILL || WTERMSIG(status) == SIGTRAP);
    return true;
}

static void
verify_positive(int x)
{
    VERIFY(x > 0);
}

static void
assert_positive(int x)
{
    ASSERT(x > 0);
}

static void
test_verify(void **state)
{
    (void)state;
    assert_false(traps(verify_positive, 1));
    assert_true(traps(verify_positive, 0));
}

static void
test_assert(void **state)
{
    (void)state;
    assert_false(traps(assert_positive, 1));
    assert_int_equal(traps(assert_positive, 0), checks);
}

/* VERIFY evaluates its condition once, ASSERT once or never; both are expressions. */
static void
test_evaluation(void **state)
{
    (void)state;
    int n = 0;
    VERIFY(++n);
    assert_int_equal(n, 1);
    ASSERT(++n);
    assert_int_equal(n, checks ? 2 : 1);
    if (n) {
        VERIFY(true), ASSERT(true);
    } else {
        VERIFY(false);
    }
}

static void
test_sizes(void **state)
{
    (void)state;
    struct outer {
        char before[3];
        int inner;
    } outer;
    int three[3];
    assert_ptr_equal(CONTAINER_OF(&outer.inner, struct outer, inner), &outer);
    assert_int_equal(ARRAY_LEN(three), 3);
    assert_int_equal(DIV_ROUND_UP(0, 4), 0);
    assert_int_equal(DIV_ROUND_UP(1, 4), 1);
    assert_int_equal(DIV_ROUND_UP(4, 4), 1);
    assert_int_equal(ROUND_UP(5, 4), 8);
    assert_int_equal(ROUND_UP(8, 4), 8);
    assert_int_equal(MIN(-1, 2), -1);
    assert_int_equal(MAX(-1, 2), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify),
        cmocka_unit_test(test_assert),
        cmocka_unit_test(test_evaluation),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
