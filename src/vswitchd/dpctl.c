/* SPDX-License-Identifier: Apache-2.0 */
/* The table of dpctl/… commands and what they have in common: options before the arguments,
 * finding the datapath, the form of errors. The rows are in dpctl.def, the commands in
 * dpctl_ports.c (datapaths and ports) and dpctl_flows.c. Texts and results, odd ones included, are
 * those observed of the packaged ovs-vswitchd. */
#include "vswitchd/dpctl.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "os/log.h"
#include "vswitchd/dpctl_internal.h"

static const struct {
    const char *name, *usage;
    unsigned int min_args, max_args;
    bool has_options;
    dpctl_fn *run;
} table[] = {
#define DPCTL(NAME, USAGE, MIN_ARGS, MAX_ARGS, HAS_OPTIONS, RUN)                                  \
    {(NAME), (USAGE), (MIN_ARGS), (MAX_ARGS), (HAS_OPTIONS), dpctl_run_##RUN},
#include "vswitchd/dpctl.def"
#undef DPCTL
};

enum { MAX_OPTIONS = 4 };

static struct {
    struct dpif_set *set;
    struct netdev_registry *registry;
    struct command rows[ARRAY_LEN(table)];
    char *names[ARRAY_LEN(table)];
} dpctl;

/* -- What the commands share -- */

int
dpctl_error(struct dpctl_run *r, int code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    str_putf(&r->out, "%s: ", log_program_name());
    str_putv(&r->out, fmt, args);
    va_end(args);
    if (code) {
        str_putf(&r->out, " (%s)", err_text(code));
    }
    str_putc(&r->out, '\n');
    return code ? code : -E_INVAL;
}

struct known {
    const char *type;
    bool found;
};

static void
compare_type(void *known_, const char *type)
{
    struct known *known = known_;
    known->found = known->found || !strcmp(type, known->type);
}

int
dpctl_find(struct dpctl_run *r, const char *name, struct dpif **d)
{
    const char *at = strchr(name, '@');
    char *type = xmemdup0(at ? name : "system", at ? (size_t)(at - name) : strlen("system"));
    name = at ? at + 1 : name;
    struct known known = {*type ? type : "system", false};
    dpif_for_each_type(r->set, compare_type, &known);
    *d = dpif_find(r->set, name, known.type);
    /* Where there is no kernel's datapath, a bare name means the one that stands in for it. */
    for (struct dpif *each = dpif_first(r->set); each && !*d && !at; each = dpif_next(each)) {
        *d = strcmp(dpif_name(each), name) ? NULL : each;
    }
    os_free(type);
    return *d ? 0 : known.found ? -E_NODEV : -E_AFNOSUPPORT;
}

int
dpctl_choose(struct dpctl_run *r, int argc, const char *argv[], int n_others, int *first,
             struct dpif **d)
{
    *d = NULL;
    *first = 1;
    if (argc - 1 > n_others) {
        *first = 2;
        dpctl_find(r, argv[1], d);
    } else if (!dpif_first(r->set)) {
        dpctl_error(r, 0, "no datapaths exist");
    } else if (dpif_next(dpif_first(r->set))) {
        dpctl_error(r, 0, "multiple datapaths, specify one");
    } else {
        *d = dpif_first(r->set);
    }
    return *d ? 0 : dpctl_error(r, -E_INVAL, "datapath not found");
}

static int
compare_dpifs(const void *a_, const void *b_)
{
    const struct dpif *a = *(struct dpif *const *)a_, *b = *(struct dpif *const *)b_;
    int order = strcmp(dpif_type(a), dpif_type(b));
    return order ? order : strcmp(dpif_name(a), dpif_name(b));
}

void
dpctl_for_each(struct dpctl_run *r, void (*each)(struct dpctl_run *, struct dpif *))
{
    struct dpif **all = NULL;
    size_t n = 0, capacity = 0;
    for (struct dpif *d = dpif_first(r->set); d; d = dpif_next(d)) {
        if (n == capacity) {
            all = xgrow(all, &capacity, sizeof *all);
        }
        all[n++] = d;
    }
    if (n) {
        qsort(all, n, sizeof *all, compare_dpifs);
    }
    for (size_t i = 0; i < n; i++) {
        each(r, all[i]);
    }
    os_free(all);
}

static const char *
name_of_port(void *d, uint32_t port_no)
{
    struct dpif_port port;
    return dpif_port_get(d, port_no, &port) ? port.name : NULL;
}

static bool
number_of_port(void *d, const char *name, size_t n, uint32_t *port_no)
{
    struct dpif_port port;
    for (uint32_t at = 0; dpif_port_next(d, &at, &port);) {
        if (strlen(port.name) == n && !memcmp(port.name, name, n)) {
            *port_no = port.port_no;
            return true;
        }
    }
    return false;
}

const struct port_names *
dpctl_port_names(struct dpif *d)
{
    static struct port_names names;
    names = (struct port_names){name_of_port, number_of_port, d};
    return &names;
}

/* -- Running a command -- */

int
dpctl_run_list_commands(struct dpctl_run *r, int argc UNUSED, const char *argv[] UNUSED)
{
    str_puts(&r->out, "The available commands are:\n");
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        str_putf(&r->out, "  dpctl/%-23s %s\n", table[i].name, table[i].usage);
    }
    return 0;
}

static bool
take_option(struct dpctl_run *r, const char *option)
{
    const struct {
        const char *name;
        bool *flag;
        int names;
    } options[] = {
        {"-m", &r->more, 0},       {"--more", &r->more, 0},
        {"-s", &r->statistics, 0}, {"--statistics", &r->statistics, 0},
        {"--names", NULL, 1},      {"--no-names", NULL, 0},
        {"--clear", &r->clear, 0}, {"--may-create", &r->may_create, 0},
        {"--read-only", NULL, -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        if (!strcmp(options[i].name, option)) {
            if (options[i].flag) {
                *options[i].flag = true;
            } else if (options[i].names >= 0) {
                r->names = options[i].names;
            }
            return true;
        }
    }
    return false;
}

/* Takes the leading options away from ARGV; false (and an answer) on one that does not exist. */
static bool
take_options(struct dpctl_run *r, int *argc, const char **argv[])
{
    const char *name = (*argv)[0];
    while (*argc > 1 && (*argv)[1][0] == '-' && (*argv)[1][1]) {
        if (!take_option(r, (*argv)[1])) {
            str_putf(&r->out, "Unrecognized option %s\n", (*argv)[1]);
            return false;
        }
        ++*argv;
        --*argc;
    }
    (*argv)[0] = name;
    return true;
}

static int
run_row(struct dpctl_run *r, size_t row, int argc, const char *argv[])
{
    if (!take_options(r, &argc, &argv)) {
        return -E_INVAL;
    }
    unsigned int n = (unsigned int)argc - 1;
    if (n < table[row].min_args) {
        str_putf(&r->out, "\"%s\" command requires at least %u arguments\n", argv[0],
                 table[row].min_args);
        return -E_INVAL;
    } else if (n > table[row].max_args) {
        str_putf(&r->out, "\"%s\" command takes at most %u arguments\n", argv[0],
                 table[row].max_args);
        return -E_INVAL;
    }
    return table[row].run(r, argc, argv);
}

int
dpctl_run(struct dpif_set *set, struct netdev_registry *registry, int argc, const char *argv[],
          struct str *out)
{
    struct dpctl_run r = {
        .set = set,
        .registry = registry,
        .now_ms = os_now_ms(netdev_registry_loop(registry)),
        .out = STR_INIT,
        .names = -1,
    };
    const char *slash = strchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
    size_t row = 0;
    while (row < ARRAY_LEN(table) && strcmp(table[row].name, name)) {
        row++;
    }
    VERIFY(row < ARRAY_LEN(table));
    int code = run_row(&r, row, argc, argv);
    str_puts(out, str_text(&r.out));
    str_fini(&r.out);
    return code;
}

static void
run_any(struct command_call *call, int argc, const char *argv[], void *aux UNUSED)
{
    struct str out = STR_INIT;
    if (dpctl_run(dpctl.set, dpctl.registry, argc, argv, &out)) {
        command_reply_error(call, str_text(&out));
    } else {
        command_reply(call, str_text(&out));
    }
    str_fini(&out);
}

void
dpctl_add_commands(struct command_server *server, struct dpif_set *set,
                   struct netdev_registry *registry)
{
    dpctl.set = set;
    dpctl.registry = registry;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (!dpctl.names[i]) {
            dpctl.names[i] = xasprintf("dpctl/%s", table[i].name);
        }
        unsigned int max = table[i].max_args;
        dpctl.rows[i] = (struct command){
            .name = dpctl.names[i],
            .usage = table[i].usage,
            .min_args = table[i].min_args,
            .max_args = table[i].has_options && max != INT_MAX ? max + MAX_OPTIONS : max,
            .run = run_any,
        };
    }
    command_add(server, dpctl.rows, ARRAY_LEN(table), NULL);
}
