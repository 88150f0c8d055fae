#include "core/file.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "test/tap.h"

// Files in the folder, without . and ..
static int files_in(const char *folder)
{
    int count = 0;
    DIR *dir = opendir(folder);
    for (const struct dirent *entry; dir && (entry = readdir(dir));)
        count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    if (dir)
        closedir(dir);
    return count;
}

static bool holds(const char *path, const char *text)
{
    struct core_buf buf = {0};
    bool same = !core_file_read(path, 1 << 20, &buf, NULL) && !strcmp(buf.text, text);
    core_buf_fini(&buf);
    return same;
}

static void writing(void)
{
    struct ph_err err;
    tap_ok(!core_file_write("a.txt", "first", 5, &err) && holds("a.txt", "first"), "a file is written");
    tap_ok(!core_file_write("a.txt", "second", 6, &err) && holds("a.txt", "second"), "a file is replaced");
    tap_ok(!core_file_write("empty", "", 0, &err) && holds("empty", ""), "an empty file is a file");
    tap_ok(files_in(".") == 2, "nothing is left beside them");
    tap_ok(core_file_write("nowhere/a.txt", "x", 1, &err) == PH_EIO && strstr(err.where, "nowhere/a.txt"),
           "a folder that is not there is told: %s", err.what);
    tap_ok(core_file_write("folder/", "x", 1, &err) == PH_EIO, "a folder's name is no file's");
    struct core_buf failed = {.failed = true};
    tap_ok(core_file_write_buf("b.txt", &failed, &err) == PH_ENOMEM && files_in(".") == 2,
           "a buffer that ran out of memory is not written");
}

static void failing(void)
{
    struct ph_err err;
    mkdir("folder", 0777);
    tap_ok(core_file_write("folder", "x", 1, &err) == PH_EIO && !files_in("folder"),
           "a folder is not replaced");
    tap_ok(!symlink("a.txt", "link"), "a link is made");
    tap_ok(core_file_write("link", "x", 1, &err) == PH_EIO && holds("a.txt", "second"),
           "a link is not replaced: %s", err.what);
    struct stat is;
    tap_ok(core_file_write("/dev/null", "x", 1, &err) == PH_EIO && !stat("/dev/null", &is) &&
               S_ISCHR(is.st_mode),
           "/dev/null is not replaced, even by root");
    unlink("link");
    char aside[4096];
    tap_ok(!core_file_aside("c.txt", aside, &err) && strstr(aside, ".txt"),
           "a name aside keeps its extension");
    tap_ok(core_file_commit(aside, "c.txt", &err) == PH_EIO && access("c.txt", F_OK),
           "what was never written cannot be committed");
    tap_ok(!core_file_write(aside, "half", 4, &err), "a library writes aside");
    core_file_discard(aside);
    tap_ok(access(aside, F_OK) && access("c.txt", F_OK), "discarding leaves nothing");
}

// A disk that is full after ten bytes.
static void full_disk(void)
{
    struct ph_err err;
    int before = files_in(".");
    struct rlimit kept, ten = {10, 10};
    getrlimit(RLIMIT_FSIZE, &kept);
    ten.rlim_max = kept.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &ten);
    enum ph_status status = core_file_write("a.txt", "third, and longer than ten bytes", 32, &err);
    setrlimit(RLIMIT_FSIZE, &kept);
    tap_ok(status == PH_EIO && holds("a.txt", "second"), "a full disk leaves the old file whole: %s",
           err.what);
    tap_ok(files_in(".") == before, "and no half-written file beside it");
}

static void limits(void)
{
    struct ph_err err;
    struct core_buf buf = {.length = 42};
    tap_ok(core_file_read("a.txt", 5, &buf, &err) == PH_EINPUT && buf.length == 42 &&
               strstr(err.what, "larger than 5"),
           "a file beyond the limit is refused and the output untouched");
    buf = (struct core_buf){0};
    tap_ok(!core_file_read("a.txt", 6, &buf, &err) && buf.length == 6, "a file at the limit is read");
    core_buf_fini(&buf);
    tap_ok(core_file_read("missing", 10, &buf, &err) == PH_EIO && strstr(err.where, "missing"),
           "a missing file is told");
    tap_ok(core_file_read(".", 10, &buf, &err) == PH_EIO, "a folder cannot be read");
    tap_ok(core_file_read("/dev/zero", 1 << 20, &buf, &err) == PH_EINPUT,
           "an endless file ends at the limit");
}

static void folders(void)
{
    struct ph_err err;
    struct stat is;
    tap_ok(!core_file_mkdir("x/y//z/", &err) && !stat("x/y/z", &is) && S_ISDIR(is.st_mode),
           "folders are made on the way");
    tap_ok(!core_file_mkdir("x/y/z", &err), "a folder that is there is fine");
    tap_ok(core_file_mkdir("a.txt/b", &err) == PH_EIO, "a file is in the way: %s", err.what);
    tap_ok(core_file_mkdir("a.txt", &err) == PH_EIO, "a file is no folder: %s", err.what);
    tap_ok(core_file_mkdir("", &err) == PH_EIO, "no name is no folder");
}

int main(void)
{
    char folder[] = "/tmp/pharos-file-test-XXXXXX";
    if (!mkdtemp(folder) || chdir(folder))
        return 1;
    writing();
    failing();
    full_disk();
    limits();
    folders();
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) || tap_done();
}
