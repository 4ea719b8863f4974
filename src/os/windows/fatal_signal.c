/* SPDX-License-Identifier: Apache-2.0 */
/* What ends processes on Windows: the console's Ctrl-C, Ctrl-Break and closing, which arrive on
 * a thread of the system's, and our own deadline, on another. */
#include "os/deadline.h"
#include "os/exit_files_internal.h"

#include <windows.h>

#include "os/log.h"

LOG_MODULE(fatal_signal);

enum { EXIT_ALARM = 128 + 14 };

void
exit_files_unlink(const char *path)
{
    DeleteFileA(path);
}

static BOOL WINAPI
console_event(DWORD event UNUSED)
{
    exit_files_remove_all();
    return FALSE; /* go on and end the process */
}

void
exit_files_catch_signals(void)
{
    static bool done;
    if (!done) {
        done = true;
        SetConsoleCtrlHandler(console_event, TRUE);
    }
}

void
fatal_signal_attach(struct os_loop *loop UNUSED)
{
    exit_files_catch_signals();
}

void
fatal_signal_detach(struct os_loop *loop UNUSED)
{
}

static VOID CALLBACK
expired(PVOID aux UNUSED, BOOLEAN fired UNUSED)
{
    log_warn("terminating with signal 14 (Alarm clock)");
    exit_files_remove_all();
    TerminateProcess(GetCurrentProcess(), EXIT_ALARM);
}

void
os_deadline_set(unsigned int seconds)
{
    static HANDLE timer;
    if (timer) {
        HANDLE old = timer;
        timer = NULL;
        if (!DeleteTimerQueueTimer(NULL, old, NULL)) {
            /* It is being deleted all the same. */
        }
    }
    if (seconds) {
        DWORD ms = seconds > 0xfffffffeu / 1000 ? 0xfffffffeu : seconds * 1000;
        if (!CreateTimerQueueTimer(&timer, NULL, expired, NULL, ms, 0, WT_EXECUTEONLYONCE)) {
            timer = NULL;
        }
    }
}
