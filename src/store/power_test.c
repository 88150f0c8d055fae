// The power fails at every write of a recorded session, and the disk has kept none, all, some or torn parts
// of what was not synced: whatever had been acknowledged is there, and the log is whole. With less syncing
// this test must fail, and it looks that it does.
#include <stdlib.h>

#include "store/disk_fixture.h"
#include "store/verify.h"
#include "test/tap.h"

enum { EVENTS = 24 };
static const char document[] = "{\"pharos\": \"case/1\", \"name\": \"Boat\"}";

static const struct store_db_options *options_of(const char *vfs, enum store_sync sync)
{
    static struct store_db_options options;
    options = (struct store_db_options){.vfs = vfs, .sync = sync};
    return &options;
}

// One event, with a file now and then. Its number in the log is `n` + 1.
static enum ph_status event_add(struct store *store, const char *id, int n)
{
    struct store_receipt r;
    struct ph_err err;
    char body[64], content[6000];
    memset(content, 'a' + n, sizeof content);
    snprintf(body, sizeof body, "{\"n\": %d}", n);
    struct store_file file = {.name = "photo.jpg", .bytes = content, .length = sizeof content};
    struct store_entry entry = {.case_id = id,
                                .expected_seq = n,
                                .kind = "note",
                                .who = "officer",
                                .body = body,
                                .file = &file,
                                .n_files = n % 3 == 0};
    return store_append(store, &entry, &r, &err);
}

// Two sittings: the second opens what the first has left. Checkpoints come often.
static bool session(struct disk *disk, enum store_sync sync, char id[STORE_ID])
{
    struct store *store;
    struct ph_err err = {0};
    struct store_receipt r;
    struct store_entry entry = {.who = "officer"};
    int n = 0;
    for (int sitting = 0; sitting < 2; sitting++) {
        if (store_open("pharos.db", options_of("recorded", sync), &store, &err) ||
            store_db_run(store_db_of(store), "PRAGMA wal_autocheckpoint = 40", NULL, 0, NULL, &err))
            return tap_ok(false, "the session is opened (%s)", err.what);
        if (!n && store_create(store, &entry, document, strlen(document), NULL, &r, &err))
            return tap_ok(false, "the case is made (%s)", err.what);
        if (!n) {
            n = 1;
            snprintf(id, STORE_ID, "%s", r.case_id);
            disk_ack(disk, 1);
        }
        for (int end = n + EVENTS / 2; n < end; n++) {
            if (event_add(store, id, n))
                return tap_ok(false, "event %d is written", n);
            disk_ack(disk, n + 1);
        }
        store_close(store);
    }
    return true;
}

// 0: good; 1: an acknowledged event is gone; 2: what is there is not whole.
static int state_look(const char *id, int64_t acked)
{
    struct store *store = NULL;
    struct ph_err err;
    struct store_verdict verdict = {0};
    struct core_arena arena = {0};
    struct store_case c = {0};
    if (store_open("pharos.db", options_of("replayed", STORE_SYNC_FULL), &store, &err))
        return acked ? 1 : 2;
    int found = store_verify(store, NULL, NULL, NULL, NULL, &verdict, &err) || verdict.problems ? 2 : 0;
    if (!found && store_get(store, id, &arena, &c, &err))
        c.last_seq = 0;
    if (!found && c.last_seq < acked)
        found = 1;
    // and it goes on from there
    if (!found && c.last_seq && event_add(store, id, (int)c.last_seq))
        found = 2;
    core_arena_fini(&arena);
    store_close(store);
    return found;
}

struct outcome {
    size_t states, lost, broken;
};

static struct outcome replay(const struct disk *disk, const char *id, size_t step)
{
    struct outcome outcome = {0};
    struct disk_replay *replay = calloc(1, sizeof *replay);
    struct disk left = {.countdown = -1};
    disk_mount(&left, "replayed");
    replay->of = disk;
    for (size_t i = 0; i < disk->n_ops; i++) {
        disk_replay_take(replay, i);
        for (int loss = 0; loss < DISK_N_LOSSES && i % step == 0; loss++) {
            disk_replay_state(replay, loss, i * 16 + (size_t)loss, &left);
            int found = state_look(id, replay->acked);
            outcome.states++;
            outcome.lost += found == 1;
            outcome.broken += found == 2;
            if (found && outcome.lost + outcome.broken <= 3)
                printf("# operation %zu of %zu, loss %d, %lld acknowledged: %s\n", i, disk->n_ops, loss,
                       (long long)replay->acked, found == 1 ? "lost" : "not whole");
        }
    }
    disk_unmount("replayed");
    disk_wipe(&left);
    disk_replay_fini(replay);
    free(replay);
    return outcome;
}

static struct outcome trial(enum store_sync sync, size_t step)
{
    static struct disk disk;
    char id[STORE_ID] = "";
    struct outcome outcome = {0};
    disk = (struct disk){.record = true, .countdown = -1};
    disk_mount(&disk, "recorded");
    if (session(&disk, sync, id))
        outcome = replay(&disk, id, step);
    disk_unmount("recorded");
    disk_wipe(&disk);
    return outcome;
}

int main(void)
{
    // PHAROS_TEST_FULL: every operation; else every other one, to be quick
    size_t step = getenv("PHAROS_TEST_FULL") ? 1 : 2;
    struct outcome full = trial(STORE_SYNC_FULL, step);
    tap_ok(full.states > 500 && !full.lost,
           "of %zu states after a power failure %zu have lost something acknowledged", full.states,
           full.lost);
    tap_ok(!full.broken, "and %zu are not whole", full.broken);
    struct outcome normal = trial(STORE_SYNC_NORMAL, 8);
    tap_ok(normal.lost > 0, "control: with synchronous=NORMAL %zu of %zu have", normal.lost, normal.states);
    struct outcome off = trial(STORE_SYNC_OFF, 16);
    tap_ok(off.lost > 0, "control: with synchronous=OFF %zu of %zu have", off.lost, off.states);
    return tap_done();
}
