/* SPDX-License-Identifier: Apache-2.0 */
/* The notation of ovs-vsctl for values: `[a, b]`, `{k=v}`, bare lists, `@name`. A word ends at
 * white space or at one of the characters in WORD_PUNCTUATION unless quoted; a word that begins
 * with a quote is a JSON string. Errors have an empty tag, because people read them as they are;
 * broken constraints keep theirs. Input is a command line; its size is the host's limit. */
#include "ovsdb/datum.h"

#include <errno.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ovsdb/schema.h"
#include "ovsdb/text_word.h"

#define RANGE_MAX 65536 /* integers that `a-b` may stand for */

/* ---- Atoms ---- */

static bool
read_integer(const char *s, size_t n, int64_t *x)
{
    char text[24], *tail;
    if (n == 0 || n >= sizeof text) {
        return false;
    }
    memcpy(text, s, n);
    text[n] = '\0';
    errno = 0;
    long long value = strtoll(text, &tail, 10);
    *x = value;
    return !errno && tail == text + n;
}

/* Reads "a" or "a-b". */
static int
read_range(const char *s, int64_t *first, int64_t *last, struct fault *f)
{
    size_t n = strlen(s);
    if (read_integer(s, n, first)) {
        *last = *first;
        return 0;
    }
    const char *dash = n > 1 ? strchr(s + 1, '-') : NULL;
    if (!dash || !read_integer(s, (size_t)(dash - s), first) ||
        !read_integer(dash + 1, strlen(dash + 1), last)) {
        return fault_set(f, -E_SYNTAX, "", "\"%s\" is not a valid integer or range", s);
    }
    if (*last < *first) {
        return fault_set(f, -E_SYNTAX, "",
                         "\"%s\" is not a valid range. Range end cannot be before start.", s);
    }
    if ((uint64_t)*last - (uint64_t)*first >= RANGE_MAX) {
        return fault_set(f, -E_SYNTAX, "",
                         "\"%s\" is not a valid range. Range exceeds %d members.", s, RANGE_MAX);
    }
    return 0;
}

static int
read_boolean(const char *s, bool *x, struct fault *f)
{
    static const char *const words[2][4] = {{"false", "no", "off", "0"},
                                            {"true", "yes", "on", "1"}};
    for (int value = 0; value < 2; value++) {
        for (size_t i = 0; i < ARRAY_LEN(words[value]); i++) {
            if (strcmp(s, words[value][i]) == 0) {
                *x = value;
                return 0;
            }
        }
    }
    return fault_set(f, -E_SYNTAX, "", "\"%s\" is not a valid boolean (use \"true\" or \"false\")",
                     s);
}

static int
read_uuid(const char *s, struct symbol_table *symbols, struct uuid *u, struct fault *f)
{
    if (*s == '@' && symbols) {
        *u = symbol_get(symbols, s)->uuid;
        return 0;
    }
    if (!uuid_parse(s, strlen(s), u)) {
        return fault_set(f, -E_SYNTAX, "", "\"%s\" is not a valid UUID", s);
    }
    return 0;
}

/* WORD as an atom; integers may be a range whose end goes to *LAST (NULL: none allowed). */
static int
atom_from_word(union atom *a, int64_t *last, const struct base_type *base, struct str *word,
               struct symbol_table *symbols, struct fault *f)
{
    int code = 0;
    char *tail;
    int64_t end;
    memset(a, 0, sizeof *a);
    switch (base->type) {
    case ATOM_INTEGER:
        code = read_range(word->s, &a->integer, last ? last : &end, f);
        if (!code && !last && end != a->integer) {
            code = fault_set(f, -E_SYNTAX, "", "\"%s\" is not a valid integer", word->s);
        }
        break;
    case ATOM_REAL:
        a->real = strtod(word->s, &tail);
        if (*tail || !(a->real >= -DBL_MAX && a->real <= DBL_MAX)) {
            code = fault_set(f, -E_SYNTAX, "", "\"%s\" is not a valid real number", word->s);
        }
        break;
    case ATOM_BOOLEAN:
        code = read_boolean(word->s, &a->boolean, f);
        break;
    case ATOM_STRING:
        code = word->s[0] == '"' ? word_unquote(word, f) : 0;
        code = code ? code : word_check_utf8(word, f);
        if (!code) {
            atom_init_string(a, str_text(word), word->n);
        }
        break;
    case ATOM_UUID:
        code = read_uuid(word->s, symbols, &a->uuid, f);
        break;
    case ATOM_VOID:
    case ATOM_N_TYPES:
        PORT_TRAP();
    }
    return code;
}

static int
take_atom(union atom *out, int64_t *last, const struct base_type *base, const char **s,
          struct symbol_table *symbols, struct fault *f)
{
    struct str word = STR_INIT;
    int code = word_take(s, &word, f);
    if (!code && !word.n) {
        code = fault_set(f, -E_SYNTAX, "",
                         "An empty string is not valid as input; use \"\" to represent the empty "
                         "string");
    }
    union atom a;
    if (!code) {
        code = atom_from_word(&a, last, base, &word, symbols, f);
        if (!code) {
            code = atom_check(&a, base, f);
            if (code) {
                atom_fini(&a, base->type);
            } else {
                *out = a;
            }
        }
    }
    str_fini(&word);
    return code;
}

int
atom_from_text(union atom *a, const struct base_type *base, const char **s,
               struct symbol_table *symbols, struct fault *f)
{
    *s = word_skip_spaces(*s);
    return take_atom(a, NULL, base, s, symbols, f);
}

/* ---- Datums ---- */

struct list_reader {
    const struct datum_type *type;
    const char *text; /* all of it, for messages */
    struct symbol_table *symbols;
    struct fault *f;
    union atom *keys, *values;
    size_t n, capacity, value_capacity;
};

static void
push(struct list_reader *r, union atom key, union atom value)
{
    if (r->n == r->capacity) {
        r->keys = xgrow(r->keys, &r->capacity, sizeof *r->keys);
        r->values = xgrow(r->values, &r->value_capacity, sizeof *r->values);
    }
    r->keys[r->n] = key;
    r->values[r->n++] = value;
}

static int
read_element(struct list_reader *r, const char **s)
{
    const char *start = *s;
    union atom key, value = {0};
    int64_t last = 0;
    bool is_map = datum_type_is_map(r->type);
    int code = take_atom(&key, is_map ? NULL : &last, &r->type->key, s, r->symbols, r->f);
    if (code) {
        return code;
    }
    if (is_map) {
        *s = word_skip_spaces(*s);
        if (**s != '=') {
            code = **s ? fault_set(r->f, -E_SYNTAX, "",
                                   "%s: syntax error at \"%c\" expecting \"=\"", start, **s)
                       : fault_set(r->f, -E_SYNTAX, "",
                                   "%s: syntax error at end of input expecting \"=\"", start);
        } else {
            *s = word_skip_spaces(*s + 1);
            code = take_atom(&value, NULL, &r->type->value, s, r->symbols, r->f);
        }
        if (code) {
            atom_fini(&key, r->type->key.type);
            return code;
        }
    }
    push(r, key, value);
    if (r->type->key.type != ATOM_INTEGER || is_map) {
        return 0;
    }
    while (!code && key.integer < last) {
        key.integer++;
        code = atom_check(&key, &r->type->key, r->f);
        if (!code) {
            push(r, key, value);
        }
    }
    return code;
}

static int
unexpected(const struct list_reader *r, char c)
{
    char *type = datum_type_to_text(r->type);
    int code =
        fault_set(r->f, -E_SYNTAX, "", "%s: unexpected \"%c\" parsing %s", r->text, c, type);
    os_free(type);
    return code;
}

/* Reads the elements up to CLOSE (0: up to the end). */
static int
read_elements(struct list_reader *r, const char *s, char close)
{
    for (;;) {
        s = word_skip_spaces(s);
        if (*s == '\0' || (close && *s == close)) {
            break;
        }
        if (strchr(WORD_PUNCTUATION, *s)) {
            return unexpected(r, *s);
        }
        int code = read_element(r, &s);
        if (code) {
            return code;
        }
        s = word_skip_spaces(s);
        s += *s == ',';
    }
    if (!close) {
        return 0;
    }
    if (*s != close) {
        return fault_set(r->f, -E_SYNTAX, "", "%s: missing \"%c\" at end of data", r->text, close);
    }
    if (*word_skip_spaces(s + 1)) {
        return fault_set(r->f, -E_SYNTAX, "", "%s: trailing garbage after \"%c\"", r->text, close);
    }
    return 0;
}

/* Moves what was read into a datum. */
static int
finish_list(struct list_reader *r, struct datum **out)
{
    const struct datum_type *t = r->type;
    if (r->n < t->n_min) {
        return fault_set(r->f, -E_SYNTAX, "",
                         "%s: %zu value(s) specified but the minimum number is %u", r->text, r->n,
                         t->n_min);
    }
    if (r->n > t->n_max) {
        return fault_set(r->f, -E_SYNTAX, "",
                         "%s: %zu value(s) specified but the maximum number is %u", r->text, r->n,
                         t->n_max);
    }
    if (!r->n) {
        *out = NULL;
        return 0;
    }
    struct datum *d = datum_new(t->key.type, t->value.type, r->n);
    memcpy(d->atoms, r->keys, r->n * sizeof d->atoms[0]);
    if (datum_type_is_map(t)) {
        memcpy(d->atoms + r->n, r->values, r->n * sizeof d->atoms[0]);
    }
    r->n = 0;
    if (datum_sort(d)) {
        datum_unref(d);
        return fault_set(r->f, -E_EXIST, "", "%s: %s", r->text,
                         datum_type_is_map(t) ? "map contains duplicate key"
                                              : "set contains duplicate value");
    }
    *out = d;
    return 0;
}

int
datum_from_text(const struct datum_type *type, const char *text, struct symbol_table *symbols,
                struct datum **out, struct fault *f)
{
    struct list_reader r = {.type = type, .text = text, .symbols = symbols, .f = f};
    bool is_map = datum_type_is_map(type);
    const char *s = word_skip_spaces(text);
    int code;
    if (!*s) {
        code = is_map ? fault_set(f, -E_SYNTAX, "", "use \"{}\" to specify the empty map")
                      : fault_set(f, -E_SYNTAX, "", "use \"[]\" to specify the empty set");
    } else if (*s == (is_map ? '{' : '[')) {
        code = read_elements(&r, s + 1, is_map ? '}' : ']');
    } else {
        code = read_elements(&r, s, '\0');
    }
    if (!code) {
        code = finish_list(&r, out);
    }
    for (size_t i = 0; i < r.n; i++) {
        atom_fini(&r.keys[i], type->key.type);
        if (is_map) {
            atom_fini(&r.values[i], type->value.type);
        }
    }
    os_free(r.keys);
    os_free(r.values);
    return code;
}

/* ---- Writing ---- */

/* Would S read back as the same string without quotes, and could it be taken for nothing else? */
static bool
reads_bare(const char *s, size_t n)
{
    struct uuid unused;
    if (n == 0 || strcmp(s, "true") == 0 || strcmp(s, "false") == 0) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.'))) {
            return false;
        }
    }
    return n < UUID_TEXT_LEN || !uuid_parse(s, UUID_TEXT_LEN, &unused);
}

void
atom_write_text(struct str *out, const union atom *a, enum atom_type type)
{
    if (type == ATOM_STRING && !reads_bare(atom_string(a), atom_string_len(a))) {
        json_write_string(out, atom_string(a), atom_string_len(a));
    } else {
        atom_write_bare(out, a, type);
    }
}

void
atom_write_bare(struct str *out, const union atom *a, enum atom_type type)
{
    switch (type) {
    case ATOM_STRING:
        str_put(out, atom_string(a), atom_string_len(a));
        break;
    case ATOM_UUID: {
        char text[UUID_TEXT_LEN + 1];
        uuid_format(&a->uuid, text);
        str_put(out, text, UUID_TEXT_LEN);
        break;
    }
    case ATOM_REAL:
        str_putf(out, "%.*g", DBL_DIG, a->real);
        break;
    default:
        atom_write_json(out, a, type);
        break;
    }
}

void
datum_write_text(struct str *out, const struct datum *d, const struct datum_type *type)
{
    size_t n = datum_n(d);
    bool is_map = datum_type_is_map(type);
    bool brackets = is_map || type->n_max > 1 || n == 0;
    if (brackets) {
        str_putc(out, is_map ? '{' : '[');
    }
    for (size_t i = 0; i < n; i++) {
        str_puts(out, i ? ", " : "");
        atom_write_text(out, datum_key(d, i), type->key.type);
        if (is_map) {
            str_putc(out, '=');
            atom_write_text(out, datum_value(d, i), type->value.type);
        }
    }
    if (brackets) {
        str_putc(out, is_map ? '}' : ']');
    }
}

void
datum_write_bare(struct str *out, const struct datum *d, const struct datum_type *type)
{
    for (size_t i = 0; i < datum_n(d); i++) {
        str_puts(out, i ? " " : "");
        atom_write_bare(out, datum_key(d, i), type->key.type);
        if (datum_type_is_map(type)) {
            str_putc(out, '=');
            atom_write_bare(out, datum_value(d, i), type->value.type);
        }
    }
}
