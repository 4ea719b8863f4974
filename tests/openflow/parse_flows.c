/* SPDX-License-Identifier: Apache-2.0 */
/* Reads flows for the tests: each line of standard input is a version of OpenFlow (10: 1.0, 0: the
 * best that is usable) and the text of a flow to add. What it becomes is shown like
 * `ovs-ofctl parse-flow` does; behind it comes a line with a dot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openflow/flow_format.h"
#include "openflow/flow_parse.h"

enum { LINE_MAX_SIZE = 1 << 16 };

/* The first format of VERSION among USABLE, or 0. */
static flow_formats
choose(flow_formats usable, int version)
{
    flow_formats set =
        usable & (version ? flow_formats_of(1u << (version - 9)) : FORMAT_VERSION_10);
    return set & -set;
}

static void
put_formats(struct str *s, const char *what, flow_formats formats)
{
    char *names = flow_formats_text(formats);
    str_putf(s, "%s: %s\n", what, names);
    os_free(names);
}

static void
show(struct str *s, const char *text, int version)
{
    static const struct flow_names no_names;
    static const struct ofp_print how = {.verbosity = 1};
    struct ofp_flow_mod fm = {.actions = ofp_actions_buffer()};
    flow_formats usable;
    struct err e = {0};
    if (flow_parse(text, strlen(text), OFP_FLOW_ADD, &no_names, &fm, &usable, &e)) {
        str_putf(s, "ovs-ofctl: %s\n", e.text);
    } else {
        flow_formats f = choose(usable, version);
        uint8_t *bytes = malloc(OFP_MSG_MAX);
        struct wr w = wr_make(bytes, OFP_MSG_MAX);
        put_formats(s, "usable protocols", usable);
        if (f) {
            put_formats(s, "chosen protocol", f);
            ofp_flow_mod_put(&w, flow_format_version(f), f & FORMAT_NXM_ANY,
                             f & (FORMAT_OF10_TID | FORMAT_NXM_TID), 1, &fm);
            ofp_print(s, bytes, w.n, &how);
        } else {
            str_puts(s, "ovs-ofctl: no usable protocol\n");
        }
        free(bytes);
    }
    ofp_actions_buffer_free(&fm.actions);
}

int
main(void)
{
    static char line[LINE_MAX_SIZE];
    struct str s = STR_INIT;
    while (fgets(line, sizeof line, stdin)) {
        char *text;
        int version = (int)strtol(line, &text, 10);
        text[strcspn(text, "\n")] = '\0';
        str_clear(&s);
        show(&s, text + 1, version);
        printf("%s.\n", str_text(&s));
    }
    str_fini(&s);
    return 0;
}
