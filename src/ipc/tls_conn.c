/* SPDX-License-Identifier: Apache-2.0 */
/* One TLS connection over two memory BIOs: what the peer sent is put into one, what it is to be
 * sent comes out of the other, so that libuv alone does input and output. The owner may give the
 * stream up in any callback; the connection itself stays until tls_conn_free(). Loop's thread. */
#include "ipc/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "os/err_format.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(stream_ssl);

struct tls_conn {
    SSL *ssl;
    BIO *in, *out; /* the SSL's */
    const struct tls_sink *sink;
    void *aux;
    char *name, *peer_cn;
    bool is_server, ready;
    const char *bootstrap_path; /* the settings' */
};

static struct log_rate rate = LOG_RATE(10, 25);

static bool
is_ip_address(const char *host)
{
    struct sockaddr_in sin;
    struct sockaddr_in6 sin6;
    return !uv_ip4_addr(host, 0, &sin) || !uv_ip6_addr(host, 0, &sin6);
}

int
tls_conn_new(bool is_server, const char *host, const char *stream_name,
             const struct tls_sink *sink, void *aux, struct tls_conn **cp)
{
    SSL_CTX *ctx;
    int error = tls_context(&ctx);
    if (error) {
        return error;
    }
    struct tls_conn *c = xzalloc(sizeof *c);
    c->ssl = SSL_new(ctx);
    c->in = BIO_new(BIO_s_mem());
    c->out = BIO_new(BIO_s_mem());
    VERIFY(c->ssl && c->in && c->out);
    SSL_set_bio(c->ssl, c->in, c->out);
    c->sink = sink;
    c->aux = aux;
    c->name = xstrdup(stream_name);
    c->is_server = is_server;
    if (is_server) {
        SSL_set_accept_state(c->ssl);
    } else {
        const char *name = tls_server_name() ? tls_server_name() : host;
        c->bootstrap_path = tls_bootstrap_path();
        SSL_set_connect_state(c->ssl);
        if (name && name[0] && !is_ip_address(name)) {
            SSL_set_tlsext_host_name(c->ssl, name);
        }
    }
    *cp = c;
    return 0;
}

void
tls_conn_free(struct tls_conn *c)
{
    if (c) {
        SSL_free(c->ssl);
        os_free(c->name);
        os_free(c->peer_cn);
        os_free(c);
    }
}

/* Hands what is to be sent to the stream. */
static void
flush(struct tls_conn *c)
{
    size_t n = BIO_ctrl_pending(c->out);
    if (n) {
        char *p = xalloc(n);
        int got = BIO_read(c->out, p, (int)MIN(n, INT32_MAX));
        if (got > 0) {
            c->sink->cipher(c->aux, p, (size_t)got);
        } else {
            os_free(p);
        }
    }
}

/* What the failure of an SSL_… call means: 0 if it only wants more input. */
static int
failure(struct tls_conn *c, const char *function, int result)
{
    int kind = SSL_get_error(c->ssl, result);
    int error = -E_PROTO;
    if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) {
        error = 0;
    } else if (kind == SSL_ERROR_ZERO_RETURN) {
        error = -E_EOF;
    } else {
        unsigned long code = ERR_get_error();
        log_limited(&rate, LOG_WARN, "%s: %s: %s", c->name, function,
                    code ? ERR_error_string(code, NULL) : "unexpected end of the connection");
    }
    ERR_clear_error();
    return error;
}

/* -- After the handshake -- */

static void
note_peer(struct tls_conn *c)
{
    X509 *cert = SSL_get1_peer_certificate(c->ssl);
    char cn[128];
    if (cert && X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, cn,
                                          sizeof cn) > 0) {
        c->peer_cn = xstrdup(cn);
    }
    X509_free(cert);
}

/* Saves the last certificate of the peer's chain, its CA's, unless somebody else just did. */
static int
save_ca(struct tls_conn *c)
{
    STACK_OF(X509) *chain = SSL_get_peer_cert_chain(c->ssl);
    X509 *ca = chain && sk_X509_num(chain) ? sk_X509_value(chain, sk_X509_num(chain) - 1) : NULL;
    if (!ca) {
        log_err("%s: could not bootstrap CA cert: no certificate presented by peer", c->name);
        return -E_PROTO;
    }
    if (X509_NAME_cmp(X509_get_subject_name(ca), X509_get_issuer_name(ca))) {
        log_err("%s: could not bootstrap CA cert: no self-signed certificate presented by peer",
                c->name);
        return -E_PROTO;
    }
    BIO *text = BIO_new(BIO_s_mem());
    char *pem;
    long n = 0;
    if (text && PEM_write_bio_X509(text, ca)) {
        n = BIO_get_mem_data(text, &pem);
    }
    int error = n > 0 ? tls_save_new_file(c->bootstrap_path, pem, (size_t)n) : -E_NOMEM;
    BIO_free(text);
    if (error == -E_EXIST) {
        log_info("reading CA cert %s created by another process", c->bootstrap_path);
    } else if (error) {
        log_err("could not bootstrap CA cert: creating %s failed: %s", c->bootstrap_path,
                err_text(error));
        return error;
    } else {
        log_info("successfully bootstrapped CA cert to %s", c->bootstrap_path);
    }
    return -E_PROTO; /* the next connection is verified */
}

/* 1: the handshake is over and the owner wants more; 0: not, or the owner gave up. */
static int
shake(struct tls_conn *c)
{
    ERR_clear_error();
    int result = SSL_do_handshake(c->ssl);
    flush(c);
    if (result != 1) {
        return failure(c, c->is_server ? "SSL_accept" : "SSL_connect", result);
    }
    c->ready = true;
    note_peer(c);
    if (c->bootstrap_path) {
        return save_ca(c);
    }
    return c->sink->ready(c->aux) ? 1 : 0;
}

int
tls_conn_start(struct tls_conn *c)
{
    int result = shake(c);
    return result < 0 ? result : 0;
}

int
tls_conn_input(struct tls_conn *c, const char *p, size_t n)
{
    char plain[16 * 1024];
    if (BIO_write(c->in, p, (int)n) != (int)n) {
        return -E_NOMEM;
    }
    if (!c->ready) {
        int result = shake(c);
        if (result <= 0) {
            return result;
        }
    }
    for (;;) {
        ERR_clear_error();
        int got = SSL_read(c->ssl, plain, sizeof plain);
        if (got <= 0) {
            flush(c); /* answers to the peer's key updates */
            return failure(c, "SSL_read", got);
        }
        if (!c->sink->plain(c->aux, plain, (size_t)got)) {
            return 0;
        }
    }
}

int
tls_conn_write(struct tls_conn *c, const char *p, size_t n)
{
    while (n) {
        ERR_clear_error();
        int done = SSL_write(c->ssl, p, (int)MIN(n, 1 << 30));
        if (done <= 0) {
            int error = failure(c, "SSL_write", done);
            return error ? error : -E_PROTO; /* memory never blocks */
        }
        p += done;
        n -= (size_t)done;
    }
    flush(c);
    return 0;
}

void
tls_conn_shutdown(struct tls_conn *c)
{
    if (c->ready) {
        SSL_shutdown(c->ssl);
        ERR_clear_error();
        flush(c);
    }
}

const char *
tls_conn_peer_cn(const struct tls_conn *c)
{
    return c->peer_cn;
}
