/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files that read actions as text: one per kind of action. */
#pragma once

#include "openflow/actions_text.h"
#include "openflow/words.h"

/* One action being read. */
struct act_text {
    struct word word;
    struct wr *list;
    struct flow_names names;
    const char *within; /* the action that this one is nested in, or NULL */
    unsigned int depth;
    struct err *err;
};

typedef int parse_fn(struct act_text *t);

/* The value as printf's %.*s takes it. */
#define VALUE_ARGS(T) (int)(T)->word.n, (T)->word.value ? (T)->word.value : ""

static inline const char *
value_of(const struct act_text *t)
{
    return t->word.value ? t->word.value : "";
}

/* Starts the action at the end of the list and zeroes it; act_text_end() ends it, with N more
 * bytes that were written. NULL when the list is full. */
void *act_text_begin(struct act_text *t, enum of_act_type type);
int act_text_end(struct act_text *t, const void *act);
/* Reads the list of actions TEXT into the list under way. */
int act_text_list(struct act_text *outer, const char *name, const char *text, size_t n);
/* Numbers. "missing required numeric argument", "invalid numeric format X". */
int act_text_number(struct act_text *t, const char *text, size_t n, uint64_t *x);
/* A number up to MAX, or `invalid WHAT "X"`. */
int act_text_small(struct act_text *t, const char *text, size_t n, uint32_t max, const char *what,
                   uint32_t *x);
/* "SOURCE->DESTINATION": gives both sides of it, or `T: missing `->'`. */
bool act_text_arrow(const char *text, size_t n, size_t *n_left, const char **right,
                    size_t *n_right);

/* Puts an output to PORT. */
int act_text_put_output(struct act_text *t, uint32_t port, uint16_t max_len);
/* Appends the bytes that the N characters at P write in hexadecimal, with dots between them if
 * they like; false: they are something else. */
bool act_text_hex(struct wr *w, const char *p, size_t n);

parse_fn parse_output, parse_controller, parse_enqueue; /* actions_parse_output.c */
parse_fn parse_set_field, parse_load, parse_move, parse_push, parse_pop,
    parse_delete_field; /* actions_parse_field.c */
parse_fn parse_bundle, parse_bundle_load, parse_check, parse_clone, parse_conjunction, parse_decap,
    parse_encap, parse_multipath, parse_resubmit, parse_sample; /* actions_parse_program.c */
parse_fn parse_ct, parse_nat, parse_learn;                      /* actions_parse_ct.c, _learn.c */
parse_fn parse_stat_trigger;                                    /* actions_stat_trigger.c */
