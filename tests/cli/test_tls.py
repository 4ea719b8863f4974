# SPDX-License-Identifier: Apache-2.0
"""Databases over TLS and TCP: our clients and servers and the packaged ones, in all pairings.
The keys are made by openssl for each run of the tests."""
import os
import re
import subprocess

import pytest

from harness import Programs, ReferenceMissing

PAIRS = [("weft", "weft"), ("weft", "reference"), ("reference", "weft")]


def serve(box, remote, *options):
    """ovsdb-server on REMOTE, whose port is 0; the port it got."""
    box.start("ovsdb-server", f"--remote=punix:{box.db_sock}", f"--remote={remote}", *options,
              box.create_db())
    box.run(["ovs-vsctl", f"--db=unix:{box.db_sock}", "--no-wait", "init"]).ok()
    return box.tcp_port(remote)


def client_of(kind, box, *argv):
    """Runs a client of KIND in BOX's folders, whatever kind the daemons are."""
    try:
        programs = Programs(kind)
    except ReferenceMissing as why:
        pytest.skip(str(why))
    return box.run([programs.path(argv[0]), *argv[1:]], env=programs.environment())


@pytest.mark.parametrize("client, server", PAIRS)
def test_tls(sandboxes, keys, client, server):
    box = sandboxes(server)
    port = serve(box, "pssl:0:127.0.0.1", *keys.options("server"))
    db = f"ssl:127.0.0.1:{port}"
    mine = keys.options("client")
    client_of(client, box, "ovs-vsctl", *mine, f"--db={db}", "--no-wait", "--timeout=10",
              "add-br", "br0", "--", "set", "bridge", "br0",
              "external_ids:long=" + "x" * 30000).ok()
    assert client_of(client, box, "ovs-vsctl", *mine, f"--db={db}", "list-br").ok().out == "br0\n"
    assert client_of(client, box, "ovs-vsctl", *mine, f"--db={db}", "get", "bridge", "br0",
                     "external_ids:long").ok().out == "x" * 30000 + "\n"
    assert "Open_vSwitch" in client_of(client, box, "ovsdb-client", *mine, "list-dbs",
                                       db).ok().lines


@pytest.mark.parametrize("client, server", PAIRS)
@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]"])
def test_tcp(sandboxes, client, server, address):
    if address == "[::1]" and not os.path.exists("/proc/net/if_inet6"):
        pytest.skip("this machine has no IPv6")
    box = sandboxes(server)
    port = serve(box, f"ptcp:0:{address}")
    db = f"tcp:{address}:{port}"
    client_of(client, box, "ovs-vsctl", f"--db={db}", "--no-wait", "--timeout=10", "add-br",
              "br0").ok()
    assert client_of(client, box, "ovs-vsctl", f"--db={db}", "list-br").ok().out == "br0\n"
    assert "Open_vSwitch" in client_of(client, box, "ovsdb-client", "list-dbs", db).ok().lines


@pytest.mark.parametrize("server", ["weft", "reference"])
def test_short_options(sandboxes, keys, server):
    box = sandboxes(server)
    port = serve(box, "pssl:0:127.0.0.1", "-p", keys.file("server-key"), "-c",
                 keys.file("server-cert"), "-C", keys.ca)
    done = client_of("weft", box, "ovs-vsctl", "-p", keys.file("client-key"), "-c",
                     keys.file("client-cert"), "-C", keys.ca, f"--db=ssl:127.0.0.1:{port}",
                     "list-br")
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize("client, server", PAIRS)
def test_a_stranger_is_refused(sandboxes, keys, other_keys, client, server):
    """A client whose certificate another authority signed, and a server of such."""
    box = sandboxes(server)
    port = serve(box, "pssl:0:127.0.0.1", *keys.options("server"))
    db = f"ssl:127.0.0.1:{port}"
    strangers = {
        "client": other_keys.options("client", ca=False) + [f"--ca-cert={keys.ca}"],
        "server": keys.options("client", ca=False) + [f"--ca-cert={other_keys.ca}"],
    }
    for options in strangers.values():
        done = client_of(client, box, "ovs-vsctl", *options, f"--db={db}", "--timeout=2",
                         "--no-wait", "add-br", "br0")
        assert done.code != 0 and done.out == ""
        done = client_of(client, box, "ovsdb-client", *options, "--timeout=2", "list-dbs", db)
        assert done.code != 0 and done.out == ""
    assert box.run(["ovs-vsctl", f"--db=unix:{box.db_sock}", "list-br"]).ok().out == ""
    assert re.search(r"stream_ssl\|WARN\|.*(alert|certificate|verify)",
                     box.read("log", "ovsdb-server.log"))


@pytest.mark.parametrize("client, server", PAIRS)
def test_without_encryption_nothing_is_heard(sandboxes, keys, client, server):
    box = sandboxes(server)
    port = serve(box, "pssl:0:127.0.0.1", *keys.options("server"))
    done = client_of(client, box, "ovsdb-client", "--timeout=2", "list-dbs",
                     f"tcp:127.0.0.1:{port}")
    assert done.code != 0 and done.out == ""


def test_keys_are_required(sandbox, keys):
    port = serve(sandbox, "pssl:0:127.0.0.1", *keys.options("server"))
    done = sandbox.run(f"ovs-vsctl --db=ssl:127.0.0.1:{port} --timeout=2 list-br")
    assert done.code != 0
    assert "Private key must be configured to use SSL" in done.err


@pytest.mark.parametrize("client, server", PAIRS)
def test_bootstrap(sandboxes, keys, other_keys, client, server):
    """The first connection brings the authority's certificate; later ones must fit it."""
    box = sandboxes(server)
    chained = box.write("chain.pem", "".join(open(f, encoding="ascii").read()
                                             for f in (keys.file("server-cert"), keys.ca)))
    port = serve(box, "pssl:0:127.0.0.1", f"--private-key={keys.file('server-key')}",
                 f"--certificate={chained}", f"--ca-cert={keys.ca}")
    db = f"ssl:127.0.0.1:{port}"
    learned = box.path("cwd", "learned.pem")
    options = [*keys.options("client", ca=False), f"--bootstrap-ca-cert={learned}"]
    # It drops the connection on which it learned; ovs-vsctl does not try again by itself.
    client_of(client, box, "ovs-vsctl", *options, f"--db={db}", "--timeout=10", "list-br")
    with open(learned, encoding="ascii") as f, open(keys.ca, encoding="ascii") as g:
        assert g.read().strip() in f.read()
    done = client_of(client, box, "ovs-vsctl", *options, f"--db={db}", "--timeout=10", "list-br")
    assert (done.code, done.out) == (0, "")
    os.replace(box.write("x", open(other_keys.ca, encoding="ascii").read()), learned)
    done = client_of(client, box, "ovs-vsctl", *options, f"--db={db}", "--timeout=2", "list-br")
    assert done.code != 0


def version_of(port, keys, flag):
    """The TLS version that a server on PORT agrees to with openssl's client and FLAG, or None."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", flag, "-cert",
                           keys.file("client-cert"), "-key", keys.file("client-key"), "-CAfile",
                           keys.ca, "-cipher", "DEFAULT@SECLEVEL=0", "-brief"], input="",
                          capture_output=True, text=True, check=False, timeout=20)
    found = re.search(r"Protocol version: (\S+)", done.stdout + done.stderr)
    return found.group(1) if found else None


@pytest.mark.parametrize("protocols, allowed", [
    (None, {"TLSv1.2", "TLSv1.3"}),
    ("TLSv1.2", {"TLSv1.2"}),
    ("TLSv1.3", {"TLSv1.3"}),
    ("TLSv1.2+", {"TLSv1.2", "TLSv1.3"}),
    ("TLSv1.3+", {"TLSv1.3"}),
    ("TLSv1.2-TLSv1.3", {"TLSv1.2", "TLSv1.3"}),
    ("TLSv1.2,TLSv1.3", {"TLSv1.2", "TLSv1.3"}),
    # What was the default once means all versions, as with the reference.
    ("TLSv1,TLSv1.1,TLSv1.2", {"TLSv1.2", "TLSv1.3"}),
])
def test_protocols(sandbox, keys, protocols, allowed):
    option = [f"--ssl-protocols={protocols}"] if protocols else []
    port = serve(sandbox, "pssl:0:127.0.0.1", *keys.options("server"), *option)
    flags = {"TLSv1.1": "-tls1_1", "TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"}
    assert {v for v, flag in flags.items() if version_of(port, keys, flag) == v} == allowed


def test_ciphersuites(sandbox, keys):
    port = serve(sandbox, "pssl:0:127.0.0.1", *keys.options("server"),
                 "--ssl-ciphersuites=TLS_CHACHA20_POLY1305_SHA256")
    done = sandbox.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-cert",
                        keys.file("client-cert"), "-key", keys.file("client-key"), "-CAfile",
                        keys.ca, "-brief"])
    assert "TLS_CHACHA20_POLY1305_SHA256" in done.out + done.err


@pytest.mark.parametrize("server", ["weft", "reference"])
def test_switch_over_tls(sandboxes, keys, server):
    """ovs-vswitchd on a database that is elsewhere."""
    box = sandboxes(server)
    port = serve(box, "pssl:0:127.0.0.1", *keys.options("server"))
    ours = sandboxes("weft")
    ours.start("ovs-vswitchd", "--enable-dummy=override", *keys.options("client"),
               f"ssl:127.0.0.1:{port}")
    ours.run(["ovs-vsctl", *keys.options("client"), f"--db=ssl:127.0.0.1:{port}", "--timeout=10",
              "add-br", "br0"]).ok()
    assert ours.appctl("ofproto/list") == "br0"
