/* SPDX-License-Identifier: Apache-2.0 */
/* Groups from text, the way the reference reads it: what stands before the first "bucket=" is the
 * group's, and each "bucket=" begins a bucket, whose words are its own or else actions. */
#include <string.h>

#include "openflow/actions_text.h"
#include "openflow/flow_format.h"
#include "openflow/msg_group.h"
#include "openflow/words.h"
#include "os/err_format.h"

#define VALUE_ARGS(W) (int)(W)->n, (W)->value ? (W)->value : ""
#define NAME_ARGS(W)  (int)(W)->n_name, (W)->name

struct group_text {
    struct ofp_group_mod *mod;
    struct flow_names names;
    bool has_type, has_command_bucket;
    uint32_t next_bucket_id; /* of those that tell none */
    flow_formats usable;
    struct err *err;
};

/* Whether the group's description comes with the command, and not only its number. */
static bool
is_whole(const struct group_text *t)
{
    enum ofp_group_command c = t->mod->command;
    return c == OFP_GROUP_ADD || c == OFP_GROUP_MODIFY || c == OFP_GROUP_ADD_OR_MODIFY;
}

/* Numbers of 64 bits, of which 32 are taken. */
static int
parse_u32(const char *text, size_t n, uint32_t *x, struct err *e)
{
    uint64_t wide;
    if (!n) {
        return err_fail(e, -E_INVAL, "missing required numeric argument");
    }
    if (!text_to_u64(text, n, &wide)) {
        return err_fail(e, -E_INVAL, "invalid numeric format %.*s", (int)n, text);
    }
    *x = (uint32_t)wide;
    return 0;
}

static bool
is_text(const char *text, size_t n, const char *word)
{
    return strlen(word) == n && !memcmp(text, word, n);
}

int
ofp_group_id_parse(const char *text, size_t n, uint32_t *id, struct err *e)
{
    if (is_text(text, n, "all")) {
        *id = OFP_GROUP_EVERY;
        return 0;
    }
    int code = parse_u32(text, n, id, e);
    if (!code && *id > OFP_GROUP_MAX) {
        code = err_fail(e, -E_INVAL, "invalid group id %u", *id);
    }
    return code;
}

/* -- The words of a group -- */

static int
parse_command_bucket(struct group_text *t, const struct word *w)
{
    static const struct {
        const char *word;
        uint32_t id;
    } words[] = {{"first", OFP_BUCKET_FIRST}, {"last", OFP_BUCKET_LAST}, {"all", OFP_BUCKET_ALL}};
    uint32_t *id = &t->mod->command_bucket_id;
    if (t->mod->command != OFP_GROUP_INSERT_BUCKET && t->mod->command != OFP_GROUP_REMOVE_BUCKET) {
        return err_fail(t->err, -E_INVAL, "command bucket id is not needed");
    }
    t->has_command_bucket = true;
    size_t i = 0;
    while (i < ARRAY_LEN(words) && !is_text(w->value, w->n, words[i].word)) {
        i++;
    }
    int code = 0;
    if (i < ARRAY_LEN(words)) {
        *id = words[i].id;
    } else {
        code = parse_u32(w->value, w->n, id, t->err);
    }
    if (!code && *id > OFP_BUCKET_MAX && *id < OFP_BUCKET_FIRST) {
        return err_fail(t->err, -E_INVAL, "invalid command bucket id %u", *id);
    }
    if (!code && *id == OFP_BUCKET_ALL && t->mod->command == OFP_GROUP_INSERT_BUCKET) {
        return err_fail(t->err, -E_INVAL, "command_bucket_id=all is not permitted");
    }
    return code;
}

static int
parse_id(struct group_text *t, const struct word *w)
{
    return ofp_group_id_parse(w->value, w->n, &t->mod->group.id, t->err);
}

static int
parse_type(struct group_text *t, const struct word *w)
{
    static const struct {
        const char *word;
        uint8_t type;
    } words[] = {{"all", OFP_GROUP_ALL},
                 {"select", OFP_GROUP_SELECT},
                 {"indirect", OFP_GROUP_INDIRECT},
                 {"ff", OFP_GROUP_FF},
                 {"fast_failover", OFP_GROUP_FF}};
    if (!is_whole(t)) {
        return err_fail(t->err, -E_INVAL, "type is not needed");
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (is_text(w->value, w->n, words[i].word)) {
            t->mod->group.type = words[i].type;
            t->has_type = true;
            return 0;
        }
    }
    return err_fail(t->err, -E_INVAL, "invalid group type %.*s", VALUE_ARGS(w));
}

static int
parse_method(struct group_text *t, const struct word *w)
{
    struct ofp_group *g = &t->mod->group;
    if (!is_whole(t)) {
        return err_fail(t->err, -E_INVAL, "selection method is not needed");
    }
    if (w->n >= OFP_SELECTION_METHOD_SIZE) {
        return err_fail(t->err, -E_INVAL, "selection method is longer than %u bytes long",
                        OFP_SELECTION_METHOD_SIZE - 1);
    }
    memset(g->selection_method, 0, sizeof g->selection_method);
    memcpy(g->selection_method, w->value, w->n);
    return 0;
}

static int
parse_method_param(struct group_text *t, const struct word *w)
{
    if (!is_whole(t)) {
        return err_fail(t->err, -E_INVAL, "selection method param is not needed");
    }
    if (!text_to_u64(w->value, w->n, &t->mod->group.selection_param)) {
        return err_fail(t->err, -E_INVAL, "invalid numeric format %.*s", VALUE_ARGS(w));
    }
    return 0;
}

static bool
is_all(const uint8_t *p, size_t n, uint8_t byte)
{
    size_t i = 0;
    while (i < n && p[i] == byte) {
        i++;
    }
    return i == n;
}

/* "tcp_src=0xff": the value is what of the field is looked at. */
static int
parse_mask(struct group_text *t, const struct word *w, struct ofp_group_field *field)
{
    const struct of_field *info = &of_fields[field->id];
    struct of_value value, mask;
    size_t len = info->wire;
    int code =
        of_value_parse(field->id, w->value, w->n, t->names.ports, &value, &mask, &len, t->err);
    if (code) {
        return code;
    }
    field->len = (uint8_t)len;
    memcpy(field->mask, value.b, len);
    struct of_key whole = {0};
    uint8_t ones[OF_VALUE_MAX];
    memset(ones, 0xff, sizeof ones);
    bool exact = of_field_is_tun_metadata(field->id);
    if (!exact) {
        of_field_set(field->id, &whole, mask.b);
        exact = of_field_is_exact(field->id, &whole);
    }
    if (!exact) {
        return err_fail(t->err, -E_INVAL, "%.*s: wildcards not allowed here", VALUE_ARGS(w));
    }
    if (is_all(field->mask, len, 0)) {
        return err_fail(t->err, -E_INVAL, ": values are wildcards here and must not be all-zeros");
    }
    if (info->mask == OF_MASK_NONE && !is_all(field->mask, len, 0xff)) {
        return err_fail(t->err, -E_INVAL, "%.*s: invalid mask for field %s", VALUE_ARGS(w),
                        info->name);
    }
    return 0;
}

static int
parse_fields(struct group_text *t, const struct word *w)
{
    const char *p = w->value, *end = w->value + w->n;
    struct word name;
    if (!is_whole(t)) {
        return err_fail(t->err, -E_INVAL, "fields are not needed");
    }
    while (word_next(&p, end, &name)) {
        struct ofp_group_field field = {.id = of_field_find(name.name, name.n_name)};
        int code = 0;
        if (field.id == OF_FIELD_COUNT) {
            p += p < end; /* what separates */
            return err_fail(t->err, -E_INVAL, "%.*s: unknown field %.*s", (int)(end - p), p,
                            NAME_ARGS(&name));
        }
        field.len = of_fields[field.id].wire;
        memset(field.mask, 0xff, field.len);
        code = name.n ? parse_mask(t, &name, &field) : 0;
        if (!code && !ofp_group_add_field(&t->mod->group, &field)) {
            code = err_fail(t->err, -E_INVAL, "%.*s: duplicate field", NAME_ARGS(&name));
        }
        if (code) {
            return code;
        }
    }
    return 0;
}

/* Selection methods travel in properties, which groups have in some versions only. */
enum { FORMATS_WITH_PROPERTIES = FORMAT_VERSION_10 | FORMAT_OXM15 };

static int
parse_words(struct group_text *t, const char *p, const char *end)
{
    static const struct {
        const char *word;
        int (*parse)(struct group_text *, const struct word *);
        flow_formats usable;
    } words[] = {
        {"command_bucket_id", parse_command_bucket, FORMAT_ANY},
        {"group_id", parse_id, FORMAT_ANY},
        {"type", parse_type, FORMAT_ANY},
        {"selection_method", parse_method, FORMATS_WITH_PROPERTIES},
        {"selection_method_param", parse_method_param, FORMATS_WITH_PROPERTIES},
        {"fields", parse_fields, FORMATS_WITH_PROPERTIES},
    };
    struct word w;
    int code = 0;
    while (!code && word_next(&p, end, &w)) {
        size_t i = 0;
        while (i < ARRAY_LEN(words) && !word_is(&w, words[i].word)) {
            i++;
        }
        t->usable &= i < ARRAY_LEN(words) ? words[i].usable : FORMAT_ANY;
        w.value = w.value ? w.value : "";
        code = i < ARRAY_LEN(words)
                   ? words[i].parse(t, &w)
                   : err_fail(t->err, -E_INVAL, "unknown keyword %.*s", NAME_ARGS(&w));
    }
    return code;
}

/* What has to be there, and what goes with what. */
static int
check_words(const struct group_text *t)
{
    const struct ofp_group *g = &t->mod->group;
    bool is_hash = !strcmp(g->selection_method, "hash");
    const char *fault = g->id == OFP_GROUP_ANY        ? "must specify a group_id"
                        : is_whole(t) && !t->has_type ? "must specify a type"
                        : t->mod->command == OFP_GROUP_INSERT_BUCKET && !t->has_command_bucket
                            ? "must specify a command bucket id"
                        : !*g->selection_method && g->selection_param
                            ? "selection_method_param is only allowed with \"selection_method\""
                        : !is_hash && g->n_fields
                            ? "fields may only be specified with \"selection_method=hash\""
                            : NULL;
    return fault ? err_fail(t->err, -E_INVAL, "%s", fault) : 0;
}

/* -- Buckets -- */

static int
parse_weight(const struct word *w, struct ofp_bucket *b, struct err *e)
{
    uint64_t x;
    if (!text_to_u64(w->value, w->n, &x) || x > UINT16_MAX) {
        return err_fail(e, -E_INVAL, "invalid weight \"%.*s\"", VALUE_ARGS(w));
    }
    b->weight = (uint16_t)x;
    return 0;
}

static int
parse_watch_port(struct group_text *t, const struct word *w, struct ofp_bucket *b)
{
    bool known = of_port_parse(w->value, w->n, t->names.ports, &b->watch_port);
    bool ordinary = b->watch_port < OFP_PORT_MAX || b->watch_port == OFP_PORT_CONTROLLER ||
                    b->watch_port == OFP_PORT_NONE;
    if (!known || !ordinary) {
        return err_fail(t->err, -E_INVAL, "%.*s: invalid watch_port", VALUE_ARGS(w));
    }
    return 0;
}

/* A number up to MAX. */
static int
parse_bounded(const struct word *w, const char *what, uint32_t max, uint32_t *x, struct err *e)
{
    int code = parse_u32(w->value, w->n, x, e);
    if (!code && *x > max) {
        code = err_fail(e, -E_INVAL, "invalid %s id %u", what, *x);
    }
    return code;
}

/* A word that is none of a bucket's is an action. */
static void
add_action(struct str *actions, const struct word *w)
{
    if (word_is(w, "actions") || word_is(w, "action")) {
        str_put(actions, w->value, w->n);
    } else if (w->n) {
        str_putf(actions, "%.*s(%.*s)", NAME_ARGS(w), VALUE_ARGS(w));
    } else {
        str_put(actions, w->name, w->n_name);
    }
    str_putc(actions, ',');
}

static int
parse_bucket_word(struct group_text *t, const struct word *w, struct ofp_bucket *b, bool *has_id,
                  struct str *actions)
{
    if (word_is(w, "weight")) {
        return parse_weight(w, b, t->err);
    }
    if (word_is(w, "watch_port")) {
        return parse_watch_port(t, w, b);
    }
    if (word_is(w, "watch_group")) {
        return parse_bounded(w, "watch_group", OFP_GROUP_MAX, &b->watch_group, t->err);
    }
    if (word_is(w, "bucket_id")) {
        *has_id = true;
        return parse_bounded(w, "bucket_id", OFP_BUCKET_MAX, &b->id, t->err);
    }
    add_action(actions, w);
    return 0;
}

static int
parse_actions(struct group_text *t, const struct str *actions, const struct ofp_bucket *b)
{
    struct wr list = ofp_actions_buffer();
    int code = of_acts_parse(str_text(actions), actions->n, &t->names, &list, t->err);
    size_t ofs = 0;
    for (const struct of_act *a; !code && (a = of_acts_next(list.start, list.n, &ofs));) {
        if (a->type >= OF_ACT_CLEAR_ACTIONS) {
            code = err_fail(t->err, -E_INVAL, "%s instruction not allowed here",
                            of_act_infos[a->type].name);
        }
    }
    if (!code) {
        /* What the group itself needs is forgotten, as the reference does: versions without
         * properties leave them out. */
        t->usable = flow_formats_of_actions(list.start, list.n);
        ofp_group_add_bucket(&t->mod->group, b, list.start, list.n);
    }
    ofp_actions_buffer_free(&list);
    return code;
}

static int
parse_bucket(struct group_text *t, const char *p, const char *end)
{
    const struct ofp_group *g = &t->mod->group;
    struct ofp_bucket b = {.watch_port = OFP_PORT_NONE,
                           .watch_group = OFP_GROUP_ANY,
                           .weight = g->type == OFP_GROUP_SELECT};
    struct str actions = STR_INIT;
    struct word w;
    bool has_id = false;
    int code = 0;
    while (!code && word_next(&p, end, &w)) {
        w.value = w.value ? w.value : "";
        code = parse_bucket_word(t, &w, &b, &has_id, &actions);
    }
    bool watches = b.watch_port != OFP_PORT_NONE || b.watch_group != OFP_GROUP_ANY;
    if (!code && !actions.n) {
        code = err_fail(t->err, -E_INVAL, "bucket must specify actions");
    }
    if (!code && g->type == OFP_GROUP_FF && !watches) {
        code =
            err_fail(t->err, -E_INVAL, "fast failover bucket requires watch_port or watch_group");
    }
    b.id = has_id ? b.id : t->next_bucket_id++;
    str_truncate(&actions, actions.n - (actions.n != 0));
    code = code ? code : parse_actions(t, &actions, &b);
    if (!code && is_whole(t) && g->type != OFP_GROUP_SELECT && b.weight) {
        code = err_fail(t->err, -E_INVAL, "Only select groups can have bucket weights.");
    }
    str_fini(&actions);
    return code;
}

static int
parse_buckets(struct group_text *t, const char *bucket)
{
    static const char mark[] = "bucket=";
    int code = 0;
    for (size_t n = 0; !code && bucket; n++) {
        const char *start = bucket + strlen(mark), *next = strstr(start, mark);
        code = parse_bucket(t, start, next ? next : start + strlen(start));
        if (!code && n && t->mod->group.type == OFP_GROUP_INDIRECT) {
            code = err_fail(t->err, -E_INVAL, "Indirect groups can have at most one bucket.");
        }
        bucket = next;
    }
    return code;
}

int
ofp_group_parse(const char *text, struct ofp_group_mod *mod, const struct flow_names *names,
                flow_formats *usable, struct err *e)
{
    struct group_text t = {
        .mod = mod, .names = flow_names_or_none(names), .usable = FORMAT_ANY, .err = e};
    const char *bucket = strstr(text, "bucket=");
    ofp_group_init(&mod->group);
    mod->command_bucket_id = OFP_BUCKET_ALL;
    mod->group.id = mod->command == OFP_GROUP_DELETE ? OFP_GROUP_EVERY : OFP_GROUP_ANY;
    if (bucket && !is_whole(&t) && mod->command != OFP_GROUP_INSERT_BUCKET) {
        return err_fail(e, -E_INVAL, "bucket is not needed");
    }
    int code = parse_words(&t, text, bucket ? bucket : text + strlen(text));
    code = code ? code : check_words(&t);
    code = code ? code : parse_buckets(&t, bucket);
    *usable = t.usable;
    return code;
}
