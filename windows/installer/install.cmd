@echo off
rem SPDX-License-Identifier: Apache-2.0
rem Installs OVSExt.sys from the folder of this file. To be run by an administrator. Afterwards the
rem extension has to be enabled on a switch, which this script says how to do.
setlocal
set here=%~dp0

net session >nul 2>&1
if errorlevel 1 (
    echo install: this needs an administrator's prompt 1>&2
    exit /b 5
)
if not exist "%here%OVSExt.sys" (
    echo install: OVSExt.sys is not beside this script 1>&2
    exit /b 2
)
netcfg -l "%here%ovsext.inf" -c s -i OVSExt
if errorlevel 1 (
    echo install: netcfg failed; is the driver signed for this machine? 1>&2
    exit /b 1
)
echo Installed. To give a virtual switch to Open vSwitch, in PowerShell:
echo     Enable-VMSwitchExtension "Open vSwitch Extension" -VMSwitchName NAME
