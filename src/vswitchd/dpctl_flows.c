/* SPDX-License-Identifier: Apache-2.0 */
/* dpctl commands about flows. A flow is named by its ufid or by a key, which means the flow that
 * a packet with that key meets; so a second flow for the same packets is refused, whatever its
 * mask. Files of flows are read line by line, and a bad line does not stop the rest. */
#include <string.h>

#include "dpif/action_text.h"
#include "os/file.h"
#include "vswitchd/dpctl_internal.h"

enum { FILE_MAX = 64 << 20 };

/* -- dump-flows -- */

struct dump {
    struct dpctl_run *r;
    const struct port_names *names;
    bool has_filter, any; /* any: the heading is written, or not wanted */
    struct dpctl_filter filter;
};

static void
put_flow(struct dpctl_run *r, const struct dpif_flow *f, const struct port_names *names)
{
    flow_text_put_flow(&r->out, f, names, r->now_ms, r->more ? FLOW_TEXT_VERBOSE : 0);
    str_putc(&r->out, '\n');
}

static void
dump_flow(void *dump_, const struct dpif_flow *f)
{
    struct dump *dump = dump_;
    if (dump->has_filter && !dpctl_filter_matches(&dump->filter, f)) {
        return;
    }
    if (!dump->any) {
        str_puts(&dump->r->out, "flow-dump from the main thread:\n");
        dump->any = true;
    }
    put_flow(dump->r, f, dump->names);
}

/* Port names, if they are wanted: asked for, or by default together with details. */
static const struct port_names *
wanted_names(const struct dpctl_run *r, struct dpif *d)
{
    return (r->names < 0 ? r->more : r->names) ? dpctl_port_names(d) : NULL;
}

/* type=LIST: whether flows of this datapath, which offloads nothing, are among them. */
static int
parse_types(const char *list, bool *wanted)
{
    static const struct {
        const char *type;
        bool wanted;
    } types[] = {
        {"ovs", true},        {"tc", false},           {"dpdk", false},
        {"offloaded", false}, {"non-offloaded", true}, {"partially-offloaded", false},
        {"all", true},
    };
    *wanted = false;
    for (const char *p = list;;) {
        size_t n = strcspn(p, ","), i = 0;
        while (i < ARRAY_LEN(types) &&
               (strlen(types[i].type) != n || strncmp(types[i].type, p, n))) {
            i++;
        }
        if (i == ARRAY_LEN(types)) {
            return -E_INVAL;
        }
        *wanted = *wanted || types[i].wanted;
        if (!p[n]) {
            return 0;
        }
        p += n + 1;
    }
}

struct dump_args {
    const char *filter, *type, *pmd;
};

/* Takes filter=, type= and pmd= out of ARGV, once each. */
static int
take_dump_args(int argc, const char *argv[], struct dump_args *args)
{
    const struct {
        const char *prefix;
        const char **value;
    } known[] = {{"filter=", &args->filter}, {"type=", &args->type}, {"pmd=", &args->pmd}};
    int n = 1;
    for (int i = 1; i < argc; i++) {
        size_t k = 0;
        while (k < ARRAY_LEN(known) &&
               (*known[k].value || strncmp(argv[i], known[k].prefix, strlen(known[k].prefix)))) {
            k++;
        }
        if (k < ARRAY_LEN(known)) {
            *known[k].value = argv[i] + strlen(known[k].prefix);
        } else {
            argv[n++] = argv[i];
        }
    }
    return n;
}

int
dpctl_run_dump_flows(struct dpctl_run *r, int argc, const char *argv[])
{
    struct dump_args args = {NULL, NULL, NULL};
    struct dump dump = {.r = r};
    struct dpif *d;
    int first;
    bool wanted = true;
    argc = take_dump_args(argc, argv, &args);
    int code = dpctl_choose(r, argc, argv, 0, &first, &d);
    if (code || argc > 2) {
        return code ? code : dpctl_error(r, -E_INVAL, "datapath not found");
    }
    struct err e;
    if (args.filter) {
        if (dpctl_filter_parse(args.filter, dpctl_port_names(d), &dump.filter, &e)) {
            return dpctl_error(r, 0, "Failed to parse filter (%s)", e.text);
        }
        dump.has_filter = true;
    }
    if (args.type && parse_types(args.type, &wanted)) {
        return dpctl_error(r, -E_INVAL, "Failed to parse type (%s)", args.type);
    }
    if (args.pmd) {
        uint64_t pmd;
        const char *p = args.pmd;
        bool is_main = !strcmp(p, "-1");
        if (!is_main && (!text_parse_u64(&p, INT32_MAX, &pmd) || *p)) {
            return -E_INVAL;
        }
        wanted = wanted && is_main;
        dump.any = true; /* no need to say whose they are */
    }
    dump.names = wanted_names(r, d);
    if (wanted) {
        dpif_flow_dump(d, dump_flow, &dump);
    }
    return 0;
}

/* -- One flow -- */

struct flow_spec {
    struct uuid ufid;
    bool has_ufid;
    struct flow_key key, mask;
    struct flow_text_seen seen;
};

/* A flow that exists: what is needed to change or delete it. */
struct existing {
    bool found;
    struct uuid ufid;
    struct flow_key key, mask;
    struct dpif_flow_stats stats;
};

static void
keep_flow(void *there_, const struct dpif_flow *f)
{
    struct existing *there = there_;
    *there = (struct existing){true, f->ufid, *f->key, *f->mask, f->stats};
}

static void
find_flow(struct dpif *d, const struct flow_spec *spec, struct existing *there)
{
    there->found = false;
    dpif_flow_get(d, &spec->key, spec->has_ufid ? &spec->ufid : NULL, keep_flow, there);
}

/* Reads the flow; what the datapath needs in every mask is added to its. *CODE: the result of
 * the flow's check, 0 or -E_INVAL. */
static int
parse_spec(struct dpctl_run *r, struct dpif *d, const char *text, const char *context,
           struct flow_spec *spec, int *check)
{
    int ufid = flow_text_parse_ufid(&text, &spec->ufid);
    if (ufid < 0) {
        return dpctl_error(r, ufid, "parsing flow ufid");
    }
    spec->has_ufid = ufid;
    struct err e;
    *check = flow_text_parse(text, dpctl_port_names(d), &spec->key, &spec->mask, &spec->seen, &e);
    if (*check == -E_SYNTAX) {
        return *context ? dpctl_error(r, -E_INVAL, "%s (%s)", context, e.text)
                        : dpctl_error(r, -E_INVAL, "%s", e.text);
    }
    flow_field_set_exact(FIELD_RECIRC_ID, &spec->mask);
    if (!be16_host(spec->key.vlan_tci0)) {
        spec->mask.vlan_tci0 = be16_from(FLOW_VLAN_PRESENT);
    }
    return 0;
}

static void
put_stats(struct dpctl_run *r, const struct dpif_flow_stats *stats)
{
    if (r->statistics) {
        flow_text_put_stats(&r->out, stats, r->now_ms);
        str_putc(&r->out, '\n');
    }
}

/* Puts the flow SPEC, which may be there (FLAGS as of dpif_flow_put). */
static int
put_spec(struct dpif *d, const struct flow_spec *spec, const void *actions, size_t size,
         unsigned int flags, struct existing *there)
{
    find_flow(d, spec, there);
    if (there->found) {
        return flags & DPIF_PUT_MODIFY ? dpif_flow_put(d, &there->key, &there->mask, &there->ufid,
                                                       actions, size, flags)
                                       : -E_EXIST;
    } else if (!(flags & DPIF_PUT_CREATE)) {
        return -E_NOENT;
    } else if (!spec->seen.in_port || !spec->seen.eth_type) {
        return -E_INVAL;
    }
    there->stats = (struct dpif_flow_stats){.packets = 0};
    return dpif_flow_put(d, &spec->key, &spec->mask, spec->has_ufid ? &spec->ufid : NULL, actions,
                         size, flags);
}

static int
put_one(struct dpctl_run *r, struct dpif *d, const char *flow, const char *actions,
        unsigned int flags)
{
    struct flow_spec spec;
    struct existing there;
    int check, code = parse_spec(r, d, flow, "parsing flow key", &spec, &check);
    if (code) {
        return code;
    }
    uint32_t *buffer = xalloc(ROUND_UP((size_t)DP_ACTIONS_MAX, 4));
    struct wr w = wr_make(buffer, DP_ACTIONS_MAX);
    code = action_text_parse(actions, dpctl_port_names(d), &w, NULL);
    if (code) {
        dpctl_error(r, code, "parsing actions");
    } else {
        code = check ? check : put_spec(d, &spec, buffer, w.n, flags, &there);
        if (code) {
            dpctl_error(r, code, "updating flow table");
        } else {
            put_stats(r, &there.stats);
        }
    }
    os_free(buffer);
    return code;
}

static int
put_flow_args(struct dpctl_run *r, int argc, const char *argv[], unsigned int flags)
{
    struct dpif *d;
    int first, code = dpctl_choose(r, argc, argv, 2, &first, &d);
    return code ? code : put_one(r, d, argv[first], argv[first + 1], flags);
}

int
dpctl_run_add_flow(struct dpctl_run *r, int argc, const char *argv[])
{
    return put_flow_args(r, argc, argv, DPIF_PUT_CREATE);
}

static unsigned int
modify_flags(const struct dpctl_run *r)
{
    return DPIF_PUT_MODIFY | (r->may_create ? (unsigned int)DPIF_PUT_CREATE : 0) |
           (r->clear ? (unsigned int)DPIF_PUT_ZERO_STATS : 0);
}

int
dpctl_run_mod_flow(struct dpctl_run *r, int argc, const char *argv[])
{
    return put_flow_args(r, argc, argv, modify_flags(r));
}

static int
del_one(struct dpctl_run *r, struct dpif *d, const char *text)
{
    struct flow_spec spec;
    struct existing there;
    int check, code = parse_spec(r, d, text, "", &spec, &check);
    if (code) {
        return code;
    }
    find_flow(d, &spec, &there);
    code = there.found ? dpif_flow_del(d, &there.key, &there.mask, &there.ufid, &there.stats)
                       : -E_NOENT;
    if (code) {
        dpctl_error(r, code, "deleting flow");
        if (code == -E_NOENT) {
            str_puts(&r->out, "Perhaps you need to specify a UFID?\n");
        }
        return code;
    }
    put_stats(r, &there.stats);
    return 0;
}

int
dpctl_run_del_flow(struct dpctl_run *r, int argc, const char *argv[])
{
    struct dpif *d;
    int first, code = dpctl_choose(r, argc, argv, 1, &first, &d);
    return code ? code : del_one(r, d, argv[first]);
}

static void
show_flow(void *dump_, const struct dpif_flow *f)
{
    const struct dump *dump = dump_;
    put_flow(dump->r, f, dump->names);
}

int
dpctl_run_get_flow(struct dpctl_run *r, int argc, const char *argv[])
{
    struct dpif *d;
    int first, code = dpctl_choose(r, argc, argv, 1, &first, &d);
    if (code) {
        return code;
    }
    struct uuid ufid;
    const char *p = argv[first];
    int got = flow_text_parse_ufid(&p, &ufid);
    if (got <= 0) {
        dpctl_error(r, got, "parsing flow ufid");
        return 0; /* as the reference: said, but no failure */
    }
    struct flow_key none = {.pad_end = 0};
    struct dump dump = {.r = r, .names = wanted_names(r, d)};
    code = dpif_flow_get(d, &none, &ufid, show_flow, &dump);
    return code ? dpctl_error(r, code, "getting flow") : 0;
}

/* -- Files of flows -- */

enum file_op { FILE_ADD, FILE_MODIFY, FILE_DELETE };

/* Runs the line "[add|modify|delete] FLOW [ACTIONS]". */
static void
run_line(struct dpctl_run *r, struct dpif *d, char *line, enum file_op op, unsigned int number)
{
    static const struct {
        const char *word;
        enum file_op op;
    } words[] = {{"add", FILE_ADD}, {"modify", FILE_MODIFY}, {"delete", FILE_DELETE}};
    line += strspn(line, " \t");
    if (!*line || *line == '#') {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t n = strlen(words[i].word);
        if (!strncmp(line, words[i].word, n) && strchr(" \t", line[n])) {
            op = words[i].op;
            line += n;
            line += strspn(line, " \t");
            break;
        }
    }
    char *end = line + strcspn(line, " \t");
    const char *actions = *end ? end + strspn(end, " \t") : end;
    if (!*line || (op != FILE_DELETE && !*actions)) {
        dpctl_error(r, 0, "Failed parsing line number %u, skipped!", number);
        return;
    }
    *end = '\0';
    if (op == FILE_DELETE) {
        del_one(r, d, line);
    } else {
        put_one(r, d, line, actions, op == FILE_ADD ? DPIF_PUT_CREATE : modify_flags(r));
    }
}

static int
run_file(struct dpctl_run *r, struct dpif *d, const char *path, enum file_op op)
{
    char *text;
    size_t n;
    int code = os_file_slurp(path, FILE_MAX, &text, &n);
    if (code) {
        dpctl_error(r, code, "Opening file \"%s\" failed", path);
        return 0; /* as the reference: said, but no failure */
    }
    unsigned int number = 0;
    for (char *line = text; line;) {
        char *end = strchr(line, '\n');
        if (end) {
            *end = '\0';
        }
        size_t len = strlen(line);
        if (len && line[len - 1] == '\r') {
            line[len - 1] = '\0';
        }
        run_line(r, d, line, op, ++number);
        line = end ? end + 1 : NULL;
    }
    os_free(text);
    return 0;
}

static int
run_file_args(struct dpctl_run *r, int argc, const char *argv[], enum file_op op)
{
    struct dpif *d;
    int first, code = dpctl_choose(r, argc, argv, 1, &first, &d);
    return code ? code : run_file(r, d, argv[first], op);
}

int
dpctl_run_add_flows(struct dpctl_run *r, int argc, const char *argv[])
{
    return run_file_args(r, argc, argv, FILE_ADD);
}

int
dpctl_run_mod_flows(struct dpctl_run *r, int argc, const char *argv[])
{
    return run_file_args(r, argc, argv, FILE_MODIFY);
}

/* One argument is a datapath if there is one of that name, else a file. */
int
dpctl_run_del_flows(struct dpctl_run *r, int argc, const char *argv[])
{
    struct dpif *d;
    if (argc == 3 || (argc == 2 && dpctl_find(r, argv[1], &d))) {
        return run_file_args(r, argc, argv, FILE_DELETE);
    }
    int first, code = dpctl_choose(r, argc, argv, 0, &first, &d);
    if (!code) {
        dpif_flow_flush(d);
    }
    return code;
}

int
dpctl_run_parse_actions(struct dpctl_run *r, int argc, const char *argv[])
{
    uint32_t *buffer = xalloc(ROUND_UP((size_t)DP_ACTIONS_MAX, 4));
    int code = 0;
    for (int i = 1; i < argc && !code; i++) {
        struct wr w = wr_make(buffer, DP_ACTIONS_MAX);
        code = action_text_parse(argv[i], NULL, &w, NULL);
        if (code) {
            dpctl_error(r, code, "odp_actions_from_string");
        } else {
            action_text_put(&r->out, buffer, w.n, NULL, NULL);
            str_putc(&r->out, '\n');
        }
    }
    os_free(buffer);
    return code;
}
