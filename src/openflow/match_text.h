/* SPDX-License-Identifier: Apache-2.0 */
/* Matches as text: `tcp,nw_src=10.0.0.0/8,tp_dst=80` (ovs-ofctl(8), "Flow Syntax"). A flow's text
 * mixes fields with other words, so reading is by one word at a time. Any thread. */
#pragma once

#include "openflow/match.h"
#include "openflow/value_text.h"

/* Reads a word of a match: the N characters of NAME and, if it has one, the N_VALUE characters of
 * VALUE (NULL: none). *KNOWN: NAME is a field or a shorthand such as "tcp"; if not, nothing is
 * done and 0 returned. -E_INVAL with the reference's words. */
int of_match_parse_word(struct of_match *, const char *name, size_t n, const char *value,
                        size_t n_value, const struct of_port_names *, bool *known, struct err *);
/* Appends M: its fields with commas between them; nothing for a match of everything. */
void of_match_put(struct str *, const struct of_match *m, const struct of_port_names *);
