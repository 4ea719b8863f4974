/* SPDX-License-Identifier: Apache-2.0 */
/* Taking words off a command line's values: quoting, escapes, UTF-8. Outside of quotes a
 * backslash keeps the next character from meaning anything; a word that begins with a quote is a
 * JSON string. Input is NUL-terminated. */
#include "ovsdb/text_word.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"

static bool
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

const char *
word_skip_spaces(const char *s)
{
    while (is_space(*s)) {
        s++;
    }
    return s;
}

int
word_take(const char **s, struct str *word, struct fault *f)
{
    const char *start = *s, *p = start;
    bool quoted = false;
    for (; *p; p++) {
        if (!quoted && (is_space(*p) || strchr(WORD_PUNCTUATION, *p))) {
            break;
        }
        if (*p == '\\') {
            if (!p[1]) {
                return fault_set(f, -E_SYNTAX, "", "%s: backslash at end of argument", start);
            }
            if (quoted) {
                str_putc(word, *p);
            }
            str_putc(word, *++p);
            continue;
        }
        quoted ^= *p == '"';
        str_putc(word, *p);
    }
    if (quoted) {
        return fault_set(f, -E_SYNTAX, "", "%s: quoted string extends past end of argument",
                         start);
    }
    *s = p;
    return 0;
}

/* Four hex digits, or -1. */
static int
read_hex4(const char *p)
{
    int x = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0) {
            return -1;
        }
        x = x * 16 + digit;
    }
    return x;
}

static void
put_utf8(struct str *out, unsigned int c)
{
    if (c < 0x80) {
        str_putc(out, (char)c);
    } else if (c < 0x800) {
        str_putc(out, (char)(0xc0 | c >> 6));
        str_putc(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        str_putc(out, (char)(0xe0 | c >> 12));
        str_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
        str_putc(out, (char)(0x80 | (c & 0x3f)));
    } else {
        str_putc(out, (char)(0xf0 | c >> 18));
        str_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
        str_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
        str_putc(out, (char)(0x80 | (c & 0x3f)));
    }
}

/* Reads \uXXXX, maybe a surrogate pair, at *P (the `u`), which moves to its last digit. What is
 * wrong, or NULL. */
static const char *
unescape_unicode(const char **p, const char *end, struct str *out)
{
    if (end - *p < 5) {
        return "quoted string ends within \\u escape";
    }
    int c = read_hex4(*p + 1);
    if (c < 0) {
        return "malformed \\u escape";
    }
    if (c == 0) {
        return "null bytes not supported in quoted strings";
    }
    *p += 4;
    unsigned int code = (unsigned int)c;
    if (code >= 0xd800 && code <= 0xdfff) {
        int low = end - *p >= 7 && (*p)[1] == '\\' && (*p)[2] == 'u' ? read_hex4(*p + 3) : -1;
        if (code >= 0xdc00 || low < 0xdc00 || low > 0xdfff) {
            return "malformed escaped surrogate pair";
        }
        code = 0x10000 + ((code & 0x3ff) << 10) + ((unsigned int)low & 0x3ff);
        *p += 6;
    }
    put_utf8(out, code);
    return NULL;
}

int
word_unquote(struct str *word, struct fault *f)
{
    static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    struct str out = STR_INIT;
    const char *p = word->s + 1, *end = word->s + word->n - 1;
    const char *wrong = NULL;
    char bad_escape[16];
    if (word->n < 2 || *end != '"') {
        wrong = "missing quote at end of quoted string";
    }
    for (; !wrong && p < end; p++) {
        if (*p == '"') {
            wrong = "missing quote at end of quoted string";
        } else if (*p != '\\') {
            str_putc(&out, *p);
        } else if (++p >= end) {
            wrong = "quoted string may not end with backslash";
        } else if (*p == 'u') {
            wrong = unescape_unicode(&p, end, &out);
        } else {
            size_t i = 0;
            while (escapes[i] && escapes[i] != *p) {
                i += 2;
            }
            if (escapes[i]) {
                str_putc(&out, escapes[i + 1]);
            } else {
                snprintf(bad_escape, sizeof bad_escape, "bad escape \\%c", *p);
                wrong = bad_escape;
            }
        }
    }
    if (wrong) {
        fault_set(f, -E_SYNTAX, "", "%s: %s", word->s, wrong);
        str_fini(&out);
        return -E_SYNTAX;
    }
    str_fini(word);
    *word = out;
    return 0;
}

/* How many bytes the character at P has; 0 for a bad one, and then *N_BAD bytes up to the first
 * that is wrong. P is NUL-terminated. */
static size_t
utf8_length(const unsigned char *p, size_t *n_bad)
{
    unsigned char c = p[0], low = 0x80, high = 0xbf;
    size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
    low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : low;
    high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : high;
    for (size_t i = 1; i < n; i++) {
        if (p[i] < low || p[i] > high) {
            *n_bad = i + 1;
            return 0;
        }
        low = 0x80;
        high = 0xbf;
    }
    *n_bad = 1;
    return n;
}

int
word_check_utf8(const struct str *word, struct fault *f)
{
    const unsigned char *p = (const unsigned char *)str_text(word);
    for (size_t i = 0, n; i < word->n; i += n) {
        size_t n_bad;
        n = utf8_length(p + i, &n_bad);
        if (!n) {
            struct str bytes = STR_INIT;
            for (size_t j = 0; j < n_bad; j++) {
                str_putf(&bytes, " 0x%02x", p[i + j]);
            }
            int code =
                fault_set(f, -E_INVAL, FAULT_CONSTRAINT,
                          "not a valid UTF-8 string: invalid UTF-8 sequence%s", str_text(&bytes));
            str_fini(&bytes);
            return code;
        }
    }
    return 0;
}
