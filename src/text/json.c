/* SPDX-License-Identifier: Apache-2.0 */
/* Writing, reading and framing of JSON. Nesting of what peers send is bounded by Jansson's
 * parser (JSON_PARSER_MAX_DEPTH), which bounds the recursion of the writer as well. */
#include "text/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/err_format.h"
#include "os/file.h"
#include "text/json_syntax.h"

/* What stands for the byte in a JSON string: 0 itself, 'u' \u00XX, else a backslash and it. */
static char
escape_of(unsigned char c)
{
    switch (c) {
    case '"':
    case '\\':
        return (char)c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return c < 0x20 ? 'u' : 0;
    }
}

/* Does any of the 8 bytes in V have an escape? A byte under C sets its highest bit in V - C * ones
 * if it had none itself; a borrow from a lower byte only comes with a find there. */
static bool
any_escape(uint64_t v)
{
    const uint64_t ones = 0x0101010101010101u, highest = ones << 7;
    uint64_t quote = v ^ ones * '"', backslash = v ^ ones * '\\';
    return ((((v - ones * 0x20) & ~v) | ((quote - ones) & ~quote) |
             ((backslash - ones) & ~backslash)) &
            highest) != 0;
}

/* The number of bytes at S that stand for themselves, or fewer. */
static size_t
count_plain(const char *s, size_t n)
{
    size_t i = 0;
    for (uint64_t v; n - i >= sizeof v; i += sizeof v) {
        memcpy(&v, s + i, sizeof v);
        if (any_escape(v)) {
            break;
        }
    }
    return i;
}

void
json_write_string(struct str *out, const char *s, size_t n)
{
    str_putc(out, '"');
    size_t plain = 0;
    for (size_t i = count_plain(s, n); i < n; i++) {
        char escape = escape_of((unsigned char)s[i]);
        if (PORT_LIKELY(!escape)) {
            continue;
        }
        str_put(out, s + plain, i - plain);
        plain = i + 1;
        if (escape == 'u') {
            str_putf(out, "\\u%04x", (unsigned char)s[i]);
        } else {
            str_putc(out, '\\');
            str_putc(out, escape);
        }
        i += count_plain(s + plain, n - plain);
    }
    str_put(out, s + plain, n - plain);
    str_putc(out, '"');
}

void
json_write_real(struct str *out, double x)
{
    if (!isfinite(x)) {
        x = x > 0 ? 1.7976931348623157e308 : x < 0 ? -1.7976931348623157e308 : 0;
    }
    if (x == 0) {
        x = 0; /* never -0, which no integer is */
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x) {
            break;
        }
    }
    str_puts(out, text);
}

void
json_write_integer(struct str *out, int64_t x)
{
    char text[24];
    char *p = text + sizeof text;
    uint64_t magnitude = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
    do {
        *--p = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude);
    if (x < 0) {
        *--p = '-';
    }
    str_put(out, p, (size_t)(text + sizeof text - p));
}

static void write_value(struct str *out, const json_t *v, unsigned int flags, size_t depth);

static void
new_line(struct str *out, unsigned int flags, size_t depth)
{
    if (flags & JSON_WRITE_PRETTY) {
        str_putc(out, '\n');
        str_put_repeat(out, ' ', 2 * depth);
    }
}

static void
write_array(struct str *out, const json_t *v, unsigned int flags, size_t depth)
{
    size_t n = json_array_size(v);
    str_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i) {
            str_putc(out, ',');
        }
        new_line(out, flags, depth + 1);
        write_value(out, json_array_get(v, i), flags, depth + 1);
    }
    str_putc(out, ']');
}

static void
write_member(struct str *out, const char *name, const json_t *v, unsigned int flags, size_t depth,
             bool first)
{
    if (!first) {
        str_putc(out, ',');
    }
    new_line(out, flags, depth + 1);
    json_write_string(out, name, strlen(name));
    str_putc(out, ':');
    if (flags & JSON_WRITE_PRETTY) {
        str_putc(out, ' ');
    }
    write_value(out, v, flags, depth + 1);
}

static void
write_sorted_members(struct str *out, json_t *v, unsigned int flags, size_t depth)
{
    size_t n = 0;
    const char **names = xalloc(json_object_size(v) * sizeof *names);
    for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it)) {
        names[n++] = json_object_iter_key(it);
    }
    strings_sort(names, n);
    for (size_t i = 0; i < n; i++) {
        write_member(out, names[i], json_object_get(v, names[i]), flags, depth, i == 0);
    }
    os_free(names);
}

static void
write_object(struct str *out, const json_t *v_, unsigned int flags, size_t depth)
{
    json_t *v = (json_t *)v_; /* Jansson's iterators are not const-correct */
    str_putc(out, '{');
    if (flags & JSON_WRITE_SORTED) {
        write_sorted_members(out, v, flags, depth);
    } else {
        bool first = true;
        for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it)) {
            write_member(out, json_object_iter_key(it), json_object_iter_value(it), flags, depth,
                         first);
            first = false;
        }
    }
    str_putc(out, '}');
}

static void
write_value(struct str *out, const json_t *v, unsigned int flags, size_t depth)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        write_object(out, v, flags, depth);
        break;
    case JSON_ARRAY:
        write_array(out, v, flags, depth);
        break;
    case JSON_STRING:
        json_write_string(out, json_string_value(v), json_string_length(v));
        break;
    case JSON_INTEGER:
        json_write_integer(out, json_integer_value(v));
        break;
    case JSON_REAL:
        json_write_real(out, json_real_value(v));
        break;
    case JSON_TRUE:
        str_puts(out, "true");
        break;
    case JSON_FALSE:
        str_puts(out, "false");
        break;
    case JSON_NULL:
        str_puts(out, "null");
        break;
    }
}

void
json_write(struct str *out, const json_t *v, unsigned int flags)
{
    write_value(out, v, flags, 0);
}

char *
json_text(const json_t *v, unsigned int flags)
{
    struct str out = STR_INIT;
    json_write(&out, v, flags);
    return str_take(&out);
}

/* Says what is wrong with the text that Jansson, whose word is JE, refuses. */
static int
syntax_error(const char *p, size_t n, const json_error_t *je, struct err *e)
{
    struct str why = STR_INIT;
    if (!json_syntax_explain(&why, p, n)) {
        str_putf(&why, "line %d, column %d: %s", je->line, je->column, je->text);
    }
    err_fail_tag(e, -E_SYNTAX, "syntax error", "%s", why.s);
    str_fini(&why);
    return -E_SYNTAX;
}

static int
read_text(const char *p, size_t n, size_t flags, json_t **v, struct err *e)
{
    json_error_t je;
    json_t *value = json_loadb(p, n, flags, &je);
    if (!value) {
        return syntax_error(p, n, &je, e);
    }
    *v = value;
    return 0;
}

int
json_read(const char *p, size_t n, json_t **v, struct err *e)
{
    return read_text(p, n, JSON_DECODE_ANY, v, e);
}

int
json_read_document(const char *p, size_t n, json_t **v, struct err *e)
{
    return read_text(p, n, 0, v, e);
}

int
json_read_file(const char *path, json_t **v, struct err *e)
{
    enum { EXPLAINED_SIZE = 1 << 28 };
    json_error_t je;
    char *text = NULL;
    size_t n = 0;
    json_t *value = json_load_file(path, 0, &je);
    if (value) {
        *v = value;
        return 0;
    }
    int code = os_file_slurp(path, EXPLAINED_SIZE, &text, &n);
    if (code && json_error_code(&je) == json_error_cannot_open_file) {
        return err_fail(e, code, "error opening \"%s\": %s", path, err_text(code));
    }
    code = code ? err_fail(e, code, "error reading JSON stream: %s", err_text(code))
                : syntax_error(text, n, &je, e);
    os_free(text);
    return code;
}

void
json_framer_init(struct json_framer *f)
{
    *f = (struct json_framer){.depth = 0};
}

/* Skips the inside of a string; the index after its end, or N. */
static size_t
skip_string(struct json_framer *f, const char *p, size_t i, size_t n)
{
    for (; i < n; i++) {
        if (f->escaped) {
            f->escaped = false;
        } else if (p[i] == '\\') {
            f->escaped = true;
        } else if (p[i] == '"') {
            f->in_string = false;
            return i + 1;
        }
    }
    return n;
}

int
json_framer_feed(struct json_framer *f, const char *p, size_t n, size_t *used)
{
    size_t i = 0;
    while (i < n) {
        if (f->in_string) {
            i = skip_string(f, p, i, n);
            continue;
        }
        char c = p[i++];
        if (c == '{' || c == '[') {
            f->started = true;
            f->depth++;
        } else if (!f->started) {
            if (!memchr(" \t\r\n", c, 4)) {
                *used = i;
                return -E_SYNTAX;
            }
        } else if (c == '"') {
            f->in_string = true;
        } else if ((c == '}' || c == ']') && --f->depth == 0) {
            *used = i;
            json_framer_init(f);
            return 1;
        }
    }
    *used = n;
    return 0;
}
