/* SPDX-License-Identifier: Apache-2.0 */
/* Lives of the driver, each from loading to unloading, with everything at random in between:
 * adapters that come and go, pauses and restarts, clients that open, program, wait and die, memory
 * that runs out, and all the while packets from threads of their own. Whatever happens, each list
 * is completed once and nothing is left; the simulator and the sanitizers see to that. The seed of
 * a life that fails is printed; WEFT_SEED runs that one alone, WEFT_LIVES that many. */
#include <pthread.h>

#include "ovsext_client.h"

enum { PORTS = 6, SENDERS = 2, STEPS = 30, TYPES = 3, LONGEST = 3000 };

/* Where WAIT writes. */
static uint8_t waited[OVSEXT_WAIT_MIN];

struct life {
    uint64_t random;
    bool plugged[PORTS + 1];
    struct client *client;
    struct native_request *wait;
    bool stop; /* atomically */
};

static uint32_t
pick(struct life *l, uint32_t below)
{
    l->random = l->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(l->random >> 33) % below;
}

/* -- Packets -- */

struct sender {
    struct life *life;
    struct life own; /* its randomness */
    pthread_t thread;
};

static void *
sender_run(void *sender_)
{
    struct sender *s = sender_;
    while (!__atomic_load_n(&s->life->stop, __ATOMIC_RELAXED)) {
        uint8_t bytes[4][LONGEST];
        struct sim_frame frames[4];
        uint32_t n = 1 + pick(&s->own, 4);
        for (uint32_t i = 0; i < n; i++) {
            size_t size =
                pick(&s->own, 8) ? 14 + pick(&s->own, 200) : 14 + pick(&s->own, LONGEST - 14);
            fill_frame(bytes[i], size, (uint16_t)(0x88b5 + pick(&s->own, TYPES + 1)), (uint8_t)i);
            frames[i] = (struct sim_frame){bytes[i], size};
        }
        sim_send("sw", 1 + pick(&s->own, PORTS), frames, n); /* if there is such a port */
    }
    return NULL;
}

/* -- Clients -- */

static void
end_wait(struct life *l)
{
    if (l->wait) {
        native_request_cancel(l->wait);
        native_request_free(l->wait);
        l->wait = NULL;
    }
}

static void
end_client(struct life *l)
{
    if (l->client) {
        bool first = pick(l, 2);
        if (first) {
            end_wait(l);
        }
        native_close(l->client->file);
        end_wait(l);
        free(l->client);
        l->client = NULL;
    }
}

static void
start_client(struct life *l)
{
    struct client *c = calloc(1, sizeof *c);
    struct ovsext_hello hello = {OVSEXT_VERSION, 0};
    uint32_t groups = DP_GROUPS;
    size_t n;
    if (native_open(OVSEXT_DEVICE, &c->file)) {
        free(c);
        return;
    }
    native_control(c->file, OVSEXT_HELLO, &hello, sizeof hello, &hello, sizeof hello, &n);
    native_control(c->file, OVSEXT_SUBSCRIBE, &groups, sizeof groups, NULL, 0, &n);
    c->pid = hello.pid;
    l->client = c;
    make_datapath(c);
    for (uint32_t port = 1; port <= PORTS; port++) {
        char name[16];
        snprintf(name, sizeof name, "port-%u", port);
        make_port(c, name, port);
    }
}

/* A list of actions, any that there are. */
static void
put_actions(struct life *l, struct client *c)
{
    for (uint32_t n = pick(l, 7); n; n--) {
        size_t nest;
        switch (pick(l, 7)) {
        case 0:
            act_push_vlan(c, (uint16_t)(1 + pick(l, 4000)));
            break;
        case 1:
            nl_put(&c->w, DP_ACT_POP_VLAN, NULL, 0);
            break;
        case 2:
            nl_put_u32(&c->w, DP_ACT_TRUNC, 14 + pick(l, 100));
            break;
        case 3:
            nest = nl_begin(&c->w, DP_ACT_USERSPACE);
            nl_put_u32(&c->w, 1, c->pid);
            nl_end(&c->w, nest);
            break;
        default:
            act_output(c, 1 + pick(l, PORTS + 1));
        }
    }
}

static void
change_flow(struct life *l)
{
    uint8_t frame[60];
    fill_frame(frame, sizeof frame, (uint16_t)(0x88b5 + pick(l, TYPES)), 0);
    size_t nest = begin_flow(l->client, frame, sizeof frame, 1 + pick(l, PORTS));
    put_actions(l, l->client);
    end_flow(l->client, nest); /* a flow that is there may not be put again: that is answered */
}

static void
execute(struct life *l)
{
    struct client *c = l->client;
    uint8_t frame[2000];
    struct flow_key key;
    size_t n = 60 + pick(l, sizeof frame - 60);
    fill_frame(frame, n, 0x88b5, 9);
    key_of(frame, n, 1 + pick(l, PORTS), &key);
    begin(c, MSG_PACKET, MSG_PACKET_CMD_EXECUTE, 0);
    nl_put(&c->w, MSG_PACKET_ATTR_PACKET, frame, n);
    size_t nest = nl_begin(&c->w, MSG_PACKET_ATTR_KEY);
    nl_flow_put_key(&c->w, &key, NULL);
    nl_end(&c->w, nest);
    nest = nl_begin(&c->w, MSG_PACKET_ATTR_ACTIONS);
    put_actions(l, c);
    nl_end(&c->w, nest);
    transact(c);
}

static void
simple_request(struct life *l, uint16_t family, uint8_t cmd)
{
    struct client *c = l->client;
    begin(c, family, cmd, 0);
    if (family == MSG_VPORT) {
        nl_put_u32(&c->w, MSG_VPORT_ATTR_PORT_NO, pick(l, PORTS + 2));
    }
    transact(c);
}

static void
client_step(struct life *l)
{
    if (!l->client) {
        start_client(l);
        return;
    }
    switch (pick(l, 10)) {
    case 0:
        end_client(l);
        break;
    case 1:
        simple_request(l, MSG_VPORT, MSG_VPORT_CMD_DEL);
        break;
    case 2:
        simple_request(l, MSG_FLOW, MSG_FLOW_CMD_DEL);
        break;
    case 3:
        simple_request(l, pick(l, 2) ? MSG_DP : MSG_VPORT, MSG_DP_CMD_GET);
        break;
    case 4:
        simple_request(l, MSG_DP, pick(l, 3) ? MSG_DP_CMD_GET : MSG_DP_CMD_DEL);
        break;
    case 5:
        end_wait(l);
        l->wait =
            native_request_send(l->client->file, OVSEXT_WAIT, NULL, 0, waited, sizeof waited);
        break;
    case 6:
        execute(l);
        break;
    default:
        change_flow(l);
    }
}

/* -- The switch -- */

static void
plug(struct life *l, uint32_t port)
{
    static const char *const kinds[] = {"external", "internal", "vm"};
    l->plugged[port] = true;
    try_run("plug sw %u %s port-%u", port, kinds[port <= 2 ? port - 1 : 2], port);
}

static void
switch_step(struct life *l)
{
    static const char *const failures[] = {"alloc", "grow", "oid"};
    uint32_t port = 1 + pick(l, PORTS);
    switch (pick(l, 8)) {
    case 0:
    case 1:
        if (l->plugged[port]) {
            l->plugged[port] = try_run("unplug sw %u", port) != 0;
        } else {
            plug(l, port);
        }
        break;
    case 2:
        if (!try_run("pause sw")) {
            try_run("restart sw");
        }
        break;
    case 3:
        if (port > 2 && l->plugged[port]) {
            try_run("port-rename sw %u port-%u", port, 1 + pick(l, PORTS));
        }
        break;
    case 4:
        set_options(pick(l, 64));
        break;
    default:
        try_run("fail %s %u", failures[pick(l, 3)], pick(l, 60));
    }
}

/* -- Lives -- */

static void
live(uint64_t seed)
{
    struct life l = {.random = seed};
    struct sender senders[SENDERS];
    set_up(NULL);
    run("seed %u", (unsigned int)seed);
    set_options(pick(&l, 64));
    run("switch sw");
    for (uint32_t port = 1; port <= PORTS; port++) {
        if (pick(&l, 2)) {
            plug(&l, port);
        }
    }
    for (uint32_t i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){.life = &l, .own.random = seed + i + 1};
        assert_int_equal(pthread_create(&senders[i].thread, NULL, sender_run, &senders[i]), 0);
    }
    for (uint32_t i = 0; i < STEPS; i++) {
        if (pick(&l, 3)) {
            client_step(&l);
        } else {
            switch_step(&l);
        }
    }
    __atomic_store_n(&l.stop, true, __ATOMIC_RELAXED);
    for (uint32_t i = 0; i < SENDERS; i++) {
        pthread_join(senders[i].thread, NULL);
    }
    run("fail alloc 0");
    run("fail grow 0");
    run("fail oid 0");
    end_client(&l);
    if (pick(&l, 2)) { /* or unloading does it */
        try_run("pause sw");
        try_run("detach sw");
    }
    tear_down(NULL);
}

static void
test_lives(void **state UNUSED)
{
    const char *one = getenv("WEFT_SEED"), *lives = getenv("WEFT_LIVES");
    uint64_t first = one ? strtoull(one, NULL, 0) : 1;
    uint64_t n = one ? 1 : lives ? strtoull(lives, NULL, 0) : 100;
    for (uint64_t seed = first; seed < first + n; seed++) {
        fprintf(stderr, "\rseed %llu ", (unsigned long long)seed);
        live(seed);
    }
    fprintf(stderr, "\r");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
