/* SPDX-License-Identifier: Apache-2.0 */
/* The growing text buffer: doubles, always NUL-terminated after a put. */
#include "text/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
str_init(struct str *s)
{
    *s = (struct str)STR_INIT;
}

void
str_fini(struct str *s)
{
    os_free(s->s);
    str_init(s);
}

void
str_clear(struct str *s)
{
    str_truncate(s, 0);
}

void
str_reserve(struct str *s, size_t n)
{
    VERIFY(n < SIZE_MAX / 4 && s->n < SIZE_MAX / 4);
    if (s->size - s->n <= n || !s->s) {
        size_t size = s->size ? s->size : 32;
        while (size - s->n <= n) {
            size *= 2;
        }
        s->s = xrealloc(s->s, size);
        s->size = size;
        s->s[s->n] = '\0';
    }
}

void
str_put_slow(struct str *s, const char *p, size_t n)
{
    str_reserve(s, n);
    if (n) {
        memcpy(s->s + s->n, p, n);
    }
    s->n += n;
    s->s[s->n] = '\0';
}

void
str_putv(struct str *s, const char *fmt, va_list args)
{
    str_reserve(s, 64);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(s->s + s->n, s->size - s->n, fmt, args);
    VERIFY(n >= 0);
    if ((size_t)n >= s->size - s->n) {
        str_reserve(s, (size_t)n);
        vsnprintf(s->s + s->n, s->size - s->n, fmt, again);
    }
    va_end(again);
    s->n += (size_t)n;
}

void
str_putf(struct str *s, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    str_putv(s, fmt, args);
    va_end(args);
}

static void
put_digits(struct str *s, uint64_t x, unsigned int base)
{
    char digits[20], *p = digits + sizeof digits;
    do {
        *--p = "0123456789abcdef"[x % base];
        x /= base;
    } while (x);
    str_put(s, p, (size_t)(digits + sizeof digits - p));
}

void
str_put_u64(struct str *s, uint64_t x)
{
    put_digits(s, x, 10);
}

void
str_put_hex64(struct str *s, uint64_t x)
{
    put_digits(s, x, 16);
}

void
str_puts(struct str *s, const char *text)
{
    str_put(s, text, strlen(text));
}

void
str_put_repeat(struct str *s, char c, size_t n)
{
    str_reserve(s, n);
    memset(s->s + s->n, c, n);
    s->n += n;
    s->s[s->n] = '\0';
}

void
str_truncate(struct str *s, size_t n)
{
    VERIFY(n <= s->n);
    s->n = n;
    if (s->s) {
        s->s[n] = '\0';
    }
}

void
str_drop(struct str *s, size_t n)
{
    VERIFY(n <= s->n);
    if (n) {
        memmove(s->s, s->s + n, s->n - n);
        str_truncate(s, s->n - n);
    }
}

void
str_chomp(struct str *s, const char *chop)
{
    while (s->n && strchr(chop, s->s[s->n - 1])) {
        str_truncate(s, s->n - 1);
    }
}

char *
str_take(struct str *s)
{
    char *text = s->s ? s->s : xstrdup("");
    str_init(s);
    return text;
}

static int
compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void
strings_sort(const char **strings, size_t n)
{
    if (n) {
        qsort(strings, n, sizeof *strings, compare_strings);
    }
}
