/* SPDX-License-Identifier: Apache-2.0 */
/* The TLS options of programs. Main thread. */
#include "ipc/tls.h"

#include <stdio.h>
#include <string.h>

#include "ipc/tls_internal.h"
#include "os/err_format.h"
#include "os/log.h"

LOG_MODULE(stream_ssl);

const struct option tls_options[] = {
    {"private-key", required_argument, NULL, TLS_OPT_PRIVATE_KEY},
    {"certificate", required_argument, NULL, TLS_OPT_CERTIFICATE},
    {"ca-cert", required_argument, NULL, TLS_OPT_CA_CERT},
    {"peer-ca-cert", required_argument, NULL, TLS_OPT_PEER_CA_CERT},
    {"bootstrap-ca-cert", required_argument, NULL, TLS_OPT_BOOTSTRAP_CA_CERT},
    {"ssl-protocols", required_argument, NULL, TLS_OPT_PROTOCOLS},
    {"ssl-ciphers", required_argument, NULL, TLS_OPT_CIPHERS},
    {"ssl-ciphersuites", required_argument, NULL, TLS_OPT_CIPHERSUITES},
    {"ssl-server-name", required_argument, NULL, TLS_OPT_SERVER_NAME},
};
const size_t tls_n_options = ARRAY_LEN(tls_options);

void
tls_parse_option(int val, const char *arg, void *aux UNUSED)
{
    struct err e = {0};
    int error = 0;
    switch (val) {
    case TLS_OPT_PRIVATE_KEY:
        tls_set_file(TLS_PRIVATE_KEY, arg);
        break;
    case TLS_OPT_CERTIFICATE:
        tls_set_file(TLS_CERTIFICATE, arg);
        break;
    case TLS_OPT_CA_CERT:
        tls_set_file(TLS_CA_CERT, arg);
        tls_set_bootstrap(false);
        break;
    case TLS_OPT_PEER_CA_CERT:
        tls_set_file(TLS_PEER_CA_CERT, arg);
        break;
    case TLS_OPT_BOOTSTRAP_CA_CERT:
        tls_set_file(TLS_CA_CERT, arg);
        tls_set_bootstrap(true);
        break;
    case TLS_OPT_PROTOCOLS:
        error = tls_set_protocols(arg, NULL, NULL, &e);
        break;
    case TLS_OPT_CIPHERS:
        error = tls_set_protocols(NULL, arg, NULL, &e);
        break;
    case TLS_OPT_CIPHERSUITES:
        error = tls_set_protocols(NULL, NULL, arg, &e);
        break;
    case TLS_OPT_SERVER_NAME:
        tls_set_server_name(arg);
        break;
    }
    if (error) {
        log_err("%s", e.text);
    }
}

void
tls_print_usage(void)
{
    fputs("PKI configuration (required to use SSL):\n"
          "  -p, --private-key=FILE  file with private key\n"
          "  -c, --certificate=FILE  file with certificate for private key\n"
          "  -C, --ca-cert=FILE      file with peer CA certificate\n"
          "  --bootstrap-ca-cert=FILE  file with peer CA certificate to read or create\n"
          "SSL options:\n"
          "  --ssl-protocols=PROTOS  list of SSL protocols to enable\n"
          "  --ssl-ciphers=CIPHERS   list of SSL ciphers to enable\n"
          "  --ssl-ciphersuites=SUITES  list of TLS 1.3 cipher suites to enable\n"
          "  --ssl-server-name=NAME  name to ask servers for (SNI)\n",
          stdout);
}
