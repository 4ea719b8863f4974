/* SPDX-License-Identifier: Apache-2.0 */
/* ovs-dpctl: shows and changes datapaths (ovs-dpctl(8)). Those in the host's kernel it opens
 * itself, daemon or no daemon. Others, and all where the kernel has none, live in ovs-vswitchd:
 * then the command is put to the running daemon as the runtime command dpctl/COMMAND, and its
 * answer printed as if it were this program's: results on standard output, what went wrong on
 * standard error. Exit codes: 0, or 1 when a command failed or there is nobody to ask. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/command.h"
#include "os/deadline.h"
#include "os/dirs.h"
#include "os/file.h"
#include "os/log.h"
#include "text/options.h"
#include "text/version.h"
#include "vswitchd/dpctl.h"

LOG_MODULE(ovs_dpctl);

#define DAEMON "ovs-vswitchd"

enum {
    OPT_FIRST_PASSED = 0x100,
    OPT_NAMES = OPT_FIRST_PASSED,
    OPT_NO_NAMES,
    OPT_CLEAR,
    OPT_MAY_CREATE,
    OPT_READ_ONLY
};

static const struct option own_options[] = {
    {"statistics", no_argument, NULL, 's'},
    {"more", no_argument, NULL, 'm'},
    {"names", no_argument, NULL, OPT_NAMES},
    {"no-names", no_argument, NULL, OPT_NO_NAMES},
    {"clear", no_argument, NULL, OPT_CLEAR},
    {"may-create", no_argument, NULL, OPT_MAY_CREATE},
    {"read-only", no_argument, NULL, OPT_READ_ONLY},
    {"timeout", required_argument, NULL, 't'},
    {"help", no_argument, NULL, 'h'},
    {"option", no_argument, NULL, OPTIONS_OPT_PRINT},
    {"version", no_argument, NULL, 'V'},
};

static const struct {
    const char *name, *usage;
    unsigned int min_args, max_args;
    bool has_options;
} commands[] = {
#define DPCTL(NAME, USAGE, MIN_ARGS, MAX_ARGS, HAS_OPTIONS, RUN)                                  \
    {(NAME), (USAGE), (MIN_ARGS), (MAX_ARGS), (HAS_OPTIONS)},
#include "vswitchd/dpctl.def"
#undef DPCTL
};

/* What is sent before the command's own arguments. */
struct passed {
    const char *options[8];
    size_t n;
};

static void PORT_NORETURN
print_usage(void)
{
    printf("%s: Open vSwitch datapath management utility\n"
           "usage: %s [OPTIONS] COMMAND [ARG...]\n"
           "  add-dp DP [IFACE...]     add new datapath DP (with IFACEs)\n"
           "  del-dp DP                delete local datapath DP\n"
           "  add-if DP IFACE...       add each IFACE as a port on DP\n"
           "  set-if DP IFACE...       reconfigure each IFACE within DP\n"
           "  del-if DP IFACE...       delete each IFACE from DP\n"
           "  dump-dps                 display names of all datapaths\n"
           "  show                     show basic info on all datapaths\n"
           "  show DP...               show basic info on each DP\n"
           "  dump-flows [DP]          display flows in DP\n"
           "  add-flow [DP] FLOW ACTIONS add FLOW with ACTIONS to DP\n"
           "  add-flows [DP] FILE        add flows from FILE\n"
           "  mod-flow [DP] FLOW ACTIONS change FLOW actions to ACTIONS in DP\n"
           "  mod-flows [DP] FILE        change flows from FILE\n"
           "  get-flow [DP] ufid:UFID    fetch flow corresponding to UFID\n"
           "  del-flow [DP] FLOW         delete FLOW from DP\n"
           "  del-flows [DP] [FILE]      delete all or specified flows from DP\n"
           "  cache-get-size [DP]             Show the current size for all caches\n"
           "  cache-set-size DP CACHE SIZE  Set cache size for a specific cache\n"
           "Each IFACE on add-dp, add-if, and set-if may be followed by\n"
           "comma-separated options.  See ovs-dpctl(8) for syntax, or the\n"
           "Interface table in ovs-vswitchd.conf.db(5) for an options list.\n"
           "For COMMAND dump-flows, add-flow, add-flows, mod-flow,\n"
           "mod-flows, del-flow and del-flows, DP is optional if there is\n"
           "only one datapath.\n",
           log_program_name(), log_program_name());
    log_print_usage();
    printf("\nOptions for show and mod-flow:\n"
           "  -s,  --statistics           print statistics for port or flow\n"
           "\nOptions for dump-flows:\n"
           "  -m, --more                  increase verbosity of output\n"
           "  --names                     use port names in output\n"
           "\nOptions for mod-flow:\n"
           "  --may-create                create flow if it doesn't exist\n"
           "  --read-only                 do not run read/write commands\n"
           "  --clear                     reset existing stats to zero\n"
           "\nOther options:\n"
           "  -t, --timeout=SECS          give up after SECS seconds\n"
           "  -h, --help                  display this help message\n"
           "  -V, --version               display version information\n");
    exit(EXIT_SUCCESS);
}

static void
list_commands(void)
{
    printf("The available commands are:\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        printf("  %-23s %s\n", commands[i].name, commands[i].usage);
    }
    exit(EXIT_SUCCESS);
}

static void
take_own(int c, const char *arg, void *passed_)
{
    struct passed *passed = passed_;
    static const char *const long_names[] = {"--names", "--no-names", "--clear", "--may-create",
                                             "--read-only"};
    if (c >= OPT_FIRST_PASSED && c <= OPT_READ_ONLY) {
        passed->options[passed->n++] = long_names[c - OPT_FIRST_PASSED];
    } else if (c == 's' || c == 'm') {
        passed->options[passed->n++] = c == 's' ? "-s" : "-m";
    } else if (c == 't') {
        os_deadline_parse(arg, 't');
    } else if (c == 'h') {
        print_usage();
    } else {
        version_print();
        exit(EXIT_SUCCESS);
    }
    if (passed->n == ARRAY_LEN(passed->options)) {
        passed->n--; /* said often enough */
    }
}

static void
parse_options(int argc, char *argv[], struct passed *passed)
{
    const struct option_block blocks[] = {
        {own_options, ARRAY_LEN(own_options), take_own, passed},
        {log_options, log_n_options, log_parse_option},
    };
    options_parse(blocks, ARRAY_LEN(blocks), "+", argc, argv);
    if (optind >= argc) {
        log_fatal("missing command name; use --help for help");
    }
}

/* The row of NAME, which has N arguments; ends the process if there is none or they are wrong. */
static size_t
find_command(const char *name, unsigned int n)
{
    size_t i = 0;
    while (i < ARRAY_LEN(commands) && strcmp(commands[i].name, name)) {
        i++;
    }
    if (i == ARRAY_LEN(commands)) {
        log_fatal("unknown command '%s'; use --help for help", name);
    } else if (n < commands[i].min_args) {
        log_fatal("'%s' command requires at least %u arguments", name, commands[i].min_args);
    } else if (n > commands[i].max_args) {
        log_fatal("'%s' command takes at most %u arguments", name, commands[i].max_args);
    }
    return i;
}

/* Prints an answer of PROGRAM's: its complaints as this program's, on standard error; so, after a
 * failure, all that follows the first of them. */
static void
print_answer(const char *text, bool ok, const char *program)
{
    size_t prefix = strlen(program) + 2;
    bool complaining = false;
    while (*text) {
        size_t n = strcspn(text, "\n");
        n += text[n] == '\n';
        bool is_complaint = n > prefix && !strncmp(text, program, prefix - 2) &&
                            !strncmp(text + prefix - 2, ": ", 2);
        if (is_complaint) {
            complaining = !ok;
            fprintf(stderr, "%s: %.*s", log_program_name(), (int)(n - prefix), text + prefix);
        } else {
            fprintf(complaining ? stderr : stdout, "%.*s", (int)n, text);
        }
        text += n;
    }
}

/* File names are relative to this process's directory, not the daemon's. */
static const char *
absolute(const char *name, const char *path)
{
    char cwd[4096];
    size_t n = strlen(name), size = sizeof cwd;
    if (n < 6 || strcmp(name + n - 6, "-flows") || !strcmp(name, "dump-flows")) {
        return path;
    } else if (!strcmp(path, "-")) {
        log_fatal("%s: flows are read from files only", name);
    }
    return os_file_exists(path) && !uv_cwd(cwd, &size) ? os_path(cwd, path) : path;
}

/* Whether a datapath is named that is of another type than the kernel's. */
static bool
names_other_type(const char *const args[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t type = strcspn(args[i], "@(,=");
        if (args[i][type] == '@') {
            return type && (type != strlen("system") || strncmp(args[i], "system", type));
        }
    }
    return false;
}

static void
no_change(void *aux UNUSED)
{
}

/* Runs the command on the kernel's datapaths. False if it is not about those. */
static bool
run_here(const char *name, const char *const args[], size_t n, bool *ok)
{
    if (names_other_type(args, n)) {
        return false;
    }
    struct os_loop *loop = os_loop_new();
    struct netdev_registry *registry = netdev_registry_new(loop, no_change, NULL);
    struct dpif_set *set = dpif_set_new(registry);
    bool has_kernel = dpif_has_kernel(set);
    if (has_kernel) {
        struct str out = STR_INIT;
        const char **argv = xalloc((n + 2) * sizeof *argv);
        argv[0] = name;
        memcpy(argv + 1, args, n * sizeof *argv);
        argv[n + 1] = NULL;
        dpif_open_all(set);
        *ok = !dpctl_run(set, registry, (int)n + 1, argv, &out);
        print_answer(str_text(&out), *ok, log_program_name());
        str_fini(&out);
        os_free(argv);
    }
    dpif_set_free(set);
    netdev_registry_free(registry);
    os_loop_free(loop);
    return has_kernel;
}

/* Has the daemon run it. */
static bool
run_there(const char *name, const char *const args[], size_t n)
{
    char *method = xasprintf("dpctl/%s", name), *text;
    bool ok;
    struct err e;
    if (command_invoke(DAEMON, method, args, n, "text", UINT64_MAX, &ok, &text, &e)) {
        log_fatal("no kernel datapath on this host, and no " DAEMON " to ask for others: %s",
                  e.text);
    }
    print_answer(text, ok, DAEMON);
    os_free(text);
    os_free(method);
    return ok;
}

int
main(int argc, char *argv[])
{
    struct passed passed = {.n = 0};
    log_start(argv[0]);
    log_set_level(NULL, LOG_CONSOLE, LOG_ERR);
    parse_options(argc, argv, &passed);

    const char *name = argv[optind];
    size_t n = (size_t)(argc - optind - 1), n_args = 0;
    if (!strcmp(name, "help")) {
        print_usage();
    }
    size_t row = find_command(name, (unsigned int)n);
    if (!strcmp(name, "list-commands")) {
        list_commands();
    }
    const char **args = xalloc((n + passed.n + 1) * sizeof *args);
    for (size_t i = 0; i < passed.n && commands[row].has_options; i++) {
        args[n_args++] = passed.options[i];
    }
    for (size_t i = 1; i <= n; i++) {
        args[n_args++] = i == n ? absolute(name, argv[optind + i]) : argv[optind + i];
    }

    bool ok = false;
    if (!run_here(name, args, n_args, &ok)) {
        ok = run_there(name, args, n_args);
    }
    os_free(args);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
