/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop. A round (os_loop_turn) is: move the clock on, fire due timers, run tasks, wait
 * in libuv for events until the next deadline, then the same three again for what became due.
 * Timers are in a binary heap of this file; libuv has a single timer, which bounds the wait, so
 * that stopping and warping the clock needs no help from libuv. Everything belongs to the
 * thread that made the loop. The clock's state is in loop_clock.c, wakes and signals in
 * loop_events.c, watched descriptors in posix/watch.c. */
#include "os/loop_internal.h"

#include "os/err_format.h"
#include "os/exit_files_internal.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(poll_loop);

enum { LONGEST_WAIT_MS = 3600 * 1000 };

static void
woken(uv_timer_t *t UNUSED)
{
}

struct os_loop *
os_loop_new(void)
{
    struct os_loop *loop = xzalloc(sizeof *loop);
    int status = uv_loop_init(&loop->uv);
    if (!status) {
        status = uv_timer_init(&loop->uv, &loop->bound);
    }
    if (status) {
        log_fatal_code(err_from_uv(status), "cannot create an event loop");
    }
    fatal_signal_attach(loop);
    list_init(&loop->tasks);
    loop->clock_now_ms = loop_clock_real_ms();
    return loop;
}

void
os_loop_free(struct os_loop *loop)
{
    if (!loop) {
        return;
    }
    fatal_signal_detach(loop);
    while (loop->n_works) { /* other threads are still letting go of it */
        uv_run(&loop->uv, UV_RUN_ONCE);
    }
    uv_close((uv_handle_t *)&loop->bound, NULL);
    /* Handles that are closing get their last callbacks here. */
    while (uv_loop_close(&loop->uv) == UV_EBUSY && loop->n_idle_closes++ < 100) {
        uv_run(&loop->uv, UV_RUN_NOWAIT);
    }
    os_free(loop->heap);
    os_free(loop);
}

uv_loop_t *
os_loop_uv(struct os_loop *loop)
{
    return &loop->uv;
}

/* -- Timers: a binary heap, heap[0] the earliest; timer->place is the index plus 1 -- */

static bool
is_earlier(const struct os_timer *a, const struct os_timer *b)
{
    return a->deadline_ms != b->deadline_ms ? a->deadline_ms < b->deadline_ms
                                            : a->order < b->order;
}

static void
heap_put(struct os_loop *loop, size_t i, struct os_timer *t)
{
    loop->heap[i] = t;
    t->place = i + 1;
}

static void
heap_up(struct os_loop *loop, size_t i)
{
    struct os_timer *t = loop->heap[i];
    while (i && is_earlier(t, loop->heap[(i - 1) / 2])) {
        heap_put(loop, i, loop->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    heap_put(loop, i, t);
}

static void
heap_down(struct os_loop *loop, size_t i)
{
    struct os_timer *t = loop->heap[i];
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= loop->n_timers) {
            break;
        }
        if (child + 1 < loop->n_timers && is_earlier(loop->heap[child + 1], loop->heap[child])) {
            child++;
        }
        if (!is_earlier(loop->heap[child], t)) {
            break;
        }
        heap_put(loop, i, loop->heap[child]);
        i = child;
    }
    heap_put(loop, i, t);
}

void
os_timer_init(struct os_timer *t, struct os_loop *loop, void (*fire)(void *aux), void *aux)
{
    *t = (struct os_timer){.loop = loop, .fire = fire, .aux = aux};
}

void
os_timer_stop(struct os_timer *t)
{
    struct os_loop *loop = t->loop;
    if (!t->place) {
        return;
    }
    size_t i = t->place - 1;
    t->place = 0;
    struct os_timer *last = loop->heap[--loop->n_timers];
    if (last != t) {
        heap_put(loop, i, last);
        heap_up(loop, i);
        heap_down(loop, last->place - 1);
    }
}

void
os_timer_start_at(struct os_timer *t, uint64_t deadline_ms)
{
    struct os_loop *loop = t->loop;
    os_timer_stop(t);
    t->deadline_ms = deadline_ms;
    t->order = loop->n_starts++;
    if (loop->n_timers == loop->heap_size) {
        loop->heap = xgrow(loop->heap, &loop->heap_size, sizeof *loop->heap);
    }
    loop->heap[loop->n_timers] = t;
    heap_up(loop, loop->n_timers++);
}

void
os_timer_start(struct os_timer *t, uint64_t delay_ms)
{
    uint64_t now = os_now_ms(t->loop);
    os_timer_start_at(t, delay_ms > UINT64_MAX - now ? UINT64_MAX : now + delay_ms);
}

bool
os_timer_is_running(const struct os_timer *t)
{
    return t->place != 0;
}

/* Fires what is due; what the callbacks start waits for the next round. */
static void
fire_timers(struct os_loop *loop)
{
    uint64_t started_before = loop->n_starts;
    if (loop->on_timers && loop->n_timers && loop->heap[0]->deadline_ms <= loop->clock_now_ms) {
        loop->on_timers(loop->on_timers_aux);
    }
    while (loop->n_timers) {
        struct os_timer *t = loop->heap[0];
        if (t->deadline_ms > loop->clock_now_ms || t->order >= started_before) {
            break;
        }
        os_timer_stop(t);
        t->fire(t->aux);
    }
}

void
os_timers_fire(struct os_loop *loop)
{
    fire_timers(loop);
}

void
os_loop_on_timers(struct os_loop *loop, void (*fire)(void *aux), void *aux)
{
    loop->on_timers = fire;
    loop->on_timers_aux = aux;
}

/* -- Tasks -- */

void
os_task_init(struct os_task *task, struct os_loop *loop, void (*run)(void *aux), void *aux)
{
    *task = (struct os_task){.loop = loop, .run = run, .aux = aux};
    list_init(&task->node);
}

void
os_task_queue(struct os_task *task)
{
    if (list_is_empty(&task->node)) {
        list_push_back(&task->loop->tasks, &task->node);
    }
}

void
os_task_cancel(struct os_task *task)
{
    list_remove(&task->node);
}

static void
run_tasks(struct os_loop *loop)
{
    struct list batch;
    list_init(&batch);
    list_splice_back(&batch, &loop->tasks);
    while (!list_is_empty(&batch)) {
        struct os_task *task = CONTAINER_OF(list_pop_front(&batch), struct os_task, node);
        task->run(task->aux);
    }
}

/* -- Rounds -- */

static uint64_t
wait_for(struct os_loop *loop, uint64_t wait_ms)
{
    if (!list_is_empty(&loop->tasks) || loop->warp_done || loop->stopping) {
        return 0;
    }
    if (loop->n_timers) {
        uint64_t deadline = loop->heap[0]->deadline_ms;
        if (deadline <= loop->clock_now_ms) {
            return 0;
        }
        if (!loop->clock_stopped) {
            wait_ms = MIN(wait_ms, deadline - loop->clock_now_ms);
        }
    }
    return MIN(wait_ms, LONGEST_WAIT_MS);
}

static void
serve(struct os_loop *loop)
{
    loop_clock_update(loop);
    if (!loop->clock_driven) {
        fire_timers(loop);
    }
    run_tasks(loop);
}

void
os_loop_turn(struct os_loop *loop, uint64_t wait_ms)
{
    bool warping = loop_clock_step(loop);
    loop->round++;
    serve(loop);
    uint64_t wait = wait_for(loop, wait_ms);
    if (wait) {
        /* libuv's idea of now may be old, which would end the wait early. */
        uv_update_time(&loop->uv);
        uv_timer_start(&loop->bound, woken, wait, 0);
        uv_run(&loop->uv, UV_RUN_ONCE);
        uv_timer_stop(&loop->bound);
    } else {
        uv_run(&loop->uv, UV_RUN_NOWAIT);
    }
    serve(loop);
    if (warping) {
        loop_clock_step_done(loop);
    }
}

bool
os_loop_run(struct os_loop *loop, bool (*done)(void *aux), void *aux, uint64_t timeout_ms)
{
    uint64_t start = loop_clock_real_ms();
    loop->stopping = false;
    for (;;) {
        if (done && done(aux)) {
            return true;
        }
        if (loop->stopping) {
            return false;
        }
        uint64_t left = UINT64_MAX;
        if (timeout_ms != UINT64_MAX) {
            uint64_t spent = loop_clock_real_ms() - start;
            if (spent >= timeout_ms) {
                return false;
            }
            left = timeout_ms - spent;
        }
        os_loop_turn(loop, left);
    }
}

uint32_t
os_loop_round(const struct os_loop *loop)
{
    return loop->round;
}

void
os_loop_stop(struct os_loop *loop)
{
    loop->stopping = true;
}
