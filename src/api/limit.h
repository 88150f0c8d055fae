// How often something may be tried: a leaking bucket for each key, in a table of fixed size that a flood of
// keys cannot fill for the others. Not locked: the caller does.
#ifndef API_LIMIT_H
#define API_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

enum { API_LIMIT_SLOTS = 4096 };

struct api_limit {
    unsigned char secret[16]; // keys are spread by it: nobody chooses whose bucket he shares
    struct {
        uint64_t key;
        double level, at_s;
    } slot[API_LIMIT_SLOTS];
};

void api_limit_init(struct api_limit *limit);
// One try more for this key: false when `burst` are in the bucket already, which loses one in `each_s`
// seconds. `now_s` does not go back.
bool api_limit_take(struct api_limit *limit, const char *key, double burst, double each_s, double now_s);
// The key has done well: its bucket is empty.
void api_limit_forget(struct api_limit *limit, const char *key);

#endif
