/* SPDX-License-Identifier: Apache-2.0 */
/* packet-out, and the commands that print what a switch says by itself: monitor and snoop. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/ovs-ofctl/flow_monitor.h"
#include "cmd/ovs-ofctl/flow_talk.h"
#include "cmd/ovs-ofctl/names.h"
#include "ipc/command.h"
#include "openflow/actions_text.h"
#include "openflow/msg_config.h"
#include "openflow/packet_out_parse.h"
#include "os/daemon.h"
#include "os/err_format.h"
#include "os/log.h"

/* -- packet-out -- */

static void
send_packet(struct talk *t, const struct ofp_packet_out *po)
{
    uint8_t *msg = xalloc(OFP_MSG_MAX);
    struct wr w = wr_make(msg, OFP_MSG_MAX);
    ofp_packet_out_put(&w, talk_version(t), vconn_new_xid(), po);
    if (w.bad) {
        log_fatal("the packet is too long for a message");
    }
    talk_tell_message(t, msg, w.n);
    os_free(msg);
}

static void
send_described(struct ofctl *c, const char *target, const char *text, struct ofp_packet_out *po)
{
    struct str packet = STR_INIT;
    struct err e;
    flow_formats usable;
    struct flow_names names = flow_names_of(c, target);
    if (packet_out_parse(text, &names, po, &packet, &usable, &e)) {
        log_fatal("%s", e.text);
    }
    flow_formats_allowed(c, usable);
    struct talk *t = talk_open(c, target);
    send_packet(t, po);
    talk_close(t);
    str_fini(&packet);
}

/* The older form: a port, actions, and any number of packets. */
static void
send_each(struct ofctl *c, int argc, char *argv[], struct ofp_packet_out *po)
{
    struct str packet = STR_INIT;
    struct err e;
    struct flow_names names = flow_names_of(c, argv[0]);
    uint32_t port = names_find_port(c, argv[0], argv[1]);
    po->buffer = OFP_BUFFER_NONE;
    of_match_init(&po->metadata);
    of_match_set_u64(&po->metadata, OF_IN_PORT_OXM, of_port_to_11(port));
    if (of_acts_parse(argv[2], strlen(argv[2]), &names, &po->actions, &e)) {
        log_fatal("%s", e.text);
    }
    struct talk *t = talk_open(c, argv[0]);
    for (int i = 3; i < argc; i++) {
        if (packet_hex_parse(argv[i], strlen(argv[i]), &packet, &e)) {
            log_fatal("%s", e.text);
        }
        po->packet = rd_make(packet.s, packet.n);
        send_packet(t, po);
    }
    talk_close(t);
    str_fini(&packet);
}

void
cmd_packet_out(struct ofctl *c, int argc, char *argv[])
{
    static uint8_t actions[OF_ACTS_MAX] __attribute__((aligned(8)));
    struct ofp_packet_out po = {.actions = wr_make(actions, sizeof actions)};
    if (argc == 2) {
        send_described(c, argv[0], argv[1], &po);
    } else if (argc >= 4) {
        send_each(c, argc, argv, &po);
    } else {
        log_fatal("Too many arguments (%d)", argc + 1);
    }
}

/* -- Printing for ever -- */

/* What ovs-appctl can tell a running monitor. */
struct watcher {
    struct ofctl *c;
    struct talk *talk;
    struct command_server *server;
    bool is_blocked; /* prints nothing */
    bool must_exit;
};

static void
cmd_exit(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *w_)
{
    struct watcher *w = w_;
    w->must_exit = true;
    talk_wake(w->talk);
    command_reply(call, NULL);
}

static void
cmd_block(struct command_call *call, int argc UNUSED, const char *argv[], void *w_)
{
    struct watcher *w = w_;
    w->is_blocked = strcmp(argv[0], "ofctl/block") == 0;
    command_reply(call, NULL);
}

static void
cmd_barrier(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *w_)
{
    struct watcher *w = w_;
    uint8_t msg[OFP_HEADER_SIZE];
    struct wr out = wr_make(msg, sizeof msg);
    ofp_msg_end(&out,
                ofp_msg_begin(&out, OFPT_BARRIER_REQUEST, talk_version(w->talk), vconn_new_xid()));
    talk_queue(w->talk, msg, out.n);
    command_reply(call, NULL);
}

/* Each argument is a message in hexadecimal. */
static void
cmd_send(struct command_call *call, int argc, const char *argv[], void *w_)
{
    struct watcher *w = w_;
    struct str reply = STR_INIT;
    bool good = true;
    for (int i = 1; i < argc && good; i++) {
        struct str hex = STR_INIT;
        struct ofp_header h;
        good = input_try_hex(argv[i], &hex) && ofp_header_get(str_text(&hex), hex.n, &h) &&
               h.len == hex.n;
        if (good) {
            str_puts(&reply, "send: ");
            ofp_print(&reply, hex.s, hex.n,
                      &(struct ofp_print){.verbosity = (int)w->c->verbosity + 2});
            talk_queue(w->talk, hex.s, hex.n);
        } else {
            str_putf(&reply, "\"%s\": bad hex data\n", argv[i]);
        }
        str_fini(&hex);
    }
    if (good) {
        command_reply(call, str_text(&reply));
    } else {
        command_reply_error(call, str_text(&reply));
    }
    str_fini(&reply);
}

static void
cmd_send_packet(struct command_call *call, int argc UNUSED, const char *argv[], void *w_)
{
    static uint8_t actions[OF_ACTS_MAX] __attribute__((aligned(8)));
    static const struct flow_names no_names;
    struct watcher *w = w_;
    struct ofp_packet_out po = {.actions = wr_make(actions, sizeof actions)};
    struct str packet = STR_INIT, reply = STR_INIT;
    flow_formats usable;
    struct err e;
    if (packet_out_parse(argv[1], &no_names, &po, &packet, &usable, &e)) {
        command_reply_error(call, e.text);
    } else {
        uint8_t *msg = xalloc(OFP_MSG_MAX);
        struct wr out = wr_make(msg, OFP_MSG_MAX);
        ofp_packet_out_put(&out, talk_version(w->talk), vconn_new_xid(), &po);
        str_puts(&reply, "send: ");
        ofp_print(&reply, msg, out.n, &(struct ofp_print){.verbosity = (int)w->c->verbosity});
        talk_queue(w->talk, msg, out.n);
        command_reply(call, str_text(&reply));
        os_free(msg);
    }
    str_fini(&packet);
    str_fini(&reply);
}

/* From now on what is printed goes to a file. */
static void
cmd_set_output_file(struct command_call *call, int argc UNUSED, const char *argv[],
                    void *w_ UNUSED)
{
    FILE *file = freopen(argv[1], "w", stderr);
    if (file) {
        setvbuf(file, NULL, _IONBF, 0);
        command_reply(call, NULL);
    } else {
        command_reply_error(call, err_text(err_from_errno(errno)));
    }
}

static const struct command commands[] = {
    {"exit", "", 0, 0, cmd_exit},
    {"ofctl/packet-out", "\"in_port=<port> packet=<hex data> actions=...\"", 1, 1,
     cmd_send_packet},
    {"ofctl/set-output-file", "FILE", 1, 1, cmd_set_output_file},
    {"ofctl/send", "OFMSG...", 1, MANY_ARGS, cmd_send},
    {"ofctl/barrier", "", 0, 0, cmd_barrier},
    {"ofctl/block", "", 0, 0, cmd_block},
    {"ofctl/unblock", "", 0, 0, cmd_block},
};

static void
print_time(void)
{
    uint64_t ms = os_wall_ms();
    time_t seconds = (time_t)(ms / 1000);
    char text[64];
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", gmtime(&seconds));
    fprintf(stderr, "%s.%03u: ", text, (unsigned int)(ms % 1000));
}

/* Prints what comes until the connection ends or somebody says exit. */
static void
watch(struct ofctl *c, struct talk *t)
{
    struct watcher w = {.c = c, .talk = t};
    struct err e;
    if (command_server_open(c->loop, c->unixctl, &w.server, &e)) {
        log_fatal("failed to create unixctl server (%s)", e.text);
    }
    command_add(w.server, commands, ARRAY_LEN(commands), &w);
    daemon_complete();
    while (!w.must_exit) {
        size_t n;
        const uint8_t *msg = talk_receive_or_wake(t, &n);
        if (!msg || w.is_blocked) {
            continue;
        }
        if (c->timestamp) {
            print_time();
        }
        print_message(stderr, c, t, msg, n);
        fflush(stderr);
    }
    command_server_close(w.server);
}

void
cmd_snoop(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct talk *t = talk_open_snoop(c, argv[0]);
    watch(c, t);
    talk_close(t);
}

/* -- monitor -- */

static void
set_config(struct talk *t, const struct ofp_switch_config *config)
{
    uint8_t msg[64];
    struct wr w = wr_make(msg, sizeof msg);
    ofp_switch_config_put(&w, OFPT_SET_CONFIG, talk_version(t), vconn_new_xid(), config);
    talk_tell_message(t, msg, w.n);
}

static void
set_miss_send_len(struct talk *t, const char *text)
{
    struct ofp_switch_config config = talk_get_config(t);
    config.miss_send_len = (uint16_t)atoi(text);
    set_config(t, &config);
}

static void
want_invalid_ttl(struct talk *t)
{
    struct ofp_switch_config config = talk_get_config(t);
    config.invalid_ttl_to_controller = true;
    set_config(t, &config);
    config = talk_get_config(t);
    if (!config.invalid_ttl_to_controller) {
        log_fatal("setting invalid_ttl_to_controller failed (this switch probably doesn't "
                  "support this flag)");
    }
}

static bool
try_packet_in_format(struct talk *t, uint32_t format)
{
    wr_be32(talk_begin(t, NXT_SET_PACKET_IN_FORMAT), format);
    return talk_try(t);
}

/* The format that the user names, or else the newest that the switch knows. */
static void
choose_packet_in_format(const struct ofctl *c, struct talk *t)
{
    static const char *const names[] = {"standard", "nxt_packet_in", "nxt_packet_in2"};
    for (uint32_t i = 0; c->packet_in_format && i < ARRAY_LEN(names); i++) {
        if (strcmp(names[i], c->packet_in_format) == 0) {
            if (!try_packet_in_format(t, i)) {
                log_fatal("failed to set packet-in format to %s", names[i]);
            }
            return;
        }
    }
    if (!try_packet_in_format(t, 2) && talk_version(t) == OFP_10) {
        try_packet_in_format(t, 1);
    }
}

void
cmd_monitor(struct ofctl *c, int argc, char *argv[])
{
    struct talk *t = talk_open(c, argv[0]);
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] >= '0' && argv[i][0] <= '9') {
            set_miss_send_len(t, argv[i]);
        } else if (strcmp(argv[i], "invalid_ttl") == 0) {
            want_invalid_ttl(t);
        } else if (strncmp(argv[i], "watch:", 6) == 0) {
            request_flow_monitor(c, t, argv[0], argv[i] + 6);
        } else {
            log_fatal("%s: unsupported \"monitor\" argument", argv[i]);
        }
    }
    choose_packet_in_format(c, t);
    watch(c, t);
    talk_close(t);
}
