/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for TLS in a build without OpenSSL: settings are taken and connections refused
 * with a word why. Main thread. */
#include "ipc/tls_internal.h"

#include "os/err_format.h"
#include "os/log.h"

LOG_MODULE(stream_ssl);

static int
refuse(struct err *e)
{
    return err_fail(e, -E_NOPROTOOPT, "this build has no TLS (OpenSSL) support");
}

bool
tls_is_built_in(void)
{
    return false;
}

void
tls_set_file(enum tls_file which UNUSED, const char *path UNUSED)
{
}

void
tls_set_bootstrap(bool bootstrap UNUSED)
{
}

void
tls_set_server_name(const char *name UNUSED)
{
}

void
tls_configure(const char *private_key UNUSED, const char *certificate UNUSED,
              const char *ca_cert UNUSED, bool bootstrap_ca_cert UNUSED)
{
}

int
tls_set_protocols(const char *protocols UNUSED, const char *ciphers UNUSED,
                  const char *ciphersuites UNUSED, struct err *e)
{
    return refuse(e);
}

int
tls_check(void)
{
    struct err e;
    int error = refuse(&e);
    log_err("%s", e.text);
    return error;
}

int
tls_conn_new(bool is_server UNUSED, const char *host UNUSED, const char *stream_name,
             const struct tls_sink *sink UNUSED, void *aux UNUSED, struct tls_conn **c UNUSED)
{
    struct err e;
    int error = refuse(&e);
    log_err("%s: %s", stream_name, e.text);
    return error;
}

void
tls_conn_free(struct tls_conn *c UNUSED)
{
}

int
tls_conn_start(struct tls_conn *c UNUSED)
{
    return -E_NOPROTOOPT;
}

int
tls_conn_input(struct tls_conn *c UNUSED, const char *p UNUSED, size_t n UNUSED)
{
    return -E_NOPROTOOPT;
}

int
tls_conn_write(struct tls_conn *c UNUSED, const char *p UNUSED, size_t n UNUSED)
{
    return -E_NOPROTOOPT;
}

void
tls_conn_shutdown(struct tls_conn *c UNUSED)
{
}

const char *
tls_conn_peer_cn(const struct tls_conn *c UNUSED)
{
    return NULL;
}
