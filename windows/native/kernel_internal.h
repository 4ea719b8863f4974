/* SPDX-License-Identifier: Apache-2.0 */
/* What the stand-in kernel's own files share. */
#pragma once

#include <pthread.h>

#include "native/native.h"

#define KERNEL_NS_PER_TICK 100

/* irql.c: this thread's state. */
void kernel_thread_check_idle(const char *what);
uintptr_t kernel_thread_self(void);

/* timer.c, work_item.c: their threads. */
void kernel_timers_start(void);
void kernel_timers_finish(void);
void kernel_work_start(void);
void kernel_work_finish(void);
void kernel_work_quiesce(void);
void kernel_processors_start(unsigned n);
/* What is left over, by name; 0 where nothing is. */
size_t kernel_pool_report_leaks(void);
size_t kernel_threads_left(void);
size_t kernel_devices_report_left(void);

/* device.c: the device that LINK names, with a file opened on it counted; NULL where none is. */
PDEVICE_OBJECT kernel_device_open(const char *link);
void kernel_device_close(PDEVICE_OBJECT device);

/* Now, in 100 ns since some moment. */
ULONGLONG kernel_ticks(void);
