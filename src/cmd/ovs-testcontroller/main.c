/* SPDX-License-Identifier: Apache-2.0 */
/* ovs-testcontroller: a simple OpenFlow controller (ovs-testcontroller(8)). Options, and the
 * connections from and to switches; what a switch is told is in learning.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "cmd/ovs-testcontroller/learning.h"
#include "ipc/command.h"
#include "ipc/tls.h"
#include "os/daemon.h"
#include "os/err_format.h"
#include "os/log.h"
#include "text/options.h"
#include "text/version.h"
#include "vconn/rconn.h"
#include "vconn/usage.h"

LOG_MODULE(controller);

enum { OPT_MAX_IDLE = 0x100, OPT_MUTE, OPT_WITH_FLOWS, OPT_UNIXCTL };
enum { WILDCARDS_LAYER_2 = 0x2820f0 };
enum { DEFAULT_MAX_IDLE = 60 };

static const struct option own_options[] = {
    {"hub", no_argument, NULL, 'H'},
    {"noflow", no_argument, NULL, 'n'},
    {"normal", no_argument, NULL, 'N'},
    {"wildcards", optional_argument, NULL, 'w'},
    {"max-idle", required_argument, NULL, OPT_MAX_IDLE},
    {"mute", no_argument, NULL, OPT_MUTE},
    {"queue", required_argument, NULL, 'q'},
    {"port-queue", required_argument, NULL, 'Q'},
    {"with-flows", required_argument, NULL, OPT_WITH_FLOWS},
    {"unixctl", required_argument, NULL, OPT_UNIXCTL},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"protocols", required_argument, NULL, 'O'},
};

struct controller {
    struct os_loop *loop;
    struct learning_config config;
    struct port_queue *port_queues;
    size_t port_queues_size;
    struct given_flow *flows;
    size_t flows_size;
    ofp_versions versions;
    const char *unixctl;
    struct list peers;
};

/* A switch, connected or to be. */
struct peer {
    struct list node;
    struct controller *controller;
    struct rconn *rconn;
    struct learning *learning;
};

static void PORT_NORETURN
print_usage(void)
{
    printf("%s: OpenFlow controller\n"
           "usage: %s [OPTIONS] METHOD\n"
           "where METHOD is any OpenFlow connection method.\n",
           log_program_name(), log_program_name());
    vconn_print_usage(true);
    tls_print_usage();
    daemon_print_usage();
    ofp_versions_print_usage();
    log_print_usage();
    printf("\nOther options:\n"
           "  -H, --hub               act as hub instead of learning switch\n"
           "  -n, --noflow            pass traffic, but don't add flows\n"
           "  --max-idle=SECS         max idle time for new flows\n"
           "  -N, --normal            use OFPP_NORMAL action\n"
           "  -w, --wildcards[=MASK]  wildcard (specified) bits in flows\n"
           "  -q, --queue=QUEUE-ID    OpenFlow queue ID to use for output\n"
           "  -Q PORT-NAME:QUEUE-ID   use QUEUE-ID for frames from PORT-NAME\n"
           "  --unixctl=SOCKET        override default control socket name\n"
           "  -h, --help              display this help message\n"
           "  -V, --version           display version information\n");
    exit(EXIT_SUCCESS);
}

/* -- Options -- */

static void
add_port_queue(struct controller *c, const char *arg)
{
    const char *colon = strchr(arg, ':');
    if (!colon) {
        log_fatal(
            "argument to -Q or --port-queue should take the form \"<port-name>:<queue-id>\"");
    }
    if (c->config.n_port_queues == c->port_queues_size) {
        c->port_queues = xgrow(c->port_queues, &c->port_queues_size, sizeof *c->port_queues);
    }
    c->port_queues[c->config.n_port_queues++] =
        (struct port_queue){xmemdup0(arg, (size_t)(colon - arg)), (uint32_t)atoi(colon + 1)};
    c->config.port_queues = c->port_queues;
}

static void
add_flow(struct controller *c, const char *path, unsigned int number, const char *line)
{
    static const struct flow_names no_names;
    struct err e;
    if (c->config.n_flows == c->flows_size) {
        c->flows = xgrow(c->flows, &c->flows_size, sizeof *c->flows);
        c->config.flows = c->flows;
    }
    struct given_flow *f = &c->flows[c->config.n_flows++];
    f->fm.actions = wr_make(xalloc(OF_ACTS_MAX), OF_ACTS_MAX);
    if (flow_parse(line, strlen(line), OFP_FLOW_ADD, &no_names, &f->fm, &f->usable, &e)) {
        log_fatal("%s:%u: %s", path, number, e.text);
    }
}

/* The flows of a file, one a line; from # on a line is a comment. */
static void
read_flows(struct controller *c, const char *path)
{
    char line[4096];
    unsigned int number = 0;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (!file) {
        log_fatal("%s: open failed (%s)", path, err_text(err_from_errno(errno)));
    }
    while (fgets(line, sizeof line, file)) {
        number++;
        line[strcspn(line, "#\r\n")] = '\0';
        if (line[strspn(line, " \t")]) {
            add_flow(c, path, number, line);
        }
    }
    if (file != stdin) {
        fclose(file);
    }
}

static int
parse_max_idle(const char *arg)
{
    if (strcmp(arg, "permanent") == 0) {
        return 0;
    }
    int seconds = atoi(arg);
    if (seconds < 1 || seconds > UINT16_MAX) {
        log_fatal("--max-idle argument must be between 1 and 65535 or the word 'permanent'");
    }
    return seconds;
}

static void
take_own(int option, const char *arg, void *controller)
{
    struct controller *c = controller;
    struct err e;
    switch (option) {
    case 'H':
        c->config.mode = MODE_HUB;
        break;
    case 'N':
        c->config.mode = MODE_NORMAL;
        break;
    case 'n':
        c->config.max_idle = MAX_IDLE_NO_FLOWS;
        break;
    case 'w':
        c->config.wildcards = arg ? (uint32_t)strtoul(arg, NULL, 16) : WILDCARDS_LAYER_2;
        break;
    case OPT_MAX_IDLE:
        c->config.max_idle = parse_max_idle(arg);
        break;
    case OPT_WITH_FLOWS:
        read_flows(c, arg);
        break;
    case OPT_MUTE:
        c->config.mute = true;
        break;
    case 'q':
        c->config.queue = (uint32_t)atoi(arg);
        break;
    case 'Q':
        add_port_queue(c, arg);
        break;
    case 'O':
        if (ofp_versions_parse(arg, &c->versions, &e)) {
            log_fatal("%s", e.text);
        }
        break;
    case OPT_UNIXCTL:
        c->unixctl = arg;
        break;
    case 'h':
        print_usage();
    case 'V':
        version_print();
        printf("OpenFlow versions 0x%x:0x%x\n", OFP_10, OFP_VERSION_END - 1);
        exit(EXIT_SUCCESS);
    default:
        break;
    }
}

static void
parse_options(struct controller *c, int argc, char *argv[])
{
    const struct option_block blocks[] = {
        {own_options, ARRAY_LEN(own_options), take_own, c},
        {daemon_options, daemon_n_options, daemon_parse_option},
        {log_options, log_n_options, log_parse_option},
        {tls_options, tls_n_options, tls_parse_option},
    };
    options_parse(blocks, ARRAY_LEN(blocks), "", argc, argv);
    /* Queues are for ports that this controller chooses. */
    if (c->config.queue != QUEUE_NONE || c->config.n_port_queues) {
        c->config.mode = MODE_LEARN;
    }
}

/* -- Connections -- */

static void
peer_connected(void *p_)
{
    struct peer *p = p_;
    p->learning =
        learning_new(&p->controller->config, p->controller->loop, rconn_connection(p->rconn));
}

static void
peer_message(void *p_, const uint8_t *msg, size_t n)
{
    struct peer *p = p_;
    learning_take(p->learning, msg, n);
}

static void
peer_free(struct peer *p)
{
    learning_free(p->learning);
    rconn_free(p->rconn);
    list_remove(&p->node);
    os_free(p);
}

static void
peer_disconnected(void *p_, int code UNUSED)
{
    struct peer *p = p_;
    learning_free(p->learning);
    p->learning = NULL;
    if (!rconn_is_alive(p->rconn)) {
        peer_free(p);
    }
}

static const struct rconn_events peer_events = {
    .connected = peer_connected, .message = peer_message, .disconnected = peer_disconnected};

static struct peer *
peer_new(struct controller *c)
{
    struct peer *p = xzalloc(sizeof *p);
    p->controller = c;
    list_push_back(&c->peers, &p->node);
    return p;
}

static void
accepted(void *c_, struct stream *stream)
{
    struct controller *c = c_;
    struct peer *p = peer_new(c);
    p->rconn = rconn_accept(c->loop, stream, c->versions, &peer_events, p);
}

/* Connects to, or listens on, what METHOD says; false if that cannot be. */
static bool
add_method(struct controller *c, const char *method)
{
    struct listener *listener;
    struct err e;
    if (stream_name_is_passive(method)) {
        int error = listener_open(c->loop, method, VCONN_PORT, accepted, c, &listener, &e);
        if (error) {
            log_err("%s: listen: %s", method, err_text(error));
        }
        return !error;
    }
    if (!stream_name_is_active(method)) {
        log_err("%s: connect: %s", method, err_text(E_AFNOSUPPORT));
        return false;
    }
    struct peer *p = peer_new(c);
    p->rconn = rconn_new(c->loop, method, c->versions, &peer_events, p);
    return true;
}

static void
cmd_exit(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *loop)
{
    command_reply(call, NULL);
    os_loop_stop(loop);
}

static const struct command commands[] = {{"exit", "", 0, 0, cmd_exit}};

int
main(int argc, char *argv[])
{
    static struct controller c = {
        .config = {.max_idle = DEFAULT_MAX_IDLE, .queue = QUEUE_NONE},
        .versions = OFP_VERSIONS_ALL,
    };
    struct command_server *server;
    struct err e;
    size_t n_methods = 0;
    list_init(&c.peers);
    log_start(argv[0]);
    parse_options(&c, argc, argv);
    if (optind >= argc) {
        log_fatal("at least one vconn argument required; use --help for usage");
    }
    daemon_start();
    c.loop = os_loop_new();
    for (int i = optind; i < argc; i++) {
        n_methods += add_method(&c, argv[i]);
    }
    if (!n_methods) {
        log_fatal("no active or passive switch connections");
    }
    if (command_server_open(c.loop, c.unixctl, &server, &e)) {
        exit(EXIT_FAILURE);
    }
    command_add(server, commands, ARRAY_LEN(commands), c.loop);
    daemon_complete();
    os_loop_run(c.loop, NULL, NULL, UINT64_MAX);
    command_server_close(server);
    while (!list_is_empty(&c.peers)) {
        peer_free(CONTAINER_OF(c.peers.next, struct peer, node));
    }
    return 0;
}
