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
 * - state SW: of the filter module
 * - option NAME on|off: fragment, async, reorder, dispatch, pend, vlan-oob
 * - fail NAME N: the Nth alloc, grow, oid or attach from now on fails; 0: none
 * - seed N */
#include "simswitch/sim_netio.h"
#include "simswitch/sim_switch.h"

#define MAX_WORDS 40

struct reply {
    char *at;
    size_t left;
};

static void HOST_PRINTF(2, 3) say(struct reply *r, const char *format, ...)
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
static int
fails(struct reply *r, const char *why)
{
    say(r, "%s", why);
    return -1;
}

struct command {
    const char *name;
    int min_words, max_words; /* after the name */
    int (*run)(char **w, int n, struct reply *r);
};

static bool
is(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++, b++;
    }
    return *a == *b;
}

/* A decimal number, or -1. */
static long long
number(const char *s)
{
    long long n = 0;
    for (; *s >= '0' && *s <= '9' && n < (1ll << 40); s++) {
        n = n * 10 + (*s - '0');
    }
    return *s ? -1 : n;
}

static struct sim_switch *
switch_of(const char *name, struct reply *r)
{
    struct sim_switch *sw = sim_switch_find(name);
    if (!sw) {
        say(r, "no switch %s", name);
    }
    return sw;
}

static struct sim_port *
port_of(struct sim_switch *sw, const char *id, struct reply *r)
{
    struct sim_port *port = sw ? sim_port_find(sw, (NDIS_SWITCH_PORT_ID)number(id)) : NULL;
    if (sw && !port) {
        say(r, "no port %s", id);
    }
    return port;
}

static int
cmd_switch_add(char **w, int n, struct reply *r)
{
    bool inactive = n > 1 && is(w[1], "inactive");
    return sim_switch_add(w[0], !inactive) ? fails(r, "there is such a switch") : 0;
}

static int
cmd_switch_del(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    return !sw ? -1 : sim_switch_del(sw) ? fails(r, "an extension is attached") : 0;
}

static int
with_switch(char **w, struct reply *r, int (*step)(struct sim_switch *sw), const char *why)
{
    struct sim_switch *sw = switch_of(w[0], r);
    return !sw ? -1 : step(sw) ? fails(r, why) : 0;
}

static int
cmd_attach(char **w, int n, struct reply *r)
{
    (void)n;
    return with_switch(w, r, sim_attach, "not attached");
}

static int
cmd_restart(char **w, int n, struct reply *r)
{
    (void)n;
    return with_switch(w, r, sim_restart, "not restarted");
}

static int
cmd_pause(char **w, int n, struct reply *r)
{
    (void)n;
    return with_switch(w, r, sim_pause, "not running");
}

static int
cmd_detach(char **w, int n, struct reply *r)
{
    (void)n;
    return with_switch(w, r, sim_detach, "not paused");
}

static int
cmd_activate(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    if (!sw) {
        return -1;
    }
    sim_activate(sw);
    return 0;
}

static int
cmd_switch(char **w, int n, struct reply *r)
{
    (void)n;
    if (sim_switch_add(w[0], false)) {
        return fails(r, "there is such a switch");
    }
    struct sim_switch *sw = sim_switch_find(w[0]);
    if (sim_attach(sw) || sim_restart(sw)) {
        return fails(r, "not attached");
    }
    sim_activate(sw);
    return 0;
}

static const struct kind {
    const char *name;
    NDIS_SWITCH_PORT_TYPE port;
    NDIS_SWITCH_NIC_TYPE nic;
} kinds[] = {
    {"external", NdisSwitchPortTypeExternal, NdisSwitchNicTypeExternal},
    {"internal", NdisSwitchPortTypeInternal, NdisSwitchNicTypeInternal},
    {"vm", NdisSwitchPortTypeSynthetic, NdisSwitchNicTypeSynthetic},
};

static const struct kind *
kind_of_name(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (is(kinds[i].name, name)) {
            return &kinds[i];
        }
    }
    return NULL;
}

static const struct kind *
kind_of_port(struct sim_port *port)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].port == port->is.PortType) {
            return &kinds[i];
        }
    }
    return &kinds[2];
}

static int
cmd_port_add(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    const struct kind *kind = kind_of_name(w[2]);
    long long id = number(w[1]);
    if (!sw) {
        return -1;
    }
    if (!kind || id < 1 || id > UINT16_MAX) {
        return fails(r, "no such kind, or no such number");
    }
    NDIS_SWITCH_PORT_PARAMETERS *p = host_alloc(sizeof *p);
    p->Header =
        (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_DEFAULT, NDIS_SWITCH_PORT_PARAMETERS_REVISION_1,
                             NDIS_SIZEOF_NDIS_SWITCH_PORT_PARAMETERS_REVISION_1};
    p->PortId = (NDIS_SWITCH_PORT_ID)id;
    p->PortType = kind->port;
    sim_string_set(&p->PortName, w[1]);
    sim_string_set(&p->PortFriendlyName, kind->port == NdisSwitchPortTypeSynthetic
                                             ? w[3]
                                             : "Dynamic Ethernet Switch Port");
    int result = sim_port_add(sw, p);
    host_free(p);
    return result ? fails(r, "vetoed, or there is such a port") : 0;
}

static int
cmd_port_rename(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    struct sim_port *port = port_of(sw, w[1], r);
    return !port ? -1 : sim_port_rename(sw, port, w[2]);
}

static int
cmd_port_teardown(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    struct sim_port *port = port_of(sw, w[1], r);
    return !port ? -1 : sim_port_teardown(sw, port) ? fails(r, "out of order") : 0;
}

static int
cmd_port_del(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    struct sim_port *port = port_of(sw, w[1], r);
    return !port ? -1 : sim_port_del(sw, port) ? fails(r, "out of order") : 0;
}

static void
fill_nic(NDIS_SWITCH_NIC_PARAMETERS *p, char **w, const struct kind *kind)
{
    unsigned port = (unsigned)number(w[1]), index = (unsigned)number(w[2]);
    const UCHAR mac[6] = {0x00, 0x15, 0x5d, (UCHAR)index, (UCHAR)(port >> 8), (UCHAR)port};
    p->Header =
        (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_DEFAULT, NDIS_SWITCH_NIC_PARAMETERS_REVISION_1,
                             NDIS_SIZEOF_NDIS_SWITCH_NIC_PARAMETERS_REVISION_1};
    p->PortId = port;
    p->NicIndex = (NDIS_SWITCH_NIC_INDEX)index;
    p->NicType = kind->nic;
    p->MTU = 1500;
    sim_string_set(&p->NicName, w[1]);
    sim_string_set(&p->NicFriendlyName, w[3]);
    sim_string_set(&p->VmName, kind->nic == NdisSwitchNicTypeSynthetic ? "vm" : "");
    sim_string_set(&p->VmFriendlyName, kind->nic == NdisSwitchNicTypeSynthetic ? "vm" : "");
    memcpy(p->PermanentMacAddress, mac, sizeof mac);
    memcpy(p->VMMacAddress, mac, sizeof mac);
    memcpy(p->CurrentMacAddress, mac, sizeof mac);
    if (kind->nic != NdisSwitchNicTypeSynthetic) {
        p->NetCfgInstanceId = sim_interface_guid(w[0], port, index);
        sim_interface_add(&p->NetCfgInstanceId, w[3]);
    }
}

static int
cmd_nic_add(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    struct sim_port *port = port_of(sw, w[1], r);
    if (!port) {
        return -1;
    }
    NDIS_SWITCH_NIC_PARAMETERS *p = host_alloc(sizeof *p);
    fill_nic(p, w, kind_of_port(port));
    int result = sim_nic_add(sw, p);
    host_free(p);
    return result ? fails(r, "vetoed, out of order, or there is such an adapter") : 0;
}

static struct sim_nic *
nic_of(struct sim_port *port, const char *index, struct reply *r)
{
    struct sim_nic *nic = port ? sim_nic_find(port, (NDIS_SWITCH_NIC_INDEX)number(index)) : NULL;
    if (port && !nic) {
        say(r, "no adapter %s", index);
    }
    return nic;
}

static int
cmd_nic_connect(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    struct sim_nic *nic = nic_of(port_of(sw, w[1], r), w[2], r);
    return !nic ? -1 : sim_nic_connect(sw, nic) ? fails(r, "out of order") : 0;
}

static int
cmd_nic_disconnect(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    struct sim_nic *nic = nic_of(port_of(sw, w[1], r), w[2], r);
    return !nic ? -1 : sim_nic_disconnect(sw, nic) ? fails(r, "out of order") : 0;
}

static int
cmd_nic_update(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    struct sim_nic *nic = nic_of(port_of(sw, w[1], r), w[2], r);
    return !nic ? -1 : sim_nic_update(sw, nic, (ULONG)number(w[3]));
}

static int
cmd_nic_del(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    struct sim_port *port = port_of(sw, w[1], r);
    struct sim_nic *nic = nic_of(port, w[2], r);
    return !nic ? -1 : sim_nic_del(sw, port, nic) ? fails(r, "out of order") : 0;
}

static int
cmd_plug(char **w, int n, struct reply *r)
{
    if (cmd_port_add(w, n, r)) {
        return -1;
    }
    int n_nics = is(w[2], "external") ? 2 : 1; /* the external adapter, and the one behind it */
    char *nic[4] = {w[0], w[1], "0", w[3]};
    for (int i = 0; i < n_nics; i++) {
        nic[2] = i ? "1" : "0";
        if (cmd_nic_add(nic, 4, r) || cmd_nic_connect(nic, 3, r)) {
            return -1;
        }
    }
    return 0;
}

static int
cmd_unplug(char **w, int n, struct reply *r)
{
    struct sim_switch *sw = switch_of(w[0], r);
    struct sim_port *port = port_of(sw, w[1], r);
    if (!port) {
        return -1;
    }
    while (!list_is_empty(&port->nics)) {
        struct sim_nic *nic = CONTAINER_OF(port->nics.prev, struct sim_nic, node);
        if (nic->is.NicState == NdisSwitchNicStateConnected && sim_nic_disconnect(sw, nic)) {
            return fails(r, "not disconnected");
        }
        if (sim_nic_del(sw, port, nic)) {
            return fails(r, "not deleted");
        }
    }
    if (port->is.PortState == NdisSwitchPortStateCreated && cmd_port_teardown(w, n, r)) {
        return -1;
    }
    return cmd_port_del(w, n, r);
}

static int
nibble(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Turns the digits of HEX into bytes in place; their number, or 0 where it is none. */
static size_t
bytes_of(char *hex)
{
    size_t n = 0;
    for (; hex[2 * n]; n++) {
        int high = nibble(hex[2 * n]), low = high < 0 ? -1 : nibble(hex[2 * n + 1]);
        if (low < 0) {
            return 0;
        }
        hex[n] = (char)(high << 4 | low);
    }
    return n;
}

static int
cmd_send(char **w, int n, struct reply *r)
{
    struct sim_frame frames[MAX_WORDS];
    for (int i = 2; i < n; i++) {
        frames[i - 2] = (struct sim_frame){w[i], bytes_of(w[i])};
        if (!frames[i - 2].size) {
            return fails(r, "not a frame in hexadecimal");
        }
    }
    return sim_send(w[0], (unsigned)number(w[1]), frames, (size_t)n - 2)
               ? fails(r, "the switch is not running, or the adapter not connected")
               : 0;
}

static int
cmd_take(char **w, int n, struct reply *r)
{
    (void)n;
    unsigned port = (unsigned)number(w[1]);
    uint8_t *data = host_alloc(64 * 1024);
    int size;
    while (r->left > 2 * 2048 && (size = sim_take(w[0], port, data, 64 * 1024)) > 0) {
        say(r, "frame ");
        for (int i = 0; i < size; i++) {
            say(r, "%02x", data[i]);
        }
        say(r, "\n");
    }
    host_free(data);
    return 0;
}

static size_t
n_captured(const char *name, unsigned id)
{
    size_t n = 0;
    KIRQL irql = sim_lock();
    struct sim_switch *sw = sim_switch_find(name);
    struct sim_port *port = sw ? sim_port_find(sw, id) : NULL;
    if (port) {
        n = port->n_captured;
    }
    sim_unlock(irql);
    return n;
}

static int
cmd_wait(char **w, int n, struct reply *r)
{
    long long wanted = number(w[2]);
    unsigned port = (unsigned)number(w[1]);
    ULONGLONG end = sim_deadline((unsigned)number(w[3]));
    while ((long long)n_captured(w[0], port) < wanted && sim_wait(end)) {
    }
    size_t there = n_captured(w[0], port);
    cmd_take(w, n, r);
    if ((long long)there < wanted) {
        say(r, "%u of %u frames\n", (unsigned)there, (unsigned)wanted);
        return -1;
    }
    return 0;
}

static int
cmd_counts(char **w, int n, struct reply *r)
{
    struct sim_switch *sw = switch_of(w[0], r);
    struct sim_port *port = n > 1 ? port_of(sw, w[1], r) : NULL;
    if (!sw || (n > 1 && !port)) {
        return -1;
    }
    if (port) {
        say(r, "sent=%u delivered=%u\n", (unsigned)port->sent, (unsigned)port->delivered);
    } else {
        say(r, "sent=%u completed=%u dropped=%u filtered=%u\n", (unsigned)sw->sent,
            (unsigned)sw->completed, (unsigned)sw->dropped, (unsigned)sw->filtered);
    }
    return 0;
}

static int
cmd_state(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    if (!sw) {
        return -1;
    }
    say(r, "%s\n", sim_state_name(sw->module ? sim_state(sw->module) : SIM_DETACHED));
    return 0;
}

static int
cmd_quiesce(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = switch_of(w[0], r);
    if (!sw) {
        return -1;
    }
    if (sw->module && !sim_path_drain(sw->module, (unsigned)number(w[1]))) {
        return fails(r, "packets are still under way");
    }
    KIRQL irql = sim_lock();
    LIST_FOR_EACH (struct sim_port, port, node, &sw->ports) {
        if (port->n_captured) {
            say(r, "port %u frames=%u\n", (unsigned)port->is.PortId, (unsigned)port->n_captured);
        }
    }
    sim_unlock(irql);
    return 0;
}

static int
cmd_option(char **w, int n, struct reply *r)
{
    (void)n;
    int option = sim_option_find(w[0]);
    if (option < 0) {
        return fails(r, "no such option");
    }
    sim_option_set((enum sim_option)option, is(w[1], "on"));
    return 0;
}

static int
cmd_fail(char **w, int n, struct reply *r)
{
    (void)n;
    int failure = sim_failure_find(w[0]);
    if (failure < 0 || number(w[1]) < 0) {
        return fails(r, "no such failure");
    }
    sim_failure_set((enum sim_failure)failure, (unsigned)number(w[1]));
    return 0;
}

static int
cmd_seed(char **w, int n, struct reply *r)
{
    (void)n, (void)r;
    sim_seed((uint64_t)number(w[0]));
    return 0;
}

static const struct command commands[] = {
    {"switch", 1, 1, cmd_switch},
    {"switch-add", 1, 2, cmd_switch_add},
    {"switch-del", 1, 1, cmd_switch_del},
    {"attach", 1, 1, cmd_attach},
    {"restart", 1, 1, cmd_restart},
    {"pause", 1, 1, cmd_pause},
    {"detach", 1, 1, cmd_detach},
    {"activate", 1, 1, cmd_activate},
    {"plug", 4, 4, cmd_plug},
    {"unplug", 2, 2, cmd_unplug},
    {"port-add", 4, 4, cmd_port_add},
    {"port-rename", 3, 3, cmd_port_rename},
    {"port-teardown", 2, 2, cmd_port_teardown},
    {"port-del", 2, 2, cmd_port_del},
    {"nic-add", 4, 4, cmd_nic_add},
    {"nic-connect", 3, 3, cmd_nic_connect},
    {"nic-update", 4, 4, cmd_nic_update},
    {"nic-disconnect", 3, 3, cmd_nic_disconnect},
    {"nic-del", 3, 3, cmd_nic_del},
    {"option", 2, 2, cmd_option},
    {"fail", 2, 2, cmd_fail},
    {"seed", 1, 1, cmd_seed},
    {"counts", 1, 2, cmd_counts},
    {"state", 1, 1, cmd_state},
};

/* Those that run while others do. */
static const struct command traffic[] = {
    {"send", 3, MAX_WORDS - 1, cmd_send},
    {"take", 2, 2, cmd_take},
    {"wait", 4, 4, cmd_wait},
    {"quiesce", 2, 2, cmd_quiesce},
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
        if (n == MAX_WORDS) {
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
find(const struct command *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (is(table[i].name, name)) {
            return &table[i];
        }
    }
    return NULL;
}

static int
run(char **words, int n, struct reply *r)
{
    const struct command *c = find(traffic, sizeof traffic / sizeof *traffic, words[0]);
    bool exclusive = !c;
    if (!c) {
        c = find(commands, sizeof commands / sizeof *commands, words[0]);
    }
    if (!c) {
        say(r, "no command %s", words[0]);
        return -1;
    }
    if (n - 1 < c->min_words || n - 1 > c->max_words) {
        say(r, "%s takes %u to %u words", c->name, (unsigned)c->min_words, (unsigned)c->max_words);
        return -1;
    }
    if (exclusive) {
        KeWaitForSingleObject(&sim.control, Executive, KernelMode, FALSE, NULL);
    }
    int result = c->run(words + 1, n - 1, r);
    if (exclusive) {
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
    char *copy = host_alloc(length + 1), *words[MAX_WORDS];
    memcpy(copy, line, length);
    int n = split(copy, words);
    int result = n < 0    ? fails(&r, "too many words, or an open quote")
                 : n == 0 ? 0
                          : run(words, n, &r);
    host_free(copy);
    if (host_failure()) {
        r = (struct reply){reply, size};
        say(&r, "simulated switch: %s", host_failure());
        return -1;
    }
    return result;
}
