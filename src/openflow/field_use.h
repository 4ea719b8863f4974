/* SPDX-License-Identifier: Apache-2.0 */
/* Fields as sources and destinations of actions (ovs-actions(7)). What is wrong is logged as
 * well. Any thread. */
#pragma once

#include "openflow/match.h"
#include "openflow/ofp_error.h"

/* OFPBAC_MATCH_INCONSISTENT unless all that M matches has FIELD; OFPBAC_BAD_SET_ARGUMENT if it is
 * a destination that cannot be written. */
enum ofp_error of_field_check_source(const struct of_match *m, enum of_field_id field);
enum ofp_error of_field_check_destination(const struct of_match *m, enum of_field_id field);
enum ofp_error of_field_check_writable(enum of_field_id field);
