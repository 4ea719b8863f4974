/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks: monotonic time per loop, wall-clock time per process. Stopping freezes both and
 * warping moves both. The wall clock is read by any thread (log stamps), so its variables
 * are atomics; a loop's clock is its thread's. */
#include "port/atomic.h"

#include "os/loop_internal.h"

static uint64_t wall_warped_ms;
static uint64_t wall_frozen_ms; /* 0: runs */
static uint64_t mono_frozen_ms;

uint64_t
loop_clock_real_ms(void)
{
    return uv_hrtime() / 1000000;
}

uint64_t
os_real_ns(void)
{
    return uv_hrtime();
}

static uint64_t
host_wall_ms(void)
{
    uv_timeval64_t tv;
    if (uv_gettimeofday(&tv)) {
        return 0;
    }
    return (uint64_t)tv.tv_sec * 1000 + (uint64_t)tv.tv_usec / 1000;
}

uint64_t
os_wall_ms(void)
{
    uint64_t frozen = PORT_LOAD_ACQUIRE(&wall_frozen_ms);
    return (frozen ? frozen : host_wall_ms()) + PORT_LOAD_ACQUIRE(&wall_warped_ms);
}

uint64_t
os_uptime_ms(void)
{
    uint64_t frozen = PORT_LOAD_ACQUIRE(&mono_frozen_ms);
    return (frozen ? frozen : loop_clock_real_ms()) + PORT_LOAD_ACQUIRE(&wall_warped_ms);
}

uint64_t
os_now_ms(const struct os_loop *loop)
{
    return loop->clock_now_ms;
}

void
loop_clock_update(struct os_loop *loop)
{
    if (!loop->clock_stopped) {
        loop->clock_now_ms = loop_clock_real_ms() + loop->clock_warped_ms;
    }
}

void
os_time_stop(struct os_loop *loop)
{
    loop_clock_update(loop);
    if (!loop->clock_stopped) {
        loop->clock_stopped = true;
        PORT_STORE_RELEASE(&wall_frozen_ms, host_wall_ms());
        PORT_STORE_RELEASE(&mono_frozen_ms, loop_clock_real_ms());
    }
}

void
os_time_drive(struct os_loop *loop)
{
    os_time_stop(loop);
    loop->clock_driven = true;
}

void
os_time_set(struct os_loop *loop, uint64_t mono_ms, uint64_t wall_ms)
{
    VERIFY(loop->clock_driven);
    loop->clock_now_ms = mono_ms;
    PORT_STORE_RELEASE(&wall_warped_ms, 0);
    PORT_STORE_RELEASE(&wall_frozen_ms, wall_ms);
    PORT_STORE_RELEASE(&mono_frozen_ms, mono_ms);
}

bool
os_time_is_stopped(const struct os_loop *loop)
{
    return loop->clock_stopped;
}

bool
loop_clock_step(struct os_loop *loop)
{
    if (!loop->warp_done) {
        return false;
    }
    uint64_t step = MIN(loop->warp_left_ms, loop->warp_step_ms);
    loop->warp_left_ms -= step;
    if (loop->clock_stopped) {
        loop->clock_now_ms += step;
    } else {
        loop->clock_warped_ms += step;
    }
    PORT_FETCH_ADD(&wall_warped_ms, step);
    return true;
}

void
loop_clock_step_done(struct os_loop *loop)
{
    if (!loop->warp_left_ms && loop->warp_done) {
        void (*done)(void *aux) = loop->warp_done;
        loop->warp_done = NULL;
        done(loop->warp_aux);
    }
}

static void
ignore(void *aux UNUSED)
{
}

void
os_time_warp(struct os_loop *loop, uint64_t total_ms, uint64_t step_ms, void (*done)(void *aux),
             void *aux)
{
    /* A warp during a warp: the first one's rest is added to the second. */
    if (loop->warp_done) {
        total_ms += loop->warp_left_ms;
        loop->warp_left_ms = 0;
        loop_clock_step_done(loop);
    }
    loop->warp_left_ms = total_ms;
    loop->warp_step_ms = step_ms ? step_ms : MAX(total_ms, 1);
    loop->warp_done = done ? done : ignore;
    loop->warp_aux = aux;
}
