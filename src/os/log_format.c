/* SPDX-License-Identifier: Apache-2.0 */
/* Expansion of log patterns ("%D{%Y-%m-%dT%H:%M:%S.###Z}|%05N|%c%T|%p|%m"), the escapes of
 * ovs-appctl(8). Called with the log's lock. */
#include "os/log_internal.h"

#include <stdio.h>
#include <string.h>

#include "os/loop.h"
#include "os/mem.h"
#include "os/process.h"

/* The system's strftime may lack these. */
static const struct {
    char escape;
    const char *expansion;
} time_synonyms[] = {
    {'T', "%H:%M:%S"}, {'h', "%b"}, {'F', "%Y-%m-%d"}, {'R', "%H:%M"}, {'D', "%m/%d/%y"}};

static void
put_time_escape(struct log_line *out, char c, const struct tm *tm)
{
    char format[16] = {'%', c, '\0'};
    char text[128];
    for (size_t i = 0; i < ARRAY_LEN(time_synonyms); i++) {
        if (time_synonyms[i].escape == c) {
            snprintf(format, sizeof format, "%s", time_synonyms[i].expansion);
        }
    }
    if (c == 'e') {
        log_line_put(out, text, (size_t)snprintf(text, sizeof text, "%2d", tm->tm_mday));
    } else {
        log_line_put(out, text, strftime(text, sizeof text, format, tm));
    }
}

/* A strftime() template in which each # is a digit of the fraction of the second. */
static void
put_time(struct log_line *out, const char *p, size_t n, uint64_t wall_ms, bool utc)
{
    struct tm tm;
    log_split_time((time_t)(wall_ms / 1000), utc, &tm);
    unsigned int fraction = wall_ms % 1000;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '%' && i + 1 < n) {
            put_time_escape(out, p[++i], &tm);
        } else if (p[i] == '#') {
            char digit = (char)('0' + fraction / 100);
            fraction = fraction % 100 * 10;
            log_line_put(out, &digit, 1);
        } else {
            log_line_put(out, &p[i], 1);
        }
    }
}

static void
put_text(struct log_line *out, const char *s)
{
    log_line_put(out, s, strlen(s));
}

static void
put_number(struct log_line *out, uint64_t x)
{
    char text[24];
    log_line_put(out, text, (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)x));
}

/* %d and %D with their optional {template}; gives where the pattern goes on. */
static const char *
put_date(struct log_line *out, const char *p, const struct log_message *m, bool utc)
{
    static const char usual[] = "%Y-%m-%d %H:%M:%S.###";
    const char *end = *p == '{' ? strchr(p, '}') : NULL;
    if (end) {
        put_time(out, p + 1, (size_t)(end - p - 1), m->wall_ms, utc);
        return end + 1;
    }
    put_time(out, usual, strlen(usual), m->wall_ms, utc);
    return p;
}

/* The escape C, after which the pattern stands at P; gives where it goes on. */
static const char *
put_escape(struct log_line *out, char c, const char *p, const struct log_message *m, int facility)
{
    switch (c) {
    case 'A':
        put_text(out, log_settings.program);
        break;
    case 'B':
        facility = log_settings.facility >= 0 ? log_settings.facility : facility;
        put_number(out, (uint64_t)(facility * 8 + log_severities[m->level]));
        break;
    case 'c':
        put_text(out, m->module);
        break;
    case 'd':
    case 'D':
        return put_date(out, p, m, c == 'D');
    case 'E':
        put_text(out, os_host_name());
        break;
    case 'm':
        put_text(out, m->text);
        break;
    case 'n':
        put_text(out, "\n");
        break;
    case 'N':
        put_number(out, m->serial);
        break;
    case 'p':
        put_text(out, log_level_names[m->level]);
        break;
    case 'P':
        put_number(out, (uint64_t)os_pid());
        break;
    case 'r':
        put_number(out, os_real_ns() / 1000000 - log_settings.start_ms);
        break;
    case 't':
        put_text(out, m->subprogram ? m->subprogram : "main");
        break;
    case 'T':
        if (m->subprogram) {
            put_text(out, "(");
            put_text(out, m->subprogram);
            put_text(out, ")");
        }
        break;
    default:
        log_line_put(out, &c, 1);
    }
    return p;
}

/* Fills the field that starts at START up to WIDTH characters. */
static void
pad(struct log_line *out, size_t start, size_t width, bool left, char fill)
{
    size_t n = out->n - start;
    for (size_t i = n; i < width; i++) {
        log_line_put(out, &fill, 1);
    }
    if (n < width && !left) {
        memmove(out->s + start + width - n, out->s + start, n);
        memset(out->s + start, fill, width - n);
    }
}

void
log_format(struct log_line *out, const char *pattern, const struct log_message *m, int facility)
{
    const char *p = pattern;
    log_line_put(out, "", 0);
    while (*p) {
        if (*p != '%') {
            log_line_put(out, p++, 1);
            continue;
        }
        p++;
        bool left = *p == '-';
        p += left;
        char fill = *p == '0' ? '0' : ' ';
        p += *p == '0';
        size_t width = 0;
        while (*p >= '0' && *p <= '9') {
            width = MIN(width * 10 + (size_t)(*p - '0'), 1000);
            p++;
        }
        if (!*p) {
            break;
        }
        size_t start = out->n;
        char c = *p++;
        p = put_escape(out, c, p, m, facility);
        pad(out, start, width, left, left ? ' ' : fill);
    }
}
