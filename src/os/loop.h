/* SPDX-License-Identifier: Apache-2.0 */
/* The control plane's event loop, a façade over libuv, and the only clock. One thread owns a
 * loop and everything made on it; os_wake_* alone may be used from others. Time is milliseconds
 * and monotonic; it can be stopped and warped (ovs-appctl time/stop, time/warp), which moves
 * every timer of this loop. */
#pragma once

#include <uv.h>

#include "base/list.h"

struct os_loop;

/* A new loop. Ends the process when the host refuses one. Free it after everything on it. */
struct os_loop *os_loop_new(void);
void os_loop_free(struct os_loop *);
/* The libuv loop behind it, for src/os, src/ipc and src/netdev only. */
uv_loop_t *os_loop_uv(struct os_loop *);

/* Runs until os_loop_stop(), or until DONE(aux) says true (asked after every round; NULL: never
 * asked), or until no time is left (TIMEOUT_MS of real time; UINT64_MAX: no limit). True when
 * DONE did. */
bool os_loop_run(struct os_loop *, bool (*done)(void *aux), void *aux, uint64_t timeout_ms);
void os_loop_stop(struct os_loop *);
/* One round: waits for an event, at most WAIT_MS of real time, then serves what is ready. */
void os_loop_turn(struct os_loop *, uint64_t wait_ms);

/* Counts rounds. */
uint32_t os_loop_round(const struct os_loop *);

/* -- Time -- */

/* Monotonic milliseconds, as of the start of this round; stands still while stopped. */
uint64_t os_now_ms(const struct os_loop *);
/* Milliseconds since 1970-01-01 UTC, moved along by warps. Any thread. */
uint64_t os_wall_ms(void);
/* The process's monotonic milliseconds, stopped and warped as loops are. Any thread. */
uint64_t os_uptime_ms(void);
/* Real monotonic nanoseconds, never stopped: for measuring only. Any thread. */
uint64_t os_real_ns(void);
/* Stops time for good; only os_warp moves it then. */
void os_time_stop(struct os_loop *);
bool os_time_is_stopped(const struct os_loop *);
/* For replays: time is what it is set to, and timers fire when they are told. */
void os_time_drive(struct os_loop *);
void os_time_set(struct os_loop *, uint64_t mono_ms, uint64_t wall_ms);
void os_timers_fire(struct os_loop *);
/* FIRE(aux) is called before timers fire, once for all that are due. */
void os_loop_on_timers(struct os_loop *, void (*fire)(void *aux), void *aux);
/* Moves time forward by TOTAL_MS in steps of STEP_MS, a full round of the loop between steps,
 * and calls DONE(aux) afterwards. */
void os_time_warp(struct os_loop *, uint64_t total_ms, uint64_t step_ms, void (*done)(void *aux),
                  void *aux);

/* -- Timers: embed, init once; start re-arms; the callback runs once per start. -- */

struct os_timer {
    struct os_loop *loop;
    size_t place;   /* in the loop's heap, from 1; 0 while not running */
    uint64_t order; /* of starts, which equal deadlines keep */
    uint64_t deadline_ms;
    void (*fire)(void *aux);
    void *aux;
};

void os_timer_init(struct os_timer *, struct os_loop *, void (*fire)(void *aux), void *aux);
void os_timer_start(struct os_timer *, uint64_t delay_ms);
void os_timer_start_at(struct os_timer *, uint64_t deadline_ms);
/* Fine on one that is not running. */
void os_timer_stop(struct os_timer *);
bool os_timer_is_running(const struct os_timer *);

/* -- Work for later in this thread: runs once, at the end of the current round. -- */

struct os_task {
    struct os_loop *loop;
    struct list node;
    void (*run)(void *aux);
    void *aux;
};

void os_task_init(struct os_task *, struct os_loop *, void (*run)(void *aux), void *aux);
/* Does nothing if it is already queued. */
void os_task_queue(struct os_task *);
void os_task_cancel(struct os_task *);

/* -- Waking the loop from another thread -- */

struct os_wake;
/* RUN(aux) is called on the loop's thread, once or more after any number of signals. */
struct os_wake *os_wake_new(struct os_loop *, void (*run)(void *aux), void *aux);
void os_wake_free(struct os_wake *);
/* Any thread, any number of times. */
void os_wake_signal(struct os_wake *);

/* -- Work on another thread -- */

struct os_work;
/* RUN(aux) on a thread of libuv's pool, then DONE(aux) on the loop's. What RUN uses is its own
 * until then. The result is for os_work_finish() and gone when DONE is called. */
struct os_work *os_work_start(struct os_loop *, void (*run)(void *aux), void (*done)(void *aux),
                              void *aux);
/* How many are on their way. */
size_t os_work_count(const struct os_loop *);
/* Waits until RUN has returned, or keeps it from starting; DONE is not called. */
void os_work_finish(struct os_work *);

/* -- Readiness of a descriptor (POSIX only; not built on Windows) -- */

enum { OS_READABLE = 1, OS_WRITABLE = 2 };
struct os_watch;
/* READY(aux, events) whenever FD, which stays the caller's, is ready for EVENTS. */
struct os_watch *os_watch_new(struct os_loop *, int fd, unsigned int events,
                              void (*ready)(void *aux, unsigned int events), void *aux);
void os_watch_set(struct os_watch *, unsigned int events);
/* Before closing the descriptor. */
void os_watch_free(struct os_watch *);

/* -- Signals -- */

/* RUN(aux) on the loop's thread when the process gets SIGTERM, SIGINT, SIGHUP (signum). */
struct os_signal;
struct os_signal *os_signal_new(struct os_loop *, int signum, void (*run)(void *aux), void *aux);
void os_signal_free(struct os_signal *);
