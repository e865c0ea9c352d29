#include "bridge.h"

#include <stdlib.h>
#include <string.h>

/* A failure is a line of text; what is longer than this says nothing more. */
#define FAILURE_SIZE 2048

void mw_check(lua_State *L, char *failure)
{
	char message[FAILURE_SIZE];

	if (failure == NULL)
		return;
	/* luaL_error may find no memory for its string: free ours before. */
	strncpy(message, failure, sizeof message - 1);
	message[sizeof message - 1] = '\0';
	free(failure);
	luaL_error(L, "%s", message);
}

void mw_preload(lua_State *L, const char *name, lua_CFunction open)
{
	luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
	lua_pushcfunction(L, open);
	lua_setfield(L, -2, name);
	lua_pop(L, 1);
}
