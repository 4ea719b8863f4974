/* SPDX-License-Identifier: Apache-2.0 */
/* Where things are kept. The environment (OVS_SYSCONFDIR, OVS_PKGDATADIR, OVS_RUNDIR,
 * OVS_LOGDIR, OVS_DBDIR, OVS_BINDIR) goes before what configure was told; on Windows the
 * built-in places are C:\openvswitch\… . Texts live as long as the process. Main thread. */
#pragma once

#include "base/types.h"

const char *os_pkgdata_dir(void); /* schemas: PREFIX/share/openvswitch */
const char *os_run_dir(void);     /* sockets, pid files: LOCALSTATEDIR/run/openvswitch */
const char *os_log_dir(void);     /* LOCALSTATEDIR/log/openvswitch */
const char *os_db_dir(void);      /* conf.db: SYSCONFDIR/openvswitch, or OVS_DBDIR */
const char *os_sysconf_dir(void);
/* DIR/NAME, or NAME where it is absolute already. A NULL DIR is the working directory. The
 * caller frees it. */
char *os_path(const char *dir, const char *name);
bool os_path_is_absolute(const char *name);
