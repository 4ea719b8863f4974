@echo off
rem SPDX-License-Identifier: Apache-2.0
rem Removes OVSExt.sys: unbinds it from all switches, deletes its service, and takes its package out
rem of the driver store. To be run by an administrator, after ovs-vswitchd has been stopped.
setlocal

net session >nul 2>&1
if errorlevel 1 (
    echo uninstall: this needs an administrator's prompt 1>&2
    exit /b 5
)
tasklist /fi "imagename eq ovs-vswitchd.exe" 2>nul | find /i "ovs-vswitchd.exe" >nul
if not errorlevel 1 (
    echo uninstall: ovs-vswitchd is running; stop it first 1>&2
    exit /b 1
)
netcfg -u OVSExt
if errorlevel 1 (
    echo uninstall: netcfg failed 1>&2
    exit /b 1
)
powershell -NoProfile -Command "Get-WindowsDriver -Online | Where-Object { $_.OriginalFileName -like '*\ovsext.inf' } | ForEach-Object { pnputil /delete-driver $_.Driver }"
echo Removed.
