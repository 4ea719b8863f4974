/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of several kinds from a file, which a switch makes all at once. Lines are read twice:
 * first for what is wrong and the formats that can say all of it, then into messages. */
#include <string.h>

#include "cmd/ovs-ofctl/bundle.h"
#include "cmd/ovs-ofctl/flow_talk.h"
#include "openflow/msg_group.h"
#include "openflow/packet_out_parse.h"
#include "openflow/words.h"
#include "os/err_format.h"
#include "os/log.h"

/* Where a line's change goes. */
struct changes {
    struct flow_names names;
    flow_formats usable;
    struct flow_dialect dialect;
    struct wr w; /* its message */
    bool writes; /* false: lines are only looked at */
};

static int
take_flow(struct changes *ch, const char *text, struct err *e)
{
    static uint8_t actions[OF_ACTS_MAX] __attribute__((aligned(8)));
    struct ofp_flow_mod fm = {.actions = wr_make(actions, sizeof actions)};
    flow_formats formats;
    int code = flow_parse_line(text, strlen(text), OFP_FLOW_ADD, &ch->names, &fm, &formats, e);
    if (!code && ch->writes) {
        flow_talk_put(&ch->w, &ch->dialect, &fm);
    }
    ch->usable &= code ? FORMAT_ANY : formats;
    return code;
}

static int
take_group(struct changes *ch, const char *text, struct err *e)
{
    struct ofp_group_mod mod = {.command = group_command_take(&text, OFP_GROUP_ADD)};
    flow_formats formats;
    int code = ofp_group_parse(text, &mod, &ch->names, &formats, e);
    if (!code && ch->writes) {
        ofp_group_mod_put(&ch->w, ch->dialect.version, 0, &mod, NULL);
    }
    ch->usable &= code ? FORMAT_ANY : formats;
    ofp_group_fini(&mod.group);
    return code;
}

static int
take_packet_out(struct changes *ch, const char *text, struct err *e)
{
    static uint8_t actions[OF_ACTS_MAX] __attribute__((aligned(8)));
    struct ofp_packet_out po = {.actions = wr_make(actions, sizeof actions)};
    struct str packet = STR_INIT;
    flow_formats formats;
    int code = packet_out_parse(text, &ch->names, &po, &packet, &formats, e);
    if (!code && ch->writes) {
        ofp_packet_out_put(&ch->w, ch->dialect.version, 0, &po);
    }
    ch->usable &= code ? FORMAT_ANY : formats;
    str_fini(&packet);
    return code;
}

static const struct {
    const char *word;
    int (*take)(struct changes *, const char *text, struct err *);
} kinds[] = {{"flow", take_flow}, {"group", take_group}, {"packet-out", take_packet_out}};

static int
take_line(struct changes *ch, const char *line, struct err *e)
{
    const char *word = line + strspn(line, " \t");
    size_t n = strcspn(word, " ,\t");
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (text_is(kinds[i].word, word, n)) {
            return kinds[i].take(ch, word + n + strspn(word + n, " ,\t"), e);
        }
    }
    return err_fail(e, -E_INVAL, "Unsupported bundle message type: %.*s", (int)n, word);
}

/* A line of the file. */
struct line {
    unsigned int number;
    char *text;
};

struct lines {
    struct line *all;
    size_t n, size;
};

static void
read_lines(struct lines *lines, const char *path)
{
    FILE *file = input_open(path, "open failed");
    struct str text = STR_INIT;
    unsigned int number = 0;
    while (input_line(file, &text, &number)) {
        if (lines->n == lines->size) {
            lines->all = xgrow(lines->all, &lines->size, sizeof *lines->all);
        }
        lines->all[lines->n++] = (struct line){number, xstrdup(str_text(&text))};
    }
    str_fini(&text);
    input_close(file);
}

/* Takes every line; a mistake ends the process. */
static void
take_lines(struct changes *ch, const struct lines *lines, const char *path, struct bundle *bundle)
{
    struct err e;
    for (const struct line *line = lines->all; line < lines->all + lines->n; line++) {
        ch->w.n = 0;
        if (take_line(ch, line->text, &e)) {
            log_fatal("%s:%u: %s", path, line->number, e.text);
        }
        if (ch->w.bad) {
            log_fatal("%s:%u: %s cannot say this", path, line->number,
                      ofp_version_name(ch->dialect.version));
        }
        if (ch->writes) {
            put_be32(ch->w.start + 4, vconn_new_xid());
            bundle_add(bundle, ch->w.start, ch->w.n);
        }
    }
}

void
cmd_bundle(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct bundle bundle;
    struct lines lines = {NULL, 0, 0};
    struct changes ch = {.names = flow_names_of(c, argv[0]),
                         .usable = FORMAT_ANY,
                         .w = wr_make(xalloc(OFP_MSG_MAX), OFP_MSG_MAX)};
    read_lines(&lines, argv[1]);
    take_lines(&ch, &lines, argv[1], NULL);
    struct talk *t = flow_talk_open(c, argv[0], ch.usable, &ch.dialect);
    bundle_begin(&bundle, t);
    ch.writes = true;
    take_lines(&ch, &lines, argv[1], &bundle);
    bundle_commit(&bundle);
    talk_close(t);
    os_free(ch.w.start);
    for (size_t i = 0; i < lines.n; i++) {
        os_free(lines.all[i].text);
    }
    os_free(lines.all);
}
