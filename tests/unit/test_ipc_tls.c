/* SPDX-License-Identifier: Apache-2.0 */
/* TLS streams: both ends in one loop, with keys and certificates made here: a good peer, peers
 * that are not trusted, bootstrap of the CA, files that change, protocol ranges. Needs OpenSSL;
 * without it the error is what is tested. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "config.h"
#include "ipc/stream.h"
#include "ipc/tls.h"
#include "os/file.h"
#include "os/log.h"
#include "os/mem.h"
#include "os/process.h"

static struct os_loop *loop;

static int
setup(void **state)
{
    (void)state;
    loop = os_loop_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    os_loop_free(loop);
    return 0;
}

/* No connection is tried. */
static void
assert_refused(void)
{
    struct stream *s = NULL;
    assert_int_equal(stream_open(loop, "ssl:127.0.0.1:1", 0, NULL, NULL, &s, NULL), -E_NOPROTOOPT);
    assert_null(s);
}

#if HAVE_OPENSSL
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

struct end {
    struct stream *stream;
    bool connected, closed;
    int code;
    size_t n_received;
    char first[16];
};

static void
end_up(void *aux)
{
    ((struct end *)aux)->connected = true;
}

static void
end_received(void *aux, const char *p, size_t n)
{
    struct end *e = aux;
    if (e->n_received < sizeof e->first) {
        memcpy(e->first + e->n_received, p, MIN(n, sizeof e->first - e->n_received));
    }
    e->n_received += n;
}

static void
end_closed(void *aux, int code)
{
    struct end *e = aux;
    e->closed = true;
    e->code = code;
}

static const struct stream_events events = {
    .connected = end_up, .received = end_received, .closed = end_closed};

static void
accept_end(void *aux, struct stream *s)
{
    struct end *e = aux;
    e->stream = s;
    e->connected = true;
    stream_set_events(s, &events, e);
}

/* Ends 0 and 1 are client and server; runs until the client's fate is known, and the server's if
 * the client connected. */
static bool
settled(void *aux)
{
    struct end *e = aux;
    return e[0].closed || (e[0].connected && (e[1].connected || e[0].code));
}

static struct listener *
attempt(struct end ends[2])
{
    struct listener *l;
    memset(ends, 0, 2 * sizeof *ends);
    assert_int_equal(listener_open(loop, "pssl:0:127.0.0.1", 0, accept_end, &ends[1], &l, NULL),
                     0);
    char *name = xasprintf("ssl:127.0.0.1:%u", listener_port(l));
    assert_int_equal(stream_open(loop, name, 0, &events, &ends[0], &ends[0].stream, NULL), 0);
    os_free(name);
    assert_true(os_loop_run(loop, settled, ends, 10000));
    return l;
}

static void
finish(struct end ends[2], struct listener *l)
{
    stream_free(ends[0].stream);
    stream_free(ends[1].stream);
    listener_close(l);
}

static char *paths[6];
enum { KEY, CERT, CA, OTHER_KEY, OTHER_CERT, BOOT };

static void
save(const char *path, EVP_PKEY *key, X509 *cert)
{
    BIO *bio = BIO_new_file(path, "w");
    assert_non_null(bio);
    if (key) {
        assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
    } else {
        assert_int_equal(PEM_write_bio_X509(bio, cert), 1);
    }
    BIO_free(bio);
}

static X509 *
make_cert(const char *cn, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key)
{
    static long serial = 1;
    X509 *x = X509_new();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               (const unsigned char *)cn, -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x));
    X509_set_pubkey(x, key);
    X509_EXTENSION *ext =
        X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, issuer ? "CA:FALSE" : "CA:TRUE");
    X509_add_ext(x, ext, -1);
    X509_EXTENSION_free(ext);
    assert_true(X509_sign(x, issuer_key ? issuer_key : key, EVP_sha256()) > 0);
    return x;
}

static int
make_files(void **state)
{
    (void)state;
    static const char *const names[] = {"key", "cert", "ca", "key2", "cert2", "boot"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        paths[i] = xasprintf("test_ipc_tls.%d.%s.pem", os_pid(), names[i]);
    }
    EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
    EVP_PKEY *other = EVP_EC_gen("P-256");
    X509 *ca = make_cert("ca", ca_key, NULL, NULL);
    X509 *cert = make_cert("peer", key, ca, ca_key);
    X509 *stranger = make_cert("stranger", other, NULL, NULL);
    save(paths[KEY], key, NULL);
    save(paths[CERT], NULL, cert);
    save(paths[CA], NULL, ca);
    save(paths[OTHER_KEY], other, NULL);
    save(paths[OTHER_CERT], NULL, stranger);
    X509_free(ca);
    X509_free(cert);
    X509_free(stranger);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
    return 0;
}

static int
remove_files(void **state)
{
    (void)state;
    tls_configure(NULL, NULL, NULL, false);
    tls_parse_option(TLS_OPT_PEER_CA_CERT, "none", NULL);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        os_file_remove(paths[i]);
        os_free(paths[i]);
    }
    return 0;
}

static void
test_good(void **state)
{
    (void)state;
    enum { BIG = 3 * 1024 * 1024 };
    struct end ends[2];
    tls_configure(paths[KEY], paths[CERT], paths[CA], false);
    struct listener *l = attempt(ends);
    assert_true(ends[0].connected && ends[1].connected);
    assert_string_equal(stream_peer_cn(ends[0].stream), "peer");
    assert_string_equal(stream_peer_cn(ends[1].stream), "peer");
    assert_int_equal(strncmp(stream_name(ends[1].stream), "ssl:127.0.0.1:", 14), 0);
    stream_send(ends[0].stream, "hello", 5);
    while (ends[1].n_received < 5) {
        os_loop_turn(loop, 1000);
    }
    assert_memory_equal(ends[1].first, "hello", 5);
    char *big = xzalloc(BIG);
    stream_send_take(ends[1].stream, big, BIG);
    while (ends[0].n_received < BIG) {
        os_loop_turn(loop, 1000);
    }
    stream_free(ends[0].stream);
    ends[0].stream = NULL;
    while (!ends[1].closed) {
        os_loop_turn(loop, 1000);
    }
    assert_int_equal(ends[1].code, -E_EOF);
    finish(ends, l);
}

static void
test_untrusted(void **state)
{
    (void)state;
    struct end ends[2];
    tls_configure(paths[KEY], paths[CERT], paths[OTHER_CERT], false);
    struct listener *l = attempt(ends);
    assert_true(ends[0].closed);
    assert_int_equal(ends[0].code, -E_PROTO);
    assert_false(ends[1].connected);
    finish(ends, l);
    tls_configure(paths[KEY], paths[CERT], "none", false);
    l = attempt(ends);
    assert_true(ends[0].connected && ends[1].connected);
    finish(ends, l);
}

static void
test_not_configured(void **state)
{
    (void)state;
    static const size_t keys[][2] = {{KEY, OTHER_CERT}, {BOOT, CERT}, {KEY, BOOT}};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        tls_configure(paths[keys[i][0]], paths[keys[i][1]], paths[CA], false);
        assert_refused();
    }
}

/* The first connection fetches the CA, the second is verified by it. */
static void
test_bootstrap(void **state)
{
    (void)state;
    struct end ends[2];
    tls_configure(paths[KEY], paths[CERT], paths[BOOT], true);
    tls_parse_option(TLS_OPT_PEER_CA_CERT, paths[CA], NULL);
    struct listener *l = attempt(ends);
    assert_true(ends[0].closed);
    assert_true(os_file_exists(paths[BOOT]));
    finish(ends, l);
    l = attempt(ends);
    assert_true(ends[0].connected && ends[1].connected);
    finish(ends, l);
    /* The file changes: so does the trust. */
    os_file_remove(paths[BOOT]);
    assert_int_equal(os_file_replace(paths[OTHER_CERT], paths[BOOT]), 0);
    l = attempt(ends);
    assert_int_equal(ends[0].code, -E_PROTO);
    finish(ends, l);
}

static void
test_protocols(void **state)
{
    (void)state;
    static const struct {
        const char *words, *error;
    } vectors[] = {
        {"TLSv1.2", NULL},
        {"TLSv1.3", NULL},
        {"TLSv1.2+", NULL},
        {"TLSv1.2-TLSv1.3", NULL},
        {"TLSv1.2, TLSv1.3", NULL},
        {"TLSv1", "TLSv1: SSL protocol not recognized"},
        {"TLSv1.3-TLSv1.2", "TLSv1.3-TLSv1.2: SSL protocol not recognized"},
        {"TLSv1.2,bad", "bad: SSL protocol not recognized"},
        {"", "SSL protocol settings invalid"},
    };
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct err e = {0};
        tls_set_protocols(vectors[i].words, NULL, NULL, &e);
        assert_string_equal(e.text, vectors[i].error ? vectors[i].error : "");
    }
    assert_int_equal(tls_set_protocols(NULL, "bad", NULL, NULL), -E_INVAL);
    assert_int_equal(tls_set_protocols(NULL, "HIGH", "TLS_AES_128_GCM_SHA256", NULL), 0);
    assert_int_equal(tls_set_protocols("TLSv1.2+", NULL, NULL, NULL), 0);
}
#else
static void
test_not_built_in(void **state)
{
    (void)state;
    assert_false(tls_is_built_in());
    assert_refused();
}
#endif

int
main(void)
{
    log_start("test_ipc_tls");
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
    log_set_level(NULL, LOG_SYSLOG, LOG_OFF);
#if HAVE_OPENSSL
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_good, setup, teardown),
        cmocka_unit_test_setup_teardown(test_untrusted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_configured, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bootstrap, setup, teardown),
        cmocka_unit_test(test_protocols),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
#else
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_not_built_in, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
#endif
}
