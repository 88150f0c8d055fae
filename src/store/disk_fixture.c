#include "store/disk_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

struct handle {
    sqlite3_file base;
    struct disk *disk;
    int file;
    bool temporary;
    bool fresh; // made by this open: its first sync syncs the folder too, as SQLite's layer for Unix does
};

static sqlite3_vfs mounted[4]; // by their names

// ---- failures

static bool fails_now(struct disk *disk)
{
    disk->calls++;
    if (disk->countdown < 0)
        return false;
    if (disk->countdown > 0) {
        disk->countdown--;
        return false;
    }
    if (!disk->for_good)
        disk->countdown = -1;
    return true;
}

static int failure_code(const struct disk *disk, int code)
{
    return disk->failure == DISK_FULL ? SQLITE_FULL : code;
}

// ---- content

// Not by malloc and realloc: a test that makes those fail must not shake the disk.
static void *grown(void *old, size_t used, size_t size)
{
    void *made = NULL;
    if (posix_memalign(&made, 16, size))
        abort();
    if (used)
        memcpy(made, old, used);
    free(old);
    return made;
}

static void file_resize(struct disk_file *file, size_t size)
{
    if (size > file->capacity) {
        size_t capacity = file->capacity ? file->capacity : 4096;
        while (capacity < size)
            capacity *= 2;
        file->bytes = grown(file->bytes, file->size, capacity);
        file->capacity = capacity;
    }
    if (size > file->size)
        memset(file->bytes + file->size, 0, size - file->size);
    file->size = size;
}

static void file_write(struct disk_file *file, int64_t at, const uint8_t *bytes, size_t length)
{
    if ((size_t)at + length > file->size)
        file_resize(file, (size_t)at + length);
    memcpy(file->bytes + at, bytes, length);
}

static int file_find(struct disk *disk, const char *name, bool make)
{
    int free_slot = -1;
    for (int i = 0; i < DISK_FILES; i++) {
        if (!strcmp(disk->file[i].name, name))
            return i;
        if (free_slot < 0 && !disk->file[i].name[0])
            free_slot = i;
    }
    if (make && free_slot >= 0)
        snprintf(disk->file[free_slot].name, sizeof disk->file[free_slot].name, "%s", name);
    return make ? free_slot : -1;
}

static void op_record(struct disk *disk, struct disk_op op)
{
    if (!disk->record)
        return;
    if (disk->n_ops == disk->capacity) {
        disk->capacity = disk->capacity ? 2 * disk->capacity : 1024;
        disk->op = grown(disk->op, disk->n_ops * sizeof *disk->op, disk->capacity * sizeof *disk->op);
    }
    if (op.length) {
        uint8_t *copy = grown(NULL, 0, op.length);
        memcpy(copy, op.bytes, op.length);
        op.bytes = copy;
    }
    disk->op[disk->n_ops++] = op;
}

void disk_ack(struct disk *disk, int64_t number)
{
    op_record(disk, (struct disk_op){.kind = DISK_ACK, .at = number});
}

void disk_wipe(struct disk *disk)
{
    for (int i = 0; i < DISK_FILES; i++) {
        struct disk_file *file = &disk->file[i];
        for (int k = 0; k < file->n_shared; k++)
            free(file->shared[k]);
        free(file->shared);
        free(file->bytes);
    }
    for (size_t i = 0; i < disk->n_ops; i++)
        if (disk->op[i].length)
            free(disk->op[i].bytes);
    free(disk->op);
    *disk = (struct disk){.countdown = -1};
}

// ---- what SQLite calls on a file

static struct disk_file *file_of(sqlite3_file *base)
{
    struct handle *handle = (struct handle *)base;
    return &handle->disk->file[handle->file];
}

static struct disk *disk_of(sqlite3_file *base)
{
    return ((struct handle *)base)->disk;
}

static int on_close(sqlite3_file *base)
{
    struct handle *handle = (struct handle *)base;
    if (handle->temporary) {
        free(file_of(base)->bytes);
        *file_of(base) = (struct disk_file){0};
    }
    return SQLITE_OK;
}

static int on_read(sqlite3_file *base, void *out, int length, sqlite3_int64 at)
{
    const struct disk_file *file = file_of(base);
    if (fails_now(disk_of(base)))
        return SQLITE_IOERR_READ;
    size_t there = (size_t)at < file->size ? file->size - (size_t)at : 0;
    size_t n = there < (size_t)length ? there : (size_t)length;
    if (n)
        memcpy(out, file->bytes + at, n);
    memset((char *)out + n, 0, (size_t)length - n);
    return n < (size_t)length ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int on_write(sqlite3_file *base, const void *bytes, int length, sqlite3_int64 at)
{
    struct disk *disk = disk_of(base);
    bool fails = fails_now(disk);
    if (fails && disk->failure != DISK_SHORT)
        return failure_code(disk, SQLITE_IOERR_WRITE);
    int written = fails ? length / 2 : length;
    file_write(file_of(base), at, bytes, (size_t)written);
    op_record(disk, (struct disk_op){DISK_WRITE, ((struct handle *)base)->file, at, (uint8_t *)bytes,
                                     (size_t)written});
    return fails ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int on_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct disk *disk = disk_of(base);
    if (fails_now(disk))
        return failure_code(disk, SQLITE_IOERR_TRUNCATE);
    file_resize(file_of(base), (size_t)size);
    op_record(disk,
              (struct disk_op){.kind = DISK_TRUNCATE, .file = ((struct handle *)base)->file, .at = size});
    return SQLITE_OK;
}

static int on_sync(sqlite3_file *base, int flags)
{
    struct disk *disk = disk_of(base);
    (void)flags;
    if (fails_now(disk))
        return failure_code(disk, SQLITE_IOERR_FSYNC);
    struct handle *handle = (struct handle *)base;
    op_record(disk, (struct disk_op){.kind = DISK_SYNC, .file = handle->file, .at = handle->fresh});
    handle->fresh = false;
    return SQLITE_OK;
}

static int on_size(sqlite3_file *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)file_of(base)->size;
    return SQLITE_OK;
}

static int on_lock(sqlite3_file *base, int level)
{
    (void)base;
    (void)level;
    return SQLITE_OK;
}

static int on_reserved(sqlite3_file *base, int *out)
{
    (void)base;
    *out = 0;
    return SQLITE_OK;
}

static int on_control(sqlite3_file *base, int op, void *arg)
{
    (void)base;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int on_sector(sqlite3_file *base)
{
    (void)base;
    return DISK_SECTOR;
}

// As SQLite's own layer for Unix says of every disk.
static int on_character(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int on_map(sqlite3_file *base, int region, int size, int extend, void volatile **out)
{
    struct disk_file *file = file_of(base);
    *out = NULL;
    if (region >= file->n_shared && !extend)
        return SQLITE_OK;
    if (fails_now(disk_of(base)))
        return failure_code(disk_of(base), SQLITE_IOERR_SHMMAP);
    while (file->n_shared <= region) {
        size_t n = (size_t)file->n_shared;
        file->shared = grown(file->shared, n * sizeof *file->shared, (n + 1) * sizeof *file->shared);
        file->shared[n] = grown(NULL, 0, (size_t)size);
        memset(file->shared[n], 0, (size_t)size);
        file->n_shared++;
    }
    *out = file->shared[region];
    return SQLITE_OK;
}

static int on_map_lock(sqlite3_file *base, int offset, int n, int flags)
{
    (void)base;
    (void)offset;
    (void)n;
    (void)flags;
    return SQLITE_OK;
}

static void on_barrier(sqlite3_file *base)
{
    (void)base;
}

// One connection at a time: when it goes, so does the index, as after a restart.
static int on_unmap(sqlite3_file *base, int remove)
{
    struct disk_file *file = file_of(base);
    (void)remove;
    for (int i = 0; i < file->n_shared; i++)
        free(file->shared[i]);
    free(file->shared);
    file->shared = NULL;
    file->n_shared = 0;
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    2,           on_close,   on_read,     on_write,   on_truncate, on_sync,      on_size,
    on_lock,     on_lock,    on_reserved, on_control, on_sector,   on_character, on_map,
    on_map_lock, on_barrier, on_unmap,    NULL,       NULL,
};

// ---- and on the folder

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out_flags)
{
    struct disk *disk = vfs->pAppData;
    struct handle *handle = (struct handle *)base;
    char made[32];
    base->pMethods = NULL;
    if (fails_now(disk))
        return SQLITE_CANTOPEN;
    snprintf(made, sizeof made, "temporary-%p", (void *)base);
    int at = file_find(disk, name ? name : made, flags & SQLITE_OPEN_CREATE);
    if (at < 0 || (!disk->file[at].exists && !(flags & SQLITE_OPEN_CREATE)))
        return SQLITE_CANTOPEN;
    *handle = (struct handle){{&methods}, disk, at, !name, !disk->file[at].exists};
    disk->file[at].exists = true;
    if (out_flags)
        *out_flags = flags;
    return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    struct disk *disk = vfs->pAppData;
    int at = file_find(disk, name, false);
    if (fails_now(disk))
        return SQLITE_IOERR_DELETE;
    if (at < 0 || !disk->file[at].exists)
        return SQLITE_IOERR_DELETE_NOENT;
    disk->file[at].exists = false;
    file_resize(&disk->file[at], 0);
    op_record(disk, (struct disk_op){.kind = DISK_DELETE, .file = at, .at = sync_folder});
    return SQLITE_OK;
}

static int on_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    struct disk *disk = vfs->pAppData;
    int at = file_find(disk, name, false);
    if (fails_now(disk))
        return SQLITE_IOERR_ACCESS;
    *out = at >= 0 && disk->file[at].exists && (flags != SQLITE_ACCESS_EXISTS || disk->file[at].size);
    return SQLITE_OK;
}

static int on_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    (void)vfs;
    snprintf(out, (size_t)n, "%s", name);
    return SQLITE_OK;
}

static int on_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    (void)n;
    (void)out;
    return 0;
}

void disk_mount(struct disk *disk, const char *name)
{
    const sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    for (size_t i = 0; i < sizeof mounted / sizeof *mounted; i++)
        if (!mounted[i].zName) {
            mounted[i] = (sqlite3_vfs){.iVersion = 1,
                                       .szOsFile = sizeof(struct handle),
                                       .mxPathname = 127,
                                       .zName = name,
                                       .pAppData = disk,
                                       .xOpen = on_open,
                                       .xDelete = on_delete,
                                       .xAccess = on_access,
                                       .xFullPathname = on_path,
                                       .xRandomness = system->xRandomness,
                                       .xSleep = system->xSleep,
                                       .xCurrentTime = system->xCurrentTime,
                                       .xGetLastError = on_error};
            sqlite3_vfs_register(&mounted[i], 0);
            return;
        }
}

void disk_unmount(const char *name)
{
    for (size_t i = 0; i < sizeof mounted / sizeof *mounted; i++)
        if (mounted[i].zName && !strcmp(mounted[i].zName, name)) {
            sqlite3_vfs_unregister(&mounted[i]);
            mounted[i] = (sqlite3_vfs){0};
        }
}

// ---- power failures

static void op_apply(struct disk_file *file, const struct disk_op *op)
{
    if (op->kind == DISK_WRITE) {
        file->exists = true;
        file_write(file, op->at, op->bytes, op->length);
    } else if (op->kind == DISK_TRUNCATE) {
        file_resize(file, (size_t)op->at);
    } else if (op->kind == DISK_DELETE) {
        file->exists = false;
        file_resize(file, 0);
    }
}

// The name of operation i's file was taken away by a later one: nothing brings it back.
static bool deleted_later(const struct disk_replay *replay, size_t i)
{
    const struct disk_op *op = replay->of->op;
    for (size_t k = i + 1; k < replay->n_pending; k++)
        if (op[replay->pending[k]].kind == DISK_DELETE &&
            op[replay->pending[k]].file == op[replay->pending[i]].file)
            return true;
    return false;
}

// A sync makes all earlier operations on its file certain; one of the folder, all deletions.
static void settle(struct disk_replay *replay, int file, bool folder)
{
    size_t kept = 0;
    for (size_t i = 0; i < replay->n_pending; i++) {
        const struct disk_op *op = &replay->of->op[replay->pending[i]];
        if (folder && deleted_later(replay, i))
            continue;
        if (op->file == file || (folder && op->kind == DISK_DELETE))
            op_apply(&replay->durable[op->file], op);
        else
            replay->pending[kept++] = replay->pending[i];
    }
    replay->n_pending = kept;
}

void disk_replay_take(struct disk_replay *replay, size_t at)
{
    const struct disk_op *op = &replay->of->op[at];
    if (op->kind == DISK_ACK) {
        replay->acked = op->at;
        return;
    }
    if (op->kind != DISK_SYNC && replay->n_pending < sizeof replay->pending / sizeof *replay->pending)
        replay->pending[replay->n_pending++] = at;
    if (op->kind == DISK_SYNC)
        settle(replay, op->file, op->at != 0);
    else if (op->kind == DISK_DELETE && op->at)
        settle(replay, op->file, true);
}

// splitmix64 (Steele, Lea, Flood 2014)
static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

// The sectors of a write that arrived, each or none.
static void op_tear(struct disk_file *file, const struct disk_op *op, uint64_t *state)
{
    if (op->kind != DISK_WRITE) {
        if (next(state) & 1)
            op_apply(file, op);
        return;
    }
    for (size_t done = 0; done < op->length;) {
        size_t piece = DISK_SECTOR - (size_t)(op->at + (int64_t)done) % DISK_SECTOR;
        piece = piece < op->length - done ? piece : op->length - done;
        if (next(state) & 1) {
            file->exists = true;
            file_write(file, op->at + (int64_t)done, op->bytes + done, piece);
        }
        done += piece;
    }
}

void disk_replay_state(const struct disk_replay *replay, enum disk_loss loss, uint64_t seed, struct disk *out)
{
    uint64_t state = seed;
    disk_wipe(out);
    for (int i = 0; i < DISK_FILES; i++) {
        const struct disk_file *from = &replay->durable[i];
        struct disk_file *to = &out->file[i];
        snprintf(to->name, sizeof to->name, "%s", replay->of->file[i].name);
        to->exists = from->exists;
        if (from->size)
            file_write(to, 0, from->bytes, from->size);
    }
    for (size_t i = 0; i < replay->n_pending && loss != DISK_LOSE_ALL; i++) {
        const struct disk_op *op = &replay->of->op[replay->pending[i]];
        struct disk_file *file = &out->file[op->file];
        if (loss == DISK_LOSE_TORN)
            op_tear(file, op, &state);
        else if (loss == DISK_LOSE_NONE || (next(&state) & 1))
            op_apply(file, op);
    }
    for (int i = 0; i < DISK_FILES; i++) // a name that is not there has no content
        if (!out->file[i].exists)
            file_resize(&out->file[i], 0);
}

void disk_replay_fini(struct disk_replay *replay)
{
    for (int i = 0; i < DISK_FILES; i++)
        free(replay->durable[i].bytes);
    *replay = (struct disk_replay){0};
}
