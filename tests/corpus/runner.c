/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the corpus in a host of the core:
 *
 *     corpus-runner HOST FILE...
 *
 * What fails is said on standard error with its place; the end of the output is as cmocka has it.
 * Exit code 0: every case passed. --min N fails where there are fewer than N cases. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"

static const struct corpus_host *const hosts[] = {
    &corpus_host_core,
#ifdef _WIN32
    &corpus_host_wine,
#else
    &corpus_host_native,
#endif
};

struct tally {
    struct corpus_run *run;
    unsigned int n, n_failed;
};

static void
run_one(void *tally_, const struct corpus_case *c)
{
    struct tally *t = tally_;
    t->n++;
    t->n_failed += !corpus_run_case(t->run, c);
}

static const struct corpus_host *
find_host(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        if (!strcmp(hosts[i]->name, name)) {
            return hosts[i];
        }
    }
    return NULL;
}

int
main(int argc, char *argv[])
{
    struct tally t = {.n = 0};
    const struct corpus_host *host = argc > 1 ? find_host(argv[1]) : NULL;
    unsigned int min = 0;
    bool ok = true;
    if (!host) {
        fprintf(stderr, "usage: corpus-runner HOST FILE...\n");
        return EXIT_FAILURE;
    }
    t.run = corpus_start(host);
    if (!t.run) {
        return EXIT_FAILURE;
    }
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--min") && i + 1 < argc) {
            min = (unsigned int)strtoul(argv[++i], NULL, 10);
        } else {
            ok = corpus_read(argv[i], run_one, &t) && ok;
        }
    }
    corpus_stop(t.run);
    printf("[==========] %u test(s) run.\n[  PASSED  ] %u test(s).\n", t.n, t.n - t.n_failed);
    if (t.n_failed) {
        printf("[  FAILED  ] %u test(s)\n", t.n_failed);
    }
    if (t.n < min) {
        fprintf(stderr, "there are %u cases, at least %u were to be run\n", t.n, min);
    }
    return ok && !t.n_failed && t.n >= min ? EXIT_SUCCESS : EXIT_FAILURE;
}
