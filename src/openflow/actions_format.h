/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files that write actions as text: one per kind of action. */
#pragma once

#include "openflow/actions_names.h"
#include "openflow/actions_text.h"

struct act_writer {
    struct str *s;
    struct flow_names names;
};

/* Appends ACT, whose NAME is that of its row in actions.def. */
typedef void act_show_fn(struct act_writer *w, const char *name, const void *act);

/* Appends the actions of LIST with commas between them; "drop" for none. */
void act_show_list(struct act_writer *w, const void *list, size_t size);
/* Starts an item in parentheses: a comma unless it is the first. */
void act_show_comma(struct str *s);
/* "01.02.ff" */
void act_show_bytes(struct str *s, const uint8_t *p, size_t n);
/* The name of VALUE, or "<unknown>". */
const char *act_show_name(const struct act_names *names, unsigned int value);

act_show_fn act_show_output, act_show_output_reg, act_show_output_trunc, act_show_controller,
    act_show_enqueue, act_show_bundle; /* actions_format_output.c */
act_show_fn act_show_strip_vlan, act_show_encap, act_show_decap, act_show_set_field, act_show_load,
    act_show_move, act_show_ids, act_show_tunnel, act_show_delete_field, act_show_check,
    act_show_fin_timeout, act_show_conjunction, act_show_note,
    act_show_metadata;                 /* actions_format_field.c */
act_show_fn act_show_ct, act_show_nat; /* actions_format_ct.c */
act_show_fn act_show_resubmit, act_show_nested, act_show_learn, act_show_multipath,
    act_show_sample, act_show_goto_table; /* actions_format_program.c */
act_show_fn act_show_stat_trigger;        /* actions_stat_trigger.c */
