/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that change flow tables. Flows are sent one after the other without waiting for each,
 * with one barrier at the end; an error that comes meanwhile ends the run. */
#include <string.h>

#include "cmd/ovs-ofctl/bundle.h"
#include "cmd/ovs-ofctl/flow_talk.h"
#include "os/log.h"

/* What an argument or a file says, before the format is known in which it can be sent. */
struct flow_batch {
    struct ofp_flow_mod fm; /* the one being read */
    struct flow_names names;
    flow_formats usable;
};

static void
batch_init(struct flow_batch *b, struct ofctl *c, const char *target)
{
    static uint8_t actions[OF_ACTS_MAX] __attribute__((aligned(8)));
    *b = (struct flow_batch){.names = flow_names_of(c, target), .usable = FORMAT_ANY};
    b->fm.actions = wr_make(actions, sizeof actions);
}

/* Reads one flow, from line NUMBER of FILE or (NULL) an argument. */
static void
batch_parse(struct flow_batch *b, const char *text, size_t n, enum ofp_flow_command command,
            const char *file, unsigned int number)
{
    struct err e;
    flow_formats formats;
    int error = file ? flow_parse_line(text, n, command, &b->names, &b->fm, &formats, &e)
                     : flow_parse(text, n, command, &b->names, &b->fm, &formats, &e);
    if (error && file) {
        log_fatal("%s:%u: %s", file, number, e.text);
    } else if (error) {
        log_fatal("%s", e.text);
    }
    b->usable &= formats;
}

/* -- One flow -- */

static void
send_one(struct ofctl *c, const char *target, struct flow_batch *b)
{
    uint8_t *msg = xalloc(OFP_MSG_MAX);
    struct flow_dialect d;
    struct talk *t = flow_talk_open(c, target, b->usable, &d);
    struct wr w = wr_make(msg, OFP_MSG_MAX);
    flow_talk_put(&w, &d, &b->fm);
    put_be32(msg + 4, vconn_new_xid());
    if (w.bad) {
        log_fatal("the flow is too long for a message");
    }
    if (c->bundle) {
        struct bundle bundle;
        bundle_begin(&bundle, t);
        bundle_add(&bundle, msg, w.n);
        bundle_commit(&bundle);
    } else {
        talk_tell_message(t, msg, w.n);
    }
    talk_close(t);
    os_free(msg);
}

/* -- Many. All are read before the first is sent, since the format depends on all. They are
 * written at once in the format that is most likely, and read again if it turns out to be another.
 * -- */

/* All of FILE. */
static void
slurp(FILE *file, struct str *text)
{
    size_t n;
    do {
        str_reserve(text, 1 << 20);
        n = fread(text->s + text->n, 1, 1 << 20, file);
        text->n += n;
        text->s[text->n] = '\0';
    } while (n);
}

/* The next line of *P up to END with something on it besides a comment; *NUMBER counts. */
static bool
next_line(const char **p, const char *end, const char **line, size_t *n, unsigned int *number)
{
    while (*p < end) {
        const char *start = *p, *newline = memchr(start, '\n', (size_t)(end - start));
        const char *stop = newline ? newline : end;
        *p = newline ? newline + 1 : end;
        ++*number;
        const char *comment = memchr(start, '#', (size_t)(stop - start));
        stop = comment ? comment : stop;
        while (stop > start && strchr(" \t\r", stop[-1])) {
            stop--;
        }
        while (start < stop && strchr(" \t\r", *start)) {
            start++;
        }
        if (start < stop) {
            *line = start;
            *n = (size_t)(stop - start);
            return true;
        }
    }
    return false;
}

/* Gives EACH every line's flow, in order. */
static void
for_each_flow(struct flow_batch *b, const struct str *text, const char *name,
              enum ofp_flow_command command, void (*each)(void *aux, struct ofp_flow_mod *),
              void *aux)
{
    const char *p = str_text(text), *end = p + text->n, *line;
    unsigned int number = 0;
    for (size_t n; next_line(&p, end, &line, &n, &number);) {
        batch_parse(b, line, n, command, name, number);
        if (each) {
            each(aux, &b->fm);
        }
    }
}

struct sending {
    struct ofctl *c;
    struct talk *t;
    struct flow_dialect dialect;
    uint8_t *msg;
    struct str ready; /* messages in `dialect`, without numbers yet */
    struct bundle bundle;
};

static void
send_message(struct sending *s, const uint8_t *msg, size_t n)
{
    if (s->c->bundle) {
        bundle_add(&s->bundle, msg, n);
        return;
    }
    vconn_new_xid(); /* so that numbers are those of a barrier behind each flow */
    talk_send_checked(s->t, msg, n);
}

static void
put_flow(struct sending *s, struct ofp_flow_mod *fm, struct wr *w)
{
    *w = wr_make(s->msg, OFP_MSG_MAX);
    flow_talk_put(w, &s->dialect, fm);
    if (w->bad) {
        log_fatal("a flow is too long for a message");
    }
}

static void
write_flow(void *s_, struct ofp_flow_mod *fm)
{
    struct sending *s = s_;
    struct wr w;
    put_flow(s, fm, &w);
    str_put(&s->ready, (const char *)s->msg, w.n);
}

static void
send_flow(void *s_, struct ofp_flow_mod *fm)
{
    struct sending *s = s_;
    struct wr w;
    put_flow(s, fm, &w);
    put_be32(s->msg + 4, vconn_new_xid());
    send_message(s, s->msg, w.n);
}

/* Sends what was written. */
static void
send_ready(struct sending *s)
{
    uint8_t *p = (uint8_t *)s->ready.s, *end = p + s->ready.n;
    for (struct ofp_header h; p < end; p += h.len) {
        ofp_header_get(p, (size_t)(end - p), &h);
        put_be32(p + 4, vconn_new_xid());
        send_message(s, p, h.len);
    }
}

static void
send_file(struct ofctl *c, const char *target, const char *path, enum ofp_flow_command command)
{
    struct flow_batch b;
    struct str text = STR_INIT;
    struct sending s = {.c = c, .msg = xalloc(OFP_MSG_MAX)};
    const struct flow_dialect likely = {.version =
                                            (enum ofp_version)ofp_versions_newest(c->versions)};
    batch_init(&b, c, target);
    FILE *file = input_open(path, "open failed");
    slurp(file, &text);
    input_close(file);
    s.dialect = likely;
    for_each_flow(&b, &text, path, command, write_flow, &s);

    s.t = flow_talk_open(c, target, b.usable, &s.dialect);
    if (c->bundle) {
        bundle_begin(&s.bundle, s.t);
    }
    if (s.dialect.version == likely.version && !s.dialect.nxm && !s.dialect.has_table) {
        send_ready(&s);
    } else {
        for_each_flow(&b, &text, path, command, send_flow, &s);
    }
    if (c->bundle) {
        bundle_commit(&s.bundle);
    } else {
        talk_barrier(s.t);
    }
    talk_close(s.t);
    os_free(s.msg);
    str_fini(&s.ready);
    str_fini(&text);
}

/* -- The commands; "-" for a flow means: those on standard input -- */

static void
change(struct ofctl *c, int argc, char *argv[], enum ofp_flow_command command)
{
    const char *text = argc > 1 ? argv[1] : "";
    if (strcmp(text, "-") == 0) {
        send_file(c, argv[0], text, command);
        return;
    }
    struct flow_batch b;
    batch_init(&b, c, argv[0]);
    batch_parse(&b, text, strlen(text), command, NULL, 0);
    send_one(c, argv[0], &b);
}

void
cmd_add_flow(struct ofctl *c, int argc, char *argv[])
{
    change(c, argc, argv, OFP_FLOW_ADD);
}

void
cmd_add_flows(struct ofctl *c, int argc UNUSED, char *argv[])
{
    send_file(c, argv[0], argv[1], OFP_FLOW_ADD);
}

void
cmd_mod_flows(struct ofctl *c, int argc, char *argv[])
{
    change(c, argc, argv, c->strict ? OFP_FLOW_MODIFY_STRICT : OFP_FLOW_MODIFY);
}

void
cmd_del_flows(struct ofctl *c, int argc, char *argv[])
{
    change(c, argc, argv, c->strict ? OFP_FLOW_DELETE_STRICT : OFP_FLOW_DELETE);
}
