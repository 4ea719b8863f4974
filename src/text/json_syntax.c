/* SPDX-License-Identifier: Apache-2.0 */
/* A lexer and a parser without values, which stop at the first mistake. Words and positions were
 * observed of the packaged programs: lines count from 0; a token is blamed where it ends, but a
 * string before its closing quote, and a number or keyword that the input ends with counts one
 * more for what should have come behind it. */
#include "text/json_syntax.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 1000 };

/* Kinds of tokens; the others are their own character. */
enum { TOKEN_END, TOKEN_VALUE, TOKEN_STRING };

struct lexer {
    struct str *out;
    const char *p;
    size_t n, i;   /* all of it; what was taken */
    size_t at;     /* where a mistake would be */
    size_t beyond; /* what is counted more, at the end */
    bool failed;
};

static int PORT_PRINTF(2, 3) fail(struct lexer *l, const char *format, ...)
{
    size_t line = 0, start = 0;
    for (size_t i = 0; i < l->at; i++) {
        if (l->p[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    str_putf(l->out, "line %zu, column %zu, byte %zu: ", line, l->at - start + l->beyond,
             l->at + l->beyond);
    va_list args;
    va_start(args, format);
    str_putv(l->out, format, args);
    va_end(args);
    l->failed = true;
    return TOKEN_END;
}

/* -- Strings -- */

/* Reads the four digits of a \u escape at *I, before END. */
static bool
take_hex(struct lexer *l, size_t *i, size_t end, unsigned int *code)
{
    if (end - *i < 4) {
        fail(l, "quoted string ends within \\u escape");
        return false;
    }
    *code = 0;
    for (size_t j = 0; j < 4; j++) {
        static const char digits[] = "00112233445566778899aAbBcCdDeEfF";
        const char *digit = strchr(digits, l->p[*i + j]);
        if (!digit || !*digit) {
            fail(l, "malformed \\u escape");
            return false;
        }
        *code = *code << 4 | (unsigned int)(digit - digits) / 2;
    }
    *i += 4;
    return true;
}

/* Looks at the escape whose "u" is before *I. */
static void
check_unicode(struct lexer *l, size_t *i, size_t end)
{
    unsigned int code, second;
    if (!take_hex(l, i, end, &code)) {
        return;
    }
    if (!code) {
        fail(l, "null bytes not supported in quoted strings");
    } else if (code >= 0xd800 && code < 0xdc00) {
        if (end - *i < 2 || l->p[*i] != '\\' || l->p[*i + 1] != 'u') {
            fail(l, "malformed escaped surrogate pair");
            return;
        }
        *i += 2;
        if (take_hex(l, i, end, &second) && (second < 0xdc00 || second > 0xdfff)) {
            fail(l, "second half of escaped surrogate pair is not trailing surrogate");
        }
    }
}

static void
check_escapes(struct lexer *l, size_t i, size_t end)
{
    while (i < end && !l->failed) {
        if (l->p[i++] != '\\') {
            continue;
        }
        char c = l->p[i++];
        if (c == 'u') {
            check_unicode(l, &i, end);
        } else if (!strchr("\"\\/bfnrt", c)) {
            fail(l, "bad escape \\%c", c);
        }
    }
}

static int
take_string(struct lexer *l)
{
    size_t start = ++l->i;
    for (; l->i < l->n && l->p[l->i] != '"'; l->i++) {
        unsigned char c = (unsigned char)l->p[l->i];
        l->at = l->i;
        if (c < 0x20) {
            return fail(l, "U+%04X must be escaped in quoted string", c);
        }
        if (c == '\\' && l->i + 1 < l->n) {
            l->i++;
        }
    }
    l->at = l->i;
    if (l->i >= l->n) {
        l->at = l->n;
        return fail(l, "unexpected end of input in quoted string");
    }
    check_escapes(l, start, l->i++);
    return l->failed ? TOKEN_END : TOKEN_STRING;
}

/* -- Numbers and keywords -- */

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Moves *P over digits; false if there is none. */
static bool
skip_digits(const char **p)
{
    const char *start = *p;
    while (is_digit(**p)) {
        (*p)++;
    }
    return *p > start;
}

/* What is wrong with the number TEXT, or NULL. */
static const char *
number_mistake(const char *text)
{
    const char *p = text + (*text == '-');
    if (*p == '0' && is_digit(p[1])) {
        return "leading zeros not allowed";
    }
    if (!skip_digits(&p)) {
        return "'-' must be followed by digit";
    }
    if (*p == '.') {
        p++;
        if (!skip_digits(&p)) {
            return "decimal point must be followed by digit";
        }
    }
    if (*p == 'e' || *p == 'E') {
        p += p[1] == '+' || p[1] == '-' ? 2 : 1;
        if (!skip_digits(&p)) {
            return "exponent must contain at least one digit";
        }
    }
    double value = strtod(text, NULL);
    return *p                   ? "syntax error in number"
           : value - value != 0 ? "number outside valid range"
                                : NULL;
}

static const char *
keyword_mistake(const char *text)
{
    return strcmp(text, "true") && strcmp(text, "false") && strcmp(text, "null") ? text : NULL;
}

/* The word of CHARS at the lexer's place, taken; the caller's to free. */
static char *
take_word(struct lexer *l, const char *chars)
{
    struct str word = STR_INIT;
    for (; l->i < l->n && l->p[l->i] && strchr(chars, l->p[l->i]); l->i++) {
        str_putc(&word, l->p[l->i]);
    }
    l->at = l->i;
    return str_take(&word);
}

static int
take_number(struct lexer *l)
{
    char *word = take_word(l, "+-.0123456789eE");
    const char *mistake = number_mistake(word);
    os_free(word);
    return mistake ? fail(l, "%s", mistake) : TOKEN_VALUE;
}

static int
take_keyword(struct lexer *l)
{
    char *word = take_word(l, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const char *mistake = keyword_mistake(word);
    int token = mistake ? fail(l, "invalid keyword '%s'", mistake) : TOKEN_VALUE;
    os_free(word);
    return token;
}

/* -- The next token; TOKEN_END also after a mistake -- */

static int
take_token(struct lexer *l)
{
    while (l->i < l->n && strchr(" \t\r\n", l->p[l->i]) && l->p[l->i]) {
        l->i++;
    }
    l->at = l->i;
    if (l->i >= l->n) {
        return TOKEN_END;
    }
    char c = l->p[l->i];
    if (c && strchr("[]{},:", c)) {
        l->i++;
        return c;
    }
    if (c == '"') {
        return take_string(l);
    }
    if (c == '-' || is_digit(c)) {
        return take_number(l);
    }
    if (c >= 'a' && c <= 'z') {
        return take_keyword(l);
    }
    return c > ' ' && c < 0x7f ? fail(l, "invalid character '%c'", c)
                               : fail(l, "invalid character U+%04x", (unsigned char)c);
}

/* -- The parser -- */

enum state {
    START,
    NAME_OR_END,
    NAME,
    COLON,
    MEMBER,
    MEMBER_NEXT,
    ELEMENT_OR_END,
    ELEMENT,
    ELEMENT_NEXT,
    END
};

static const char *const expectations[] = {
    [START] = "syntax error at beginning of input",
    [NAME_OR_END] = "syntax error parsing object expecting string",
    [NAME] = "syntax error parsing object expecting string",
    [COLON] = "syntax error parsing object expecting ':'",
    [MEMBER] = "syntax error expecting value",
    [MEMBER_NEXT] = "syntax error expecting '}' or ','",
    [ELEMENT_OR_END] = "syntax error expecting value",
    [ELEMENT] = "syntax error expecting value",
    [ELEMENT_NEXT] = "syntax error expecting ']' or ','",
    [END] = "trailing garbage at end of input",
};

struct parser {
    struct lexer lexer;
    enum state state;
    char open[MAX_DEPTH]; /* "[" or "{" */
    size_t depth;
};

static void
after_value(struct parser *q)
{
    q->state = !q->depth ? END : q->open[q->depth - 1] == '{' ? MEMBER_NEXT : ELEMENT_NEXT;
}

static bool
wants_value(enum state s)
{
    return s == MEMBER || s == ELEMENT || s == ELEMENT_OR_END;
}

static bool
may_close(enum state s, int token)
{
    return token == '}' ? s == NAME_OR_END || s == MEMBER_NEXT
                        : s == ELEMENT_OR_END || s == ELEMENT_NEXT;
}

/* Takes one token that is no mistake and not the end; false if it must not be here. */
static bool
parse_token(struct parser *q, int token)
{
    if (token == '[' || token == '{') {
        if (q->state != START && !wants_value(q->state)) {
            return false;
        }
        if (q->depth == MAX_DEPTH) {
            fail(&q->lexer, "input exceeds maximum nesting depth %d", MAX_DEPTH);
            return true;
        }
        q->open[q->depth++] = (char)token;
        q->state = token == '[' ? ELEMENT_OR_END : NAME_OR_END;
    } else if (token == ']' || token == '}') {
        if (!may_close(q->state, token)) {
            return false;
        }
        q->depth--;
        after_value(q);
    } else if (token == ',' && (q->state == MEMBER_NEXT || q->state == ELEMENT_NEXT)) {
        q->state = q->state == MEMBER_NEXT ? NAME : ELEMENT;
    } else if (token == ':' && q->state == COLON) {
        q->state = MEMBER;
    } else if (token == TOKEN_STRING && (q->state == NAME || q->state == NAME_OR_END)) {
        q->state = COLON;
    } else if ((token == TOKEN_STRING || token == TOKEN_VALUE) && wants_value(q->state)) {
        after_value(q);
    } else {
        return false;
    }
    return true;
}

bool
json_syntax_explain(struct str *out, const char *p, size_t n)
{
    struct parser q = {.lexer = {.out = out, .p = p, .n = n}, .state = START};
    struct lexer *l = &q.lexer;
    while (!l->failed) {
        int token = take_token(l);
        if (l->failed) {
            break;
        }
        if (token == TOKEN_END) {
            if (q.state == START) {
                fail(l, "empty input stream");
            } else if (q.state != END) {
                fail(l, "unexpected end of input");
            }
            break;
        }
        if (!parse_token(&q, token)) {
            fail(l, "%s", expectations[q.state]);
        }
        l->beyond = token == TOKEN_VALUE && l->i == n;
    }
    return l->failed;
}
