/* SPDX-License-Identifier: Apache-2.0 */
/* Role-based access control (ovsdb-server(7) section 3.2, ovn-sb(5)): what a client with a role
 * may change. Its connection has the role (column "role" of its remote), and its id is the common
 * name of its certificate. The rules are rows of RBAC_Role and of the table that its column
 * "permissions" refers to; without a table RBAC_Role, or without a role, all is allowed. Texts
 * are Open vSwitch's. Loop's thread. */
#pragma once

#include "ovsdb/exec_internal.h"

enum rbac_operation { RBAC_INSERT, RBAC_DELETE, RBAC_UPDATE, RBAC_MUTATE };

/* May rows of T be changed in this way at all? */
int rbac_check_table(struct exec *, const struct table *t, enum rbac_operation, struct fault *);
/* Is ROW the client's, to be changed in this way? For inserts as it is now, else before the
 * change. The table was found all right. */
int rbac_check_row(struct exec *, const struct row *row, enum rbac_operation, struct fault *);
/* May the client change column C of ROW from OLD, which it was, to what it is now? */
int rbac_check_column(struct exec *, const struct row *row, const struct column *c,
                      const struct datum *old, enum rbac_operation, struct fault *);
static inline bool
rbac_applies(const struct exec *x)
{
    return x->request->role && x->request->role[0] && db_find_table(x->request->db, "RBAC_Role");
}
