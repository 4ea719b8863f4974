/* SPDX-License-Identifier: Apache-2.0 */
/* ovs-vsctl's own parts and how they meet.
 *
 * A run: the command line becomes `calls` (command_line.c). Each call's `prepare` says what it
 * reads; run.c has that replicated, opens a transaction, calls every `run`, commits, and starts
 * over when somebody else was faster or a call asked to wait. Output is printed at the very end.
 * Mistakes end the process at once with log_fatal(): nothing was sent then. */
#pragma once

#include "ovsdb/client/replica_txn.h"
#include "text/table.h"
#include "vswitch_rows.h"

struct vsctl;
struct view;
struct vsctl_call;

struct vsctl_command {
    const char *name;
    unsigned int min_args, max_args;
    const char *arguments; /* for --commands: !needed ?optional +one or more *any */
    const char *options;   /* separated by commas; a "=" at the end asks for an argument */
    void (*prepare)(struct vsctl_call *); /* may be NULL */
    void (*run)(struct vsctl_call *);
    void (*finish)(struct vsctl_call *); /* after the commit; may be NULL */
    bool changes;                        /* the database, for the log */
};

/* An option given to a call. */
struct vsctl_option {
    const char *name; /* with its dashes */
    const char *arg;  /* or NULL */
};

struct vsctl_call {
    struct vsctl *v;
    const struct vsctl_command *command;
    int argc;
    char **argv; /* [0] is the command's name */
    struct vsctl_option *options;
    size_t n_options, options_size;
    struct str output;
    struct table *table; /* or NULL */
    struct uuid created; /* `create`: the new row */
};

#define VSCTL_UNLIMITED UINT32_MAX

struct vsctl {
    const char *db;
    bool oneline, dry_run, wait, retry;
    bool any_server, in_order; /* not the leader alone; as they are named, not shuffled */
    struct table_style style;
    struct os_loop *loop;
    struct db_schema *schema;
    struct replica *replica;
    struct vsctl_call *calls;
    size_t n_calls;
    char *command_line; /* for logs */
    bool narrowed;      /* not all ports and interfaces are replicated */
    bool wants_ports;   /* if so, the bridges' lists of them all the same */

    /* Of one attempt. */
    struct replica_txn *txn;
    struct symbol_table symbols;
    struct view *view; /* NULL until somebody looks */
    bool try_again;    /* a call waits for the database to change */
    struct uuid *new_ifaces;
    size_t n_new_ifaces, new_ifaces_size;
};

/* -- command_line.c -- */

/* All commands, ended by a row of zeros. */
extern const struct vsctl_command *const vsctl_command_tables[];
/* Splits ARGV at "--" into calls; LOCAL are options that stood among the global ones. */
void command_line_parse(struct vsctl *, int argc, char *argv[], struct vsctl_option *local,
                        size_t n_local);
/* The argument of OPTION if it was given ("" if it takes none), else NULL. */
const char *call_option(const struct vsctl_call *, const char *option);
/* What --commands prints. */
void command_line_print_commands(void);
/* Every option of every command, as getopt wants them, with vals from FIRST_VAL on; the array is
 * the caller's, *N rows. */
struct option *command_line_options(int first_val, size_t *n);
/* ARGV with what needs it quoted. */
char *command_line_text(int argc, char *argv[]);

/* -- help.c -- */
void print_usage(void) PORT_NORETURN;

/* -- run.c -- */

/* All of it, to the exit code. */
int vsctl_run(struct vsctl *);
/* Declares that a call reads COLUMN. */
void vsctl_watch(struct vsctl *, uint32_t table, uint32_t column);
/* The one row of Open_vSwitch. */
struct vs_open_vswitch *vsctl_root(struct vsctl *);
/* The interface was added: its failure to come up is ours. */
void vsctl_expect_iface(struct vsctl *, const struct vs_interface *);
void PORT_NORETURN vsctl_exit(struct vsctl *, int code);

/* -- narrow.c -- */

/* After every `prepare`: has only those rows replicated that the calls can look at. */
void narrow_replica(struct vsctl *);
/* Once synced: true if those rows do not suffice, after all; then all are asked for, and the
 * replica must be waited for again. */
bool narrow_undo(struct vsctl *);

/* -- view.c: bridges, ports and interfaces as people name them, fake bridges included -- */

struct view_bridge {
    struct hnode node; /* in the view, by name */
    const char *name;
    struct vs_bridge *row;      /* of the real bridge, also for a fake one */
    struct list ports;          /* view_port.node */
    struct view_bridge *parent; /* of a fake bridge, else NULL */
    int vlan;                   /* of a fake bridge, else 0 */
};

struct view_port {
    struct hnode node; /* in the view, by name */
    struct list bridge_node;
    struct view_bridge *bridge;
    struct vs_port *row;
};

struct view_iface {
    struct hnode node; /* in the view, by name */
    struct view_port *port;
    struct vs_interface *row;
};

struct view {
    struct hmap bridges, ports, ifaces;
};

/* Declares what the view is made of. */
void view_prepare(struct vsctl_call *);
/* Has anybody done that? */
bool view_is_wanted(const struct vsctl *);
struct view *view_get(struct vsctl *);
/* Forgets it, since rows changed behind its back. */
void view_drop(struct vsctl *);
/* NULL where there is none, unless MUST_EXIST: then the process ends with the reason. */
struct view_bridge *view_bridge(struct vsctl *, const char *name, bool must_exist);
struct view_bridge *view_real_bridge(struct vsctl *, const char *name);
struct view_port *view_port(struct vsctl *, const char *name, bool must_exist);
struct view_iface *view_iface(struct vsctl *, const char *name, bool must_exist);
/* The fake bridge of PARENT on VLAN, or NULL. */
struct view_bridge *view_fake_bridge(struct vsctl *, const struct view_bridge *parent, int vlan);
/* Ends the process if there is anything called NAME; FMT is what cannot be done. */
void view_check_free(struct vsctl *, const char *name, const char *fmt, ...) PORT_PRINTF(3, 4);
/* Adds rows that were inserted. */
struct view_bridge *view_add_bridge(struct vsctl *, struct vs_bridge *, const char *name,
                                    struct view_bridge *parent, int vlan);
struct view_port *view_add_port(struct vsctl *, struct view_bridge *, struct vs_port *);
void view_add_iface(struct vsctl *, struct view_port *, struct vs_interface *);
/* Names in order, the caller's array of borrowed strings. */
const char **view_bridge_names(struct vsctl *, bool real, bool fake, size_t *n);
/* Not counting the bridge's own. */
const char **view_port_names(const struct view_bridge *, size_t *n);

/* -- db_names.c: tables, columns and records by what people call them -- */

/* Each ends the process when the name fits none or several. */
const struct table_schema *find_table(struct vsctl *, const char *name);
/* COLUMN may be abbreviated; _uuid only where it makes sense. */
const struct column *find_column(const struct table_schema *, const char *name, bool with_uuid);
/* Declares what find_record() reads. */
void watch_record_ids(struct vsctl *, const struct table_schema *);
/* NULL if there is none and not MUST_EXIST. */
struct replica_row *find_record(struct vsctl *, const struct table_schema *, const char *name,
                                bool must_exist);
/* How records of each table can be named, for --help. */
void print_record_ids(void);

/* -- db_values.c: COLUMN[:KEY][OP VALUE] -- */

enum compare_op {
    OP_NONE,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_GT,
    OP_LE,
    OP_GE,
    OP_SET_EQ,
    OP_SET_NE,
    OP_SET_LT,
    OP_SET_GT,
    OP_SET_LE,
    OP_SET_GE,
    OP_SET_IN,
    OP_SET_NOT_IN
};

struct column_arg {
    const struct column *column;
    char *key; /* as typed, or NULL */
    enum compare_op op;
    const char *value; /* what follows the operator, or NULL */
};

enum column_arg_kind { ARG_GET /* no value */, ARG_SET /* "=" */, ARG_MATCH /* any operator */ };
void column_arg_parse(struct column_arg *, const struct table_schema *, const char *text,
                      enum column_arg_kind);
void column_arg_fini(struct column_arg *);
/* VALUE read as TYPE; symbols in it count as referred to. Ends the process on a mistake. */
struct datum *value_parse(struct vsctl *, const struct datum_type *, const char *value);
/* NULL, with the reason in F, instead of ending the process. */
struct datum *value_try(struct vsctl *, const struct datum_type *, const char *value,
                        struct fault *f);
/* The key of a map COLUMN as a set of one. */
struct datum *key_parse(struct vsctl *, const struct column *, const char *key);
/* KEY and VALUE as a map of one. */
struct datum *pair_parse(struct vsctl *, const struct column *, const char *key,
                         const char *value);
/* Sets ROW's column to what "COLUMN[:KEY]=VALUE" says. */
void column_set(struct vsctl *, struct replica_row *, const struct column_arg *);
/* Does ROW meet "COLUMN[:KEY]OP VALUE"? */
bool column_match(struct vsctl *, const struct replica_row *, const struct column_arg *);
/* KIND of datum types: as T, but with any number of elements, at least N_MIN. */
struct datum_type value_type_any(const struct datum_type *, uint32_t n_min);
