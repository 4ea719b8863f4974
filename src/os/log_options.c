/* SPDX-License-Identifier: Apache-2.0 */
/* The logging options of every program and their part of --help. Main thread. */
#include "os/log.h"

#include <stdio.h>
#include <stdlib.h>

#include "os/dirs.h"
#include "os/err_format.h"

LOG_MODULE(vlog);

const struct option log_options[] = {
    {"verbose", optional_argument, NULL, LOG_OPT_VERBOSE},
    {"log-file", optional_argument, NULL, LOG_OPT_LOG_FILE},
    {"syslog-method", required_argument, NULL, LOG_OPT_SYSLOG_METHOD},
    {"syslog-target", required_argument, NULL, LOG_OPT_SYSLOG_TARGET},
};
const size_t log_n_options = ARRAY_LEN(log_options);

static void
set_verbosity(const char *arg)
{
    struct err e;
    if (!arg) {
        log_set_level(NULL, LOG_N_DESTS, LOG_DBG);
    } else if (log_configure(arg, &e)) {
        log_fatal("processing \"%s\": %s", arg, e.text);
    }
}

void
log_parse_option(int val, const char *arg, void *aux UNUSED)
{
    struct err e;
    switch (val) {
    case LOG_OPT_VERBOSE:
        set_verbosity(arg);
        break;
    case LOG_OPT_LOG_FILE:
        if (log_open_file(arg, &e)) {
            exit(EXIT_FAILURE); /* the reason was logged */
        }
        break;
    case LOG_OPT_SYSLOG_METHOD:
        if (log_set_syslog_method(arg, &e)) {
            log_fatal("%s", e.text);
        }
        break;
    case LOG_OPT_SYSLOG_TARGET:
        if (log_set_syslog_target(arg, &e)) {
            log_err("%s", e.text);
        }
        log_warn("--syslog-target flag is deprecated, use --syslog-method instead");
        break;
    }
}

void
log_print_usage(void)
{
    printf("\nLogging options:\n"
           "  -vSPEC, --verbose=SPEC   set logging levels\n"
           "  -v, --verbose            set maximum verbosity level\n"
           "  --log-file[=FILE]        enable logging to specified FILE\n"
           "                           (default: %s/%s.log)\n"
           "  --syslog-method=(libc|unix:file|udp:ip:port)\n"
           "                           specify how to send messages to syslog daemon\n"
           "  --syslog-target=HOST:PORT  also send syslog msgs to HOST:PORT via UDP\n",
           os_log_dir(), log_program_name());
}
