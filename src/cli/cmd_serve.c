// serve: the HTTP server on the case store.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/server.h"
#include "cli/cli.h"
#include "core/err.h"

static volatile int stop_asked;

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

static void on_ready(void *arg, uint16_t port)
{
    const struct api_options *options = arg;
    printf(strchr(options->address, ':') ? "http://[%s]:%u/\n" : "http://%s:%u/\n", options->address, port);
    fflush(stdout);
}

// "127.0.0.1:8080", "[::1]:8080"
static enum ph_status listen_read(const char *text, char address[64], uint16_t *port, struct ph_err *err)
{
    const char *colon = strrchr(text, ':');
    char *end = NULL;
    long number = colon ? strtol(colon + 1, &end, 10) : -1;
    size_t n = colon ? (size_t)(colon - text) : 0;
    bool bracket = n > 2 && text[0] == '[' && text[n - 1] == ']';
    if (!n || n >= 64 || end == colon + 1 || *end || number < 0 || number > 65535)
        return core_err_set(err, PH_EINPUT, "--listen", "write it like 127.0.0.1:8080",
                            "'%.80s' is no address and port", text);
    snprintf(address, 64, "%.*s", (int)(bracket ? n - 2 : n), text + bracket);
    *port = (uint16_t)number;
    return PH_OK;
}

static bool loopback(const char *address)
{
    return !strncmp(address, "127.", 4) || !strcmp(address, "::1");
}

// "https://sar.example.org", "http://10.0.0.4:8000": as browsers say it in Origin.
static bool proxy_good(const char *text)
{
    const char *host = strncmp(text, "https://", 8) ? strncmp(text, "http://", 7) ? "" : text + 7 : text + 8;
    return host[0] && strlen(host) < 100 &&
           strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-.:[]") == strlen(host);
}

// The pages beside the program: installed, or as built in the source tree.
static const char *web_find(char path[4096])
{
    static const char *const places[] = {"../share/pharos/web", "../../web/dist", "../../../web/dist"};
    char self[2048];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    struct stat info;
    if (n <= 0)
        return NULL;
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, 4096, "%s/%s", self, places[i]);
        if (!stat(path, &info) && S_ISDIR(info.st_mode))
            return path;
    }
    return NULL;
}

int cli_serve(const struct cli_args *args)
{
    char address[64], web[4096];
    struct api_options options = {.db = args->on_case.db ? args->on_case.db : getenv("PHAROS_DB"),
                                  .stop = &stop_asked};
    struct ph_err err;
    if (listen_read(args->listen ? args->listen : "127.0.0.1:8080", address, &options.port, &err))
        return cli_fail(&err);
    if (!loopback(address) && !args->proxy) {
        core_err_set(&err, PH_EINPUT, "--listen",
                     "put a server with TLS in front and name its address by --behind-proxy (docs/api.md)",
                     "this server alone answers its own machine only");
        return cli_fail(&err);
    }
    if (args->proxy && !proxy_good(args->proxy)) {
        core_err_set(&err, PH_EINPUT, "--behind-proxy", "for example https://sar.example.org",
                     "'%.80s' is no address of a server", args->proxy);
        return cli_fail(&err);
    }
    options.proxy = args->proxy;
    options.address = address;
    options.db = options.db ? options.db : "pharos.db";
    options.web = args->web ? args->web : web_find(web);
    options.environment = args->environment;
    options.jobs = args->threads ? args->threads : 1;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return api_serve(&options, on_ready, &options, &err) ? cli_fail(&err) : 0;
}
