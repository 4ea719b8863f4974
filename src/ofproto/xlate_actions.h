/* SPDX-License-Identifier: Apache-2.0 */
/* What of OpenFlow's actions translation can do. Pure. */
#pragma once

#include "openflow/actions.h"
#include "openflow/ofp_error.h"

/* Whether a flow may have this list: OFPBAC_BAD_TYPE for an action that this switch lacks,
 * OFPBAC_BAD_SET_TYPE for a field that it does not keep. */
enum ofp_error xlate_actions_check(const void *list, size_t size);
