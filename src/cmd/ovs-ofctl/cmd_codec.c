/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that show what this program's codecs make of something, without any connection. They
 * are for tests and for people who look at captured bytes; --help is silent about them. */
#include <string.h>

#include "cmd/ovs-ofctl/ofctl.h"
#include "openflow/actions_text.h"
#include "openflow/instructions.h"
#include "openflow/words.h"
#include "os/log.h"

typedef enum ofp_error acts_get_fn(const void *, size_t, enum ofp_version, struct wr *);

/* Each line of standard input is a list of actions in hexadecimal. */
static void
parse_lists(const char *version_name, const char *what, acts_get_fn *get)
{
    static uint8_t list[OF_ACTS_MAX] __attribute__((aligned(8)));
    enum ofp_version version = ofp_version_find(version_name);
    if (!version) {
        log_fatal("%s: not a valid OpenFlow version", version_name);
    }
    struct str line = STR_INIT, out = STR_INIT;
    while (input_line(stdin, &line, NULL)) {
        size_t n;
        uint8_t *bytes = input_hex(line.s, &n);
        struct wr w = wr_make(list, sizeof list);
        enum ofp_error error = get(bytes, n, version, &w);
        str_clear(&out);
        if (error) {
            str_putf(&out, "bad %s %s: %s\n", version_name, what, ofp_error_name(error));
        } else {
            str_puts(&out, "actions=");
            of_acts_text_put(&out, list, w.n, NULL);
            str_putc(&out, '\n');
        }
        puts(out.s);
        os_free(bytes);
    }
    str_fini(&line);
    str_fini(&out);
}

void
cmd_parse_actions(struct ofctl *c UNUSED, int argc UNUSED, char *argv[])
{
    parse_lists(argv[0], "actions", of_acts_get);
}

void
cmd_parse_instructions(struct ofctl *c UNUSED, int argc UNUSED, char *argv[])
{
    parse_lists(argv[0], "instructions", of_instructions_get);
}

static enum ofp_error
find_error(const char *name)
{
    enum ofp_error error = ofp_error_find_name(name);
    if (!error) {
        log_fatal("unknown error \"%s\"", name);
    }
    return error;
}

void
cmd_print_error(struct ofctl *c UNUSED, int argc UNUSED, char *argv[])
{
    enum ofp_error error = find_error(argv[0]);
    for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
        struct ofp_error_wire w = ofp_error_wire(error, v);
        if (w.kind != OFP_ERR_NONE) {
            printf("OpenFlow 1.%d: vendor %#x, type %u, code %u\n", v - OFP_10, w.vendor, w.type,
                   w.code);
        }
    }
}

void
cmd_parse_key_value(struct ofctl *c UNUSED, int argc, char *argv[])
{
    for (int i = 0; i < argc; i++) {
        const char *p = argv[i], *end = p + strlen(p), *gap = "";
        for (struct word word; word_next(&p, end, &word); gap = ", ") {
            printf("%s%.*s", gap, (int)word.n_name, word.name);
            if (word.value && word.n) {
                printf("=%.*s", (int)word.n, word.value);
            }
        }
        putchar('\n');
    }
}
