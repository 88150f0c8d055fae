#include "core/arena.h"

#include <stdint.h>

#include "test/tap.h"

// Sizes from one byte to several blocks, filled with other patterns so that overlap would show.
static void many_sizes(void)
{
    enum { N = 300 };
    struct core_arena arena = {0};
    unsigned char *kept[N];
    size_t size[N];
    int unaligned = 0, dirty = 0, overlap = 0;
    for (int i = 0; i < N; i++) {
        size[i] = (size_t)(i * i * 7 % 150001) + 1;
        kept[i] = core_arena_alloc(&arena, size[i], 1);
        unaligned += (uintptr_t)kept[i] % 64 != 0;
        for (size_t b = 0; b < size[i]; b++)
            dirty += kept[i][b] != 0;
        memset(kept[i], i % 255 + 1, size[i]);
    }
    for (int i = 0; i < N; i++)
        for (size_t b = 0; b < size[i]; b++)
            overlap += kept[i][b] != i % 255 + 1;
    tap_ok(!unaligned, "memory of any size begins at a multiple of 64");
    tap_ok(!dirty, "memory is zeroed");
    tap_ok(!overlap, "no piece overlaps another");
    core_arena_fini(&arena);
    tap_ok(!arena.blocks && !arena.used_bytes, "a freed arena is empty");
    tap_ok(core_arena_alloc(&arena, 1, 1), "a freed arena may be used again");
    core_arena_fini(&arena);
}

int main(void)
{
    many_sizes();
    struct core_arena arena = {0};
    tap_ok(!core_arena_alloc(&arena, SIZE_MAX / 2, 3), "a product that overflows is refused");
    tap_ok(!core_arena_alloc(&arena, SIZE_MAX, 1), "the largest size is refused");
    tap_ok(!arena.blocks, "a refusal leaves the arena as it was");
    tap_ok(core_arena_alloc(&arena, 0, 8) != NULL, "nothing asked for is no failure");
    tap_text(core_arena_text(&arena, "Sabratha"), "Sabratha", "a text is copied");
    struct pair {
        double a, b;
    } *pairs = CORE_ARENA_NEW(&arena, struct pair, 3);
    tap_ok(pairs && pairs[2].b == 0, "typed memory is zeroed too");
    core_arena_fini(&arena);
    core_arena_fini(&(struct core_arena){0});
    return tap_done();
}
