/* SPDX-License-Identifier: Apache-2.0 */
/* ovs-appctl: tells a running daemon what to do and prints its answer. Options as ovs-appctl(8),
 * with --format and --pretty of newer Open vSwitch. Exit codes: 0 the daemon did it, 1 it could
 * not be asked, 2 it refused. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/command.h"
#include "os/deadline.h"
#include "os/log.h"
#include "text/options.h"
#include "text/version.h"

LOG_MODULE(appctl);

enum { OPT_PRETTY = 0x100 };

static const struct option own_options[] = {
    {"target", required_argument, NULL, 't'}, {"execute", no_argument, NULL, 'e'},
    {"help", no_argument, NULL, 'h'},         {"option", no_argument, NULL, OPTIONS_OPT_PRINT},
    {"version", no_argument, NULL, 'V'},      {"timeout", required_argument, NULL, 'T'},
    {"format", required_argument, NULL, 'f'}, {"pretty", no_argument, NULL, OPT_PRETTY},
};

struct settings {
    const char *target, *format;
    bool pretty;
};

static void PORT_NORETURN
print_usage(void)
{
    printf("%s, for querying and controlling Open vSwitch daemon\n"
           "usage: %s [TARGET] COMMAND [ARG...]\n"
           "Targets:\n"
           "  -t, --target=TARGET  pidfile or socket to contact\n"
           "Common commands:\n"
           "  list-commands      List commands supported by the target\n"
           "  version            Print version of the target\n"
           "  vlog/list          List current logging levels\n"
           "  vlog/list-pattern  List logging patterns for each destination.\n"
           "  vlog/set [SPEC]\n"
           "      Set log levels as detailed in SPEC, which may include:\n"
           "      A valid module name (all modules, by default)\n"
           "      'syslog', 'console', 'file' (all destinations, by default))\n"
           "      'off', 'emer', 'err', 'warn', 'info', or 'dbg' ('dbg', bydefault)\n"
           "  vlog/reopen        Make the program reopen its log file\n"
           "Other options:\n"
           "  --timeout=SECS     wait at most SECS seconds for a response\n"
           "  -f, --format=FMT   Output format. One of: 'json', or 'text'\n"
           "                     ('text', by default)\n"
           "  --pretty           Format the output in a more readable fashion.\n"
           "                     Requires '--format json'.\n"
           "  -h, --help         Print this helpful information\n"
           "  -V, --version      Display %s version information\n",
           log_program_name(), log_program_name(), log_program_name());
    exit(EXIT_SUCCESS);
}

static void
take_own(int c, const char *arg, void *settings)
{
    struct settings *s = settings;
    switch (c) {
    case 't':
        s->target = arg;
        break;
    case 'T':
        os_deadline_parse(arg, 'T');
        break;
    case 'e':
        break; /* what earlier versions needed */
    case 'f':
        if (strcmp(arg, "json") && strcmp(arg, "text")) {
            log_fatal("value %s on -f or --format is invalid", arg);
        }
        s->format = arg;
        break;
    case OPT_PRETTY:
        s->pretty = true;
        break;
    case 'h':
        print_usage();
    case 'V':
        version_print();
        exit(EXIT_SUCCESS);
    default:
        break;
    }
}

static void
parse_options(int argc, char *argv[], struct settings *s)
{
    const struct option_block blocks[] = {
        {own_options, ARRAY_LEN(own_options), take_own, s},
        {log_options, 4, log_parse_option},
    };
    options_parse(blocks, ARRAY_LEN(blocks), "+", argc, argv);
    if (optind >= argc) {
        log_fatal("at least one non-option argument is required (use --help for help)");
    }
    if (s->pretty && strcmp(s->format, "json")) {
        log_fatal("--pretty is supported with --format json only");
    }
}

/* TEXT as it is to be printed; takes it over. */
static char *
present(char *text, const struct settings *s)
{
    json_t *value;
    if (strcmp(s->format, "json") || json_read(text, strlen(text), &value, NULL)) {
        return text;
    }
    os_free(text);
    struct str out = STR_INIT;
    json_write(&out, value, JSON_WRITE_SORTED | (s->pretty ? JSON_WRITE_PRETTY : 0));
    str_putc(&out, '\n');
    json_decref(value);
    return str_take(&out);
}

int
main(int argc, char *argv[])
{
    struct settings s = {.target = "ovs-vswitchd", .format = "text"};
    log_start(argv[0]);
    log_set_level(NULL, LOG_CONSOLE, LOG_WARN);
    parse_options(argc, argv, &s);

    bool ok;
    char *text;
    struct err e;
    const char *const *args = (const char *const *)argv + optind;
    if (command_invoke(s.target, args[0], args + 1, (size_t)(argc - optind - 1), s.format,
                       UINT64_MAX, &ok, &text, &e)) {
        log_fatal("%s", e.text);
    }
    if (!ok) {
        fputs(text, stderr);
        fprintf(stderr, "%s: %s: server returned an error\n", log_program_name(), s.target);
        os_free(text);
        return 2;
    }
    text = present(text, &s);
    fputs(text, stdout);
    os_free(text);
    return EXIT_SUCCESS;
}
