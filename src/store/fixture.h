// A store for a test, of either kind: an SQLite file in a folder of its own, or a schema of its own in the
// PostgreSQL server that PHAROS_TEST_POSTGRES names (script/test starts one; without it the tests skip
// visibly).
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"
#include "test/tap.h"

enum { STORE_TEST_KINDS = 2, STORE_TEST_PIECE = 1 << 20 };

struct store_test {
    struct store *store;
    char folder[64], url[1200];
};

// An empty database; its address is test->url.
__attribute__((unused)) static bool store_test_place(struct store_test *test, size_t kind)
{
    const char *server = getenv("PHAROS_TEST_POSTGRES");
    memset(test, 0, sizeof *test);
    snprintf(test->folder, sizeof test->folder, "/tmp/pharos-store-XXXXXX");
    if (kind && (!server || !server[0])) {
        tap_skip("the same on PostgreSQL", "no PostgreSQL here: script/postgres starts one");
        return false;
    }
    if (!mkdtemp(test->folder))
        return tap_ok(false, "a folder for the test");
    snprintf(test->url, sizeof test->url, "%s/pharos.db", test->folder);
    if (!kind)
        return true;
    struct store_db *db;
    struct ph_err err = {0};
    char name[16], sql[128];
    snprintf(name, sizeof name, "%s", strrchr(test->folder, '-') + 1);
    for (char *at = name; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    snprintf(sql, sizeof sql, "CREATE SCHEMA test_%s", name);
    snprintf(test->url, sizeof test->url, "%s%coptions=-csearch_path%%3Dtest_%s", server,
             strchr(server, '?') ? '&' : '?', name);
    bool good = !store_db_open(server, NULL, &db, &err);
    good = good && !store_db_run(db, sql, NULL, 0, NULL, &err);
    if (good)
        store_db_close(db);
    return good || tap_ok(false, "a schema for the test (%s)", err.what);
}

__attribute__((unused)) static void store_test_remove(struct store_test *test)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", test->folder);
    if (system(command))
        printf("# %s is left\n", test->folder);
}

__attribute__((unused)) static bool store_test_open(struct store_test *test, size_t kind)
{
    struct ph_err err = {0};
    return store_test_place(test, kind) &&
           tap_ok(!store_open(test->url, NULL, &test->store, &err), "%s: a store is made (%s)",
                  kind ? "PostgreSQL" : "SQLite", err.what);
}

__attribute__((unused)) static void store_test_close(struct store_test *test)
{
    store_close(test->store);
    store_test_remove(test);
}

#endif
