/* SPDX-License-Identifier: Apache-2.0 */
/* The server that another server's database comes from (ovsdb(7), "Active-Backup" and "Relay").
 * A source is a connection that keeps a hosted database equal to the one of the same name over
 * there: contents arrive by monitor_cond_since and go through the same commits as everybody's.
 * A backup keeps them in its file and refuses to change them; a relay has no file, takes its
 * schema from the source too, and passes on requests that change something. Loop's thread. */
#pragma once

#include "ovsdb/server_internal.h"

enum source_kind { SOURCE_BACKUP, SOURCE_RELAY };

/* Gives D, which must not have one, a source as the configuration says; until source_free(). */
void source_new(struct dbase *d, enum source_kind, const struct source_config *);
/* Answers what was passed on with "canceled". NULL is fine. */
void source_free(struct source *);
enum source_kind source_kind(const struct source *);
const char *source_remote(const struct source *);
/* Was it made of the like of CONFIG? */
bool source_is_as(const struct source *, enum source_kind, const struct source_config *);
/* Is the database what it is over there, as of the last message? */
bool source_is_synced(const struct source *);
/* Why it will not become so, or NULL. */
const char *source_error(const struct source *);
void source_set_probe_interval(struct source *, uint64_t ms);

/* ---- Passing requests on (relays) ---- */

/* Sends METHOD with PARAMS once the source is in sync; SESSION is told the reply. */
void source_forward(struct source *, struct session *, const char *method, json_t *params,
                    json_t *id);
/* SESSION's client cancels request ID. False: no such request was passed on. */
bool source_cancel(struct source *, struct session *, const json_t *id);
/* SESSION is going: nobody waits for its replies. */
void source_forget_session(struct source *, struct session *);
