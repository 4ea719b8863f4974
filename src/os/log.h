/* SPDX-License-Identifier: Apache-2.0 */
/* Logging: modules, levels, destinations (console, syslog, file), rate limits. Each file that
 * logs says LOG_MODULE(name) once; the name is what `-v` and vlog/set take. Names that only
 * Open vSwitch has are accepted there as well (os/log_names.def). Destinations, patterns and
 * their text follow ovs-appctl(8) and the common options of the daemons' manuals.
 * Any thread may log; configuration is the main thread's. */
#pragma once

#include <getopt.h>

#include "base/err.h"
#include "base/list.h"

enum log_level { LOG_OFF, LOG_EMER, LOG_ERR, LOG_WARN, LOG_INFO, LOG_DBG, LOG_N_LEVELS };
enum log_dest { LOG_CONSOLE, LOG_SYSLOG, LOG_FILE, LOG_N_DESTS };

struct log_module {
    const char *name;
    struct list node;
    enum log_level levels[LOG_N_DESTS];
    enum log_level min_level; /* the most verbose of levels[] */
    bool honor_rate_limits;
};

/* Token bucket: BURST messages at once, RATE more a minute. The first message that passes again
 * is preceded by one that says how many were dropped. */
struct log_rate {
    unsigned int rate, burst;
    unsigned int tokens; /* thousandths */
    uint64_t filled_ms, first_drop_ms, last_drop_ms;
    unsigned int n_dropped;
    bool started;
};
#define LOG_RATE(RATE, BURST)                                                                     \
    {                                                                                             \
        .rate = (RATE), .burst = (BURST)                                                          \
    }

#define LOG_MODULE(NAME)                                                                          \
    static struct log_module log_module_ = {.name = #NAME};                                       \
    static void __attribute__((constructor)) log_module_register_(void)                           \
    {                                                                                             \
        log_register(&log_module_);                                                               \
    }                                                                                             \
    struct log_module

void log_register(struct log_module *); /* for LOG_MODULE */

#define log_is_enabled(LEVEL) ((LEVEL) <= log_module_.min_level)
#define log_at(LEVEL, ...)                                                                        \
    (log_is_enabled(LEVEL) ? log_write(&log_module_, LEVEL, __VA_ARGS__) : (void)0)
#define log_emer(...) log_at(LOG_EMER, __VA_ARGS__)
#define log_err(...)  log_at(LOG_ERR, __VA_ARGS__)
#define log_warn(...) log_at(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_at(LOG_INFO, __VA_ARGS__)
#define log_dbg(...)  log_at(LOG_DBG, __VA_ARGS__)
/* With a rate limit, a `static struct log_rate`; for what input can drive. */
#define log_limited(RATE, LEVEL, ...)                                                             \
    (log_is_enabled(LEVEL) ? log_write_limited(&log_module_, RATE, LEVEL, __VA_ARGS__) : (void)0)

void log_write(struct log_module *, enum log_level, const char *fmt, ...) PORT_PRINTF(3, 4);
void log_write_limited(struct log_module *, struct log_rate *, enum log_level, const char *fmt,
                       ...) PORT_PRINTF(4, 5);
/* Says FMT on standard error as "program: message", logs it (at EMER in a daemon, else at
 * ERR), exits with 1. */
void log_fatal(const char *fmt, ...) PORT_PRINTF(1, 2) PORT_NORETURN;
/* The same with ": error text" of CODE appended. */
void log_fatal_code(int code, const char *fmt, ...) PORT_PRINTF(2, 3) PORT_NORETURN;

/* The program's name as messages show it; PATH is argv[0]. Call first in main(). Starts the
 * subsystem too (line buffering, defaults: console and syslog at their documented levels). */
void log_start(const char *path);
const char *log_program_name(void);
/* A name for the calling thread's messages other than the program's own: "monitor(pid…)" in a
 * monitor process, "handler3" in a thread. It must stay; NULL goes back. */
void log_set_subprogram(const char *name);

/* One `-v` argument or vlog/set word list: "module:dest:level", "PATTERN:dest:pattern",
 * "FACILITY:facility", a bare level… -E_INVAL with the reference's text. */
int log_configure(const char *words, struct err *);
/* Sets a level; MODULE NULL means all, DEST LOG_N_DESTS means all. False: no such module. For
 * programs' own defaults, such as a tool's quiet console. */
bool log_set_level(const char *module, enum log_dest, enum log_level);
/* --log-file[=PATH]; NULL: LOGDIR/program.log. */
int log_open_file(const char *path, struct err *);
int log_reopen_file(struct err *);
void log_close_file(void);
bool log_has_file(void);
/* --syslog-method: "libc", "unix:FILE", "udp:IP:PORT", "null" or "auto"; --syslog-target:
 * "IP:PORT", which gets messages besides. */
int log_set_syslog_method(const char *method, struct err *);
int log_set_syslog_target(const char *target, struct err *);
/* Replies of vlog/list, vlog/list-pattern, heap-allocated, the caller frees them. */
char *log_list_levels(void);
char *log_list_patterns(void);
/* vlog/enable-rate-limit and vlog/disable-rate-limit: MODULES as arguments, none means all. */
int log_set_rate_limits(bool enabled, const char *const modules[], size_t n, struct err *);

/* -- The logging options that all programs have: -v, --verbose, --log-file, --syslog-… -- */

enum {
    LOG_OPT_FIRST = 0x700,
    LOG_OPT_VERBOSE = LOG_OPT_FIRST, /* -v too */
    LOG_OPT_LOG_FILE,
    LOG_OPT_SYSLOG_METHOD,
    LOG_OPT_SYSLOG_TARGET,
    LOG_OPT_LAST = LOG_OPT_SYSLOG_TARGET
};

/* The rows to put in a program's option table. */
extern const struct option log_options[];
extern const size_t log_n_options;
/* Takes one option with its argument (or NULL). Ends the process on a bad one. */
void log_parse_option(int val, const char *arg, void *aux);
/* Prints the section of --help on standard output. */
void log_print_usage(void);
