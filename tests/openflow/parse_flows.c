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

/* The first protocol of VERSION among USABLE, or 0. */
static enum ofp_protocol
choose(unsigned int usable, int version)
{
    unsigned int set =
        usable & (version ? ofp_protocols_of((enum ofp_version)(version - 9)) : OFP_P_ALL_10);
    return (enum ofp_protocol)(set & -set);
}

static void
show(struct str *s, const char *text, int version)
{
    static const struct ofp_flow_names no_names;
    static const struct ofp_print how = {.verbosity = 1};
    struct ofp_flow_mod fm = {.actions = ofp_actions_buffer()};
    unsigned int usable;
    struct err e = {0};
    if (ofp_flow_mod_parse(&fm, text, OFP_FLOW_ADD, &no_names, &usable, &e)) {
        str_putf(s, "ovs-ofctl: %s\n", e.text);
    } else {
        enum ofp_protocol p = choose(usable, version);
        uint8_t *bytes = malloc(OFP_MSG_MAX);
        struct wr w = wr_make(bytes, OFP_MSG_MAX);
        str_puts(s, "usable protocols: ");
        ofp_protocols_put(s, usable);
        str_putc(s, '\n');
        if (p) {
            str_puts(s, "chosen protocol: ");
            ofp_protocols_put(s, p);
            str_putc(s, '\n');
            ofp_flow_mod_put(&w, ofp_protocol_version(p), p & OFP_P_NXM_BOTH,
                             p & (OFP_P_OF10_TABLE | OFP_P_NXM_TABLE), 1, &fm);
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
