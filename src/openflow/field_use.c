/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/field_use.h"

#include "os/log.h"

LOG_MODULE(meta_flow);

static struct log_rate rate = LOG_RATE(1, 5);

static enum ofp_error
check(const struct of_match *m, enum of_field_id field, const char *role)
{
    if (of_prereq_holds((enum of_prereq)of_fields[field].prereq, m)) {
        return OFP_OK;
    }
    log_limited(&rate, LOG_WARN, "%s field %s lacks correct prerequisites", role,
                of_fields[field].name);
    return OFPBAC_MATCH_INCONSISTENT;
}

enum ofp_error
of_field_check_source(const struct of_match *m, enum of_field_id field)
{
    return check(m, field, "source");
}

enum ofp_error
of_field_check_destination(const struct of_match *m, enum of_field_id field)
{
    enum ofp_error error = check(m, field, "destination");
    return error ? error : of_field_check_writable(field);
}

enum ofp_error
of_field_check_writable(enum of_field_id field)
{
    if (of_fields[field].access == OF_ACCESS_RW) {
        return OFP_OK;
    }
    log_limited(&rate, LOG_WARN, "destination field %s is not writable", of_fields[field].name);
    return OFPBAC_BAD_SET_ARGUMENT;
}
