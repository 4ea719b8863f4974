# SPDX-License-Identifier: Apache-2.0
"""What installs the driver says the same things as the driver, and what signs it can be believed.
These need no Wine."""
import os
import re
import shutil
import subprocess

import pytest

from conftest import BUILD, TOP



def read(*parts):
    with open(os.path.join(TOP, *parts), encoding="utf-8", newline="") as f:
        return f.read()


def inf():
    """The INF's sections: their lines without comments."""
    sections, lines = {}, None
    for line in read("windows", "installer", "ovsext.inf").split("\r\n"):
        line = line.split(";")[0].strip()
        if line.startswith("["):
            lines = sections.setdefault(line.strip("[]"), [])
        elif line:
            lines.append(re.sub(r"\s+", " ", line))
    return sections


def test_inf_has_all_it_names():
    sections = inf()
    text = "\n".join(line for lines in sections.values() for line in lines)
    for name in re.findall(r"%([A-Za-z_]+)%", text):
        assert any(line.startswith(name + " ") for line in sections["Strings"]), name
    for directive in ("AddReg", "CopyFiles"):
        for name in re.findall(rf"^{directive} = (\S+)", text, re.M):
            assert name in sections, name
    assert "AddService = OVSExt, , OVSExt.Service" in sections["Install.Services"]
    assert "OVSExt.Service" in sections
    assert all(line.endswith("\r") for line in read("windows", "installer", "ovsext.inf")
               .split("\n")[:-1])


def test_inf_agrees_with_the_driver():
    source = read("windows", "driver", "driver.c")
    text = read("windows", "installer", "ovsext.inf")
    guid = re.search(r'UniqueName = NDIS_STRING_CONST\("(\{.*?\})"\)', source).group(1)
    assert f'NetCfgInstanceId = "{guid}"' in text
    name = re.search(r'FriendlyName = NDIS_STRING_CONST\("(.*?)"\)', source).group(1)
    assert re.search(rf'OVSExt_Desc\s+= "{name}"', text)
    service = re.search(r'ServiceName = NDIS_STRING_CONST\("(.*?)"\)', source).group(1)
    assert f"AddService = {service}," in text
    assert '"ms_switch_forward"' in text and '"vmnetextension"' in text
    assert f'Enable-VMSwitchExtension "{name}"' in read("windows", "installer", "install.cmd")


def test_cmdlets_are_exported():
    text = read("windows", "installer", "OVS.psm1")
    exported = re.findall(r"[A-Z][a-z]+-VMNetworkAdapterOVSPort",
                          text[text.index("Export-ModuleMember"):])
    assert set(exported) == {f"{verb}-VMNetworkAdapterOVSPort" for verb in ("Set", "Get", "Clear")}
    for name in exported:
        assert f"function {name} {{" in text
    for a, b in ("{}", "()"):
        assert text.count(a) == text.count(b)


def verifies(driver, certificate):
    return subprocess.run(["osslsigncode", "verify", "-CAfile", certificate, driver],
                          capture_output=True, check=False).returncode == 0


def test_signing(tmp_path):
    if not BUILD or not shutil.which("osslsigncode"):
        pytest.skip("no Windows build, or no osslsigncode")
    driver = str(tmp_path / "OVSExt.sys")
    shutil.copy(os.path.join(BUILD, "windows", "installer", "OVSExt.sys"), driver)
    certificate = str(tmp_path / "weft-test.pem")
    for _ in range(2):  # the second time with the certificate of the first, over its signature
        subprocess.run([os.path.join(TOP, "dev", "sign-driver"), driver], check=True,
                       capture_output=True)
        assert verifies(driver, certificate)
    assert (tmp_path / "weft-test.cer").exists()
    with open(driver, "r+b") as f:
        f.seek(0x1000)
        byte = f.read(1)
        f.seek(0x1000)
        f.write(bytes([byte[0] ^ 1]))
    assert not verifies(driver, certificate)
    done = subprocess.run([os.path.join(TOP, "dev", "sign-driver"), str(tmp_path / "none.sys")],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "none.sys: no such file" in done.stderr
