/* SPDX-License-Identifier: Apache-2.0 */
/* simswitch.exe: sends commands to the simulated switch in ndis.sys (commands.c says which there
 * are) and prints what they answer.
 *
 *   simswitch COMMAND [WORD]...     one command
 *   simswitch                       commands from standard input, a line each; # begins a comment
 *
 * Ends with 1 at the first command that fails, having said why; 2 where there is no simulator. */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simswitch/host_wine.h"

static char reply[NDISSIM_MAX_REPLY + 1];

/* Runs LINE; 0, or the code to end with. */
static int
run(HANDLE device, const char *line)
{
    DWORD n = 0;
    if (!DeviceIoControl(device, NDISSIM_COMMAND, (void *)line, (DWORD)strlen(line), reply,
                         sizeof reply - 1, &n, NULL) ||
        n == 0) {
        fprintf(stderr, "simswitch: the simulated switch does not answer (error %lu)\n",
                GetLastError());
        return 2;
    }
    reply[n] = '\0';
    if (reply[0] != '0') {
        fprintf(stderr, "simswitch: %s: %s\n", line, reply + 1);
        return 1;
    }
    fputs(reply + 1, stdout);
    fflush(stdout);
    return 0;
}

/* Runs the words of the command line as one command. */
static int
run_words(HANDLE device, int n, char **words)
{
    size_t size = 1;
    for (int i = 0; i < n; i++) {
        size += strlen(words[i]) + 3;
    }
    char *line = calloc(1, size);
    for (int i = 0; line && i < n; i++) {
        int quoted = !words[i][0] || strchr(words[i], ' ') != NULL;
        strcat(line, i ? " " : "");
        strcat(line, quoted ? "\"" : "");
        strcat(line, words[i]);
        strcat(line, quoted ? "\"" : "");
    }
    int result = line ? run(device, line) : 2;
    free(line);
    return result;
}

static int
run_script(HANDLE device)
{
    static char line[64 * 1024];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\r\n#")] = '\0';
        int result = line[0] ? run(device, line) : 0;
        if (result) {
            return result;
        }
    }
    return 0;
}

int
main(int argc, char **argv)
{
    HANDLE device = CreateFileA(NDISSIM_USER_DEVICE, GENERIC_READ | GENERIC_WRITE,
                                FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    if (device == INVALID_HANDLE_VALUE) {
        fprintf(stderr, "simswitch: no simulated switch (error %lu)\n", GetLastError());
        return 2;
    }
    int result = argc > 1 ? run_words(device, argc - 1, argv + 1) : run_script(device);
    CloseHandle(device);
    return result;
}
