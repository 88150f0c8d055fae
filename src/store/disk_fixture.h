// A disk in memory below SQLite, for tests: it counts the calls, fails one of them, and records writes and
// syncs, so that what a power failure could leave at any moment can be made again.
#ifndef STORE_DISK_FIXTURE_H
#define STORE_DISK_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISK_FILES = 16, DISK_SECTOR = 512 };

struct disk_file {
    char name[128];
    bool exists;
    uint8_t *bytes;
    size_t size, capacity;
    void **shared; // regions of the write-ahead log's index
    int n_shared;
};

enum disk_op_kind { DISK_WRITE, DISK_TRUNCATE, DISK_SYNC, DISK_DELETE, DISK_ACK };
struct disk_op {
    enum disk_op_kind kind;
    int file;
    int64_t at; // of a write; size of a truncation; a sync, a deletion: the folder too; number acknowledged
    uint8_t *bytes;
    size_t length;
};

enum disk_failure { DISK_EIO, DISK_FULL, DISK_SHORT };

struct disk {
    struct disk_file file[DISK_FILES];
    bool record;
    struct disk_op *op;
    size_t n_ops, capacity;
    long countdown; // this many calls succeed, then one fails; < 0: none does
    bool for_good;  // and all after it
    enum disk_failure failure;
    long calls;
};

// Registers an SQLite VFS of this name that works on the disk. The disk outlives its connections.
void disk_mount(struct disk *disk, const char *name);
void disk_unmount(const char *name);
void disk_ack(struct disk *disk, int64_t number); // "so far, this has been acknowledged"
void disk_wipe(struct disk *disk);                // frees everything

// What is certain on the disk after the operations that were taken in, and what is still under way.
struct disk_replay {
    const struct disk *of;
    struct disk_file durable[DISK_FILES];
    size_t pending[4096]; // operations not followed by a sync of their file
    size_t n_pending;
    int64_t acked;
};
void disk_replay_take(struct disk_replay *replay, size_t op); // operations in their order
enum disk_loss { DISK_LOSE_ALL, DISK_LOSE_NONE, DISK_LOSE_SOME, DISK_LOSE_TORN, DISK_N_LOSSES };
// A disk as a power failure could leave it now. LOSE_SOME: each unsynced write is there or not, in any order;
// TORN: by sectors. `seed` chooses. `out` is wiped first.
void disk_replay_state(const struct disk_replay *replay, enum disk_loss loss, uint64_t seed,
                       struct disk *out);
void disk_replay_fini(struct disk_replay *replay);

#endif
