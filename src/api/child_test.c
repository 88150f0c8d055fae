// Processes that end early, say too much or nothing. The program that is started is this one.
#include "api/child.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "test/tap.h"

static const struct api_child_limits none = {0};

// What the child does when it is started as such.
static int as_child(const char *what)
{
    char line[256];
    if (!strcmp(what, "echo"))
        while (fgets(line, sizeof line, stdin)) {
            fputs(line, stdout);
            fflush(stdout);
        }
    else if (!strcmp(what, "half"))
        fputs("no end of line", stdout);
    else if (!strcmp(what, "die"))
        raise(SIGKILL);
    else if (!strcmp(what, "deaf")) {
        signal(SIGTERM, SIG_IGN);
        puts("ready");
        fflush(stdout);
        for (;;)
            pause();
    }
    return 0;
}

static bool start(const char *what, const struct api_child_limits *limits, struct api_child *out)
{
    const char *const arguments[] = {what, NULL};
    struct ph_err err;
    return !api_child_start(arguments, NULL, limits, out, &err);
}

int main(int argc, char **argv)
{
    struct api_child child = {0};
    struct core_buf line = {0};
    if (argc > 1)
        return as_child(argv[1]);
    signal(SIGPIPE, SIG_IGN);
    tap_ok(start("echo", &none, &child) && api_child_say(&child, "hello\nyou") &&
               api_child_line(&child, -1, &line) && line.length == 5 && !memcmp(line.text, "hello", 5) &&
               api_child_line(&child, -1, &line) && line.length == 3,
           "what is said comes back, line by line");
    tap_ok(api_child_end(&child) == 0, "and its input's end is its own");
    tap_ok(start("half", &none, &child) && !api_child_line(&child, -1, &line), "a line without end is none");
    (void)api_child_end(&child);
    tap_ok(start("die", &none, &child) && !api_child_line(&child, -1, &line) && api_child_end(&child) == -1,
           "a child that is killed is noticed");
    tap_ok(start("deaf", &none, &child) && api_child_line(&child, -1, &line), "one that will not listen");
    api_child_stop(&child);
    tap_ok(api_child_end(&child) == -1, "is ended all the same");
    tap_ok(start("echo", &none, &child) && !api_child_line(&child, 1, &line), "silence has a limit");
    (void)api_child_end(&child);
    tap_ok(api_child_end(&child) == 0, "ending what is not there is fine");
    core_buf_fini(&line);
    return tap_done();
}
