// Memory that lives and dies together: one arena per case. Zeroed, 64-byte aligned, freed all at once.
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stddef.h>

struct core_arena_block;

// A zeroed struct is an empty arena.
struct core_arena {
    struct core_arena_block *blocks;
    size_t used_bytes; // sum of what was asked for
};

// Zeroed memory for count x size bytes; NULL when there is none (or the product overflows).
void *core_arena_alloc(struct core_arena *arena, size_t count, size_t size);

// A copy of a text; NULL when out of memory.
char *core_arena_text(struct core_arena *arena, const char *text);

// Frees everything; the arena is empty again and may be used. Accepts a zeroed arena.
void core_arena_fini(struct core_arena *arena);

#define CORE_ARENA_NEW(arena, type, count) ((type *)core_arena_alloc((arena), (count), sizeof(type)))

#endif
