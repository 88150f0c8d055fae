#include "pharos/pharos.h"

const char *ph_version(void)
{
    return PHAROS_VERSION;
}
