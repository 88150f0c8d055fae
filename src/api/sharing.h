// Who is in a centre; whose a case is and which other centres may work on it, every change of which is in the
// case's log.
#ifndef API_SHARING_H
#define API_SHARING_H

#include "api/route.h"

void api_shares_list(struct api_call *call);
void api_share_put(struct api_call *call);
void api_share_end(struct api_call *call);

// By an admin of the centre.
void api_members_list(struct api_call *call);
void api_member_put(struct api_call *call);
void api_member_end(struct api_call *call);

#endif
