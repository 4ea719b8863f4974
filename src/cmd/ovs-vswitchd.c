/* SPDX-License-Identifier: Apache-2.0 */
/* ovs-vswitchd: the switch daemon. Options, daemon behaviour and signals; the work is in
 * src/vswitchd (ovs-vswitchd(8)). */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/tls.h"
#include "os/daemon.h"
#include "os/dirs.h"
#include "os/log.h"
#include "os/mem.h"
#include "os/process.h"
#include "text/options.h"
#include "text/version.h"
#include "vswitchd/vswitchd.h"

enum {
    OPT_UNIXCTL = 0x100,
    OPT_ENABLE_DUMMY,
    OPT_DISABLE_SYSTEM,
    OPT_DISABLE_SYSTEM_ROUTE,
    OPT_DPDK,
    OPT_MLOCKALL
};

static const struct option own_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"mlockall", no_argument, NULL, OPT_MLOCKALL},
    {"unixctl", required_argument, NULL, OPT_UNIXCTL},
    {"enable-dummy", optional_argument, NULL, OPT_ENABLE_DUMMY},
    {"disable-system", no_argument, NULL, OPT_DISABLE_SYSTEM},
    {"disable-system-route", no_argument, NULL, OPT_DISABLE_SYSTEM_ROUTE},
    {"dpdk", optional_argument, NULL, OPT_DPDK},
};

static const struct {
    const char *word;
    enum netdev_dummies dummy;
} dummies[] = {
    {"", NETDEV_DUMMIES},
    {"system", NETDEV_DUMMIES_SYSTEM},
    {"override", NETDEV_DUMMIES_OVERRIDE},
};

static void PORT_NORETURN
usage(void)
{
    printf("%s: Open vSwitch daemon\n"
           "usage: %s [OPTIONS] [DATABASE]\n"
           "where DATABASE is a socket on which ovsdb-server is listening\n"
           "      (default: \"unix:%s/db.sock\").\n\n"
           "Active DATABASE connection methods:\n"
           "  tcp:HOST:PORT           PORT at remote HOST\n"
           "  ssl:HOST:PORT           SSL PORT at remote HOST\n"
           "  unix:FILE               Unix domain socket named FILE\n",
           log_program_name(), log_program_name(), os_run_dir());
    tls_print_usage();
    daemon_print_usage();
    log_print_usage();
    printf("\nOther options:\n"
           "  --unixctl=SOCKET          override default control socket name\n"
           "  --mlockall                lock all of the daemon's memory\n"
           "  --enable-dummy[=override|system]  dummy devices and datapaths, for tests\n"
           "  -h, --help                display this help message\n"
           "  -V, --version             display version information\n");
    exit(EXIT_SUCCESS);
}

static enum netdev_dummies
parse_dummy(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(dummies); i++) {
        if (!strcmp(dummies[i].word, word ? word : "")) {
            return dummies[i].dummy;
        }
    }
    return NETDEV_DUMMIES;
}

static void
parse_own_option(int val, const char *arg, void *options_)
{
    struct vswitchd_options *options = options_;
    switch (val) {
    case 'h':
        usage();
    case 'V':
        version_print();
        exit(EXIT_SUCCESS);
    case OPT_UNIXCTL:
        options->unixctl = arg;
        break;
    case OPT_ENABLE_DUMMY:
        options->dummies = parse_dummy(arg);
        break;
    case OPT_DPDK:
        log_fatal("--dpdk option is not supported: this build has no DPDK");
    case OPT_MLOCKALL:
        os_lock_memory();
        break;
    case OPT_DISABLE_SYSTEM:
        options->disable_system = true;
        break;
    default: /* --disable-system-route: no route is looked at */
        break;
    }
}

static void
parse_options(int argc, char *argv[], struct vswitchd_options *options)
{
    const struct option_block blocks[] = {
        {own_options, ARRAY_LEN(own_options), parse_own_option, options},
        {daemon_options, daemon_n_options, daemon_parse_option},
        {log_options, log_n_options, log_parse_option},
        {tls_options, tls_n_options, tls_parse_option},
    };
    options_parse(blocks, ARRAY_LEN(blocks), "", argc, argv);
    if (argc - optind > 1) {
        log_fatal("at most one non-option argument accepted; use --help for usage");
    }
    options->database = optind < argc ? argv[optind] : xasprintf("unix:%s/db.sock", os_run_dir());
}

static void
stop_loop(void *loop)
{
    os_loop_stop(loop);
}

static int
serve(int argc, char *argv[])
{
    log_start(argv[0]);
    struct vswitchd_options options = {.dummies = NETDEV_DUMMIES_NONE};
    parse_options(argc, argv, &options);
    os_raise_fd_limit();
    daemon_need_datapath();
    daemon_start();

    struct os_loop *loop = os_loop_new();
    struct os_signal *term = os_signal_new(loop, SIGTERM, stop_loop, loop);
    struct os_signal *interrupt = os_signal_new(loop, SIGINT, stop_loop, loop);
    struct os_wake *service_stop = os_wake_new(loop, stop_loop, loop);
    daemon_on_service_stop((void (*)(void *))os_wake_signal, service_stop);
    struct vswitchd *vswitchd;
    struct err e = {.code = 0};
    if (vswitchd_start(loop, &options, &vswitchd, &e)) {
        log_fatal("%s", e.text);
    }
    os_loop_run(loop, NULL, NULL, UINT64_MAX);
    vswitchd_stop(vswitchd);
    daemon_on_service_stop(NULL, NULL);
    os_wake_free(service_stop);
    os_signal_free(interrupt);
    os_signal_free(term);
    os_loop_free(loop);
    return 0;
}

int
main(int argc, char *argv[])
{
    return daemon_run_as_service(&argc, &argv, serve) ? 0 : serve(argc, argv);
}
