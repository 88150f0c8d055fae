// The one history of the tables, for SQLite and PostgreSQL alike. A store is brought up to date when it is
// opened; one that a newer program has written is refused. Add a migration at the end; never change one that
// was released.
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/db.h"

enum store_dialect { STORE_ANY_DIALECT, STORE_SQLITE_ONLY, STORE_POSTGRES_ONLY };

struct store_statement {
    enum store_dialect dialect;
    const char *sql;
};

// A table with its columns, so that a whole store can be copied into another (backup, restore, from one kind
// of database to the other).
struct store_table {
    const char *name, *columns; // columns: "a, b, c"
    const char *key;            // columns that put rows in order
};

struct store_migration {
    const char *title;
    const struct store_statement *statement;
    size_t n_statements;
    const struct store_table *table; // that it adds, in an order in which they can be filled
    size_t n_tables;
};

extern const struct store_migration store_migrations[]; // version 1 is the first
extern const size_t store_n_migrations;

// Brings the schema up to date. PH_EUNSUPPORTED: a newer program was here. PH_EINPUT: another program's file.
enum ph_status store_schema_update(struct store_db *db, bool read_only, struct ph_err *err) PH_NODISCARD;

#endif
