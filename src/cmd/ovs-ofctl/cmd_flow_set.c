/* SPDX-License-Identifier: Apache-2.0 */
/* replace-flows and diff-flows: what a switch has against what it should have, or against another
 * switch or file. */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-ofctl/bundle.h"
#include "cmd/ovs-ofctl/flow_set.h"
#include "cmd/ovs-ofctl/flow_talk.h"
#include "cmd/ovs-ofctl/names.h"
#include "os/file.h"
#include "os/log.h"

enum { HAS = 0, WANTED = 1, DIFFERS = 2 };

struct source {
    struct flow_set *set;
    unsigned int side;
};

static void
take_stats(void *s_, struct ofp_flow_stats *fs)
{
    struct source *s = s_;
    flow_set_add_stats(s->set, s->side, fs);
}

/* The flows of file PATH; gives the formats in which all can be said. */
static flow_formats
read_file(const char *path, const struct flow_names *names, struct flow_set *set,
          unsigned int side)
{
    static uint8_t actions[OF_ACTS_MAX] __attribute__((aligned(8)));
    struct ofp_flow_mod fm = {.actions = wr_make(actions, sizeof actions)};
    flow_formats usable = FORMAT_ANY, formats;
    struct str line = STR_INIT;
    unsigned int number = 0;
    struct err e;
    FILE *file = input_open(path, "open");
    while (input_line(file, &line, &number)) {
        if (flow_parse(line.s, line.n, OFP_FLOW_ADD, names, &fm, &formats, &e)) {
            log_fatal("%s:%u: %s", path, number, e.text);
        }
        usable &= formats;
        flow_set_add_mod(set, side, &fm);
    }
    input_close(file);
    str_fini(&line);
    return usable;
}

static void
read_switch(struct talk *t, const struct flow_dialect *d, struct flow_set *set, unsigned int side)
{
    struct source source = {set, side};
    struct ofp_flow_stats_request rq = {
        .table = OFP_TABLE_ALL, .out_port = OFP_PORT_NONE, .out_group = OFP_GROUP_ANY};
    of_match_init(&rq.match);
    ofp_flow_stats_request_put(talk_make(t), d->nxm ? NXST_FLOW_REQUEST : OFPST_FLOW_REQUEST,
                               d->version, vconn_new_xid(), &rq);
    flow_talk_for_each(t, take_stats, &source);
}

/* -- replace-flows -- */

struct changes {
    const struct flow_dialect *dialect;
    struct str messages; /* one after the other */
    uint8_t *msg;
};

static void
add_change(struct changes *changes, struct ofp_flow_mod *fm)
{
    struct wr w = wr_make(changes->msg, OFP_MSG_MAX);
    flow_talk_put(&w, changes->dialect, fm);
    if (w.bad) {
        log_fatal("a flow is too long for a message");
    }
    put_be32(changes->msg + 4, vconn_new_xid());
    str_put(&changes->messages, (const char *)changes->msg, w.n);
}

static void
find_changes(const struct ofctl *c, struct flow_set *set, struct changes *changes)
{
    struct ofp_flow_mod fm;
    size_t n;
    struct flow_entry **entries = flow_set_sort(set, &n);
    for (size_t i = 0; i < n; i++) {
        const struct flow_entry *entry = entries[i];
        if (!entry->versions[WANTED]) {
            flow_entry_make_delete(entry, &fm);
            add_change(changes, &fm);
        }
    }
    for (size_t i = 0; i < n; i++) {
        const struct flow_entry *entry = entries[i];
        const struct flow_version *has = entry->versions[HAS], *wanted = entry->versions[WANTED];
        if (wanted && (!has || c->readd || !flow_version_equal(has, wanted))) {
            flow_entry_make_add(entry, WANTED, &fm);
            add_change(changes, &fm);
        }
    }
    os_free(entries);
}

static void
send_changes(const struct ofctl *c, struct talk *t, const struct changes *changes)
{
    const uint8_t *p = (const uint8_t *)str_text(&changes->messages);
    const uint8_t *end = p + changes->messages.n;
    struct bundle bundle;
    if (p == end) {
        return;
    }
    if (c->bundle) {
        bundle_begin(&bundle, t);
    }
    for (struct ofp_header h; p < end; p += h.len) {
        ofp_header_get(p, (size_t)(end - p), &h);
        if (c->bundle) {
            bundle_add(&bundle, p, h.len);
        } else {
            talk_send_checked(t, p, h.len);
        }
    }
    if (c->bundle) {
        bundle_commit(&bundle);
    } else {
        talk_barrier(t);
    }
}

void
cmd_replace_flows(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct flow_set set;
    struct flow_dialect d;
    struct flow_names names = {.ports = names_of_ports_to_accept(c, argv[0])};
    names.tables = names_of_tables_to_accept(c, argv[0]);
    flow_set_init(&set);
    flow_formats usable = read_file(argv[1], &names, &set, WANTED);
    struct talk *t = flow_talk_open_replace(c, argv[0], usable, &d);
    read_switch(t, &d, &set, HAS);
    struct changes changes = {.dialect = &d, .msg = xalloc(OFP_MSG_MAX)};
    find_changes(c, &set, &changes);
    send_changes(c, t, &changes);
    talk_close(t);
    str_fini(&changes.messages);
    os_free(changes.msg);
    flow_set_fini(&set);
}

/* -- diff-flows -- */

/* A name that begins with / or . is a file's, one with a colon a switch's; of others that are
 * both, the file's. */
static bool
is_file(const char *name)
{
    return name[0] == '/' || name[0] == '.' || (!strchr(name, ':') && os_file_exists(name));
}

static void
read_source(struct ofctl *c, const char *name, const struct flow_names *names,
            struct flow_set *set, unsigned int side)
{
    struct flow_dialect d;
    if (is_file(name)) {
        read_file(name, names, set, side);
        return;
    }
    struct talk *t = flow_talk_open_dump(c, name, FORMAT_ANY, &d);
    read_switch(t, &d, set, side);
    talk_close(t);
}

static void
print_version(char sign, const struct flow_entry *entry, unsigned int side,
              const struct ofp_print *how)
{
    struct str s = STR_INIT;
    str_putc(&s, sign);
    flow_entry_put(&s, entry, side, how);
    puts(s.s);
    str_fini(&s);
}

void
cmd_diff_flows(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct flow_set set;
    struct flow_names names = {NULL};
    struct ofp_print how = {.verbosity = 0};
    for (unsigned int i = 0; i < 2; i++) {
        if (!is_file(argv[i])) { /* names are those of the last switch */
            names.ports = names_of_ports_to_accept(c, argv[i]);
            names.tables = names_of_tables_to_accept(c, argv[i]);
            how.ports = names_of_ports_to_show(c, argv[i]);
            how.tables = names_of_tables_to_show(c, argv[i]);
        }
    }
    flow_set_init(&set);
    read_source(c, argv[0], &names, &set, 0);
    read_source(c, argv[1], &names, &set, 1);
    size_t n;
    struct flow_entry **entries = flow_set_sort(&set, &n);
    for (size_t i = 0; i < n; i++) {
        const struct flow_version *a = entries[i]->versions[0], *b = entries[i]->versions[1];
        if (a && b && flow_version_equal(a, b)) {
            continue;
        }
        c->exit_code = DIFFERS;
        if (a) {
            print_version('-', entries[i], 0, &how);
        }
        if (b) {
            print_version('+', entries[i], 1, &how);
        }
    }
    os_free(entries);
    flow_set_fini(&set);
}
