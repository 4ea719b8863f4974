/* SPDX-License-Identifier: Apache-2.0 */
/* The command language of the simulator. A command is a line of words; a word with blanks is in
 * double quotes. SW is a switch's name, PORT a number above 0, INDEX an adapter's on its port.
 *
 * - switch SW: makes a switch: add, attach, restart, activate in one
 * - switch-add SW [inactive]: without the extension; `attach` comes next
 * - switch-del SW
 * - attach SW, restart SW, pause SW, detach SW, activate SW
 * - plug SW PORT KIND NAME: a port with its adapters, connected. KIND is external, internal or vm;
 *   NAME the friendly name of a vm's port, the alias of the interface behind the other kinds
 * - unplug SW PORT: the reverse
 * - port-add SW PORT KIND NAME, port-rename SW PORT NAME, port-teardown SW PORT, port-del SW PORT
 * - nic-add SW PORT INDEX NAME, nic-connect, nic-disconnect, nic-del SW PORT INDEX
 * - nic-update SW PORT INDEX MTU
 * - send SW PORT HEX...: frames from the port's adapter
 * - take SW PORT: what was delivered to it since: lines `frame HEX`
 * - wait SW PORT N MS: the same when N frames are there, or MS have passed (an error)
 * - quiesce SW MS: waits until no packet is under way; then says which ports have frames to take
 * - counts SW [PORT]
 * - oid SW query|set|method OID SIZE [refused]: a request that no extension knows, answered by the
 *   miniport edge; an error where it does not come through, or its answer not back
 * - status SW: a status indication from a physical adapter, likewise
 * - state SW: of the filter module
 * - option NAME on|off: fragment, async, hold, reorder, dispatch, pend, vlan-oob
 * - fail NAME N: the Nth alloc, grow, oid or attach from now on fails; 0: none
 * - seed N */
#include "simswitch/command.h"

void
cmd_say(struct reply *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = host_format(r->at, r->left, format, args);
    va_end(args);
    size_t step = n < 0 ? 0 : (size_t)n < r->left ? (size_t)n : r->left - 1;
    r->at += step;
    r->left -= step;
}

/* Gives -1, having said why. */
int
cmd_fails(struct reply *r, const char *why)
{
    cmd_say(r, "%s", why);
    return -1;
}

bool
cmd_is(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++, b++;
    }
    return *a == *b;
}

/* A decimal number, or -1. */
long long
cmd_number(const char *s)
{
    long long n = 0;
    for (; *s >= '0' && *s <= '9' && n < (1ll << 40); s++) {
        n = n * 10 + (*s - '0');
    }
    return *s ? -1 : n;
}

struct sim_switch *
cmd_switch_of(const char *name, struct reply *r)
{
    struct sim_switch *sw = sim_switch_find(name);
    if (!sw) {
        cmd_say(r, "no switch %s", name);
    }
    return sw;
}

struct sim_port *
cmd_port_of(struct sim_switch *sw, const char *id, struct reply *r)
{
    struct sim_port *port = sw ? sim_port_find(sw, (NDIS_SWITCH_PORT_ID)cmd_number(id)) : NULL;
    if (sw && !port) {
        cmd_say(r, "no port %s", id);
    }
    return port;
}

static int
cmd_option(char **w, int n, struct reply *r)
{
    (void)n;
    int option = sim_option_find(w[0]);
    if (option < 0) {
        return cmd_fails(r, "no such option");
    }
    sim_option_set((enum sim_option)option, cmd_is(w[1], "on"));
    sim_edge_wake(); /* for what was held */
    return 0;
}

static int
cmd_fail(char **w, int n, struct reply *r)
{
    (void)n;
    int failure = sim_failure_find(w[0]);
    if (failure < 0 || cmd_number(w[1]) < 0) {
        return cmd_fails(r, "no such failure");
    }
    sim_failure_set((enum sim_failure)failure, (unsigned)cmd_number(w[1]));
    return 0;
}

static int
cmd_seed(char **w, int n, struct reply *r)
{
    (void)n, (void)r;
    sim_seed((uint64_t)cmd_number(w[0]));
    return 0;
}

static const struct command own_commands[] = {
    {"option", 2, 2, true, cmd_option},
    {"fail", 2, 2, true, cmd_fail},
    {"seed", 1, 1, true, cmd_seed},
    {NULL, 0, 0, false, NULL},
};

/* Cuts LINE into words, in place; their number, or -1 where a quote is open or they are too many.
 */
static int
split(char *line, char **words)
{
    int n = 0;
    for (char *p = line;;) {
        while (*p == ' ' || *p == '\t') {
            p++;
        }
        if (!*p) {
            return n;
        }
        char end = *p == '"' ? '"' : ' ';
        p += end == '"';
        if (n == CMD_MAX_WORDS) {
            return -1;
        }
        words[n++] = p;
        while (*p && *p != end) {
            p++;
        }
        if (!*p) {
            return end == '"' ? -1 : n;
        }
        *p++ = '\0';
    }
}

static const struct command *
find(const struct command *c, const char *name)
{
    while (c->name && !cmd_is(c->name, name)) {
        c++;
    }
    return c->name ? c : NULL;
}

static int
run(char **words, int n, struct reply *r)
{
    const struct command *c = find(own_commands, words[0]);
    c = c ? c : find(life_commands, words[0]);
    c = c ? c : find(traffic_commands, words[0]);
    if (!c) {
        cmd_say(r, "no command %s", words[0]);
        return -1;
    }
    if (n - 1 < c->min_words || n - 1 > c->max_words) {
        cmd_say(r, "%s takes %u to %u words", c->name, (unsigned)c->min_words,
                (unsigned)c->max_words);
        return -1;
    }
    if (c->alone) {
        KeWaitForSingleObject(&sim.control, Executive, KernelMode, FALSE, NULL);
    }
    int result = c->run(words + 1, n - 1, r);
    if (c->alone) {
        KeReleaseMutex(&sim.control, FALSE);
    }
    return result;
}

int
sim_command(const char *line, char *reply, size_t size)
{
    struct reply r = {reply, size};
    reply[0] = '\0';
    size_t length = 0;
    while (line[length]) {
        length++;
    }
    char *copy = host_alloc(length + 1), *words[CMD_MAX_WORDS];
    memcpy(copy, line, length);
    int n = split(copy, words);
    int result = n < 0    ? cmd_fails(&r, "too many words, or an open quote")
                 : n == 0 ? 0
                          : run(words, n, &r);
    host_free(copy);
    if (host_failure()) {
        r = (struct reply){reply, size};
        cmd_say(&r, "simulated switch: %s", host_failure());
        return -1;
    }
    return result;
}
