/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file: JSON with "remotes" and "databases", each an object whose members are
 * the names and whose values the options, or null. It is read whole before anything changes; then
 * databases and remotes are added, adjusted and removed until they are what it says. What stays
 * the same keeps its connections. Loop's thread. */
#include "ovsdb/object.h"
#include "ovsdb/source.h"

#include <string.h>

#include "os/dirs.h"
#include "os/log.h"

LOG_MODULE(ovsdb_server);

enum { MODEL_STANDALONE, MODEL_ACTIVE_BACKUP, MODEL_RELAY };

struct config_db {
    const char *key; /* the JSON's */
    char *path;      /* NULL for a relay */
    int model;
    bool is_backup;
    struct source_config source; /* remote NULL: none; strings are the JSON's, exclude is ours */
};

struct config {
    struct config_db *dbs;
    size_t n_dbs;
    const char **remotes; /* names, the JSON's */
    struct remote_options *options;
    size_t n_remotes;
};

static void
config_fini(struct config *c)
{
    for (size_t i = 0; i < c->n_dbs; i++) {
        os_free(c->dbs[i].path);
        os_free((void *)(uintptr_t)c->dbs[i].source.exclude);
    }
    os_free(c->dbs);
    os_free(c->remotes);
    os_free(c->options);
}

/* ---- Reading ---- */

static void
take_ms(struct object *o, const char *name, bool *has, uint64_t *ms)
{
    const json_t *v = object_member(o, name, OBJECT_INTEGER | OBJECT_OPTIONAL);
    int64_t x = 0;
    *has = v && json_to_integer(v, &x);
    if (*has && x < 0 && !o->code) {
        o->code = fault_set_syntax(o->f, o->v, NULL, "%s: %s must not be negative", o->what, name);
    }
    *ms = (uint64_t)MAX(x, 0);
}

/* Members that remotes and sources have in common. */
static void
take_connection(struct object *o, bool *has_backoff, uint64_t *backoff_ms, bool *has_probe,
                uint64_t *probe_ms)
{
    take_ms(o, "max-backoff", has_backoff, backoff_ms);
    take_ms(o, "inactivity-probe", has_probe, probe_ms);
    /* Accepted, as everywhere, without effect. */
    (void)object_member(o, "dscp", OBJECT_INTEGER | OBJECT_OPTIONAL);
}

static bool
is_true(const json_t *v)
{
    return v && json_is_true(v);
}

static int
read_remote(const char *name, const json_t *v, struct remote_options *out, struct fault *f)
{
    struct object o;
    *out = (struct remote_options){.role = NULL};
    if (json_is_null(v)) {
        return 0;
    }
    object_start(&o, v, name, f);
    take_connection(&o, &out->has_max_backoff, &out->max_backoff_ms, &out->has_probe_interval,
                    &out->probe_interval_ms);
    out->read_only = is_true(object_member(&o, "read-only", OBJECT_BOOLEAN | OBJECT_OPTIONAL));
    const json_t *role = object_member(&o, "role", OBJECT_STRING | OBJECT_OPTIONAL);
    out->role = role ? json_string_value(role) : NULL;
    return object_end(&o);
}

static int
read_source(const char *name, const json_t *v, struct source_config *out, struct fault *f)
{
    json_t *options = NULL;
    const char *remote;
    if (json_object_size(v) != 1) {
        return fault_set_syntax(f, v, NULL, "%s: \"source\" must have one member", name);
    }
    json_object_foreach((json_t *)v, remote, options)
    {
        out->remote = remote;
    }
    if (json_is_null(options)) {
        return 0;
    }
    struct object o;
    object_start(&o, options, out->remote, f);
    take_connection(&o, &out->has_max_backoff, &out->max_backoff_ms, &out->has_probe_interval,
                    &out->probe_interval_ms);
    return object_end(&o);
}

static int
read_exclude(const json_t *v, struct source_config *out, struct fault *f)
{
    size_t n = json_array_size(v);
    const char **tables = xalloc((n + 1) * sizeof *tables);
    out->exclude = tables;
    for (size_t i = 0; i < n; i++) {
        tables[i] = json_string_value(json_array_get(v, i));
        if (!tables[i]) {
            return fault_set_syntax(f, v, NULL, "\"exclude-tables\" must be names of tables");
        }
    }
    out->n_exclude = n;
    return 0;
}

static int
read_model(const char *name, const json_t *v, int *model, struct fault *f)
{
    static const struct {
        const char *name;
        int model;
    } models[] = {{"standalone", MODEL_STANDALONE},
                  {"active-backup", MODEL_ACTIVE_BACKUP},
                  {"relay", MODEL_RELAY}};
    *model = MODEL_STANDALONE;
    for (size_t i = 0; v && i < ARRAY_LEN(models); i++) {
        if (strcmp(json_string_value(v), models[i].name) == 0) {
            *model = models[i].model;
            return 0;
        }
    }
    if (v && strcmp(json_string_value(v), "clustered") == 0) {
        return fault_set(f, -E_NOTSUP, "not supported",
                         "%s: clustered databases are not supported yet", name);
    }
    return v ? fault_set_syntax(f, v, NULL, "%s: unknown service model", name) : 0;
}

/* Do the options of D go together? */
static int
check_db(const struct config_db *d, bool has_backup, const json_t *v, struct fault *f)
{
    bool sourced = d->model == MODEL_RELAY || d->model == MODEL_ACTIVE_BACKUP;
    if (sourced && !d->source.remote) {
        return fault_set_syntax(f, v, NULL, "%s: this service model needs a \"source\"", d->key);
    }
    if (!sourced && d->source.remote) {
        return fault_set_syntax(f, v, NULL, "%s: this service model has no \"source\"", d->key);
    }
    if (d->model != MODEL_ACTIVE_BACKUP && (has_backup || d->source.exclude)) {
        return fault_set_syntax(f, v, NULL,
                                "%s: \"backup\" and \"exclude-tables\" are for active-backup "
                                "databases",
                                d->key);
    }
    return 0;
}

static int
read_db(const char *name, const json_t *v, struct config_db *d, struct fault *f)
{
    int code = 0;
    *d = (struct config_db){.key = name};
    if (!json_is_null(v)) {
        struct object o;
        object_start(&o, v, name, f);
        const json_t *model = object_member(&o, "service-model", OBJECT_STRING | OBJECT_OPTIONAL);
        const json_t *source = object_member(&o, "source", OBJECT_OBJECT | OBJECT_OPTIONAL);
        const json_t *backup = object_member(&o, "backup", OBJECT_BOOLEAN | OBJECT_OPTIONAL);
        const json_t *exclude =
            object_member(&o, "exclude-tables", OBJECT_ARRAY | OBJECT_OPTIONAL);
        code = object_end(&o);
        code = code ? code : read_model(name, model, &d->model, f);
        code = code || !source ? code : read_source(name, source, &d->source, f);
        code = code || !exclude ? code : read_exclude(exclude, &d->source, f);
        code = code ? code : check_db(d, backup != NULL, v, f);
        d->is_backup = is_true(backup);
    }
    d->path = d->model == MODEL_RELAY ? NULL : os_path(os_db_dir(), name);
    return code;
}

static int
read_config(const json_t *v, struct config *c, struct fault *f)
{
    struct object o;
    object_start(&o, v, "configuration file", f);
    json_t *remotes = (json_t *)object_member(&o, "remotes", OBJECT_OBJECT | OBJECT_OPTIONAL);
    json_t *dbs = (json_t *)object_member(&o, "databases", OBJECT_OBJECT | OBJECT_OPTIONAL);
    int code = object_end(&o);
    if (code) {
        return code;
    }
    const char *name;
    json_t *options;
    c->dbs = xzalloc((json_object_size(dbs) + 1) * sizeof *c->dbs);
    c->remotes = xzalloc((json_object_size(remotes) + 1) * sizeof *c->remotes);
    c->options = xzalloc((json_object_size(remotes) + 1) * sizeof *c->options);
    json_object_foreach(dbs, name, options)
    {
        code = code ? code : read_db(name, options, &c->dbs[c->n_dbs++], f);
    }
    json_object_foreach(remotes, name, options)
    {
        c->remotes[c->n_remotes] = name;
        code = code ? code : read_remote(name, options, &c->options[c->n_remotes++], f);
    }
    return code;
}

/* ---- Applying ---- */

/* The first of several things that went wrong is told, all are logged. */
static void
note(int code, struct fault *problem, int *first, struct fault *f)
{
    if (code) {
        char *text = fault_to_text(problem);
        log_err("%s", text);
        os_free(text);
    }
    if (code && !*first) {
        *first = code;
        fault_move(f, problem);
    }
    fault_fini(problem);
}

static struct dbase *
find_hosted(struct server *s, const struct config_db *c)
{
    HMAP_FOR_EACH (struct dbase, d, node, &s->dbs) {
        const char *path = storage_path(d->storage);
        if (c->path ? path && strcmp(path, c->path) == 0
                    : dbase_is_relay(d) && strcmp(d->name, c->key) == 0) {
            return d;
        }
    }
    return NULL;
}

static bool
is_wanted(struct server *s, const struct dbase *d, const struct config *c)
{
    for (size_t i = 0; i < c->n_dbs; i++) {
        if (find_hosted(s, &c->dbs[i]) == d) {
            return true;
        }
    }
    return d->reserved;
}

static void
remove_unwanted_dbs(struct server *s, const struct config *c)
{
    size_t n;
    const char **names = server_db_names(s, false, &n);
    for (size_t i = 0; i < n; i++) {
        struct dbase *d = server_find_db(s, names[i]);
        if (!is_wanted(s, d, c)) {
            server_remove_db(s, d->name); /* frees the name */
        }
    }
    os_free(names);
}

static int
apply_db(struct server *s, const struct config_db *c, struct fault *f)
{
    struct dbase *d = find_hosted(s, c);
    if (c->model == MODEL_RELAY) {
        if (!d) {
            return server_add_relay(s, c->key, &c->source, f);
        }
        if (!source_is_as(d->source, SOURCE_RELAY, &c->source)) {
            source_free(d->source);
            source_new(d, SOURCE_RELAY, &c->source);
            status_update_db(d);
        }
        return 0;
    }
    const char *name = d ? d->name : NULL;
    int code = d ? 0 : server_add_db(s, c->path, &name, f);
    if (!code) {
        code = server_follow(s, name, c->is_backup ? &c->source : NULL);
    }
    return code;
}

static bool
names_remote(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->n_remotes; i++) {
        if (strcmp(c->remotes[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void
remove_unwanted_remotes(struct server *s, const struct config *c)
{
    size_t n;
    const char **names = server_remote_names(s, &n);
    for (size_t i = 0; i < n; i++) {
        if (!names_remote(c, names[i])) {
            server_remove_remote(s, names[i]);
        }
    }
    os_free(names);
}

static int
apply(struct server *s, const struct config *c, struct fault *f)
{
    int first = 0;
    remove_unwanted_dbs(s, c);
    for (size_t i = 0; i < c->n_dbs; i++) {
        struct fault problem = FAULT_INIT;
        note(apply_db(s, &c->dbs[i], &problem), &problem, &first, f);
    }
    remove_unwanted_remotes(s, c);
    for (size_t i = 0; i < c->n_remotes; i++) {
        struct fault problem = FAULT_INIT;
        int code = server_add_remote(s, c->remotes[i], &c->options[i], &problem);
        note(code, &problem, &first, f);
    }
    server_reconfigure(s, NULL); /* what cannot be listened on is logged */
    return first;
}

int
server_read_config(struct server *s, const char *path, struct fault *f)
{
    json_t *v = NULL;
    struct err e = {.code = 0};
    struct config c = {.n_dbs = 0};
    int code = json_read_file(path, &v, &e);
    if (code) {
        return fault_set(f, code, "", "%s: %s", path, e.text[0] ? e.text : err_text(code));
    }
    code = read_config(v, &c, f);
    if (code && f) {
        fault_prepend(f, "%s: ", path);
    } else if (!code) {
        char *copy = xstrdup(path);
        os_free(s->config_file);
        s->config_file = copy;
        code = apply(s, &c, f);
    }
    config_fini(&c);
    json_decref(v);
    return code;
}

const char *
server_config_file(const struct server *s)
{
    return s->config_file;
}
