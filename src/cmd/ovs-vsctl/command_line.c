/* SPDX-License-Identifier: Apache-2.0 */
/* From the words after the global options to calls: `[OPTION…] COMMAND [ARG…]`, separated by
 * "--". Options of the first command may also stand among the global ones. Texts of mistakes are
 * the packaged program's. Main thread, ends the process on a mistake. */
#include <stdio.h>
#include <string.h>

#include "cmd/ovs-vsctl/commands.h"
#include "os/log.h"

const struct vsctl_command *const vsctl_command_tables[] = {
    switch_commands, show_commands, bridge_commands,  port_commands,     controller_commands,
    attach_commands, zone_commands, db_read_commands, db_write_commands, NULL};

static const struct vsctl_command *
find_command(const char *name)
{
    for (size_t i = 0; vsctl_command_tables[i]; i++) {
        for (const struct vsctl_command *c = vsctl_command_tables[i]; c->name; c++) {
            if (strcmp(c->name, name) == 0) {
                return c;
            }
        }
    }
    return NULL;
}

/* The entry for OPTION (N characters, dashes included) in the list of COMMAND, or NULL.
 * *WANTS_ARG tells whether it ends with "=". */
static const char *
find_option(const struct vsctl_command *command, const char *option, size_t n, bool *wants_arg)
{
    for (const char *p = command->options; *p;) {
        size_t len = strcspn(p, ",");
        *wants_arg = len && p[len - 1] == '=';
        if (len - *wants_arg == n && strncmp(p, option, n) == 0) {
            return p;
        }
        p += len + (p[len] == ',');
    }
    return NULL;
}

const char *
call_option(const struct vsctl_call *call, const char *option)
{
    for (size_t i = 0; i < call->n_options; i++) {
        if (strcmp(call->options[i].name, option) == 0) {
            return call->options[i].arg ? call->options[i].arg : "";
        }
    }
    return NULL;
}

static void
add_option(struct vsctl_call *call, const char *name, const char *arg)
{
    if (call_option(call, name)) {
        log_fatal("'%s%s%s' option specified multiple times", name, arg ? "=" : "",
                  arg ? arg : "");
    }
    if (call->n_options == call->options_size) {
        call->options = xgrow(call->options, &call->options_size, sizeof *call->options);
    }
    call->options[call->n_options++] = (struct vsctl_option){name, arg};
}

static void
check_options(const struct vsctl_call *call)
{
    for (size_t i = 0; i < call->n_options; i++) {
        const struct vsctl_option *o = &call->options[i];
        bool wants_arg;
        if (!find_option(call->command, o->name, strlen(o->name), &wants_arg)) {
            log_fatal("'%s' command has no '%s' option", call->command->name, o->name);
        }
        if (wants_arg && !o->arg) {
            log_fatal("missing argument to '%s' option on '%s' command", o->name,
                      call->command->name);
        }
        if (!wants_arg && o->arg) {
            log_fatal("'%s' option on '%s' does not accept an argument", o->name,
                      call->command->name);
        }
    }
}

static void
check_arguments(const struct vsctl_call *call)
{
    const struct vsctl_command *c = call->command;
    unsigned int n = (unsigned int)call->argc - 1;
    if (n < c->min_args) {
        log_fatal("'%s' command requires at least %u arguments", c->name, c->min_args);
    }
    if (n <= c->max_args) {
        return;
    }
    /* A following word that is a command looks like a forgotten "--". */
    for (int i = 1; i < call->argc; i++) {
        if (find_command(call->argv[i])) {
            log_fatal("'%s' command takes at most %u arguments (note that options must precede "
                      "command names and follow a \"--\" argument)",
                      c->name, c->max_args);
        }
    }
    log_fatal("'%s' command takes at most %u arguments", c->name, c->max_args);
}

/* One call from the words ARGV. */
static void
parse_call(struct vsctl *v, int argc, char *argv[], struct vsctl_option *local, size_t n_local)
{
    v->calls = xrealloc(v->calls, (v->n_calls + 1) * sizeof *v->calls);
    struct vsctl_call *call = &v->calls[v->n_calls++];
    memset(call, 0, sizeof *call);
    call->v = v;
    for (size_t i = 0; i < n_local; i++) {
        add_option(call, local[i].name, local[i].arg);
    }
    int i = 0;
    for (; i < argc && argv[i][0] == '-'; i++) {
        char *equals = strchr(argv[i], '=');
        if (equals) {
            add_option(call, xmemdup0(argv[i], (size_t)(equals - argv[i])), equals + 1);
        } else {
            add_option(call, argv[i], NULL);
        }
    }
    if (i >= argc) {
        log_fatal("missing command name (use --help for help)");
    }
    call->command = find_command(argv[i]);
    if (!call->command) {
        log_fatal("unknown command '%s'; use --help for help", argv[i]);
    }
    call->argc = argc - i;
    call->argv = argv + i;
    check_options(call);
    check_arguments(call);
}

void
command_line_parse(struct vsctl *v, int argc, char *argv[], struct vsctl_option *local,
                   size_t n_local)
{
    int start = 0;
    for (int i = 0; i <= argc; i++) {
        if (i < argc && strcmp(argv[i], "--") != 0) {
            continue;
        }
        if (i > start) {
            parse_call(v, i - start, argv + start, local, n_local);
            n_local = 0;
        }
        start = i + 1;
    }
    if (!v->n_calls) {
        if (n_local) {
            log_fatal("missing command name (use --help for help)");
        }
        log_fatal("missing command name (use --help for help)");
    }
}

/* -- Lists for --commands and getopt -- */

static void
print_command(const struct vsctl_command *c)
{
    for (const char *p = c->options; *p;) {
        size_t len = strcspn(p, ",");
        printf("[%.*s] ", (int)len, p);
        p += len + (p[len] == ',');
    }
    printf(",%s,%s\n", c->name, c->arguments);
}

void
command_line_print_commands(void)
{
    for (size_t i = 0; vsctl_command_tables[i]; i++) {
        for (const struct vsctl_command *c = vsctl_command_tables[i]; c->name; c++) {
            print_command(c);
        }
    }
}

static bool
has_row(const struct option *rows, size_t n, const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++) {
        if (strlen(rows[i].name) == len && strncmp(rows[i].name, name, len) == 0) {
            return true;
        }
    }
    return false;
}

struct option *
command_line_options(int first_val, size_t *n)
{
    struct option *rows = NULL;
    size_t size = 0;
    *n = 0;
    for (size_t i = 0; vsctl_command_tables[i]; i++) {
        for (const struct vsctl_command *c = vsctl_command_tables[i]; c->name; c++) {
            for (const char *p = c->options; *p;) {
                size_t len = strcspn(p, ",");
                bool wants_arg = len && p[len - 1] == '=';
                const char *name = p + 2;
                size_t name_len = len - 2 - wants_arg;
                if (!has_row(rows, *n, name, name_len)) {
                    if (*n == size) {
                        rows = xgrow(rows, &size, sizeof *rows);
                    }
                    rows[*n] = (struct option){xmemdup0(name, name_len),
                                               wants_arg ? required_argument : no_argument, NULL,
                                               first_val + (int)*n};
                    ++*n;
                }
                p += len + (p[len] == ',');
            }
        }
    }
    return rows;
}

static void
put_word(struct str *text, const char *word)
{
    bool quote = strpbrk(word, " \t\r\n\v\f\"'\\");
    str_puts(text, quote ? "\"" : "");
    for (; *word; word++) {
        if (*word == '"' || *word == '\\') {
            str_putc(text, '\\');
        }
        str_putc(text, *word);
    }
    str_puts(text, quote ? "\"" : "");
}

char *
command_line_text(int argc, char *argv[])
{
    struct str text = STR_INIT;
    for (int i = 0; i < argc; i++) {
        if (i) {
            str_putc(&text, ' ');
        }
        put_word(&text, argv[i]);
    }
    return str_take(&text);
}
