/* SPDX-License-Identifier: Apache-2.0 */
/* The TLS settings, between options (tls_options.c), settings and context (tls.c) and
 * connections (tls_conn.c). Main thread. */
#pragma once

#include "ipc/stream_internal.h"
#include "ipc/tls.h"

enum tls_file { TLS_PRIVATE_KEY, TLS_CERTIFICATE, TLS_CA_CERT, TLS_PEER_CA_CERT, TLS_N_FILES };

/* PATH NULL or "none" clears it ("none" for the CA turns verification off). */
void tls_set_file(enum tls_file, const char *path);
void tls_set_bootstrap(bool);
void tls_set_server_name(const char *name);
