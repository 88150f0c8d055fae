// Who asks, and whether he may: tokens, sessions, roles. The one place where a request is let in.
#ifndef API_ACCESS_H
#define API_ACCESS_H

#include "api/route.h"

struct api_access;

// `proxy`: the address under which a server in front is asked, "https://sar.example.org"; NULL: none is.
enum ph_status api_access_new(const char *proxy, struct api_access **out, struct ph_err *err) PH_NODISCARD;
void api_access_free(struct api_access *access); // NULL is fine

// Fills in call->person for its route. False with a problem answered: 401 nobody, 403 may not, 404 a case of
// others (as if it were not there).
bool api_access_enter(struct api_call *call);

void api_login(struct api_call *call);
void api_logout(struct api_call *call);
void api_session(struct api_call *call);
void api_password(struct api_call *call);

#endif
