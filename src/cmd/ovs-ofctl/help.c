/* SPDX-License-Identifier: Apache-2.0 */
/* What --help prints, in the words of Open vSwitch's. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/ovs-ofctl/ofctl.h"
#include "ipc/tls.h"
#include "os/daemon.h"
#include "os/log.h"
#include "vconn/usage.h"

static void
print_switch_commands(void)
{
    fputs("\n"
          "For OpenFlow switches:\n"
          "  show SWITCH                 show OpenFlow information\n"
          "  dump-desc SWITCH            print switch description\n"
          "  dump-tables SWITCH          print table stats\n"
          "  dump-table-features SWITCH  print table features\n"
          "  dump-table-desc SWITCH      print table description (OF1.4+)\n"
          "  mod-port SWITCH IFACE ACT   modify port behavior\n"
          "  mod-table SWITCH MOD        modify flow table behavior\n"
          "      OF1.1/1.2 MOD: controller, continue, drop\n"
          "      OF1.4+ MOD: evict, noevict, vacancy:low,high, novacancy\n"
          "  get-frags SWITCH            print fragment handling behavior\n"
          "  set-frags SWITCH FRAG_MODE  set fragment handling behavior\n"
          "      FRAG_MODE: normal, drop, reassemble, nx-match\n"
          "  dump-ports SWITCH [PORT]    print port statistics\n"
          "  dump-ports-desc SWITCH [PORT]  print port descriptions\n"
          "  dump-flows SWITCH           print all flow entries\n"
          "  dump-flows SWITCH FLOW      print matching FLOWs\n"
          "  dump-aggregate SWITCH       print aggregate flow statistics\n"
          "  dump-aggregate SWITCH FLOW  print aggregate stats for FLOWs\n"
          "  queue-stats SWITCH [PORT [QUEUE]]  dump queue stats\n"
          "  add-flow SWITCH FLOW        add flow described by FLOW\n"
          "  add-flows SWITCH FILE       add flows from FILE\n"
          "  mod-flows SWITCH FLOW       modify actions of matching FLOWs\n"
          "  del-flows SWITCH [FLOW]     delete matching FLOWs\n"
          "  replace-flows SWITCH FILE   replace flows with those in FILE\n"
          "  diff-flows SOURCE1 SOURCE2  compare flows from two sources\n"
          "  packet-out SWITCH IN_PORT ACTIONS PACKET...\n"
          "                              execute ACTIONS on PACKET\n"
          "  monitor SWITCH [MISSLEN] [invalid_ttl] [watch:[...]]\n"
          "                              print packets received from SWITCH\n"
          "  snoop SWITCH                snoop on SWITCH and its controller\n"
          "  add-group SWITCH GROUP      add group described by GROUP\n"
          "  add-groups SWITCH FILE      add group from FILE\n"
          "  [--may-create] mod-group SWITCH GROUP   modify specific group\n"
          "  del-groups SWITCH [GROUP]   delete matching GROUPs\n"
          "  insert-buckets SWITCH [GROUP] add buckets to GROUP\n"
          "  remove-buckets SWITCH [GROUP] remove buckets from GROUP\n"
          "  dump-group-features SWITCH  print group features\n"
          "  dump-groups SWITCH [GROUP]  print group description\n"
          "  dump-group-stats SWITCH [GROUP]  print group statistics\n"
          "  queue-get-config SWITCH [PORT]  print queue config for PORT\n"
          "  add-meter SWITCH METER      add meter described by METER\n"
          "  mod-meter SWITCH METER      modify specific METER\n"
          "  del-meters SWITCH [METER]   delete meters matching METER\n"
          "  dump-meters SWITCH [METER]  print METER configuration\n"
          "  meter-stats SWITCH [METER]  print meter statistics\n"
          "  meter-features SWITCH       print meter features\n"
          "  add-tlv-map SWITCH MAP      add TLV option MAPpings\n"
          "  del-tlv-map SWITCH [MAP] delete TLV option MAPpings\n"
          "  dump-tlv-map SWITCH      print TLV option mappings\n"
          "  dump-ipfix-bridge SWITCH    print ipfix stats of bridge\n"
          "  dump-ipfix-flow SWITCH      print flow ipfix of a bridge\n"
          "  ct-flush-zone SWITCH ZONE   flush conntrack entries in ZONE\n"
          "  ct-flush SWITCH [ZONE] [CT_ORIG_TUPLE [CT_REPLY_TUPLE]]\n"
          "                              flush conntrack entries specified\n"
          "                              by CT_ORIG/REPLY_TUPLE and ZONE\n",
          stdout);
}

static void
print_other_commands(void)
{
    fputs("\n"
          "For OpenFlow switches and controllers:\n"
          "  probe TARGET                probe whether TARGET is up\n"
          "  ping TARGET [N]             latency of N-byte echos\n"
          "  benchmark TARGET N COUNT    bandwidth of COUNT N-byte echos\n"
          "SWITCH or TARGET is an active OpenFlow connection method.\n"
          "\n"
          "Other commands:\n"
          "  ofp-parse FILE              print messages read from FILE\n"
          "  ofp-parse-pcap PCAP         print OpenFlow read from PCAP\n",
          stdout);
}

void
print_usage(void)
{
    printf("%s: OpenFlow switch management utility\n"
           "usage: %s [OPTIONS] COMMAND [ARG...]\n",
           log_program_name(), log_program_name());
    print_switch_commands();
    print_other_commands();
    vconn_print_usage(false);
    tls_print_usage();
    daemon_print_usage();
    ofp_versions_print_usage();
    log_print_usage();
    fputs("\n"
          "Other options:\n"
          "  --strict                    use strict match for flow commands\n"
          "  --read-only                 do not execute read/write commands\n"
          "  --readd                     replace flows that haven't changed\n"
          "  -F, --flow-format=FORMAT    force particular flow format\n"
          "  -P, --packet-in-format=FRMT force particular packet in format\n"
          "  -m, --more                  be more verbose printing OpenFlow\n"
          "  --timestamp                 (monitor, snoop) print timestamps\n"
          "  -t, --timeout=SECS          give up after SECS seconds\n"
          "  --sort[=field]              sort in ascending order\n"
          "  --rsort[=field]             sort in descending order\n"
          "  --names                     show port names instead of numbers\n"
          "  --no-names                  show port numbers, but not names\n"
          "  --unixctl=SOCKET            set control socket name\n"
          "  --color[=always|never|auto] control use of color in output\n"
          "  -h, --help                  display this help message\n"
          "  -V, --version               display version information\n",
          stdout);
    exit(EXIT_SUCCESS);
}
