/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon options, as far as they are the same on every system: taking them, and where pid
 * files are. The rows and the text of --help are in posix/daemon.c and windows/daemon.c. Main
 * thread. */
#include "os/daemon_internal.h"

#include "os/dirs.h"
#include "os/log_internal.h"
#include "os/mem.h"

struct daemon_settings daemon_settings;

char *
daemon_pidfile_path(const char *name)
{
    char *file = xasprintf("%s.pid", name ? name : log_program_name());
    char *path = os_path(os_run_dir(), file);
    os_free(file);
    return path;
}

static void
set_pidfile(const char *arg)
{
    os_free(daemon_settings.pidfile);
    daemon_settings.pidfile = arg ? os_path(os_run_dir(), arg) : daemon_pidfile_path(NULL);
}

void
daemon_parse_option(int val, const char *arg, void *aux UNUSED)
{
    log_settings.fatal_level = LOG_EMER;
    switch (val) {
    case DAEMON_OPT_DETACH:
        daemon_settings.detach = true;
        break;
    case DAEMON_OPT_NO_CHDIR:
        daemon_settings.no_chdir = true;
        break;
    case DAEMON_OPT_OVERWRITE_PIDFILE:
        daemon_settings.overwrite_pidfile = true;
        break;
    case DAEMON_OPT_PIDFILE:
        set_pidfile(arg);
        break;
    case DAEMON_OPT_MONITOR:
        daemon_settings.monitor = true;
        break;
    case DAEMON_OPT_USER:
        daemon_settings.user = arg;
        break;
    case DAEMON_OPT_SERVICE:
        daemon_settings.service = true;
        break;
    case DAEMON_OPT_SERVICE_MONITOR:
        daemon_settings.service_monitor = true;
        break;
    case DAEMON_OPT_PIPE_HANDLE:
        daemon_settings.pipe_handle = arg;
        break;
    case DAEMON_OPT_NO_SELF_CONFINEMENT:
        break; /* nothing is confined in the first place */
    }
}

bool
daemon_should_detach(void)
{
    return daemon_settings.detach;
}

void
daemon_need_datapath(void)
{
    daemon_settings.needs_datapath = true;
}
