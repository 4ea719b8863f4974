/* SPDX-License-Identifier: Apache-2.0 */
/* --user: leaving root behind, but for the capabilities that the daemon needs. The change holds
 * for the process and all its threads to come. Main thread, before others exist. */
#include "os/daemon_internal.h"

#include <cap-ng.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "os/log.h"
#include "os/mem.h"

LOG_MODULE(daemon_unix);

static void PORT_NORETURN PORT_PRINTF(1, 2) give_up(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = xvasprintf(fmt, args);
    va_end(args);
    if (daemon_settings.pidfile) {
        log_fatal("%s: %s, aborting.", daemon_settings.pidfile, text);
    }
    log_fatal("%s, aborting.", text);
}

static bool
is_member(const struct passwd *pw, const struct group *gr)
{
    bool member = pw->pw_gid == gr->gr_gid;
    for (char **m = gr->gr_mem; *m && !member; m++) {
        member = !strcmp(*m, pw->pw_name);
    }
    return member;
}

/* "USER", ":GROUP" or "USER:GROUP". */
static void
look_up(const char *option, uid_t *uid, gid_t *gid)
{
    const char *colon = strchr(option, ':');
    size_t n = colon ? (size_t)(colon - option) : strlen(option);
    char *user = xmemdup0(option, n);
    const struct passwd *pw = user[0] ? getpwnam(user) : getpwuid(getuid());
    if (!pw) {
        give_up("user %s not found", user);
    }
    *uid = pw->pw_uid;
    *gid = pw->pw_gid;
    if (colon && colon[1]) {
        const struct group *gr = getgrnam(colon + 1);
        if (!gr) {
            give_up("group %s not found", colon + 1);
        }
        if (*uid && !is_member(pw, gr)) {
            give_up("Invalid --user option %s (user %s is not in group %s)", option, pw->pw_name,
                    gr->gr_name);
        }
        *gid = gr->gr_gid;
    }
    os_free(user);
}

static void
keep(unsigned int capability)
{
    if (capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, capability)) {
        give_up("cannot keep capability %u", capability);
    }
}

void
user_become(const char *option)
{
    static const unsigned int always[] = {CAP_IPC_LOCK, CAP_NET_BIND_SERVICE};
    static const unsigned int network[] = {CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BROADCAST};
    uid_t uid;
    gid_t gid;
    if (getuid() != 0) {
        give_up("--user option is only for daemons that root starts");
    }
    look_up(option, &uid, &gid);
    log_change_owner(uid, gid);
    capng_get_caps_process();
    capng_clear(CAPNG_SELECT_BOTH);
    for (size_t i = 0; i < ARRAY_LEN(always); i++) {
        keep(always[i]);
    }
    for (size_t i = 0; daemon_settings.needs_datapath && i < ARRAY_LEN(network); i++) {
        keep(network[i]);
    }
    /* The bounding set can be cleared only by who may set capabilities, which may have been
     * taken from root already (containers). */
    if (capng_change_id((int)uid, (int)gid, CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING) &&
        capng_change_id((int)uid, (int)gid, CAPNG_INIT_SUPP_GRP)) {
        give_up("cannot become user %s", option);
    }
}
