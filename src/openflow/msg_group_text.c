/* SPDX-License-Identifier: Apache-2.0 */
/* Groups as text. */
#include "openflow/actions_text.h"
#include "openflow/msg_group_internal.h"
#include "openflow/ofp_printers.h"

void
ofp_group_put_id(struct str *s, uint32_t id)
{
    if (id == OFP_GROUP_EVERY || id == OFP_GROUP_ANY) {
        str_puts(s, id == OFP_GROUP_EVERY ? "ALL" : "ANY");
    } else {
        str_putf(s, "%u", id);
    }
}

static bool
is_all_ones(const uint8_t *p, size_t n)
{
    size_t i = 0;
    while (i < n && p[i] == UINT8_MAX) {
        i++;
    }
    return i == n;
}

/* "ip_src,tcp_dst=0xff" */
static void
put_fields(struct str *s, const struct ofp_group *g, const struct flow_names *names)
{
    for (size_t i = 0; i < g->n_fields; i++) {
        const struct ofp_group_field *f = &g->fields[i];
        str_put_repeat(s, ',', i != 0);
        str_puts(s, of_fields[f->id].name);
        if (!is_all_ones(f->mask, f->len)) {
            str_putc(s, '=');
            of_value_put(s, f->id, f->mask, NULL, f->len, names->ports);
        }
    }
}

static void
put_selection(struct str *s, const struct ofp_group *g, const struct flow_names *names)
{
    if (*g->selection_method) {
        str_putf(s, ",selection_method=%s", g->selection_method);
    }
    if (g->selection_param) {
        str_putf(s, ",selection_method_param=%llu", (unsigned long long)g->selection_param);
    }
    if (g->n_fields) {
        str_puts(s, g->n_fields == 1 ? ",fields=" : ",fields(");
        put_fields(s, g, names);
        str_put_repeat(s, ')', g->n_fields != 1);
    }
}

static void
put_bucket(struct str *s, const struct ofp_group *g, const struct ofp_bucket *b, bool with_id,
           const struct flow_names *names)
{
    str_puts(s, ",bucket=");
    if (with_id) {
        str_putf(s, "bucket_id:%u,", b->id);
    }
    if (b->weight != (g->type == OFP_GROUP_SELECT ? 1 : 0)) {
        str_putf(s, "weight:%u,", b->weight);
    }
    if (b->watch_port != OFP_PORT_NONE) {
        str_puts(s, "watch_port:");
        of_port_put(s, b->watch_port, names->ports);
        str_putc(s, ',');
    }
    if (b->watch_group != OFP_GROUP_ANY) {
        str_putf(s, "watch_group:%u,", b->watch_group);
    }
    str_puts(s, "actions=");
    of_acts_text_put(s, b->list, b->size, names);
}

static void
put_group(struct str *s, uint8_t version, const struct ofp_group *g, bool with_type,
          const struct flow_names *names)
{
    static const char *const types[] = {"all", "select", "indirect", "ff"};
    str_putf(s, "group_id=%u", g->id);
    if (with_type) {
        str_putf(s, ",type=%s", g->type < ARRAY_LEN(types) ? types[g->type] : "unknown");
    }
    put_selection(s, g, names);
    size_t ofs = 0;
    for (const struct ofp_bucket *b; (b = ofp_bucket_next(g, &ofs));) {
        put_bucket(s, g, b, ofp_group_is_15(version), names);
    }
}

void
ofp_group_format(struct str *s, uint8_t version, const struct ofp_group *g,
                 const struct flow_names *names)
{
    struct flow_names known = flow_names_or_none(names);
    put_group(s, version, g, true, &known);
}

static void
put_command_bucket(struct str *s, uint32_t id)
{
    str_puts(s, " command_bucket_id:");
    if (id <= OFP_BUCKET_MAX) {
        str_putf(s, "%u,", id);
    } else {
        str_putf(s, "%s,",
                 id == OFP_BUCKET_FIRST  ? "first"
                 : id == OFP_BUCKET_LAST ? "last"
                 : id == OFP_BUCKET_ALL  ? "all"
                                         : "");
    }
}

enum ofp_error
ofp_print_group_mod(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct ofp_group_mod mod;
    enum ofp_error error = ofp_group_mod_get(m, &mod);
    if (!error) {
        bool is_insert = mod.command == OFP_GROUP_INSERT_BUCKET,
             is_remove = mod.command == OFP_GROUP_REMOVE_BUCKET;
        str_puts(s, "\n ");
        str_puts(s, mod.command == OFP_GROUP_ADD             ? "ADD"
                    : mod.command == OFP_GROUP_MODIFY        ? "MOD"
                    : mod.command == OFP_GROUP_DELETE        ? "DEL"
                    : mod.command == OFP_GROUP_ADD_OR_MODIFY ? "ADD_OR_MOD"
                    : is_insert                              ? "INSERT_BUCKET"
                                                             : "REMOVE_BUCKET");
        if ((is_insert || is_remove) && ofp_group_is_15(m->version)) {
            put_command_bucket(s, mod.command_bucket_id);
        } else {
            str_putc(s, ' ');
        }
        struct flow_names names = ofp_print_names(how);
        put_group(s, m->version, &mod.group, !is_insert && !is_remove, &names);
    }
    ofp_group_fini(&mod.group);
    return error;
}

enum ofp_error
ofp_print_group_desc(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct rd r = m->body;
    struct flow_names names = ofp_print_names(how);
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(&r)) {
        struct ofp_group g;
        error = ofp_group_desc_get(&r, m->version, &g);
        if (!error) {
            str_puts(s, "\n ");
            ofp_group_format(s, m->version, &g, &names);
        }
        ofp_group_fini(&g);
    }
    return error;
}

enum ofp_error
ofp_print_group_request(struct str *s, const struct ofp_msg *m, const struct ofp_print *how UNUSED)
{
    str_puts(s, " group_id=");
    ofp_group_put_id(s, ofp_group_request_get(m));
    return OFP_OK;
}
