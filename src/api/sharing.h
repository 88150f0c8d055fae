// Whose a case is and which other centres may work on it; every change is in the case's log.
#ifndef API_SHARING_H
#define API_SHARING_H

#include "api/route.h"

void api_shares_list(struct api_call *call);
void api_share_put(struct api_call *call);
void api_share_end(struct api_call *call);

#endif
