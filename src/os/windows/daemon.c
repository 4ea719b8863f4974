/* SPDX-License-Identifier: Apache-2.0 */
/* Daemons on Windows. There is no fork: --detach starts this program again with the same
 * arguments and --pipe-handle, and waits on the pipe for its word. The pid file stays open for
 * writing, shared for reading only, which is how others see that the daemon lives. Services are
 * in service.c. Main thread. */
#include "os/daemon_internal.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "os/dirs.h"
#include "os/err_format.h"
#include "os/file.h"
#include "os/log.h"
#include "os/mem.h"
#include "os/process.h"
#include "os/windows/service.h"

LOG_MODULE(daemon_windows);

const struct option daemon_options[] = {
    {"detach", no_argument, NULL, DAEMON_OPT_DETACH},
    {"no-chdir", no_argument, NULL, DAEMON_OPT_NO_CHDIR},
    {"pidfile", optional_argument, NULL, DAEMON_OPT_PIDFILE},
    {"overwrite-pidfile", no_argument, NULL, DAEMON_OPT_OVERWRITE_PIDFILE},
    {"user", required_argument, NULL, DAEMON_OPT_USER},
    {"service", no_argument, NULL, DAEMON_OPT_SERVICE},
    {"service-monitor", no_argument, NULL, DAEMON_OPT_SERVICE_MONITOR},
    {"pipe-handle", required_argument, NULL, DAEMON_OPT_PIPE_HANDLE},
};
const size_t daemon_n_options = ARRAY_LEN(daemon_options);

static HANDLE pidfile_handle = INVALID_HANDLE_VALUE;

void
daemon_print_usage(void)
{
    char *pidfile = daemon_pidfile_path(NULL);
    printf("\nDaemon options:\n"
           "  --detach                run in background as daemon\n"
           "  --no-chdir              do not chdir to '/'\n"
           "  --pidfile[=FILE]        create pidfile (default: %s)\n"
           "  --overwrite-pidfile     with --pidfile, start even if already running\n"
           "\nService options:\n"
           "  --service               run in background as a service\n"
           "  --service-monitor       restart the service in case of an unexpected failure\n",
           pidfile);
    os_free(pidfile);
}

/* -- Pid file -- */

static bool
is_held(const char *path)
{
    HANDLE h =
        CreateFileA(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (h == INVALID_HANDLE_VALUE) {
        return GetLastError() == ERROR_SHARING_VIOLATION;
    }
    CloseHandle(h);
    return false;
}

static int
read_held_pid(const char *path, int *pid)
{
    char text[32];
    HANDLE h =
        CreateFileA(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (h == INVALID_HANDLE_VALUE) {
        return err_from_win32(GetLastError());
    }
    DWORD n = 0;
    if (!ReadFile(h, text, sizeof text - 1, &n, NULL)) {
        n = 0;
    }
    CloseHandle(h);
    text[n] = '\0';
    int value = atoi(text);
    if (value <= 0 || !is_held(path)) {
        return -E_SRCH;
    }
    *pid = value;
    return 0;
}

int
daemon_read_pidfile(const char *path, int *pid, struct err *e)
{
    int error = read_held_pid(path, pid);
    if (error && error != -E_SRCH) {
        log_warn("%s: open: %s", path, err_text(error));
    }
    return error ? err_fail(e, error, "%s: %s", path, err_text(error)) : 0;
}

static void
make_pidfile(const char *path)
{
    int pid;
    if (!daemon_settings.overwrite_pidfile && !read_held_pid(path, &pid)) {
        log_fatal("%s: already running as pid %d, aborting", path, pid);
    }
    if (daemon_settings.overwrite_pidfile) {
        DeleteFileA(path);
    }
    pidfile_handle = CreateFileA(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                                 CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (pidfile_handle == INVALID_HANDLE_VALUE) {
        log_fatal_code(err_from_win32(GetLastError()), "%s: create failed", path);
    }
    char text[24];
    DWORD n = (DWORD)snprintf(text, sizeof text, "%d\n", os_pid());
    DWORD written;
    if (!WriteFile(pidfile_handle, text, n, &written, NULL)) {
        log_fatal_code(err_from_win32(GetLastError()), "%s: write failed", path);
    }
    FlushFileBuffers(pidfile_handle);
    daemon_remove_at_exit(path);
}

/* -- Detaching -- */

static HANDLE
inheritable(DWORD which)
{
    HANDLE h = GetStdHandle(which);
    if (h && h != INVALID_HANDLE_VALUE) {
        SetHandleInformation(h, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    }
    return h;
}

/* Starts the program again, waits for its word and exits with it. */
static void PORT_NORETURN
respawn(void)
{
    HANDLE read_end, write_end;
    SECURITY_ATTRIBUTES sa = {.nLength = sizeof sa, .bInheritHandle = TRUE};
    if (!CreatePipe(&read_end, &write_end, &sa, 0)) {
        log_fatal_code(err_from_win32(GetLastError()), "pipe failed");
    }
    SetHandleInformation(read_end, HANDLE_FLAG_INHERIT, 0);
    char *command = xasprintf("%s --pipe-handle=%llu", GetCommandLineA(),
                              (unsigned long long)(uintptr_t)write_end);
    STARTUPINFOA si = {.cb = sizeof si,
                       .dwFlags = STARTF_USESTDHANDLES,
                       .hStdInput = inheritable(STD_INPUT_HANDLE),
                       .hStdOutput = inheritable(STD_OUTPUT_HANDLE),
                       .hStdError = inheritable(STD_ERROR_HANDLE)};
    PROCESS_INFORMATION pi;
    if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, DETACHED_PROCESS, NULL, NULL, &si, &pi)) {
        log_fatal_code(err_from_win32(GetLastError()), "CreateProcess failed");
    }
    CloseHandle(write_end);
    char byte;
    DWORD n = 0, status = EXIT_FAILURE;
    if (ReadFile(read_end, &byte, 1, &n, NULL) && n == 1) {
        ExitProcess(EXIT_SUCCESS);
    }
    WaitForSingleObject(pi.hProcess, INFINITE);
    GetExitCodeProcess(pi.hProcess, &status);
    if (!status) {
        log_fatal("fork child died before signaling startup (exit status 0)");
    }
    ExitProcess(status);
}

void
daemon_start(void)
{
    if (daemon_settings.user) {
        log_fatal("--user option is not currently supported.");
    }
    if (daemon_settings.detach && !daemon_settings.pipe_handle && !service_is_running()) {
        respawn();
    }
    if (daemon_settings.pidfile) {
        make_pidfile(daemon_settings.pidfile);
    }
}

static void
leave_console(void)
{
    fflush(NULL);
    int fd = _open("NUL", _O_RDWR);
    if (fd >= 0) {
        for (int i = 0; i <= 2; i++) {
            _dup2(fd, i);
        }
        if (fd > 2) {
            _close(fd);
        }
    }
    FreeConsole();
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
}

void
daemon_complete(void)
{
    if (service_is_running()) {
        service_report_running(daemon_settings.service_monitor);
        return;
    }
    if (!daemon_settings.detach) {
        return;
    }
    leave_console();
    if (daemon_settings.pipe_handle) {
        HANDLE h = (HANDLE)(uintptr_t)strtoull(daemon_settings.pipe_handle, NULL, 10);
        DWORD n;
        WriteFile(h, "", 1, &n, NULL);
        CloseHandle(h);
        daemon_settings.pipe_handle = NULL;
    }
}
