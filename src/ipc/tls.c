/* SPDX-License-Identifier: Apache-2.0 */
/* TLS settings of the process and the OpenSSL context made of them. The context is made when a
 * connection needs one and made anew when a setting or a file (its time or size) changed; old
 * connections keep the old one. Texts of messages as observed. Main thread. */
#include "ipc/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "os/dirs.h"
#include "os/err_format.h"
#include "os/file.h"
#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(stream_ssl);

struct stamp {
    uint64_t size, seconds, nanoseconds;
    bool exists;
};

static struct {
    char *files[TLS_N_FILES]; /* NULL: not configured */
    struct stamp stamps[TLS_N_FILES];
    bool bootstrap;
    bool no_verify; /* --ca-cert=none */
    char *server_name, *ciphers, *ciphersuites;
    int min_version, max_version;
    SSL_CTX *ctx; /* NULL: to be made */
    bool usable;  /* keys and CA were there when it was made */
} tls = {.min_version = TLS1_2_VERSION, .max_version = TLS1_3_VERSION};

static const struct {
    const char *name;
    int version;
} versions[] = {{"TLSv1.2", TLS1_2_VERSION}, {"TLSv1.3", TLS1_3_VERSION}};

bool
tls_is_built_in(void)
{
    return true;
}

static void
forget_context(void)
{
    SSL_CTX_free(tls.ctx);
    tls.ctx = NULL;
}

static void
set_string(char **s, const char *value)
{
    if (*s != value && (!*s || !value || strcmp(*s, value))) {
        os_free(*s);
        *s = value ? xstrdup(value) : NULL;
        forget_context();
    }
}

void
tls_set_file(enum tls_file which, const char *path)
{
    bool none = path && !strcmp(path, "none");
    if (which == TLS_CA_CERT && tls.no_verify != none) {
        tls.no_verify = none;
        forget_context();
    }
    /* Daemons leave their directory, and files are read again later. */
    char *absolute = path && !none ? os_path(NULL, path) : NULL;
    set_string(&tls.files[which], absolute);
    os_free(absolute);
}

void
tls_set_bootstrap(bool bootstrap)
{
    if (tls.bootstrap != bootstrap) {
        tls.bootstrap = bootstrap;
        forget_context();
    }
}

void
tls_set_server_name(const char *name)
{
    set_string(&tls.server_name, name);
}

const char *
tls_server_name(void)
{
    return tls.server_name;
}

void
tls_configure(const char *private_key, const char *certificate, const char *ca_cert,
              bool bootstrap_ca_cert)
{
    tls_set_file(TLS_PRIVATE_KEY, private_key);
    tls_set_file(TLS_CERTIFICATE, certificate);
    tls_set_file(TLS_CA_CERT, ca_cert);
    tls_set_bootstrap(bootstrap_ca_cert);
}

/* -- Protocols -- */

static int
find_version(const char *s, size_t n)
{
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        if (strlen(versions[i].name) == n && !memcmp(versions[i].name, s, n)) {
            return versions[i].version;
        }
    }
    return 0;
}

/* One word of --ssl-protocols: a version, "VERSION+" or "VERSION-VERSION". */
static bool
parse_range(const char *s, size_t n, int *low, int *high)
{
    const char *dash = memchr(s, '-', n);
    if (n && s[n - 1] == '+') {
        *low = find_version(s, n - 1);
        *high = TLS1_3_VERSION;
    } else if (dash) {
        *low = find_version(s, (size_t)(dash - s));
        *high = find_version(dash + 1, n - (size_t)(dash - s) - 1);
    } else {
        *low = *high = find_version(s, n);
    }
    return *low && *high && *low <= *high;
}

static int
set_versions(const char *words, struct err *e)
{
    int min = 0, max = 0;
    for (const char *p = words;;) {
        p += strspn(p, " ,\t");
        size_t n = strcspn(p, " ,\t");
        if (!n) {
            break;
        }
        int low, high;
        if (!parse_range(p, n, &low, &high)) {
            return err_fail(e, -E_INVAL, "%.*s: SSL protocol not recognized", (int)n, p);
        }
        min = min ? MIN(min, low) : low;
        max = MAX(max, high);
        p += n;
    }
    if (!min) {
        return err_fail(e, -E_INVAL, "SSL protocol settings invalid");
    }
    tls.min_version = min;
    tls.max_version = max;
    forget_context();
    return 0;
}

/* Tries LIST on a context of its own, so that a bad one is refused when it is set. */
static int
check_list(const char *list, int (*set)(SSL_CTX *, const char *), const char *function,
           struct err *e)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    int error = 0;
    if (!ctx || set(ctx, list) != 1) {
        error = err_fail(e, -E_INVAL, "%s: %s", function, ERR_error_string(ERR_get_error(), NULL));
    }
    SSL_CTX_free(ctx);
    return error;
}

int
tls_set_protocols(const char *protocols, const char *ciphers, const char *ciphersuites,
                  struct err *e)
{
    int error = 0;
    if (protocols) {
        error = set_versions(protocols, e);
    }
    if (!error && ciphers) {
        error = check_list(ciphers, SSL_CTX_set_cipher_list, "SSL_CTX_set_cipher_list", e);
        if (!error) {
            set_string(&tls.ciphers, ciphers);
        }
    }
    if (!error && ciphersuites) {
        error = check_list(ciphersuites, SSL_CTX_set_ciphersuites, "SSL_CTX_set_ciphersuites", e);
        if (!error) {
            set_string(&tls.ciphersuites, ciphersuites);
        }
    }
    return error;
}

/* -- The context -- */

static struct stamp
stamp_of(const char *path)
{
    struct stamp stamp = {0};
    uv_fs_t req;
    if (path && !uv_fs_stat(NULL, &req, path, NULL)) {
        stamp = (struct stamp){
            .size = req.statbuf.st_size,
            .seconds = (uint64_t)req.statbuf.st_mtim.tv_sec,
            .nanoseconds = (uint64_t)req.statbuf.st_mtim.tv_nsec,
            .exists = true,
        };
        uv_fs_req_cleanup(&req);
    }
    return stamp;
}

static bool
same_stamp(const struct stamp *a, const struct stamp *b)
{
    return a->size == b->size && a->seconds == b->seconds && a->nanoseconds == b->nanoseconds &&
           a->exists == b->exists;
}

/* Notes how the files are; true if any differs from last time. */
static bool
files_changed(void)
{
    bool changed = false;
    for (size_t i = 0; i < TLS_N_FILES; i++) {
        struct stamp stamp = stamp_of(tls.files[i]);
        changed = changed || !same_stamp(&stamp, &tls.stamps[i]);
        tls.stamps[i] = stamp;
    }
    return changed;
}

static bool
load(bool ok, const char *function)
{
    if (!ok) {
        log_err("%s: %s", function, ERR_error_string(ERR_get_error(), NULL));
        ERR_clear_error();
    }
    return ok;
}

static bool
load_key(SSL_CTX *ctx)
{
    const char *path = tls.files[TLS_PRIVATE_KEY];
    return path && load(SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM) == 1,
                        "SSL_use_PrivateKey_file");
}

static bool
load_certificate(SSL_CTX *ctx)
{
    const char *path = tls.files[TLS_CERTIFICATE];
    return path &&
           load(SSL_CTX_use_certificate_chain_file(ctx, path) == 1, "SSL_use_certificate_file");
}

/* Adds what PATH holds to the chain that peers are sent. */
static void
load_peer_ca(SSL_CTX *ctx, const char *path)
{
    BIO *bio = path ? BIO_new_file(path, "r") : NULL;
    X509 *cert;
    while (bio && (cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        if (SSL_CTX_add_extra_chain_cert(ctx, cert) != 1) {
            X509_free(cert);
        }
    }
    if (path) {
        load(bio != NULL, "BIO_new_file");
    }
    BIO_free(bio);
    ERR_clear_error();
}

/* Sets who is trusted; true if that is decided. */
static bool
load_ca(SSL_CTX *ctx)
{
    const char *path = tls.files[TLS_CA_CERT];
    if (tls.no_verify) {
        log_warn("Peer certificate validation disabled (this is a security risk)");
        SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
        return true;
    }
    if (!path) {
        return false;
    }
    if (tls.bootstrap && !tls.stamps[TLS_CA_CERT].exists) {
        SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
        return true;
    }
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(path);
    if (!names || SSL_CTX_load_verify_locations(ctx, path, NULL) != 1) {
        log_err("failed to load client certificates from %s: %s", path,
                ERR_error_string(ERR_get_error(), NULL));
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        ERR_clear_error();
        return false;
    }
    SSL_CTX_set_client_CA_list(ctx, names);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return true;
}

static void
make_context(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    if (!ctx) {
        log_fatal("cannot create a TLS context: %s", ERR_error_string(ERR_get_error(), NULL));
    }
    SSL_CTX_set_min_proto_version(ctx, tls.min_version);
    SSL_CTX_set_max_proto_version(ctx, tls.max_version);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    if (tls.ciphers) {
        SSL_CTX_set_cipher_list(ctx, tls.ciphers);
    }
    if (tls.ciphersuites) {
        SSL_CTX_set_ciphersuites(ctx, tls.ciphersuites);
    }
    bool certificate = load_certificate(ctx);
    bool key = load_key(ctx);
    if (certificate && key && SSL_CTX_check_private_key(ctx) != 1) {
        log_err("Private key does not match certificate public key");
        certificate = false;
        ERR_clear_error();
    }
    load_peer_ca(ctx, tls.files[TLS_PEER_CA_CERT]);
    bool ca = load_ca(ctx);
    if (!key) {
        log_err("Private key must be configured to use SSL");
    }
    if (!certificate) {
        log_err("Certificate must be configured to use SSL");
    }
    if (!ca) {
        log_err("CA certificate must be configured to use SSL");
    }
    tls.ctx = ctx;
    tls.usable = key && certificate && ca;
}

int
tls_context(SSL_CTX **ctx)
{
    if (files_changed() || !tls.ctx) {
        forget_context();
        make_context();
    }
    if (!tls.usable) {
        forget_context(); /* so that the next connection says why again */
        return -E_NOPROTOOPT;
    }
    *ctx = tls.ctx;
    return 0;
}

const char *
tls_bootstrap_path(void)
{
    return tls.bootstrap && !tls.no_verify && !tls.stamps[TLS_CA_CERT].exists
               ? tls.files[TLS_CA_CERT]
               : NULL;
}

int
tls_save_new_file(const char *path, const char *p, size_t n)
{
    struct os_file *file;
    int error = os_file_open(path, OS_FILE_CREATE_EXCL, &file);
    if (error) {
        return error;
    }
    error = os_file_write_at(file, 0, p, n);
    os_file_close(file);
    if (error) {
        os_file_remove(path);
    }
    return error;
}

int
tls_check(void)
{
    SSL_CTX *ctx;
    return tls_context(&ctx);
}
