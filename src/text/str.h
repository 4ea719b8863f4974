/* SPDX-License-Identifier: Apache-2.0 */
/* A growing text or byte buffer. `s` is NUL-terminated once anything was put (STR_INIT has a
 * NULL `s`; str_text() gives "" then). Owned by whoever holds the structure. */
#pragma once

#include <stdarg.h>

#include "os/mem.h"

struct str {
    char *s;
    size_t n;    /* characters, without the NUL */
    size_t size; /* bytes allocated */
};

#define STR_INIT                                                                                  \
    {                                                                                             \
        NULL, 0, 0                                                                                \
    }

void str_init(struct str *);
void str_fini(struct str *);
void str_clear(struct str *); /* keeps the memory */
/* Makes room for N more characters and the NUL. */
void str_reserve(struct str *, size_t n);
void str_put_slow(struct str *, const char *p, size_t n);
void str_putf(struct str *, const char *fmt, ...) PORT_PRINTF(2, 3);
void str_putv(struct str *, const char *fmt, va_list) PORT_PRINTF(2, 0);
void str_puts(struct str *, const char *s);
/* Numbers, decimal and hexadecimal: where there are millions, since str_putf takes several times
 * as long. */
void str_put_u64(struct str *, uint64_t x);
void str_put_hex64(struct str *, uint64_t x);
void str_put_repeat(struct str *, char c, size_t n);
void str_truncate(struct str *, size_t n);
/* Drops the first N characters. */
void str_drop(struct str *, size_t n);
/* Drops the characters in CHOP from the end. */
void str_chomp(struct str *, const char *chop);
/* Sorts N strings by byte. */
void strings_sort(const char **, size_t n);
/* The text, now the caller's to free with os_free(); the buffer is empty again. */
char *str_take(struct str *);

static inline const char *
str_text(const struct str *s)
{
    return s->s ? s->s : "";
}

static inline void
str_put(struct str *s, const char *p, size_t n)
{
    if (PORT_LIKELY(s->size - s->n > n)) {
        memcpy(s->s + s->n, p, n);
        s->n += n;
        s->s[s->n] = '\0';
    } else {
        str_put_slow(s, p, n);
    }
}

static inline void
str_putc(struct str *s, char c)
{
    str_put(s, &c, 1);
}
