/* SPDX-License-Identifier: Apache-2.0 */
/* Corpus files: "== NAME" starts a case, "let NAME = TEXT" before the first names a text for all,
 * "each A|B = 1|2 ; 3|4" in a case repeats it for each of the values; "$A" stands for them. A line
 * that ends with a backslash goes on in the next. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "os/file.h"
#include "os/mem.h"
#include "text/str.h"

enum { LINES = 64, NAMES = 64, FILE_MAX = 4 << 20 };

struct binding {
    const char *name, *value;
    size_t name_len, value_len;
};

struct reader {
    const char *path;
    struct binding bindings[NAMES];
    size_t n_bindings, n_lets;
    void (*run)(void *aux, const struct corpus_case *);
    void *aux;
    /* The case being read. */
    char *name;
    struct corpus_line lines[LINES];
    size_t n_lines;
    bool ok;
};

static void
complain(struct reader *r, unsigned int line, const char *what)
{
    fprintf(stderr, "%s:%u: %s\n", r->path, line, what);
    r->ok = false;
}

static void
bind_name(struct reader *r, const char *name, size_t n, const char *value, size_t value_len)
{
    VERIFY(r->n_bindings < NAMES);
    r->bindings[r->n_bindings++] = (struct binding){name, value, n, value_len};
}

/* TEXT with every $NAME put in, again in what was put in. */
static char *
substitute(const struct reader *r, const char *text)
{
    struct str s = STR_INIT;
    char *whole = xstrdup(text);
    for (int depth = 0; depth < 8 && strchr(whole, '$'); depth++) {
        str_clear(&s);
        for (const char *p = whole; *p;) {
            size_t n = 0, i = r->n_bindings;
            while (*p == '$' && (isalnum((unsigned char)p[1 + n]) || p[1 + n] == '_')) {
                n++;
            }
            while (n && i-- > 0) {
                if (r->bindings[i].name_len == n && !strncmp(r->bindings[i].name, p + 1, n)) {
                    break;
                }
            }
            if (n && i < r->n_bindings) {
                str_put(&s, r->bindings[i].value, r->bindings[i].value_len);
                p += n + 1;
            } else {
                str_putc(&s, *p++);
            }
        }
        os_free(whole);
        whole = xstrdup(str_text(&s));
    }
    str_fini(&s);
    return whole;
}

/* Runs the case with the bindings there are now. */
static void
run_bound(struct reader *r)
{
    struct corpus_line lines[LINES];
    size_t n = 0;
    for (size_t i = 0; i < r->n_lines; i++) {
        if (strncmp(r->lines[i].text, "each ", 5)) {
            lines[n].number = r->lines[i].number;
            lines[n++].text = substitute(r, r->lines[i].text);
        }
    }
    char *name = substitute(r, r->name);
    struct corpus_case c = {r->path, name, lines, n};
    r->run(r->aux, &c);
    for (size_t i = 0; i < n; i++) {
        os_free((void *)(uintptr_t)lines[i].text);
    }
    os_free(name);
}

/* The length of the text at P up to any of STOP, without the blanks around it; *P moves to the
 * text, *END behind the stop. */
static size_t
piece(const char **p, const char *stop, const char **end)
{
    *p += strspn(*p, " ");
    size_t n = strcspn(*p, stop);
    *end = *p + n + ((*p)[n] != '\0');
    while (n && (*p)[n - 1] == ' ') {
        n--;
    }
    return n;
}

/* Binds the names of an "each" to one of its values, "1|2" for "A|B". */
static void
bind_values(struct reader *r, const char *names, size_t n_names, const char *values, size_t n)
{
    while (n_names) {
        const char *bar = memchr(names, '|', n_names), *value_bar = memchr(values, '|', n);
        size_t name_len = bar ? (size_t)(bar - names) : n_names;
        size_t value_len = value_bar ? (size_t)(value_bar - values) : n;
        bind_name(r, names, name_len, values, value_len);
        names += name_len + (bar != NULL);
        n_names -= name_len + (bar != NULL);
        values += value_len + (value_bar != NULL);
        n -= value_len + (value_bar != NULL);
    }
}

/* Runs the case for all values of its lines "each", from line I on: the last turns fastest. */
static void
expand(struct reader *r, size_t i)
{
    while (i < r->n_lines && strncmp(r->lines[i].text, "each ", 5)) {
        i++;
    }
    if (i == r->n_lines) {
        run_bound(r);
        return;
    }
    const char *names = r->lines[i].text + 5, *p;
    size_t n_names = piece(&names, "=", &p), n_bindings = r->n_bindings;
    while (*p) {
        const char *next, *values = p;
        size_t n = piece(&values, ";", &next);
        bind_values(r, names, n_names, values, n);
        expand(r, i + 1);
        r->n_bindings = n_bindings;
        p = next;
    }
}

static void
end_case(struct reader *r)
{
    if (r->name) {
        expand(r, 0);
    }
    r->name = NULL;
    r->n_lines = 0;
}

static void
read_line(struct reader *r, char *text, unsigned int number)
{
    text += strspn(text, " \t");
    for (size_t n = strlen(text); n && isspace((unsigned char)text[n - 1]); n--) {
        text[n - 1] = '\0';
    }
    if (!*text || *text == '#') {
        return;
    }
    if (!strncmp(text, "== ", 3)) {
        end_case(r);
        r->name = text + 3;
    } else if (!strncmp(text, "let ", 4) && !r->name) {
        const char *name = text + 4, *value;
        size_t n = piece(&name, "=", &value);
        value += strspn(value, " ");
        bind_name(r, name, n, value, strlen(value));
    } else if (!r->name || r->n_lines == LINES) {
        complain(r, number, r->name ? "too many lines" : "in no case");
    } else {
        r->lines[r->n_lines++] = (struct corpus_line){number, text};
    }
}

bool
corpus_read(const char *path, void (*run)(void *aux, const struct corpus_case *), void *aux)
{
    struct reader r = {.path = path, .run = run, .aux = aux, .ok = true};
    char *text;
    int code = os_file_slurp(path, FILE_MAX, &text, NULL);
    if (code) {
        fprintf(stderr, "%s: %s\n", path, err_text(code));
        return false;
    }
    unsigned int number = 1;
    for (char *p = text, *next; p; p = next) {
        unsigned int n_joined = 1;
        next = strchr(p, '\n');
        for (; next && next > p && next[-1] == '\\'; n_joined++) { /* goes on in the next line */
            next[-1] = next[0] = ' ';
            next = strchr(next, '\n');
        }
        if (next) {
            *next++ = '\0';
        }
        read_line(&r, p, number);
        number += n_joined;
    }
    end_case(&r);
    os_free(text);
    return r.ok;
}
