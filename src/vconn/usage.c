/* SPDX-License-Identifier: Apache-2.0 */
/* Sections of --help, in Open vSwitch's words. */
#include "vconn/usage.h"

#include <stdio.h>

#include "vconn/vconn.h"

void
vconn_print_usage(bool passive_too)
{
    printf("\nActive OpenFlow connection methods:\n"
           "  tcp:HOST[:PORT]         PORT (default: %d) at remote HOST\n"
           "  ssl:HOST[:PORT]         SSL PORT (default: %d) at remote HOST\n"
           "  unix:FILE               Unix domain socket named FILE\n",
           VCONN_PORT, VCONN_PORT);
    if (passive_too) {
        printf("Passive OpenFlow connection methods:\n"
               "  ptcp:[PORT][:IP]        listen to TCP PORT (default: %d) on IP\n"
               "  pssl:[PORT][:IP]        listen for SSL on PORT (default: %d) on IP\n"
               "  punix:FILE              listen on Unix domain socket FILE\n",
               VCONN_PORT, VCONN_PORT);
    }
}

void
ofp_versions_print_usage(void)
{
    fputs("\nOpenFlow version options:\n"
          "  -V, --version           display version information\n"
          "  -O, --protocols         set allowed OpenFlow versions\n"
          "                          (default: ",
          stdout);
    for (enum ofp_version v = OFP_10; v < OFP_VERSION_END; v++) {
        printf("%s%s", v > OFP_10 ? ", " : "", ofp_version_name(v));
    }
    puts(")");
}
