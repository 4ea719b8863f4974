/* SPDX-License-Identifier: Apache-2.0 */
/* Logging: modules, the way of a message to its destinations, rate limits. A message whose level
 * no destination wants costs one comparison in the caller (log_is_enabled). Everything else is
 * under one lock. Modules register from constructors, before main(), so the list needs no lock
 * then. Patterns are in log_format.c, -v and vlog/set in log_config.c, the file in log_file.c,
 * syslog in log_syslog.c, the options in log_options.c. */
#include "os/log_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "os/loop.h"
#include "os/mem.h"
#include "port/atomic.h"

const char *const log_level_names[LOG_N_LEVELS] = {"OFF", "EMER", "ERR", "WARN", "INFO", "DBG"};
const char *const log_dest_names[LOG_N_DESTS] = {"console", "syslog", "file"};
const int log_severities[LOG_N_LEVELS] = {1, 1, 3, 4, 5, 7};

struct log_settings log_settings = {
    .program = "?", .facility = -1, .fd = -1, .fatal_level = LOG_ERR};

static struct list modules = LIST_INIT(&modules);
static uv_once_t once = UV_ONCE_INIT;
static uv_mutex_t mutex;
static unsigned int serial;
static _Thread_local const char *subprogram;

LOG_MODULE(vlog);

static void
make_mutex(void)
{
    VERIFY(uv_mutex_init(&mutex) == 0);
}

void
log_lock(void)
{
    uv_once(&once, make_mutex);
    uv_mutex_lock(&mutex);
}

void
log_unlock(void)
{
    uv_mutex_unlock(&mutex);
}

struct list *
log_modules(void)
{
    return &modules;
}

void
log_register(struct log_module *m)
{
    for (int d = 0; d < LOG_N_DESTS; d++) {
        m->levels[d] = LOG_INFO;
    }
    m->min_level = LOG_INFO;
    m->honor_rate_limits = true;
    list_push_back(&modules, &m->node);
}

static struct log_module names[] = {
#define LOG_NAME(NAME) {.name = #NAME},
#include "os/log_names.def"
#undef LOG_NAME
};

void
log_add_names(void)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        bool known = names[i].node.next != NULL;
        LIST_FOR_EACH (struct log_module, m, node, &modules) {
            known = known || !strcmp(m->name, names[i].name);
        }
        if (!known) {
            log_register(&names[i]);
        }
    }
}

struct log_module *
log_next_module(const struct log_module *previous)
{
    struct log_module *best = NULL;
    LIST_FOR_EACH (struct log_module, m, node, &modules) {
        if ((!previous || strcmp(m->name, previous->name) > 0) &&
            (!best || strcmp(m->name, best->name) < 0)) {
            best = m;
        }
    }
    return best;
}

void
log_refresh_levels(void)
{
    LIST_FOR_EACH (struct log_module, m, node, &modules) {
        enum log_level most = MAX(m->levels[LOG_CONSOLE], m->levels[LOG_SYSLOG]);
        if (log_settings.fd >= 0) {
            most = MAX(most, m->levels[LOG_FILE]);
        }
        PORT_WRITE_ONCE(&m->min_level, most);
    }
}

static const char *
base_name(const char *path)
{
    const char *base = path;
    for (const char *p = path; *p; p++) {
        if (*p == '/' || *p == '\\') {
            base = p + 1;
        }
    }
    return base;
}

void
log_start(const char *path)
{
    const char *base = base_name(path ? path : "weft");
    size_t n = strlen(base);
    if (n > 4 && (!strcmp(base + n - 4, ".exe") || !strcmp(base + n - 4, ".EXE"))) {
        n -= 4;
    }
    log_lock();
    log_settings.program = xmemdup0(base, n);
    log_settings.start_ms = os_real_ns() / 1000000;
    log_add_names();
    log_refresh_levels();
    log_unlock();
}

const char *
log_program_name(void)
{
    return log_settings.program;
}

void
log_set_subprogram(const char *name)
{
    subprogram = name;
}

void
log_line_put(struct log_line *line, const char *p, size_t n)
{
    if (line->size - line->n <= n) {
        line->size = (line->n + n + 1) * 2;
        line->s = xrealloc(line->s, line->size);
    }
    memcpy(line->s + line->n, p, n);
    line->n += n;
    line->s[line->n] = '\0';
}

void
log_line_putf(struct log_line *line, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = xvasprintf(fmt, args);
    va_end(args);
    log_line_put(line, text, strlen(text));
    os_free(text);
}

static void
write_file(const char *p, size_t n)
{
    uv_fs_t req;
    uv_buf_t buf = uv_buf_init((char *)p, (unsigned int)n);
    uv_fs_write(NULL, &req, log_settings.fd, &buf, 1, -1, NULL);
    uv_fs_req_cleanup(&req);
}

static void
deliver(struct log_module *m, enum log_level level, const char *text, bool console)
{
    int saved_errno = errno;
    log_lock();
    struct log_message message = {.module = m->name,
                                  .subprogram = subprogram,
                                  .text = text,
                                  .level = level,
                                  .serial = ++serial,
                                  .wall_ms = os_wall_ms()};
    struct log_line line = {NULL, 0, 0};
    if (console && level <= m->levels[LOG_CONSOLE]) {
        log_format(&line, log_pattern(LOG_CONSOLE), &message, LOG_FACILITY_LOCAL0);
        log_line_put(&line, "\n", 1);
        fwrite(line.s, 1, line.n, stderr);
        fflush(stderr);
    }
    if (level <= m->levels[LOG_SYSLOG]) {
        log_syslog_write(&message);
    }
    if (log_settings.fd >= 0 && level <= m->levels[LOG_FILE]) {
        line.n = 0;
        log_format(&line, log_pattern(LOG_FILE), &message, LOG_FACILITY_LOCAL0);
        log_line_put(&line, "\n", 1);
        write_file(line.s, line.n);
    }
    os_free(line.s);
    log_unlock();
    errno = saved_errno;
}

void
log_write(struct log_module *m, enum log_level level, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = xvasprintf(fmt, args);
    va_end(args);
    deliver(m, level, text, true);
    os_free(text);
}

/* One message costs 60000 tokens and RATE of them come back each millisecond. */
enum { TOKENS_PER_MESSAGE = 60000 };

/* May a message pass? *N_DROPPED gets what is to be told first. */
static bool
take_token(struct log_rate *r, uint64_t now, unsigned int *n_dropped, uint64_t *first,
           uint64_t *last)
{
    uint64_t full = (uint64_t)r->burst * TOKENS_PER_MESSAGE;
    uint64_t tokens = r->started ? r->tokens : full;
    if (r->started && now > r->filled_ms) {
        uint64_t more = MIN(now - r->filled_ms, 24 * 3600 * 1000u) * r->rate;
        tokens = MIN(full, tokens + more);
    }
    r->started = true;
    r->filled_ms = now;
    if (tokens < TOKENS_PER_MESSAGE) {
        r->tokens = (unsigned int)tokens;
        r->first_drop_ms = r->n_dropped ? r->first_drop_ms : now;
        r->last_drop_ms = now;
        r->n_dropped++;
        return false;
    }
    r->tokens = (unsigned int)MIN(tokens - TOKENS_PER_MESSAGE, UINT32_MAX);
    *n_dropped = r->n_dropped;
    *first = r->first_drop_ms;
    *last = r->last_drop_ms;
    r->n_dropped = 0;
    return true;
}

void
log_write_limited(struct log_module *m, struct log_rate *r, enum log_level level, const char *fmt,
                  ...)
{
    unsigned int n_dropped = 0;
    uint64_t first = 0, last = 0, now = os_uptime_ms();
    log_lock();
    bool pass = !m->honor_rate_limits || take_token(r, now, &n_dropped, &first, &last);
    log_unlock();
    if (!pass) {
        return;
    }
    if (n_dropped) {
        log_write(m, level,
                  "Dropped %u log messages in last %u seconds (most recently, %u seconds ago) "
                  "due to excessive rate",
                  n_dropped, (unsigned int)((now - first) / 1000),
                  (unsigned int)((now - last) / 1000));
    }
    va_list args;
    va_start(args, fmt);
    char *text = xvasprintf(fmt, args);
    va_end(args);
    deliver(m, level, text, true);
    os_free(text);
}

static void PORT_NORETURN
fail(const char *text)
{
    fprintf(stderr, "%s: %s\n", log_settings.program, text);
    fflush(stderr);
    deliver(&log_module_, log_settings.fatal_level, text, false);
    exit(EXIT_FAILURE);
}

void
log_fatal(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = xvasprintf(fmt, args);
    va_end(args);
    fail(text);
}

void
log_fatal_code(int code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = xvasprintf(fmt, args);
    va_end(args);
    fail(xasprintf("%s (%s)", text, err_text(code)));
}
