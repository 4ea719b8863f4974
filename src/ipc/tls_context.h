/* SPDX-License-Identifier: Apache-2.0 */
/* Between the TLS settings and the connections. Main thread. */
#pragma once

#include <openssl/ssl.h>

#include "ipc/tls_internal.h"

/* The context of new connections, borrowed; -E_NOPROTOOPT if settings lack, which is logged. */
int tls_context(SSL_CTX **);
/* The name that --ssl-server-name gave, or NULL. */
const char *tls_server_name(void);
/* Where the first peer's CA certificate is to be saved, NULL when none is awaited. */
const char *tls_bootstrap_path(void);
/* Makes the file PATH of N bytes in one step; -E_EXIST if it is there already. */
int tls_save_new_file(const char *path, const char *p, size_t n);
