/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration of logging by words: -v and vlog/set, and what vlog/list and vlog/list-pattern
 * answer. Texts as observed of Open vSwitch's daemons. Main thread; takes the log's lock. */
#include "os/log_internal.h"

#include <stdio.h>
#include <string.h>

#include "os/err_format.h"
#include "os/mem.h"

static const char *const facilities[] = {
    "kern",   "user",   "mail",   "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "clock",  "ftp",    "ntp",    "audit",  "alert",  "clock2", "local0",
    "local1", "local2", "local3", "local4", "local5", "local6", "local7"};
/* RFC 5424 numbers: 10, security/authorization, has no name here. */
static const int facility_numbers[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  11, 12,
                                       13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};

static const char *const default_patterns[LOG_N_DESTS] = {
    "%D{%Y-%m-%dT%H:%M:%SZ}|%05N|%c%T|%p|%m",
    "ovs|%05N|%c%T|%p|%m",
    "%D{%Y-%m-%dT%H:%M:%S.###Z}|%05N|%c%T|%p|%m",
};

static int
find_name(const char *word, size_t n, const char *const names[], size_t n_names)
{
    for (size_t i = 0; i < n_names; i++) {
        if (names[i] && strlen(names[i]) == n && !strncasecmp(names[i], word, n)) {
            return (int)i;
        }
    }
    return -1;
}

/* With the lock. The last of a name's modules, or NULL. */
static struct log_module *
find_module(const char *word, size_t n)
{
    LIST_FOR_EACH (struct log_module, m, node, log_modules()) {
        if (strlen(m->name) == n && !strncasecmp(m->name, word, n)) {
            return m;
        }
    }
    return NULL;
}

/* With the lock. */
static void
set_level(const char *module, int dest, enum log_level level)
{
    LIST_FOR_EACH (struct log_module, m, node, log_modules()) {
        if (module && strcmp(m->name, module)) {
            continue;
        }
        for (int d = 0; d < LOG_N_DESTS; d++) {
            if (dest == LOG_N_DESTS || dest == d) {
                m->levels[d] = level;
            }
        }
    }
    log_refresh_levels();
}

bool
log_set_level(const char *module, enum log_dest dest, enum log_level level)
{
    log_lock();
    log_add_names();
    bool found = !module || find_module(module, strlen(module));
    if (found) {
        set_level(module, (int)dest, level);
    }
    log_unlock();
    return found;
}

static const char separators[] = " ,:";

/* What follows NAME, where it is the first word of WORDS, or NULL. */
static const char *
after_word(const char *words, const char *name)
{
    size_t n = strlen(name);
    words += strspn(words, separators);
    if (strcspn(words, separators) != n || strncasecmp(words, name, n)) {
        return NULL;
    }
    words += n;
    return words + strspn(words, separators);
}

static int
set_pattern(const char *words, struct err *e)
{
    size_t n = strcspn(words, separators);
    if (!n) {
        return err_fail(e, -E_INVAL, "missing destination");
    }
    int dest = find_name(words, n, log_dest_names, LOG_N_DESTS);
    bool any = n == 3 && !strncasecmp(words, "any", 3);
    if (dest < 0 && !any) {
        return err_fail(e, -E_INVAL, "unknown destination \"%.*s\"", (int)n, words);
    }
    const char *pattern = words[n] ? words + n + 1 : "";
    for (int d = 0; d < LOG_N_DESTS; d++) {
        if (any || d == dest) {
            os_free(log_settings.patterns[d]);
            log_settings.patterns[d] = xstrdup(pattern);
        }
    }
    return 0;
}

static int
set_facility(const char *name, struct err *e)
{
    int i = find_name(name, strlen(name), facilities, ARRAY_LEN(facilities));
    if (i < 0) {
        return err_fail(e, -E_INVAL, "invalid facility");
    }
    log_settings.facility = facility_numbers[i];
    return 0;
}

/* What the words of a specification say. */
struct spec {
    struct log_module *module;
    int level, dest; /* -1: not said */
};

static int
take_word(struct spec *spec, const char *word, size_t n, struct err *e)
{
    int dest = find_name(word, n, log_dest_names, LOG_N_DESTS);
    int level = find_name(word, n, log_level_names, LOG_N_LEVELS);
    struct log_module *module = find_module(word, n);
    if (n == 3 && !strncasecmp(word, "any", 3)) {
        return 0;
    }
    if (dest >= 0) {
        if (spec->dest >= 0) {
            return err_fail(e, -E_INVAL, "cannot specify multiple destinations");
        }
        spec->dest = dest;
    } else if (level >= 0) {
        if (spec->level >= 0) {
            return err_fail(e, -E_INVAL, "cannot specify multiple levels");
        }
        spec->level = level;
    } else if (module) {
        if (spec->module) {
            return err_fail(e, -E_INVAL, "cannot specify multiple modules");
        }
        spec->module = module;
    } else {
        return err_fail(e, -E_INVAL, "no destination, level, or module \"%.*s\"", (int)n, word);
    }
    return 0;
}

static int
set_levels(const char *words, struct err *e)
{
    struct spec spec = {NULL, -1, -1};
    for (const char *p = words;;) {
        p += strspn(p, separators);
        size_t n = strcspn(p, separators);
        if (!n) {
            break;
        }
        int error = take_word(&spec, p, n, e);
        if (error) {
            return error;
        }
        p += n;
    }
    set_level(spec.module ? spec.module->name : NULL, spec.dest >= 0 ? spec.dest : LOG_N_DESTS,
              spec.level >= 0 ? (enum log_level)spec.level : LOG_DBG);
    return 0;
}

int
log_configure(const char *words, struct err *e)
{
    int error;
    const char *pattern = after_word(words, "PATTERN");
    const char *facility = after_word(words, "FACILITY");
    log_lock();
    log_add_names();
    if (pattern) {
        error = set_pattern(pattern, e);
    } else if (facility) {
        error = set_facility(facility, e);
    } else {
        error = set_levels(words, e);
    }
    log_unlock();
    return error;
}

char *
log_list_levels(void)
{
    struct log_line out = {NULL, 0, 0};
    log_lock();
    log_add_names();
    log_line_putf(&out, "                 console    syslog    file\n"
                        "                 -------    ------    ------\n");
    for (const struct log_module *m = log_next_module(NULL); m; m = log_next_module(m)) {
        log_line_putf(&out, "%-16s  %4s       %4s       %4s%s\n", m->name,
                      log_level_names[m->levels[LOG_CONSOLE]],
                      log_level_names[m->levels[LOG_SYSLOG]], log_level_names[m->levels[LOG_FILE]],
                      m->honor_rate_limits ? "" : "    (rate limiting disabled)");
    }
    log_unlock();
    return out.s;
}

const char *
log_pattern(enum log_dest d)
{
    return log_settings.patterns[d] ? log_settings.patterns[d] : default_patterns[d];
}

char *
log_list_patterns(void)
{
    log_lock();
    char *text = xasprintf("         prefix                            format\n"
                           "         ------                            ------\n"
                           "%-7s  %-32s  %s\n%-7s  %-32s  %s\n%-7s  %-32s  %s\n",
                           "SYSLOG", LOG_SYSLOG_PREFIX, log_pattern(LOG_SYSLOG), "CONSOLE", "none",
                           log_pattern(LOG_CONSOLE), "FILE", "none", log_pattern(LOG_FILE));
    log_unlock();
    return text;
}

/* With the lock. False: there is no module NAME ("any": all of them). */
static bool
set_rate_limits(const char *name, bool enabled)
{
    bool found = false;
    LIST_FOR_EACH (struct log_module, m, node, log_modules()) {
        if (!strcasecmp(name, "any") || !strcasecmp(name, m->name)) {
            m->honor_rate_limits = enabled;
            found = true;
        }
    }
    return found;
}

int
log_set_rate_limits(bool enabled, const char *const names[], size_t n, struct err *e)
{
    int error = 0;
    log_lock();
    log_add_names();
    if (!n) {
        set_rate_limits("any", enabled);
    }
    for (size_t i = 0; i < n && !error; i++) { /* those before a wrong name take effect */
        if (!set_rate_limits(names[i], enabled)) {
            error = err_fail(e, -E_INVAL, "unknown module");
        }
    }
    log_unlock();
    return error;
}
