/* SPDX-License-Identifier: Apache-2.0 */
/* Windows services. The manager calls service_main() on a thread of its own, which runs the
 * daemon's main function there; stop requests come on yet another thread and are passed to the
 * daemon's loop by the function that it registered (os_wake). When the process ends in any way
 * that runs exit handlers, the manager is told, with the exit code. */
#include "os/windows/service.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"
#include "port/atomic.h"

LOG_MODULE(daemon_windows);

enum { START_HINT_MS = 60000, RESTART_DELAY_MS = 1000, RESET_PERIOD_S = 10 };

static int main_argc;
static char **main_argv;
static int (*main_function)(int argc, char *argv[]);
static SERVICE_STATUS_HANDLE status_handle;
static SERVICE_STATUS status = {.dwServiceType = SERVICE_WIN32_OWN_PROCESS};
static char *service_name;
static void (*stop_ask)(void *aux);
static void *stop_aux;
static bool stop_asked;
static DWORD final_code = EXIT_FAILURE; /* unless main returns */

bool
service_is_running(void)
{
    return status_handle != NULL;
}

static void
report(DWORD state, DWORD exit_code)
{
    static DWORD checkpoint;
    bool pending = state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING;
    status.dwCurrentState = state;
    status.dwControlsAccepted =
        state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0;
    status.dwWin32ExitCode = exit_code ? ERROR_SERVICE_SPECIFIC_ERROR : NO_ERROR;
    status.dwServiceSpecificExitCode = exit_code;
    status.dwCheckPoint = pending ? ++checkpoint : 0;
    status.dwWaitHint = pending ? START_HINT_MS : 0;
    SetServiceStatus(status_handle, &status);
}

static DWORD WINAPI
control(DWORD code, DWORD type UNUSED, LPVOID data UNUSED, LPVOID aux UNUSED)
{
    switch (code) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_SHUTDOWN:
        report(SERVICE_STOP_PENDING, 0);
        PORT_STORE_RELEASE(&stop_asked, true);
        if (stop_ask) {
            stop_ask(stop_aux);
        }
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        SetServiceStatus(status_handle, &status);
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

/* exit() was called, by log_fatal() or else. */
static void
process_exits(void)
{
    if (status.dwCurrentState != SERVICE_STOPPED) {
        report(SERVICE_STOPPED, stop_asked ? 0 : final_code);
    }
}

static void WINAPI
service_main(DWORD argc, LPSTR *argv)
{
    service_name = xstrdup(argc ? argv[0] : log_program_name());
    status_handle = RegisterServiceCtrlHandlerExA(service_name, control, NULL);
    if (!status_handle) {
        log_fatal_code(err_from_win32(GetLastError()), "cannot register with the service manager");
    }
    atexit(process_exits);
    report(SERVICE_START_PENDING, 0);
    int result = main_function(main_argc, main_argv);
    final_code = (DWORD)result;
    exit(result); /* removes files, then reports */
}

bool
daemon_run_as_service(int *argc, char **argv[], int (*main_fn)(int argc, char *argv[]))
{
    bool wanted = false;
    for (int i = 1; i < *argc; i++) {
        wanted = wanted || !strcmp((*argv)[i], "--service");
    }
    if (!wanted || service_is_running()) {
        return false;
    }
    main_argc = *argc;
    main_argv = *argv;
    main_function = main_fn;
    char name[] = "";
    SERVICE_TABLE_ENTRYA table[] = {{name, service_main}, {NULL, NULL}};
    if (!StartServiceCtrlDispatcherA(table)) {
        DWORD error = GetLastError();
        if (error == ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) {
            log_fatal("--service is for the service manager: create the service with sc.exe and "
                      "start it (error %lu)",
                      error);
        }
        log_fatal("cannot connect to the service manager (error %lu)", error);
    }
    return true;
}

void
daemon_on_service_stop(void (*ask)(void *aux), void *aux)
{
    stop_aux = aux;
    PORT_STORE_RELEASE(&stop_ask, ask);
    if (PORT_LOAD_ACQUIRE(&stop_asked) && ask) {
        ask(aux);
    }
}

/* Has the manager start the service again whenever it fails. */
static void
set_restart(void)
{
    SC_ACTION actions[] = {{SC_ACTION_RESTART, RESTART_DELAY_MS},
                           {SC_ACTION_RESTART, RESTART_DELAY_MS},
                           {SC_ACTION_RESTART, RESTART_DELAY_MS}};
    SERVICE_FAILURE_ACTIONSA failure = {
        .dwResetPeriod = RESET_PERIOD_S, .cActions = ARRAY_LEN(actions), .lpsaActions = actions};
    SERVICE_FAILURE_ACTIONS_FLAG flag = {.fFailureActionsOnNonCrashFailures = TRUE};
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service =
        manager ? OpenServiceA(manager, service_name, SERVICE_CHANGE_CONFIG | SERVICE_START)
                : NULL;
    if (!service || !ChangeServiceConfig2A(service, SERVICE_CONFIG_FAILURE_ACTIONS, &failure)) {
        log_warn("cannot have the service restarted on failure: error %lu", GetLastError());
    } else {
        ChangeServiceConfig2A(service, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, &flag);
    }
    if (service) {
        CloseServiceHandle(service);
    }
    if (manager) {
        CloseServiceHandle(manager);
    }
}

void
service_report_running(bool restart)
{
    if (restart) {
        set_restart();
    }
    report(SERVICE_RUNNING, 0);
}
