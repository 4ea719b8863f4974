/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime commands that every daemon has, and those of the clock, which daemons add when
 * they are told to run for tests (--enable-dummy). Texts as observed. Loop's thread. */
#include "ipc/command_internal.h"

#include <stdlib.h>
#include <string.h>

#include "ipc/memory.h"
#include "os/coverage.h"
#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"
#include "text/version.h"

static void
reply_take(struct command_call *call, char *text)
{
    command_reply(call, text);
    os_free(text);
}

static void
run_list_commands(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *aux)
{
    size_t n;
    const struct command **sorted = command_sorted(aux, &n);
    if (command_wants_json(call)) {
        json_t *all = json_object();
        for (size_t i = 0; i < n; i++) {
            json_object_set_new(all, sorted[i]->name, json_string(sorted[i]->usage));
        }
        command_reply_json(call, all);
    } else {
        struct str out = STR_INIT;
        str_puts(&out, "The available commands are:\n");
        for (size_t i = 0; i < n; i++) {
            str_putf(&out, "  %-23s %s\n", sorted[i]->name, sorted[i]->usage);
        }
        reply_take(call, str_take(&out));
    }
    os_free(sorted);
}

static void
run_version(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED,
            void *aux UNUSED)
{
    reply_take(call, version_text(NULL));
}

/* set-options --format json | text: what ovs-appctl --format says before its command. */
static void
run_set_options(struct command_call *call, int argc, const char *argv[], void *aux UNUSED)
{
    const char *format = NULL;
    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "--format=", 9)) {
            format = argv[i] + 9;
        } else if (!strcmp(argv[i], "--format") && i + 1 < argc) {
            format = argv[++i];
        } else {
            char *why = xasprintf("unrecognized option %s", argv[i]);
            command_reply_error(call, why);
            os_free(why);
            return;
        }
    }
    if (!format || (strcmp(format, "json") && strcmp(format, "text"))) {
        command_reply_error(call, "option --format has invalid value");
        return;
    }
    command_reply_set_json(call, !strcmp(format, "json"));
}

static void
reply_status(struct command_call *call, int error, const struct err *e)
{
    if (error) {
        command_reply_error(call, e->text);
    } else {
        command_reply(call, NULL);
    }
}

static void
run_vlog_set(struct command_call *call, int argc, const char *argv[], void *aux UNUSED)
{
    struct err e = {0};
    int error = 0;
    if (argc == 1) {
        log_set_level(NULL, LOG_N_DESTS, LOG_DBG);
    }
    for (int i = 1; i < argc && !error; i++) {
        error = log_configure(argv[i], &e);
    }
    reply_status(call, error, &e);
}

static void
run_vlog_list(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED,
              void *aux UNUSED)
{
    reply_take(call, log_list_levels());
}

static void
run_vlog_list_pattern(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED,
                      void *aux UNUSED)
{
    reply_take(call, log_list_patterns());
}

static void
run_vlog_reopen(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED,
                void *aux UNUSED)
{
    struct err e = {0};
    reply_status(call, log_reopen_file(&e), &e);
}

static void
run_vlog_close(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED,
               void *aux UNUSED)
{
    log_close_file();
    command_reply(call, NULL);
}

static void
run_rate_limit(struct command_call *call, int argc, const char *argv[], void *aux UNUSED)
{
    struct err e = {0};
    bool enable = !strcmp(argv[0], "vlog/enable-rate-limit");
    int error = log_set_rate_limits(enable, argv + 1, (size_t)argc - 1, &e);
    reply_status(call, error, &e);
}

static void
run_coverage_show(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED,
                  void *aux UNUSED)
{
    reply_take(call, coverage_format());
}

static void
run_coverage_read(struct command_call *call, int argc UNUSED, const char *argv[], void *aux UNUSED)
{
    uint64_t total;
    if (coverage_read(argv[1], &total)) {
        reply_take(call, xasprintf("%llu\n", (unsigned long long)total));
    } else {
        command_reply_error(call, "No such counter");
    }
}

static void
run_memory_show(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED,
                void *aux UNUSED)
{
    reply_take(call, memory_format());
}

static const struct command builtin[] = {
    {"list-commands", "", 0, 0, run_list_commands},
    {"version", "", 0, 0, run_version},
    {"set-options", "[--format text|json]", 1, 2, run_set_options},
    {"vlog/set", "{spec | PATTERN:destination:pattern}", 0, 1024, run_vlog_set},
    {"vlog/list", "", 0, 0, run_vlog_list},
    {"vlog/list-pattern", "", 0, 0, run_vlog_list_pattern},
    {"vlog/reopen", "", 0, 0, run_vlog_reopen},
    {"vlog/close", "", 0, 0, run_vlog_close},
    {"vlog/enable-rate-limit", "[module]...", 0, 1024, run_rate_limit},
    {"vlog/disable-rate-limit", "[module]...", 0, 1024, run_rate_limit},
    {"coverage/show", "", 0, 0, run_coverage_show},
    {"coverage/read-counter", "COUNTER", 1, 1, run_coverage_read},
    {"memory/show", "", 0, 0, run_memory_show},
};

void
command_add_builtin(struct command_server *server)
{
    command_add(server, builtin, ARRAY_LEN(builtin), server);
}

/* -- The clock -- */

static void
run_time_stop(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *aux)
{
    os_time_stop(command_loop(aux));
    command_reply(call, NULL);
}

static void
warped(void *aux)
{
    command_reply(aux, "warped");
}

static bool
parse_ms(const char *s, uint64_t *ms)
{
    char *end;
    long long value = strtoll(s, &end, 10);
    *ms = (uint64_t)value;
    return end != s && !*end && value > 0;
}

static void
run_time_warp(struct command_call *call, int argc, const char *argv[], void *aux)
{
    uint64_t total, step;
    if (!parse_ms(argv[1], &total) || !parse_ms(argv[argc - 1], &step)) {
        command_reply_error(call, "invalid MSECS");
        return;
    }
    os_time_warp(command_loop(aux), total, step, warped, call);
}

static const struct command clock_rows[] = {
    {"time/stop", "", 0, 0, run_time_stop},
    {"time/warp", "[large_msecs] msecs", 1, 2, run_time_warp},
};

void
command_add_clock(struct command_server *server)
{
    command_add(server, clock_rows, ARRAY_LEN(clock_rows), server);
}
