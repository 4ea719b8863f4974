/* SPDX-License-Identifier: Apache-2.0 */
/* The places on Windows: C:\openvswitch and below, as the installer lays them out. */
#include "os/dirs_internal.h"

#include <string.h>
#include <windows.h>

#include "os/mem.h"

const char *
dirs_pkgdata(void)
{
    return "C:\\openvswitch\\usr\\share\\openvswitch";
}

const char *
dirs_localstate(void)
{
    return "C:\\openvswitch\\var";
}

const char *
dirs_sysconf(void)
{
    return "C:\\openvswitch\\etc";
}

bool
dirs_is_separator(char c)
{
    return c == '/' || c == '\\';
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
os_path_is_absolute(const char *name)
{
    return dirs_is_separator(name[0]) || (is_letter(name[0]) && name[1] == ':');
}

char *
dirs_from_working(const char *name)
{
    DWORD n = GetCurrentDirectoryA(0, NULL);
    char *cwd = xalloc(n + 1);
    if (!n || !GetCurrentDirectoryA(n + 1, cwd)) {
        os_free(cwd);
        return xstrdup(name);
    }
    n = (DWORD)strlen(cwd);
    char *path = n && dirs_is_separator(cwd[n - 1]) ? xasprintf("%s%s", cwd, name)
                                                    : xasprintf("%s\\%s", cwd, name);
    os_free(cwd);
    return path;
}
