/* SPDX-License-Identifier: Apache-2.0 */
/* The requests "monitor", "monitor_cond", "monitor_cond_since" and "monitor_cond_change": reading
 * them into views. Identical requests without conditions get the same view. Loop's thread. */
#include "ovsdb/monitor.h"
#include "ovsdb/object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Reading <monitor-request>s ---- */

static int
parse_select(const json_t *v, const char *table, unsigned int *select, struct fault *f)
{
    static const struct {
        const char *name;
        unsigned int flag;
    } members[] = {{"initial", SELECT_INITIAL},
                   {"insert", SELECT_INSERT},
                   {"delete", SELECT_DELETE},
                   {"modify", SELECT_MODIFY}};
    *select = SELECT_ALL;
    if (!v) {
        return 0;
    }
    char what[128];
    snprintf(what, sizeof what, "table %.80s select", table);
    struct object o;
    object_start(&o, v, what, f);
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        const json_t *x = object_member(&o, members[i].name, OBJECT_BOOLEAN | OBJECT_OPTIONAL);
        if (x && json_is_false(x)) {
            *select &= ~members[i].flag;
        }
    }
    return object_end(&o);
}

static int
compare_columns(const void *a_, const void *b_)
{
    const struct view_column *a = a_, *b = b_;
    return strcmp(a->column->name, b->column->name);
}

static int
add_columns(struct view_table *vt, const json_t *names, unsigned int select, struct fault *f)
{
    struct column_set set;
    int code = 0;
    if (names) {
        code = column_set_from_json(&set, names, vt->table->schema, f);
        if (code) {
            return code;
        }
    } else {
        column_set_all(&set, vt->table->schema, false, true);
    }
    size_t n = vt->n_columns;
    vt->columns = xrealloc(vt->columns, (n + set.n) * sizeof *vt->columns);
    for (size_t i = 0; i < set.n && !code; i++) {
        for (size_t j = 0; j < n; j++) {
            if (vt->columns[j].column == set.columns[i]) {
                code = fault_set_syntax(f, names, NULL, "column name mentioned more than once");
                break;
            }
        }
        vt->columns[vt->n_columns++] = (struct view_column){set.columns[i], select};
    }
    vt->select |= select;
    column_set_fini(&set);
    return code;
}

/* One <monitor-request> or <monitor-cond-request> V for the table of VT. */
static int
parse_table_request(struct view_table *vt, const json_t *v, bool with_condition, struct fault *f)
{
    const char *table = vt->table->schema->name;
    char what[128];
    snprintf(what, sizeof what, "table %.80s", table);
    struct object o;
    object_start(&o, v, what, f);
    const json_t *columns = object_member(&o, "columns", OBJECT_ARRAY | OBJECT_OPTIONAL);
    const json_t *where = NULL;
    if (with_condition) {
        where = object_member(&o, "where", OBJECT_ARRAY | OBJECT_OPTIONAL);
    }
    const json_t *select_json = object_member(&o, "select", OBJECT_OBJECT | OBJECT_OPTIONAL);
    int code = object_end(&o);
    unsigned int select = SELECT_ALL;
    if (!code) {
        code = parse_select(select_json, table, &select, f);
    }
    if (!code) {
        code = add_columns(vt, columns, select, f);
    }
    /* Of several conditions for one table the first one counts. */
    if (!code && where && vt->condition.n == 0) {
        code = condition_from_json(&vt->condition, vt->table->schema, where, NULL, f);
    }
    return code;
}

static int
parse_table_requests(struct view_table *vt, const json_t *v, bool with_condition, struct fault *f)
{
    int code = 0;
    if (json_is_array(v)) {
        for (size_t i = 0; i < json_array_size(v) && !code; i++) {
            code = parse_table_request(vt, json_array_get(v, i), with_condition, f);
        }
    } else {
        code = parse_table_request(vt, v, with_condition, f);
    }
    if (!code) {
        qsort(vt->columns, vt->n_columns, sizeof *vt->columns, compare_columns);
        if (condition_is_true_any(&vt->condition)) {
            condition_fini(&vt->condition);
        }
    }
    return code;
}

static struct monitor_view *
view_new(struct dbase *d, bool v1, size_t n_tables)
{
    struct monitor_view *v = xzalloc(sizeof *v);
    v->dbase = d;
    v->v1 = v1;
    v->tables = xzalloc(n_tables * sizeof *v->tables);
    v->by_schema = xzalloc(d->db->schema->n_tables * sizeof *v->by_schema);
    list_init(&v->subscribers);
    list_init(&v->node);
    return v;
}

static int
view_from_json(struct dbase *d, json_t *requests, bool v1, struct monitor_view **out,
               struct fault *f)
{
    if (!json_is_object(requests)) {
        return fault_set_syntax(f, requests, NULL, "monitor-requests must be object");
    }
    struct monitor_view *v = view_new(d, v1, json_object_size(requests));
    int code = 0;
    for (void *it = json_object_iter(requests); it && !code;
         it = json_object_iter_next(requests, it)) {
        const char *name = json_object_iter_key(it);
        struct table *t = db_find_table(d->db, name);
        if (!t) {
            code = fault_set(f, -E_NOENT, FAULT_SYNTAX, "no table named %s", name);
            break;
        }
        struct view_table *vt = &v->tables[v->n_tables++];
        vt->table = t;
        v->by_schema[t->schema->index] = v->n_tables;
        code = parse_table_requests(vt, json_object_iter_value(it), !v1, f);
    }
    if (code) {
        monitor_view_free(v);
        return code;
    }
    *out = v;
    return 0;
}

/* ---- Sharing ---- */

static bool
view_tables_equal(const struct view_table *a, const struct view_table *b)
{
    if (a->n_columns != b->n_columns || a->condition.n || b->condition.n) {
        return false;
    }
    for (size_t i = 0; i < a->n_columns; i++) {
        if (a->columns[i].column != b->columns[i].column ||
            a->columns[i].select != b->columns[i].select) {
            return false;
        }
    }
    return true;
}

static bool
views_equal(const struct monitor_view *a, const struct monitor_view *b)
{
    if (a->v1 != b->v1 || a->n_tables != b->n_tables) {
        return false;
    }
    for (size_t i = 0; i < a->n_tables; i++) {
        const struct view_table *other = view_find_table(b, a->tables[i].table);
        if (!other || !view_tables_equal(&a->tables[i], other)) {
            return false;
        }
    }
    return true;
}

/* The view of D that shows what V does, or V itself, entered. Consumes V. */
static struct monitor_view *
share_view(struct dbase *d, struct monitor_view *v)
{
    LIST_FOR_EACH (struct monitor_view, other, node, &d->views) {
        if (views_equal(v, other)) {
            monitor_view_free(v);
            return other;
        }
    }
    list_push_back(&d->views, &v->node);
    return v;
}

/* ---- The requests ---- */

static void
set_id(struct session_monitor *m, const json_t *id)
{
    json_decref(m->id);
    os_free(m->id_text);
    m->id = json_incref((json_t *)id);
    m->id_text = json_text(id, JSON_WRITE_SORTED);
    hmap_insert(&m->session->monitors, &m->node, hash_string(m->id_text, 0));
}

static struct session_monitor *
subscribe(struct session *session, struct monitor_view *v, const json_t *id,
          enum monitor_version version)
{
    struct session_monitor *m = xzalloc(sizeof *m);
    m->session = session;
    m->view = v;
    m->version = version;
    list_push_back(&v->subscribers, &m->by_view);
    set_id(m, id);
    return m;
}

static enum monitor_version
version_of(const char *method)
{
    return strcmp(method, "monitor") == 0        ? MONITOR_V1
           : strcmp(method, "monitor_cond") == 0 ? MONITOR_V2
                                                 : MONITOR_V3;
}

static int
check_params(const json_t *params, enum monitor_version version, struct fault *f)
{
    size_t n = version == MONITOR_V3 ? 4 : 3;
    if (json_array_size(params) != n) {
        return fault_set_syntax(f, params, NULL, "invalid parameters");
    }
    if (version == MONITOR_V3) {
        const json_t *last = json_array_get(params, 3);
        struct uuid unused;
        if (!json_is_string(last) ||
            !uuid_parse(json_string_value(last), json_string_length(last), &unused)) {
            return fault_set_syntax(f, last, NULL, "last-txn-id must be UUID format.");
        }
    }
    return 0;
}

static int
start_monitor(struct session *session, const char *method, const json_t *params,
              struct session_monitor **out, struct fault *f)
{
    enum monitor_version version = version_of(method);
    struct dbase *d = session_find_db(session, method, params, f);
    if (!d) {
        return -E_NOENT;
    }
    int code = check_params(params, version, f);
    const json_t *id = json_array_get(params, 1);
    if (!code && monitor_find(session, id)) {
        code = fault_set_syntax(f, id, NULL, "duplicate monitor ID");
    }
    struct monitor_view *v = NULL;
    if (!code) {
        code = view_from_json(d, json_array_get(params, 2), version == MONITOR_V1, &v, f);
    }
    if (!code) {
        *out = subscribe(session, share_view(d, v), id, version);
    }
    return code;
}

/* The beginning of a result of "monitor_cond_since" that leads to what is there now. */
static void
begin_since(const struct monitor_view *v, bool found, struct str *out)
{
    str_puts(out, found ? "[true," : "[false,");
    monitor_put_txn_id(out, history_last_id(&v->dbase->history));
    str_putc(out, ',');
}

/* The whole result, if what changed since LAST is known. */
static bool
reply_since(struct session_monitor *m, const json_t *last, json_t *id)
{
    struct history_changes changes;
    struct uuid txn_id;
    if (!uuid_parse(json_string_value(last), json_string_length(last), &txn_id) ||
        !history_since(&m->view->dbase->history, &txn_id, &changes)) {
        return false;
    }
    struct str *out = session_begin_reply(m->session, id);
    begin_since(m->view, true, out);
    size_t start = out->n;
    view_write_txn(m->view, changes.rows, changes.n, out);
    str_puts(out, out->n == start ? "{}]" : "]");
    history_changes_fini(&changes);
    session_end_reply(m->session, out);
    return true;
}

void
monitor_request(struct session *session, const char *method, const json_t *params, json_t *id)
{
    struct fault f = FAULT_INIT;
    struct session_monitor *m = NULL;
    if (start_monitor(session, method, params, &m, &f)) {
        session_fault(session, &f, json_incref(id));
        return;
    }
    bool has_id = m->version == MONITOR_V3;
    if (has_id && reply_since(m, json_array_get(params, 3), id)) {
        return;
    }
    struct str text = STR_INIT;
    session_put_reply_head(&text, id);
    if (has_id) {
        begin_since(m->view, false, &text);
    }
    monitor_start_reply(m, &text, has_id ? "]" : "");
}

/* ---- Changing conditions ---- */

/* New conditions by index in view.tables, parsed before anything changes. */
struct new_conditions {
    struct condition *conditions;
    bool *given;
};

static int
parse_new_condition(const struct view_table *vt, const json_t *v, struct condition *out,
                    bool *given, struct fault *f)
{
    char what[128];
    if (!json_is_array(v)) {
        return fault_set(f, -E_SYNTAX, FAULT_SYNTAX, "table %s no monitor-cond-change JSON array",
                         vt->table->schema->name);
    }
    snprintf(what, sizeof what, "table %.80s", vt->table->schema->name);
    for (size_t i = 0; i < json_array_size(v); i++) {
        struct object o;
        object_start(&o, json_array_get(v, i), what, f);
        (void)object_member(&o, "columns", OBJECT_ARRAY | OBJECT_OPTIONAL);
        const json_t *where = object_member(&o, "where", OBJECT_ARRAY | OBJECT_OPTIONAL);
        int code = object_end(&o);
        if (!code && where) {
            condition_fini(out);
            code = condition_from_json(out, vt->table->schema, where, NULL, f);
            *given = true;
        }
        if (code) {
            return code;
        }
    }
    if (*given && condition_is_true_any(out)) {
        condition_fini(out);
    }
    return 0;
}

static int
parse_new_conditions(const struct monitor_view *v, json_t *requests, struct new_conditions *new,
                     struct fault *f)
{
    if (!json_is_object(requests)) {
        return fault_set(f, -E_SYNTAX, FAULT_SYNTAX,
                         "monitor-cond-change-requests must be object");
    }
    for (void *it = json_object_iter(requests); it; it = json_object_iter_next(requests, it)) {
        const char *name = json_object_iter_key(it);
        const struct table *t = db_find_table(v->dbase->db, name);
        if (!t) {
            return fault_set(f, -E_NOENT, FAULT_SYNTAX, "no table named %s", name);
        }
        size_t i = v->by_schema[t->schema->index];
        if (!i) {
            return fault_set(f, -E_NOENT, FAULT_SYNTAX, "no table named %s in monitor session",
                             name);
        }
        int code = parse_new_condition(&v->tables[i - 1], json_object_iter_value(it),
                                       &new->conditions[i - 1], &new->given[i - 1], f);
        if (code) {
            return code;
        }
    }
    return 0;
}

/* A copy of V, entered, for a subscriber whose conditions go another way. */
static struct monitor_view *
copy_view(const struct monitor_view *v)
{
    struct monitor_view *copy = view_new(v->dbase, v->v1, v->n_tables);
    copy->n_tables = v->n_tables;
    memcpy(copy->by_schema, v->by_schema,
           v->dbase->db->schema->n_tables * sizeof *copy->by_schema);
    for (size_t i = 0; i < v->n_tables; i++) {
        struct view_table *to = &copy->tables[i];
        const struct view_table *from = &v->tables[i];
        *to = *from;
        to->columns = xmemdup(from->columns, from->n_columns * sizeof *from->columns);
        to->condition.clauses =
            xmemdup(from->condition.clauses, from->condition.n * sizeof(struct clause));
        for (size_t j = 0; j < to->condition.n; j++) {
            datum_ref(to->condition.clauses[j].arg);
        }
    }
    list_push_back(&v->dbase->views, &copy->node);
    return copy;
}

static void
apply_new_conditions(struct session_monitor *m, struct new_conditions *new)
{
    struct monitor_view *v = m->view;
    if (v->subscribers.next != v->subscribers.prev) {
        v = copy_view(v);
        list_remove(&m->by_view);
        list_push_back(&v->subscribers, &m->by_view);
        m->view = v;
    }
    struct str text = STR_INIT;
    bool first = true;
    str_putc(&text, '{');
    for (size_t i = 0; i < v->n_tables; i++) {
        struct view_table *vt = &v->tables[i];
        if (!new->given[i] || condition_equal(&vt->condition, &new->conditions[i])) {
            continue;
        }
        view_write_condition_change(vt, &new->conditions[i], &first, &text);
        struct condition old = vt->condition;
        vt->condition = new->conditions[i];
        new->conditions[i] = old;
    }
    str_putc(&text, '}');
    if (!first) {
        monitor_send(m, history_last_id(&v->dbase->history), text.s, text.n);
    }
    str_fini(&text);
}

static int
change_conditions(struct session *session, const json_t *params, struct fault *f)
{
    if (json_array_size(params) != 3) {
        return fault_set_syntax(f, params, NULL, "invalid parameters");
    }
    const json_t *old_id = json_array_get(params, 0), *new_id = json_array_get(params, 1);
    struct session_monitor *m = monitor_find(session, old_id);
    if (!m) {
        return fault_set_syntax(f, old_id, NULL, "unknown monitor session");
    }
    start_finish(session->start); /* it is of the conditions as they are, under the old name */
    bool renamed = !json_equal(old_id, new_id);
    if (renamed && monitor_find(session, new_id)) {
        return fault_set_syntax(f, new_id, NULL, "duplicate monitor ID");
    }
    size_t n = m->view->n_tables;
    struct new_conditions new = {xzalloc(n * sizeof *new.conditions),
                                 xzalloc(n * sizeof *new.given)};
    int code = parse_new_conditions(m->view, json_array_get(params, 2), &new, f);
    if (!code) {
        if (renamed) {
            hmap_remove(&session->monitors, &m->node);
            set_id(m, new_id);
        }
        apply_new_conditions(m, &new);
    }
    for (size_t i = 0; i < n; i++) {
        condition_fini(&new.conditions[i]);
    }
    os_free(new.conditions);
    os_free(new.given);
    return code;
}

void
monitor_cond_change_request(struct session *session, const json_t *params, json_t *id)
{
    struct fault f = FAULT_INIT;
    if (change_conditions(session, params, &f)) {
        session_fault(session, &f, json_incref(id));
    } else {
        session_reply(session, json_object(), json_incref(id));
    }
}
