/* SPDX-License-Identifier: Apache-2.0 */
/* What ovs-vsctl --help prints. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/ovs-vsctl/vsctl.h"
#include "ipc/tls.h"
#include "os/dirs.h"
#include "os/log.h"

static void
print_commands(void)
{
    fputs("\n"
          "Open vSwitch commands:\n"
          "  init                        initialize database, if not yet initialized\n"
          "  show                        print overview of database contents\n"
          "  --filter=TABLE(TEXT) show   print only rows of TABLE that have TEXT\n"
          "  emer-reset                  reset configuration to clean state\n"
          "\n"
          "Bridge commands:\n"
          "  add-br BRIDGE               create a new bridge named BRIDGE\n"
          "  add-br BRIDGE PARENT VLAN   create new fake BRIDGE in PARENT on VLAN\n"
          "  del-br BRIDGE               delete BRIDGE and all of its ports\n"
          "  list-br                     print the names of all the bridges\n"
          "  br-exists BRIDGE            exit 2 if BRIDGE does not exist\n"
          "  br-to-vlan BRIDGE           print the VLAN which BRIDGE is on\n"
          "  br-to-parent BRIDGE         print the parent of BRIDGE\n"
          "  br-set-external-id BRIDGE KEY VALUE  set KEY on BRIDGE to VALUE\n"
          "  br-set-external-id BRIDGE KEY  unset KEY on BRIDGE\n"
          "  br-get-external-id BRIDGE KEY  print value of KEY on BRIDGE\n"
          "  br-get-external-id BRIDGE  list key-value pairs on BRIDGE\n"
          "\n"
          "Port commands (a bond is considered to be a single port):\n"
          "  list-ports BRIDGE           print the names of all the ports on BRIDGE\n"
          "  add-port BRIDGE PORT        add network device PORT to BRIDGE\n"
          "  add-bond BRIDGE PORT IFACE...  add bonded port PORT in BRIDGE from IFACES\n"
          "  del-port [BRIDGE] PORT      delete PORT (which may be bonded) from BRIDGE\n"
          "  port-to-br PORT             print name of bridge that contains PORT\n"
          "\n"
          "Interface commands (a bond consists of multiple interfaces):\n"
          "  list-ifaces BRIDGE          print the names of all interfaces on BRIDGE\n"
          "  iface-to-br IFACE           print name of bridge that contains IFACE\n"
          "\n"
          "Controller commands:\n"
          "  get-controller BRIDGE      print the controllers for BRIDGE\n"
          "  del-controller BRIDGE      delete the controllers for BRIDGE\n"
          "  [--inactivity-probe=MSECS]\n"
          "  set-controller BRIDGE TARGET...  set the controllers for BRIDGE\n"
          "  get-fail-mode BRIDGE       print the fail-mode for BRIDGE\n"
          "  del-fail-mode BRIDGE       delete the fail-mode for BRIDGE\n"
          "  set-fail-mode BRIDGE MODE  set the fail-mode for BRIDGE to MODE\n"
          "\n"
          "Manager commands:\n"
          "  get-manager                print the managers\n"
          "  del-manager                delete the managers\n"
          "  [--inactivity-probe=MSECS]\n"
          "  set-manager TARGET...      set the list of managers to TARGET...\n"
          "\n"
          "SSL commands:\n"
          "  get-ssl                     print the SSL configuration\n"
          "  del-ssl                     delete the SSL configuration\n"
          "  set-ssl PRIV-KEY CERT CA-CERT  set the SSL configuration\n"
          "\n"
          "Auto Attach commands:\n"
          "  add-aa-mapping BRIDGE I-SID VLAN   add Auto Attach mapping to BRIDGE\n"
          "  del-aa-mapping BRIDGE I-SID VLAN   delete Auto Attach mapping VLAN from BRIDGE\n"
          "  get-aa-mapping BRIDGE              get Auto Attach mappings from BRIDGE\n"
          "\n"
          "CT zone commands:\n"
          "  add-zone-tp DP zone=ZONE KEY=SECS...  set the timeout policy of ZONE on DP\n"
          "  del-zone-tp DP zone=ZONE    delete the timeout policy of ZONE on DP\n"
          "  list-zone-tp DP             print the timeout policies of DP\n"
          "  set-zone-limit DP ZONE|default LIMIT  limit connections in ZONE on DP\n"
          "  del-zone-limit DP ZONE|default  delete the limit of ZONE on DP\n"
          "  list-zone-limits DP         print the limits of DP\n"
          "  list-dp-cap DP              print what DP can do\n"
          "\n"
          "Switch commands:\n"
          "  emer-reset                  reset switch to known good state\n"
          "\n"
          "Database commands:\n"
          "  list TBL [REC]              list RECord (or all records) in TBL\n"
          "  find TBL CONDITION...       list records satisfying CONDITION in TBL\n"
          "  get TBL REC COL[:KEY]       print values of COLumns in RECord in TBL\n"
          "  set TBL REC COL[:KEY]=VALUE set COLumn values in RECord in TBL\n"
          "  add TBL REC COL [KEY=]VALUE add (KEY=)VALUE to COLumn in RECord in TBL\n"
          "  remove TBL REC COL [KEY=]VALUE  remove (KEY=)VALUE from COLumn\n"
          "  clear TBL REC COL           clear values from COLumn in RECord in TBL\n"
          "  create TBL COL[:KEY]=VALUE  create and initialize new record\n"
          "  destroy TBL REC             delete RECord from TBL\n"
          "  wait-until TBL REC [COL[:KEY]=VALUE]  wait until condition is true\n"
          "Potentially unsafe database commands require --force option.\n"
          "Database commands may reference a row in each table in the following ways:\n",
          stdout);
}

static void
print_options(void)
{
    printf("\n"
           "Options:\n"
           "  --db=DATABASE               connect to DATABASE\n"
           "                              (default: unix:%s/db.sock)\n"
           "  --no-wait                   do not wait for ovs-vswitchd to reconfigure\n"
           "  --retry                     keep trying to connect to server forever\n"
           "  -t, --timeout=SECS          wait at most SECS seconds for ovs-vswitchd\n"
           "  --dry-run                   do not commit changes to database\n"
           "  --oneline                   print exactly one line of output per command\n",
           os_run_dir());
}

static void
print_connections(void)
{
    fputs("\n"
          "Active database connection methods:\n"
          "  tcp:HOST:PORT           PORT at remote HOST\n"
          "  ssl:HOST:PORT           SSL PORT at remote HOST\n"
          "  unix:FILE               Unix domain socket named FILE\n"
          "Passive database connection methods:\n"
          "  ptcp:PORT[:IP]          listen to TCP PORT on IP\n"
          "  pssl:PORT[:IP]          listen for SSL on PORT on IP\n"
          "  punix:FILE              listen on Unix domain socket FILE\n",
          stdout);
}

void
print_usage(void)
{
    printf("%s: ovs-vswitchd management utility\n"
           "usage: %s [OPTIONS] COMMAND [ARG...]\n",
           log_program_name(), log_program_name());
    print_commands();
    print_record_ids();
    print_options();
    table_print_usage();
    log_print_usage();
    puts("  --no-syslog             equivalent to --verbose=vsctl:syslog:warn");
    print_connections();
    tls_print_usage();
    fputs("\n"
          "Other options:\n"
          "  -h, --help                  display this help message\n"
          "  -V, --version               display version information\n",
          stdout);
    exit(EXIT_SUCCESS);
}
