/* SPDX-License-Identifier: Apache-2.0 */
/* os/loop: order of timers and tasks, the clock stopped and warped, wakes from another thread,
 * work on another thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "os/log.h"
#include "os/loop.h"
#include "os/mem.h"
#include "os/random.h"

enum { N_TIMERS = 300 };

static char trace[256];

static void
note(void *aux)
{
    strncat(trace, aux, sizeof trace - strlen(trace) - 1);
}

static bool
is_set(void *aux)
{
    return *(bool *)aux;
}

static void
set(void *aux)
{
    *(bool *)aux = true;
}

static int
setup(void **state)
{
    trace[0] = '\0';
    *state = os_loop_new();
    return 0;
}

static int
teardown(void **state)
{
    os_loop_free(*state);
    return 0;
}

static void
test_timer_order(void **state)
{
    struct os_loop *loop = *state;
    struct os_timer a, b, c, d;
    os_time_stop(loop);
    os_timer_init(&a, loop, note, "a");
    os_timer_init(&b, loop, note, "b");
    os_timer_init(&c, loop, note, "c");
    os_timer_init(&d, loop, note, "d");
    os_timer_start(&a, 30);
    os_timer_start(&b, 10);
    os_timer_start(&c, 10);
    os_timer_start(&d, 20);
    os_timer_stop(&d);
    os_timer_stop(&d);
    assert_true(os_timer_is_running(&a));
    assert_false(os_timer_is_running(&d));
    os_time_warp(loop, 9, 0, NULL, NULL);
    os_loop_turn(loop, 0);
    assert_string_equal(trace, "");
    os_time_warp(loop, 1, 0, NULL, NULL);
    os_loop_turn(loop, 0);
    assert_string_equal(trace, "bc");
    os_timer_start(&a, 5); /* sooner than before */
    os_time_warp(loop, 5, 0, NULL, NULL);
    os_loop_turn(loop, 0);
    assert_string_equal(trace, "bca");
    assert_false(os_timer_is_running(&a));
}

static struct os_timer many[N_TIMERS];
static uint64_t last_deadline;
static size_t n_fired;

static void
in_order(void *aux)
{
    const struct os_timer *t = aux;
    assert_true(t->deadline_ms >= last_deadline);
    last_deadline = t->deadline_ms;
    n_fired++;
    /* Each firing stops one and restarts another, so that the heap is disturbed. */
    os_timer_stop(&many[os_random_below(N_TIMERS)]);
}

static void
test_many_timers(void **state)
{
    struct os_loop *loop = *state;
    size_t running = 0;
    os_random_seed(7);
    os_time_stop(loop);
    for (size_t i = 0; i < N_TIMERS; i++) {
        os_timer_init(&many[i], loop, in_order, &many[i]);
        os_timer_start(&many[i], os_random_below(1000));
    }
    for (int step = 0; step < 1000; step++) {
        os_time_warp(loop, 1, 0, NULL, NULL);
        os_loop_turn(loop, 0);
    }
    for (size_t i = 0; i < N_TIMERS; i++) {
        running += os_timer_is_running(&many[i]);
    }
    assert_int_equal(running, 0);
    assert_true(n_fired > N_TIMERS / 3 && n_fired <= N_TIMERS);
}

static struct os_timer again;
static int n_again;

static void
restart(void *aux)
{
    (void)aux;
    n_again++;
    os_timer_start(&again, 0);
}

static void
test_restart_in_callback(void **state)
{
    struct os_loop *loop = *state;
    os_timer_init(&again, loop, restart, NULL);
    os_timer_start(&again, 0);
    os_loop_turn(loop, 0);
    /* Once before and once after waiting: not for ever. */
    assert_in_range(n_again, 1, 2);
    os_timer_stop(&again);
}

static struct os_task other_task;

static void
queue_other(void *aux)
{
    note(aux);
    os_task_queue(&other_task);
}

static void
test_tasks(void **state)
{
    struct os_loop *loop = *state;
    struct os_task first, cancelled;
    os_task_init(&first, loop, queue_other, "1");
    os_task_init(&other_task, loop, note, "2");
    os_task_init(&cancelled, loop, note, "3");
    os_task_queue(&first);
    os_task_queue(&first);
    os_task_queue(&cancelled);
    os_task_cancel(&cancelled);
    os_loop_turn(loop, 0);
    os_loop_turn(loop, 0);
    assert_string_equal(trace, "12");
}

static void
test_warp_steps(void **state)
{
    struct os_loop *loop = *state;
    struct os_timer t;
    bool done = false;
    os_time_stop(loop);
    assert_true(os_time_is_stopped(loop));
    uint64_t wall = os_wall_ms(), now = os_now_ms(loop);
    os_timer_init(&t, loop, note, "t");
    os_timer_start(&t, 45);
    os_time_warp(loop, 95, 10, set, &done);
    assert_true(os_loop_run(loop, is_set, &done, 5000));
    assert_int_equal(os_now_ms(loop), now + 95);
    assert_int_equal(os_wall_ms(), wall + 95);
    assert_string_equal(trace, "t");
    os_loop_turn(loop, 1);
    assert_int_equal(os_now_ms(loop), now + 95);
}

/* A replay's clock: it is what it is told to be, and timers wait to be told. */
static void
test_driven_time(void **state)
{
    struct os_loop *loop = *state;
    struct os_timer t;
    uint32_t round = os_loop_round(loop);
    os_time_drive(loop);
    os_time_set(loop, 1000, 5000);
    assert_int_equal(os_now_ms(loop), 1000);
    assert_int_equal(os_wall_ms(), 5000);
    os_timer_init(&t, loop, note, "t");
    os_timer_start(&t, 10);
    os_time_set(loop, 1010, 5010);
    os_loop_turn(loop, 0);
    os_loop_turn(loop, 0);
    assert_int_equal(os_loop_round(loop), round + 2);
    assert_string_equal(trace, "");
    os_timers_fire(loop);
    assert_string_equal(trace, "t");
    assert_int_equal(os_now_ms(loop), 1010);
}

/* Whoever records hears of timers before they fire, once for all. */
static void
test_timers_are_noted(void **state)
{
    struct os_loop *loop = *state;
    struct os_timer a, b;
    os_time_stop(loop);
    os_loop_on_timers(loop, note, "!");
    os_timer_init(&a, loop, note, "a");
    os_timer_init(&b, loop, note, "b");
    os_timer_start(&a, 0);
    os_timer_start(&b, 0);
    os_loop_turn(loop, 0);
    os_loop_turn(loop, 0);
    assert_string_equal(trace, "!ab");
}

/* From one seed come the same bytes. */
static void
test_repeated_randomness(void **state UNUSED)
{
    struct uuid a[2], b;
    for (size_t i = 0; i < 2; i++) {
        os_random_repeat(7);
        a[i] = os_uuid_new();
        b = os_uuid_new();
        assert_memory_not_equal(&a[i], &b, sizeof b);
    }
    assert_memory_equal(&a[0], &a[1], sizeof a[0]);
}

static void
test_run_ends(void **state)
{
    struct os_loop *loop = *state;
    bool done = false;
    uint64_t start = os_real_ns();
    assert_false(os_loop_run(loop, is_set, &done, 20));
    assert_true(os_real_ns() - start >= 19000000);
    struct os_timer t;
    os_timer_init(&t, loop, set, &done);
    os_timer_start(&t, 1);
    assert_true(os_loop_run(loop, is_set, &done, 5000));
}

static void
signal_from_thread(void *aux)
{
    os_wake_signal(aux);
}

static void
test_wake(void **state)
{
    struct os_loop *loop = *state;
    bool woken = false;
    uv_thread_t thread;
    struct os_wake *wake = os_wake_new(loop, set, &woken);
    assert_int_equal(uv_thread_create(&thread, signal_from_thread, wake), 0);
    assert_true(os_loop_run(loop, is_set, &woken, 5000));
    uv_thread_join(&thread);
    os_wake_free(wake);
}

static void
test_random(void **state)
{
    (void)state;
    uint32_t first[4];
    os_random_seed(42);
    for (size_t i = 0; i < 4; i++) {
        first[i] = os_random_u32();
    }
    os_random_seed(42);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(os_random_u32(), first[i]);
    }
    unsigned int seen = 0;
    for (int i = 0; i < 200; i++) {
        uint32_t x = os_random_below(5);
        assert_in_range(x, 0, 4);
        seen |= 1u << x;
    }
    assert_int_equal(seen, 31);
    struct uuid a = os_uuid_new(), b = os_uuid_new();
    assert_false(uuid_equal(&a, &b));
    assert_int_equal(a.word[1] >> 12 & 0xf, 4);
    assert_int_equal(a.word[2] >> 30, 2);
}

struct job {
    uv_thread_t thread; /* that ran it */
    bool done;
};

static void
job_run(void *job)
{
    ((struct job *)job)->thread = uv_thread_self();
}

static void
job_done(void *job)
{
    ((struct job *)job)->done = true;
}

static bool
job_is_done(void *job)
{
    return ((struct job *)job)->done;
}

static void
test_work(void **state)
{
    struct os_loop *loop = *state;
    uv_thread_t here = uv_thread_self();
    struct job a = {here, false}, b = {here, false}, c = {here, false};
    os_work_start(loop, job_run, job_done, &a);
    /* Finished before the loop heard of it: nobody is told. */
    os_work_finish(os_work_start(loop, job_run, job_done, &b));
    assert_true(os_loop_run(loop, job_is_done, &a, 10000));
    assert_false(uv_thread_equal(&a.thread, &here));
    assert_false(b.done);
    /* The end of the loop, in teardown(), waits until the other thread has let go of it. */
    os_work_finish(os_work_start(loop, job_run, job_done, &c));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_timer_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_timers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_restart_in_callback, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tasks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_warp_steps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_run_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_timers_are_noted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_driven_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wake, setup, teardown),
        cmocka_unit_test_setup_teardown(test_work, setup, teardown),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_repeated_randomness),
    };
    log_start("test_os_loop");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
