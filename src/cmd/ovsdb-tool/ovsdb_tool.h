/* SPDX-License-Identifier: Apache-2.0 */
/* The files of ovsdb-tool: main.c has the options, each other a group of commands. A command gets
 * its arguments without its name; optional ones that were not given are NULL. It may end the
 * process. */
#pragma once

#include "ovsdb/fault.h"

struct tool {
    unsigned int more; /* -m, how often */
};

typedef int tool_command(const struct tool *, char *args[]);

/* Ends the process with what F says. */
void tool_fatal(struct fault *f) PORT_NORETURN;
/* ARG, or the default database or schema. Never freed: the process is short. */
const char *tool_db(const char *arg);
const char *tool_schema(const char *arg);

/* files.c */
tool_command tool_create, tool_compact, tool_convert, tool_needs_conversion, tool_db_name,
    tool_db_version, tool_db_cksum, tool_db_is_clustered, tool_db_is_standalone, tool_schema_name,
    tool_schema_version, tool_schema_cksum, tool_compare_versions, tool_not_clustered,
    tool_check_cluster, tool_to_standalone, tool_no_clusters;
/* transact.c */
tool_command tool_query, tool_transact;
/* show_log.c */
tool_command tool_show_log;
