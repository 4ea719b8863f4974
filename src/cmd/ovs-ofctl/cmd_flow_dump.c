/* SPDX-License-Identifier: Apache-2.0 */
/* dump-flows and dump-aggregate. Replies are printed as they come, unless names, an order or a
 * shorter form is asked for: then flows are printed one by one, without the message around them.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-ofctl/flow_talk.h"
#include "cmd/ovs-ofctl/names.h"
#include "openflow/msg_flow_stats.h"
#include "os/log.h"
#include "os/process.h"

/* A flow that waits for its place. */
struct flow_line {
    struct of_match match;
    uint16_t priority;
    size_t place; /* in which they came */
    char *text;
};

struct dump {
    struct ofctl *c;
    struct ofp_print how;
    bool without_ages; /* Open vSwitch's ovs-ofctl leaves them out in OpenFlow 1.0 only */
    struct flow_line *lines;
    size_t n, size;
};

static struct talk *
begin_request(struct ofctl *c, int argc, char *argv[], enum ofp_msg_id kind)
{
    struct ofp_flow_stats_request rq;
    struct flow_dialect d;
    flow_formats usable;
    struct err e;
    const char *text = argc > 1 ? argv[1] : "";
    struct flow_names names = {NULL};
    if (argc > 1) {
        names.ports = names_of_ports_to_accept(c, argv[0]);
        names.tables = names_of_tables_to_accept(c, argv[0]);
    }
    if (flow_parse_request(text, strlen(text), &names, &rq, &usable, &e)) {
        log_fatal("%s", e.text);
    }
    struct talk *t = flow_talk_open_dump(c, argv[0], usable, &d);
    enum ofp_msg_id nicira =
        kind == OFPST_FLOW_REQUEST ? NXST_FLOW_REQUEST : NXST_AGGREGATE_REQUEST;
    ofp_flow_stats_request_put(talk_make(t), d.nxm ? nicira : kind, d.version, vconn_new_xid(),
                               &rq);
    return t;
}

void
cmd_dump_aggregate(struct ofctl *c, int argc, char *argv[])
{
    struct talk *t = begin_request(c, argc, argv, OFPST_AGGREGATE_REQUEST);
    talk_dump(t);
    talk_close(t);
}

/* -- An order -- */

static const struct sort_key *sort_keys;
static size_t n_sort_keys;

/* By the bits that a flow matches; flows that do not match the field come last. */
static int
compare_field(const struct flow_line *a, const struct flow_line *b, const struct sort_key *key)
{
    bool has_a = of_match_has(&a->match, key->field), has_b = of_match_has(&b->match, key->field);
    if (has_a != has_b) {
        return has_a ? -1 : 1;
    }
    uint8_t va[OF_VALUE_MAX], vb[OF_VALUE_MAX];
    of_field_get(key->field, &a->match.key, va);
    of_field_get(key->field, &b->match.key, vb);
    int order = memcmp(va, vb, of_fields[key->field].wire);
    return key->descending ? -order : order;
}

static int
compare_lines(const void *a_, const void *b_)
{
    const struct flow_line *a = a_, *b = b_;
    for (size_t i = 0; i < n_sort_keys; i++) {
        const struct sort_key *key = &sort_keys[i];
        int order = key->field != OF_FIELD_COUNT                     ? compare_field(a, b, key)
                    : a->priority == b->priority                     ? 0
                    : (a->priority < b->priority) != key->descending ? -1
                                                                     : 1;
        if (order) {
            return order;
        }
    }
    if (a->priority != b->priority) {
        return a->priority > b->priority ? -1 : 1;
    }
    return a->place < b->place ? -1 : 1;
}

/* -- Flows one by one -- */

static void
take_flow(void *d_, struct ofp_flow_stats *fs)
{
    struct dump *d = d_;
    struct str s = STR_INIT;
    if (d->without_ages) {
        fs->idle_age = fs->hard_age = -1;
    }
    ofp_flow_stats_format(&s, fs, !d->c->no_stats, &d->how);
    if (!d->c->n_sort_keys) {
        puts(s.s);
        str_fini(&s);
        return;
    }
    if (d->n == d->size) {
        d->lines = xgrow(d->lines, &d->size, sizeof *d->lines);
    }
    d->lines[d->n] = (struct flow_line){fs->match, fs->priority, d->n, str_take(&s)};
    d->n++;
}

static void
dump_each(struct ofctl *c, const char *target, struct talk *t)
{
    struct dump d = {.c = c, .without_ages = talk_version(t) == OFP_10};
    d.how.ports = names_of_ports_to_show(c, target);
    d.how.tables = names_of_tables_to_show(c, target);
    flow_talk_for_each(t, take_flow, &d);
    sort_keys = c->sort_keys;
    n_sort_keys = c->n_sort_keys;
    if (d.n) {
        qsort(d.lines, d.n, sizeof *d.lines, compare_lines);
    }
    for (size_t i = 0; i < d.n; i++) {
        puts(d.lines[i].text);
        os_free(d.lines[i].text);
    }
    os_free(d.lines);
}

void
cmd_dump_flows(struct ofctl *c, int argc, char *argv[])
{
    bool shows_names =
        c->names == NAMES_YES || (c->names == NAMES_ON_TERMINAL && os_stdout_is_terminal());
    struct talk *t = begin_request(c, argc, argv, OFPST_FLOW_REQUEST);
    if (c->n_sort_keys || c->no_stats || shows_names) {
        dump_each(c, argv[0], t);
    } else {
        talk_dump(t);
    }
    talk_close(t);
}
