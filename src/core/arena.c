#include "core/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Under AddressSanitizer every byte that was not asked for is poisoned, so that a step over the end of an
// array in an arena is seen like any other.
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

enum { ALIGNMENT = 64, BLOCK_BYTES = 64 * 1024 };

struct core_arena_block {
    struct core_arena_block *next;
    size_t size, used; // bytes behind the header
};

enum { HEADER = (sizeof(struct core_arena_block) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT };

static struct core_arena_block *block_new(struct core_arena *arena, size_t bytes)
{
    size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    struct core_arena_block *block = aligned_alloc(ALIGNMENT, HEADER + size);
    if (!block)
        return NULL;
    memset(block, 0, HEADER);
    block->size = size;
    ASAN_POISON_MEMORY_REGION((char *)block + HEADER, size);
    // A block for one large request goes behind the first, so that the first one's room is not lost.
    if (bytes > BLOCK_BYTES && arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = arena->blocks;
        arena->blocks = block;
    }
    return block;
}

void *core_arena_alloc(struct core_arena *arena, size_t count, size_t size)
{
    if (size && count > (SIZE_MAX / 2) / size)
        return NULL;
    size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!bytes)
        bytes = ALIGNMENT;
    struct core_arena_block *block = arena->blocks;
    if (!block || block->size - block->used < bytes)
        block = block_new(arena, bytes);
    if (!block)
        return NULL;
    void *memory = (char *)block + HEADER + block->used;
    block->used += bytes;
    arena->used_bytes += bytes;
    ASAN_UNPOISON_MEMORY_REGION(memory, count * size);
    return memset(memory, 0, count * size);
}

char *core_arena_text(struct core_arena *arena, const char *text)
{
    size_t length = strlen(text) + 1;
    char *copy = core_arena_alloc(arena, length, 1);
    return copy ? memcpy(copy, text, length) : NULL;
}

void core_arena_fini(struct core_arena *arena)
{
    for (struct core_arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        ASAN_UNPOISON_MEMORY_REGION((char *)block + HEADER, block->size);
        free(block);
    }
    *arena = (struct core_arena){0};
}
