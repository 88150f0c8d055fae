// Which of many small boxes on the earth meet a place or a box: a tree of boxes around boxes. Answers come in
// an order that depends on the boxes alone.
#ifndef FORCING_BOXTREE_H
#define FORCING_BOXTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "pharos/pharos.h"

// Degrees; west in [-180, 180), east in [west, west + 360].
struct forcing_extent {
    float west, south, east, north;
};

struct forcing_boxtree {
    uint32_t *item; // in the order of the tree
    size_t n;
    int levels;
    struct forcing_extent *level[12]; // level 0: around 8 items each, the next around 8 of these
    size_t length[12];
};

// extent: false leaves the item out.
enum ph_status forcing_boxtree_build(size_t n, bool (*extent)(const void *arg, uint32_t item, double out[4]),
                                     const void *arg, struct core_arena *arena, struct forcing_boxtree *out,
                                     struct ph_err *err) PH_NODISCARD;

// Calls visit for every item whose group meets the box (a few more than those that meet it themselves), until
// it returns true.
void forcing_boxtree_visit(const struct forcing_boxtree *tree, struct forcing_extent box,
                           bool (*visit)(void *arg, uint32_t item), void *arg);

#endif
