/* SPDX-License-Identifier: Apache-2.0 */
/* The argument COLUMN[:KEY][OP VALUE] of the database commands: taking it apart, reading its key
 * and value by the column's type, applying and comparing them (ovs-vsctl(8), "Database Values",
 * "Database Command Syntax"). Texts of mistakes, which end the process, are the packaged
 * program's. */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-vsctl/vsctl.h"
#include "os/log.h"

static const struct {
    const char *text;
    enum compare_op op;
} operators[] = {
    /* Longest first, as they are looked for in this order. */
    {"{not-in}", OP_SET_NOT_IN},
    {"{in}", OP_SET_IN},
    {"{!=}", OP_SET_NE},
    {"{<=}", OP_SET_LE},
    {"{>=}", OP_SET_GE},
    {"{=}", OP_SET_EQ},
    {"{<}", OP_SET_LT},
    {"{>}", OP_SET_GT},
    {"!=", OP_NE},
    {"<=", OP_LE},
    {">=", OP_GE},
    {"=", OP_EQ},
    {"<", OP_LT},
    {">", OP_GT},
};

/* -- Taking apart -- */

/* Characters of the raw word at S, quotes and backslashes included. */
static size_t
word_len(const char *s)
{
    bool quoted = false;
    size_t i = 0;
    for (; s[i]; i++) {
        if (s[i] == '\\' && s[i + 1]) {
            i++;
        } else if (s[i] == '"') {
            quoted = !quoted;
        } else if (!quoted && strchr(" \t\n\v\f\r!<>=:,[]{}", s[i])) {
            break;
        }
    }
    if (quoted) {
        log_fatal("%s: quoted string extends past end of argument", s);
    }
    return i;
}

static enum compare_op
take_operator(const char **s, enum column_arg_kind kind)
{
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        size_t n = strlen(operators[i].text);
        if (strncmp(*s, operators[i].text, n) == 0 &&
            (kind == ARG_MATCH || operators[i].op == OP_EQ)) {
            *s += n;
            return operators[i].op;
        }
    }
    return OP_NONE;
}

static void PORT_NORETURN
no_operator(const char *text, enum column_arg_kind kind)
{
    if (kind == ARG_SET) {
        log_fatal("%s: argument does not end in \"=\" followed by a value.", text);
    }
    log_fatal("%s: argument does not end in \"=\", \"!=\", \"<\", \">\", \"<=\", \">=\", "
              "\"{=}\", \"{!=}\", \"{<}\", \"{>}\", \"{<=}\", \"{>=}\", \"{in}\", or "
              "\"{not-in}\" followed by a value.",
              text);
}

void
column_arg_parse(struct column_arg *arg, const struct table_schema *table, const char *text,
                 enum column_arg_kind kind)
{
    const char *s = text;
    size_t n = word_len(s);
    if (!n) {
        log_fatal("%s: missing column name", text);
    }
    char *name = xmemdup0(s, n);
    *arg = (struct column_arg){find_column(table, name, kind == ARG_GET), NULL, OP_NONE, NULL};
    os_free(name);
    s += n;
    if (*s == ':') {
        n = word_len(++s);
        arg->key = xmemdup0(s, n);
        s += n;
    }
    if (kind == ARG_GET) {
        if (*s) {
            log_fatal("%s: trailing garbage \"%s\" in argument", text, s);
        }
        return;
    }
    arg->op = take_operator(&s, kind);
    if (arg->op == OP_NONE || !*s) {
        no_operator(text, kind);
    }
    arg->value = s;
}

void
column_arg_fini(struct column_arg *arg)
{
    os_free(arg->key);
}

/* -- Reading values -- */

static void PORT_NORETURN
fatal_fault(const struct fault *f)
{
    const char *tag = f->tag && f->tag[0] ? f->tag : NULL;
    log_fatal("%s%s%s", tag ? tag : "", tag ? ": " : "", str_text(&f->details));
}

/* Counts the references in D to rows that this command line makes. */
static void
note_refs(struct vsctl *v, const struct datum *d, const struct base_type *base, bool is_value)
{
    if (base->type != ATOM_UUID || !base->ref_table_name) {
        return;
    }
    HMAP_FOR_EACH (struct symbol, s, node, &v->symbols.symbols) {
        for (size_t i = 0; i < datum_n(d); i++) {
            const union atom *atom = is_value ? datum_value(d, i) : datum_key(d, i);
            if (uuid_equal(&atom->uuid, &s->uuid)) {
                s->strong_ref |= base->ref_kind == REF_STRONG;
                s->weak_ref |= base->ref_kind == REF_WEAK;
            }
        }
    }
}

static void
note_all_refs(struct vsctl *v, const struct datum *d, const struct datum_type *type)
{
    note_refs(v, d, &type->key, false);
    if (datum_type_is_map(type)) {
        note_refs(v, d, &type->value, true);
    }
}

struct datum *
value_try(struct vsctl *v, const struct datum_type *type, const char *value, struct fault *f)
{
    struct datum *d = NULL;
    if (datum_from_text(type, value, &v->symbols, &d, f)) {
        return NULL;
    }
    note_all_refs(v, d, type);
    return d;
}

struct datum *
value_parse(struct vsctl *v, const struct datum_type *type, const char *value)
{
    struct fault f = FAULT_INIT;
    struct datum *d = value_try(v, type, value, &f);
    if (f.tag) {
        fatal_fault(&f);
    }
    fault_fini(&f);
    return d;
}

/* The whole of TEXT as one atom. A string that is not quoted stands for itself. */
static void
atom_parse(struct vsctl *v, union atom *atom, const struct base_type *base, const char *text)
{
    struct fault f = FAULT_INIT;
    const char *s = text;
    if (base->type == ATOM_STRING && text[0] && text[0] != '"') {
        atom_init_string(atom, text, strlen(text));
        if (atom_check(atom, base, &f)) {
            fatal_fault(&f);
        }
    } else if (base->type == ATOM_STRING && text[0] && text[strlen(text) - 1] != '"') {
        log_fatal("%s: missing quote at end of quoted string", text);
    } else if (!text[0]) {
        log_fatal("An empty string is not valid as input; use \"\" to represent the empty "
                  "string");
    } else {
        if (atom_from_text(atom, base, &s, &v->symbols, &f)) {
            fatal_fault(&f);
        }
        if (*s) {
            log_fatal("%s: trailing garbage \"%s\" in argument", text, s);
        }
    }
    fault_fini(&f);
}

struct datum *
key_parse(struct vsctl *v, const struct column *c, const char *key)
{
    struct datum *d = datum_new(c->type.key.type, ATOM_VOID, 1);
    atom_parse(v, &d->atoms[0], &c->type.key, key);
    return d;
}

struct datum *
pair_parse(struct vsctl *v, const struct column *c, const char *key, const char *value)
{
    struct datum *d = datum_new(c->type.key.type, c->type.value.type, 1);
    atom_parse(v, &d->atoms[0], &c->type.key, key);
    atom_parse(v, &d->atoms[1], &c->type.value, value);
    note_all_refs(v, d, &c->type);
    return d;
}

struct datum_type
value_type_any(const struct datum_type *type, uint32_t n_min)
{
    struct datum_type any = *type; /* borrows what TYPE owns */
    any.n_min = n_min;
    any.n_max = DATUM_UNLIMITED;
    return any;
}

/* -- Applying -- */

void
column_set(struct vsctl *v, struct replica_row *row, const struct column_arg *arg)
{
    const struct column *c = arg->column;
    if (!arg->key) {
        replica_txn_write(v->txn, row, c->index, value_parse(v, &c->type, arg->value));
        return;
    }
    if (!datum_type_is_map(&c->type)) {
        log_fatal("cannot specify key to set for non-map column %s", c->name);
    }
    replica_txn_put(v->txn, row, c->index, pair_parse(v, c, arg->key, arg->value));
}

/* -- Comparing -- */

static bool
compare(const struct datum *a, enum compare_op op, const struct datum *b)
{
    switch (op) {
    case OP_EQ:
        return datum_compare(a, b) == 0;
    case OP_NE:
        return datum_compare(a, b) != 0;
    case OP_LT:
        return datum_compare(a, b) < 0;
    case OP_GT:
        return datum_compare(a, b) > 0;
    case OP_LE:
        return datum_compare(a, b) <= 0;
    case OP_GE:
        return datum_compare(a, b) >= 0;
    case OP_SET_EQ:
        return datum_equal(a, b);
    case OP_SET_NE:
        return !datum_equal(a, b);
    case OP_SET_LT:
        return datum_n(a) < datum_n(b) && datum_includes_all(a, b);
    case OP_SET_GT:
        return datum_n(a) > datum_n(b) && datum_includes_all(b, a);
    case OP_SET_LE:
    case OP_SET_IN:
        return datum_includes_all(a, b);
    case OP_SET_GE:
        return datum_includes_all(b, a);
    case OP_SET_NOT_IN:
        return datum_excludes_all(a, b);
    case OP_NONE:
        break;
    }
    return false;
}

/* The value under the key of ARG in the map D as a set of one; NULL if it is not there. */
static struct datum *
value_under(struct vsctl *v, const struct datum *d, const struct column_arg *arg)
{
    const struct column *c = arg->column;
    struct datum *key = key_parse(v, c, arg->key), *value = NULL;
    size_t i = datum_find(d, datum_key(key, 0));
    if (i != SIZE_MAX) {
        value = datum_new(c->type.value.type, ATOM_VOID, 1);
        atom_copy(&value->atoms[0], datum_value(d, i), c->type.value.type);
    }
    datum_unref(key);
    return value;
}

bool
column_match(struct vsctl *v, const struct replica_row *row, const struct column_arg *arg)
{
    const struct column *c = arg->column;
    const struct datum *d = replica_get(row, c->index);
    if (!arg->key) {
        struct datum *wanted = value_parse(v, &c->type, arg->value);
        bool match = compare(d, arg->op, wanted);
        datum_unref(wanted);
        return match;
    }
    if (!datum_type_is_map(&c->type)) {
        log_fatal("cannot specify key to check for non-map column %s", c->name);
    }
    struct datum_type type = {.key = c->type.value, .n_min = 0, .n_max = DATUM_UNLIMITED};
    struct datum *value = value_under(v, d, arg);
    struct datum *wanted = value_parse(v, &type, arg->value);
    bool match = (value || arg->op >= OP_SET_EQ) && compare(value, arg->op, wanted);
    datum_unref(value);
    datum_unref(wanted);
    return match;
}
