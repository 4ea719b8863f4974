/* SPDX-License-Identifier: Apache-2.0 */
/* TLS settings of this process (private key, certificate, CA; protocols; ciphers), used by the
 * ssl: and pssl: streams. Options and their meaning: "Public Key Infrastructure Options" of the
 * daemons' manuals, with the ranges of newer Open vSwitch for --ssl-protocols. Main thread. */
#pragma once

#include <getopt.h>

#include "base/err.h"

enum {
    TLS_OPT_FIRST = 0x500,
    TLS_OPT_PRIVATE_KEY = TLS_OPT_FIRST, /* -p too */
    TLS_OPT_CERTIFICATE,                 /* -c too */
    TLS_OPT_CA_CERT,                     /* -C too */
    TLS_OPT_PEER_CA_CERT,
    TLS_OPT_BOOTSTRAP_CA_CERT,
    TLS_OPT_PROTOCOLS,
    TLS_OPT_CIPHERS,
    TLS_OPT_CIPHERSUITES,
    TLS_OPT_SERVER_NAME,
    TLS_OPT_LAST = TLS_OPT_SERVER_NAME
};

extern const struct option tls_options[];
extern const size_t tls_n_options;
/* Takes one option; "none" clears a file. Ends the process on a bad one, as other options do. */
void tls_parse_option(int val, const char *arg, void *aux);
/* The same at run time (SSL table): any argument may be NULL for unset. Files are read again
 * when their times change. */
void tls_configure(const char *private_key, const char *certificate, const char *ca_cert,
                   bool bootstrap_ca_cert);
int tls_set_protocols(const char *protocols, const char *ciphers, const char *ciphersuites,
                      struct err *);
void tls_print_usage(void);
bool tls_is_built_in(void);
