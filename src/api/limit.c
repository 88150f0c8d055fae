#include "api/limit.h"

#include <sodium.h>
#include <string.h>

enum { NEIGHBOURS = 8 };

void api_limit_init(struct api_limit *limit)
{
    memset(limit, 0, sizeof *limit);
    randombytes_buf(limit->secret, sizeof limit->secret);
}

static uint64_t key_of(const struct api_limit *limit, const char *text)
{
    uint64_t key;
    _Static_assert(sizeof key == crypto_shorthash_BYTES && sizeof limit->secret == crypto_shorthash_KEYBYTES,
                   "a SipHash fits");
    crypto_shorthash((unsigned char *)&key, (const unsigned char *)text, strlen(text), limit->secret);
    return key | 1; // 0 is an empty slot
}

// The key's slot, or the one next to it with the least in it.
static size_t slot_find(const struct api_limit *limit, uint64_t key)
{
    size_t best = key / 2 % API_LIMIT_SLOTS;
    for (size_t i = 0; i < NEIGHBOURS; i++) {
        size_t at = (key / 2 + i) % API_LIMIT_SLOTS;
        if (limit->slot[at].key == key)
            return at;
        if (limit->slot[at].level < limit->slot[best].level)
            best = at;
    }
    return best;
}

bool api_limit_take(struct api_limit *limit, const char *text, double burst, double each_s, double now_s)
{
    uint64_t key = key_of(limit, text);
    size_t at = slot_find(limit, key);
    if (limit->slot[at].key != key) {
        limit->slot[at].key = key;
        limit->slot[at].level = 0;
        limit->slot[at].at_s = now_s;
    }
    double level = limit->slot[at].level - (now_s - limit->slot[at].at_s) / each_s;
    limit->slot[at].at_s = now_s;
    level = level > 0 ? level : 0;
    bool room = level + 1 <= burst;
    limit->slot[at].level = level + room;
    return room;
}

void api_limit_forget(struct api_limit *limit, const char *text)
{
    uint64_t key = key_of(limit, text);
    size_t at = slot_find(limit, key);
    if (limit->slot[at].key == key)
        limit->slot[at].level = 0;
}
