#include "api/workspace.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/attachments.h"
#include "core/err.h"
#include "core/file.h"

#define MOST_BYTES ((size_t)1 << 30) // of one file of a case

bool api_workspace_name_good(const char *name)
{
    size_t n = strlen(name);
    if (!n || n > 128 || name[0] == '.' || name[0] == '-')
        return false;
    for (const char *p = name; *p; p++)
        if ((unsigned char)*p < 0x80 &&
            !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+ ()", *p))
            return false;
    return true;
}

const char *api_workspace_media(const char *name)
{
    static const char *const known[][2] = {
        {".json", "application/json"},
        {".geojson", "application/geo+json"},
        {".html", "text/html; charset=utf-8"},
        {".txt", "text/plain; charset=utf-8"},
        {".gpx", "application/gpx+xml"},
        {".rtz", "application/xml"},
        {".kml", "application/vnd.google-earth.kml+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".svg", "image/svg+xml"},
        {".nc", "application/x-netcdf"},
        {".csv", "text/csv; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
        {".woff2", "font/woff2"},
    };
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t end = strlen(known[i][0]);
        if (n > end && !strcmp(name + n - end, known[i][0]))
            return known[i][1];
    }
    return "application/octet-stream";
}

// ---- what the case names

static enum ph_status own_file_copy(struct store *store, const char *case_id, const char *folder,
                                    const char *name, struct ph_err *err)
{
    char path[API_PATH + 160];
    struct core_buf bytes = {0};
    int64_t seq;
    enum ph_status status = api_attachment_find(store, case_id, name, &seq, err);
    if (!status)
        status = store_file_read(store, case_id, seq, name, MOST_BYTES, &bytes, err);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!status && access(path, F_OK))
        status = core_file_write_buf(path, &bytes, err);
    core_buf_fini(&bytes);
    return status;
}

// Files of the server's folder are linked to, not copied: they are large and only read.
static enum ph_status shared_file_link(const char *environment, const char *folder, const char *name,
                                       struct ph_err *err)
{
    char from[API_PATH], to[API_PATH + 160];
    if (!environment)
        return core_err_set(err, PH_EINPUT, name, "start the server with --environment FOLDER",
                            "this server has no folder of forcing files");
    snprintf(from, sizeof from, "%s/%s", environment, name);
    snprintf(to, sizeof to, "%s/environment/%s", folder, name);
    if (access(from, R_OK))
        return core_err_set(err, PH_EINPUT, name, "GET /api/v1/environment lists what there is",
                            "the server's folder of forcing files has no such file");
    if (symlink(from, to) && errno != EEXIST)
        return core_err_errno(err, "link", to);
    return PH_OK;
}

struct gathering {
    struct store *store;
    const char *case_id, *environment, *folder;
};

static enum ph_status file_bring(const struct gathering *g, const char *name, struct ph_err *err)
{
    bool shared = !strncmp(name, "environment/", 12);
    const char *last = shared ? name + 12 : name;
    if (!api_workspace_name_good(last))
        return core_err_set(err, PH_EINPUT, name, "attach the file to the case and name it without a folder",
                            "a case on a server names files of its own only");
    return shared ? shared_file_link(g->environment, g->folder, last, err)
                  : own_file_copy(g->store, g->case_id, g->folder, last, err);
}

// Members that name files: "file" anywhere, and "plan" and "keep" of searches and assets.
static enum ph_status files_bring(const struct gathering *g, json_t *node, struct ph_err *err)
{
    const char *key;
    json_t *value;
    size_t i;
    enum ph_status status = PH_OK;
    json_object_foreach(node, key, value)
    {
        bool names = !strcmp(key, "file") || !strcmp(key, "plan") || !strcmp(key, "keep");
        if (status || !strncmp(key, "x-", 2))
            continue;
        status = names && json_is_string(value) ? file_bring(g, json_string_value(value), err)
                                                : files_bring(g, value, err);
    }
    json_array_foreach(node, i, value)
    {
        if (!status)
            status = files_bring(g, value, err);
    }
    return status;
}

static enum ph_status folder_make(const char *root, char folder[API_PATH], struct ph_err *err)
{
    char shared[API_PATH + 32];
    enum ph_status status = core_file_mkdir(root, err);
    if (status)
        return status;
    if (snprintf(folder, API_PATH, "%s/run-XXXXXX", root) >= API_PATH || !mkdtemp(folder))
        return core_err_errno(err, "make", folder);
    snprintf(shared, sizeof shared, "%s/environment", folder);
    return mkdir(shared, 0700) ? core_err_errno(err, "make", shared) : PH_OK;
}

enum ph_status api_workspace_make(struct store *store, const char *case_id, int64_t seq,
                                  const char *environment, const char *root, char folder[API_PATH],
                                  struct ph_err *err)
{
    struct core_buf text = {0};
    char path[API_PATH + 32];
    enum ph_status status = store_document(store, case_id, seq, &text, err);
    if (!status)
        status = folder_make(root, folder, err);
    if (status) {
        core_buf_fini(&text);
        return status;
    }
    snprintf(path, sizeof path, "%s/case.json", folder);
    status = core_file_write_buf(path, &text, err);
    json_t *document = json_loadb(text.text, text.length, 0, NULL);
    struct gathering g = {store, case_id, environment, folder};
    if (!status)
        status = files_bring(&g, document, err);
    json_decref(document);
    core_buf_fini(&text);
    if (status)
        api_workspace_remove(folder);
    return status;
}

static int entry_remove(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

void api_workspace_remove(const char *folder)
{
    nftw(folder, entry_remove, 16, FTW_DEPTH | FTW_PHYS);
}

// ---- what came out

enum { MOST_FILES = 512 };

struct listing {
    struct core_arena *arena;
    struct store_file *file;
    size_t n, most;
    json_t *too_big;
};

static enum ph_status file_take(struct listing *list, const char *path, const char *name, struct ph_err *err)
{
    struct core_buf bytes = {0};
    struct stat info;
    if (stat(path, &info) || !S_ISREG(info.st_mode) || list->n == MOST_FILES)
        return PH_OK;
    if ((size_t)info.st_size > list->most) {
        if (list->too_big)
            json_array_append_new(list->too_big, json_string(name));
        return PH_OK;
    }
    enum ph_status status = core_file_read(path, list->most, &bytes, err);
    void *kept = status ? NULL : core_arena_alloc(list->arena, bytes.length + 1, 1);
    char *name_kept = core_arena_text(list->arena, name);
    if (!status && (!kept || !name_kept))
        status = core_err_nomem(err);
    if (!status) {
        memcpy(kept, bytes.text ? bytes.text : "", bytes.length);
        list->file[list->n++] = (struct store_file){
            .name = name_kept, .media = api_workspace_media(name), .bytes = kept, .length = bytes.length};
    }
    core_buf_fini(&bytes);
    return status;
}

static enum ph_status folder_take(struct listing *list, const char *folder, const char *prefix, int depth,
                                  struct ph_err *err)
{
    struct dirent **entry;
    int n = scandir(folder, &entry, NULL, alphasort);
    enum ph_status status = n < 0 ? core_err_errno(err, "read", folder) : PH_OK;
    for (int i = 0; i < n; i++) {
        char path[2 * API_PATH], name[API_PATH];
        snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
        snprintf(name, sizeof name, "%s%s", prefix, entry[i]->d_name);
        bool hidden = entry[i]->d_name[0] == '.';
        if (!status && !hidden && entry[i]->d_type == DT_DIR && depth < 2) {
            snprintf(name, sizeof name, "%s%s/", prefix, entry[i]->d_name);
            status = folder_take(list, path, name, depth + 1, err);
        } else if (!status && !hidden) {
            status = file_take(list, path, name, err);
        }
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    return status;
}

enum ph_status api_workspace_files(const char *folder, const char *part, size_t most,
                                   struct core_arena *arena, struct store_file **out, size_t *n,
                                   json_t *too_big, struct ph_err *err)
{
    char path[API_PATH + 32];
    struct listing list = {.arena = arena,
                           .most = most,
                           .too_big = too_big,
                           .file = CORE_ARENA_NEW(arena, struct store_file, MOST_FILES)};
    if (!list.file)
        return core_err_nomem(err);
    snprintf(path, sizeof path, "%s/%s", folder, part);
    enum ph_status status = folder_take(&list, path, "", 0, err);
    if (status)
        return status;
    *out = list.file;
    *n = list.n;
    return PH_OK;
}
