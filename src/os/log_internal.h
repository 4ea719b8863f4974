/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of logging share: the configuration (guarded by the lock), line building, and
 * what each system does for syslog. */
#pragma once

#include <stdarg.h>
#include <time.h>

#include "os/log.h"

/* One message on its way to the destinations. */
struct log_message {
    const char *module, *subprogram, *text;
    enum log_level level;
    unsigned int serial;
    uint64_t wall_ms;
};

/* A line under construction, on the heap. */
struct log_line {
    char *s;
    size_t n, size;
};

struct log_settings {
    const char *program;         /* as messages show it */
    uint64_t start_ms;           /* os_real_ns() / 1e6 at log_start() */
    char *patterns[LOG_N_DESTS]; /* NULL: the default */
    enum log_level fatal_level;  /* of log_fatal(): daemons are an emergency, tools are not */
    int facility;                /* -1: the default of each destination */
    int fd;                      /* of the log file, -1: none */
    char *file_path;             /* absolute, for reopening; NULL: no file was asked for */
    char *file_name;             /* as messages show it */
};
extern struct log_settings log_settings;

extern const char *const log_level_names[LOG_N_LEVELS];
extern const char *const log_dest_names[LOG_N_DESTS];
/* Standard RFC 5424 severity by level. */
extern const int log_severities[LOG_N_LEVELS];
/* What vlog/list-pattern shows; our sockets send the plain priority, and --syslog-target the
 * header of RFC 5424. */
#define LOG_SYSLOG_PREFIX  "<%B> %D{%h %e %T} %E %A: "
#define LOG_SOCKET_PREFIX  "<%B>"
#define LOG_TARGET_PATTERN "<%B>1 %D{%Y-%m-%dT%H:%M:%S.###Z} %E %A %P %c - \xef\xbb\xbf%m"
enum { LOG_FACILITY_DAEMON = 3, LOG_FACILITY_LOCAL0 = 16 };

/* Guards settings, modules and destinations. */
void log_lock(void);
void log_unlock(void);
struct list *log_modules(void);
/* With the lock: recomputes which levels get through anywhere. */
void log_refresh_levels(void);
/* With the lock: the module after PREVIOUS (NULL: the first) in order of names, one for each
 * name. */
struct log_module *log_next_module(const struct log_module *previous);
/* With the lock: registers the names of log_names.def that no file has. */
void log_add_names(void);

/* Appends the expansion of PATTERN for M; FACILITY is for %B. */
void log_format(struct log_line *, const char *pattern, const struct log_message *m, int facility);
void log_line_put(struct log_line *, const char *p, size_t n);
void log_line_putf(struct log_line *, const char *fmt, ...) PORT_PRINTF(2, 3);
/* With the lock: the pattern in force. */
const char *log_pattern(enum log_dest);

/* Says in the log file, if there is one, that it is being closed. */
void log_announce_closing(void);

/* -- Per system -- */
void log_split_time(time_t, bool utc, struct tm *);
/* One line to the system's own syslog. */
void log_syslog_libc(int facility, int severity, const char *line);
/* A datagram socket connected to "unix:FILE" or "udp:IP:PORT"; a negative code on failure. */
int log_syslog_connect(const char *method, int *fd);
void log_syslog_send(int fd, const char *p, size_t n);
void log_syslog_disconnect(int fd);
/* "libc" where there is one, else "null". */
const char *log_syslog_default(void);

/* -- log_syslog.c: with the lock -- */
void log_syslog_write(const struct log_message *m);
