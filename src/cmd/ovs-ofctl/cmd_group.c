/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about groups. Lines of a file may begin with what is to be done; without that it is
 * what the command says. */
#include <string.h>

#include "cmd/ovs-ofctl/bundle.h"
#include "cmd/ovs-ofctl/flow_talk.h"
#include "cmd/ovs-ofctl/names.h"
#include "openflow/msg_group.h"
#include "openflow/words.h"
#include "os/log.h"

LOG_MODULE(ofp_group);

static const struct {
    const char *word;
    enum ofp_group_command command;
} words[] = {
    {"add", OFP_GROUP_ADD},
    {"modify", OFP_GROUP_MODIFY},
    {"add_or_mod", OFP_GROUP_ADD_OR_MODIFY},
    {"delete", OFP_GROUP_DELETE},
    {"insert_bucket", OFP_GROUP_INSERT_BUCKET},
    {"remove_bucket", OFP_GROUP_REMOVE_BUCKET},
};

/* A group_mod that was read, and the rest of its kind. */
struct group_mods {
    struct ofp_group_mod *mods;
    size_t n, size;
    flow_formats usable;
    struct flow_names names;
};

static struct ofp_group_mod *
add_mod(struct group_mods *g, enum ofp_group_command command)
{
    if (g->n == g->size) {
        g->mods = xgrow(g->mods, &g->size, sizeof *g->mods);
    }
    struct ofp_group_mod *mod = &g->mods[g->n++];
    memset(mod, 0, sizeof *mod);
    mod->command = command;
    return mod;
}

/* Reads one; COMMAND says what is to be done. */
static int
parse_mod(struct group_mods *g, const char *text, enum ofp_group_command command, struct err *e)
{
    flow_formats usable;
    int code = ofp_group_parse(text, add_mod(g, command), &g->names, &usable, e);
    g->usable &= usable;
    return code;
}

enum ofp_group_command
group_command_take(const char **text, enum ofp_group_command otherwise)
{
    const char *start = *text + strspn(*text, " ,\t");
    size_t n = strcspn(start, " ,\t");
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (text_is(words[i].word, start, n)) {
            *text = start + n;
            return words[i].command;
        }
    }
    return otherwise;
}

static void
read_file(struct group_mods *g, const char *path, enum ofp_group_command command)
{
    struct str line = STR_INIT;
    unsigned int number = 0;
    struct err e;
    FILE *file = input_open(path, "open");
    while (input_line(file, &line, &number)) {
        const char *text = line.s;
        enum ofp_group_command own = group_command_take(&text, command);
        if (parse_mod(g, text, own, &e)) {
            log_fatal("%s:%u: %s", path, number, e.text);
        }
    }
    input_close(file);
    str_fini(&line);
}

static void
check_version(const struct talk *t, enum ofp_group_command command)
{
    const char *name = command == OFP_GROUP_INSERT_BUCKET   ? "insert-bucket"
                       : command == OFP_GROUP_REMOVE_BUCKET ? "remove-bucket"
                                                            : NULL;
    if (name && talk_version(t) != OFP_10 && talk_version(t) < OFP_15) {
        log_fatal("%s needs OpenFlow 1.5 or later ('-O OpenFlow15')", name);
    }
}

static void
send_mods(struct ofctl *c, const char *target, struct group_mods *g)
{
    uint8_t *msg = xalloc(OFP_MSG_MAX);
    flow_formats_allowed(c, g->usable);
    struct talk *t = talk_open(c, target);
    struct bundle bundle;
    if (c->bundle) {
        bundle_begin(&bundle, t);
    }
    for (size_t i = 0; i < g->n; i++) {
        struct wr w = wr_make(msg, OFP_MSG_MAX);
        check_version(t, g->mods[i].command);
        ofp_group_mod_put(&w, talk_version(t), vconn_new_xid(), &g->mods[i], NULL);
        if (w.bad) {
            log_fatal("%s cannot say this group", ofp_version_name(talk_version(t)));
        }
        if (c->bundle) {
            bundle_add(&bundle, msg, w.n);
        } else {
            talk_tell_message(t, msg, w.n);
        }
        ofp_group_fini(&g->mods[i].group);
    }
    if (c->bundle) {
        bundle_commit(&bundle);
    }
    talk_close(t);
    os_free(g->mods);
    os_free(msg);
}

/* TEXT "-": the groups on standard input. */
static void
change(struct ofctl *c, int argc, char *argv[], enum ofp_group_command command)
{
    struct group_mods g = {.usable = FORMAT_ANY};
    const char *text = argc > 1 ? argv[1] : "";
    struct err e;
    names_of_tables_to_accept(c, argv[0]);
    g.names = flow_names_of(c, argv[0]);
    if (strcmp(text, "-") == 0) {
        read_file(&g, text, command);
    } else if (parse_mod(&g, text, command, &e)) {
        log_fatal("%s", e.text);
    }
    send_mods(c, argv[0], &g);
}

void
cmd_add_group(struct ofctl *c, int argc, char *argv[])
{
    change(c, argc, argv, OFP_GROUP_ADD);
}

void
cmd_add_groups(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct group_mods g = {.usable = FORMAT_ANY};
    names_of_tables_to_accept(c, argv[0]);
    g.names = flow_names_of(c, argv[0]);
    read_file(&g, argv[1], OFP_GROUP_ADD);
    send_mods(c, argv[0], &g);
}

void
cmd_mod_group(struct ofctl *c, int argc, char *argv[])
{
    change(c, argc, argv, c->may_create ? OFP_GROUP_ADD_OR_MODIFY : OFP_GROUP_MODIFY);
}

void
cmd_del_groups(struct ofctl *c, int argc, char *argv[])
{
    change(c, argc, argv, OFP_GROUP_DELETE);
}

void
cmd_insert_buckets(struct ofctl *c, int argc, char *argv[])
{
    change(c, argc, argv, OFP_GROUP_INSERT_BUCKET);
}

void
cmd_remove_buckets(struct ofctl *c, int argc, char *argv[])
{
    change(c, argc, argv, OFP_GROUP_REMOVE_BUCKET);
}

/* -- Questions -- */

static void
dump(struct ofctl *c, const char *target, enum ofp_msg_id kind, uint32_t group)
{
    struct talk *t = talk_open(c, target);
    ofp_group_request_put(talk_make(t), kind, talk_version(t), vconn_new_xid(), group);
    talk_dump(t);
    talk_close(t);
}

void
cmd_dump_groups(struct ofctl *c, int argc, char *argv[])
{
    uint32_t group = OFP_GROUP_EVERY;
    bool is_all = argc < 2 || strcasecmp(argv[1], "all") == 0 || strcasecmp(argv[1], "any") == 0;
    uint64_t number;
    if (!is_all) {
        if (text_to_u64(argv[1], strlen(argv[1]), &number) && number < OFP_GROUP_MAX) {
            group = (uint32_t)number;
        } else {
            log_warn("%s is not a valid group ID.  (Valid group IDs are 32-bit nonnegative "
                     "integers or the keywords ANY or ALL.)",
                     argv[1]);
        }
    }
    dump(c, argv[0], OFPST_GROUP_DESC_REQUEST, group);
}

void
cmd_dump_group_stats(struct ofctl *c, int argc, char *argv[])
{
    uint32_t group = OFP_GROUP_EVERY;
    struct err e;
    struct flow_names names = flow_names_of(c, argv[0]);
    if (argc > 1 && argv[1][0]) {
        struct ofp_group_mod mod = {.command = OFP_GROUP_DELETE};
        flow_formats usable;
        if (ofp_group_parse(argv[1], &mod, &names, &usable, &e)) {
            log_fatal("%s", e.text);
        }
        group = mod.group.id;
        ofp_group_fini(&mod.group);
    }
    dump(c, argv[0], OFPST_GROUP_REQUEST, group);
}

void
cmd_dump_group_features(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct talk *t = talk_open(c, argv[0]);
    talk_begin(t, OFPST_GROUP_FEATURES_REQUEST);
    talk_dump(t);
    talk_close(t);
}
