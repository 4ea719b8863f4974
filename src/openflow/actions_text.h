/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of actions as text (ovs-actions(7)): `push_vlan:0x8100,output:2`. Any thread. */
#pragma once

#include "openflow/actions.h"
#include "openflow/flow_names.h"

/* Appends the actions of LIST with commas between them; "drop" for none. Here and below, names may
 * be NULL. */
void of_acts_text_put(struct str *, const void *list, size_t size, const struct flow_names *);
/* Reads the N characters at TEXT into LIST, whose buffer is aligned to eight bytes. -E_INVAL with
 * the reference's words; -E_OVERFLOW: it does not fit. */
int of_acts_parse(const char *text, size_t n, const struct flow_names *, struct wr *list,
                  struct err *e);
/* Appends SUB as `NXM_NX_REG0[0..15]`, or with `[]` for a whole field. */
void of_subfield_put(struct str *, const struct of_subfield *sub);
/* Reads the N characters at TEXT. -E_INVAL with the reference's words. */
int of_subfield_parse(const char *text, size_t n, struct of_subfield *sub, struct err *e);
/* The same of what begins the N characters at TEXT; *N_TAKEN of them. */
int of_subfield_take(const char *text, size_t n, size_t *n_taken, struct of_subfield *sub,
                     struct err *e);
/* The same of "SOURCE->RIGHT". */
int of_subfield_take_source(const char *text, size_t n, struct of_subfield *sub,
                            const char **right, size_t *n_right, struct err *e);
