/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the event loop share. */
#pragma once

#include "os/loop.h"

struct os_loop {
    uv_loop_t uv;
    uv_timer_t bound; /* ends a wait in libuv */
    uv_async_t fatal; /* a fatal signal was caught */
    struct list tasks;
    struct os_timer **heap;
    size_t n_timers, heap_size;
    uint64_t n_starts;
    void (*on_timers)(void *aux);
    void *on_timers_aux;
    uint32_t round;
    bool stopping;
    unsigned int n_idle_closes;
    size_t n_works; /* that libuv has not given back */

    uint64_t clock_now_ms;    /* what os_now_ms() says */
    uint64_t clock_warped_ms; /* by how much it is ahead of the host's */
    bool clock_stopped, clock_driven;
    uint64_t warp_left_ms, warp_step_ms;
    void (*warp_done)(void *aux);
    void *warp_aux;
};

/* The host's monotonic clock, in milliseconds. */
uint64_t loop_clock_real_ms(void);
/* Reads the host's clock, unless stopped. */
void loop_clock_update(struct os_loop *);
/* Takes the next step of a warp, if one is going on. */
bool loop_clock_step(struct os_loop *);
/* After the round that followed a step: calls the warp's DONE when that was the last. */
void loop_clock_step_done(struct os_loop *);
