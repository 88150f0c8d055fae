// How often something may be tried.
#include "api/limit.h"

#include <sodium.h>

#include "test/tap.h"

int main(void)
{
    static struct api_limit limit;
    bool all = true;
    if (sodium_init() < 0)
        return 1;
    api_limit_init(&limit);
    for (int i = 0; i < 5; i++)
        all &= api_limit_take(&limit, "vera", 5, 60, 100);
    tap_ok(all, "the first few tries are free");
    tap_ok(!api_limit_take(&limit, "vera", 5, 60, 101), "then it is too many");
    tap_ok(api_limit_take(&limit, "carlo", 5, 60, 101), "but not for another");
    tap_ok(!api_limit_take(&limit, "vera", 5, 60, 159), "a refused try does not shorten the wait");
    tap_ok(api_limit_take(&limit, "vera", 5, 60, 161), "after a while there is one again");
    tap_ok(!api_limit_take(&limit, "vera", 5, 60, 161), "and no more than one");
    api_limit_forget(&limit, "vera");
    tap_ok(api_limit_take(&limit, "vera", 5, 60, 161), "who has done well begins anew");
    for (int i = 0; i < 9; i++)
        (void)api_limit_take(&limit, "guesser", 5, 60, 161);
    for (int i = 0; i < 2000; i++) {
        char name[32];
        snprintf(name, sizeof name, "flood %d", i);
        (void)api_limit_take(&limit, name, 5, 60, 161);
    }
    tap_ok(!api_limit_take(&limit, "guesser", 5, 60, 162), "a flood of other names does not clear a name");
    return tap_done();
}
