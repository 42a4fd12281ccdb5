/* The compiled half of package Bank. It knows nothing of Shapes, but both use symbols of the same
 * names. */
#include "mini.h"

extern struct mini_function *bank_show; /* Base's */

#define PUT(api, text) (api)->put((api), text, sizeof(text) - 1)

mini bank_show_account(const struct mini_api *api, mini self, mini arg)
{
	api->call(api, bank_show, MINI_AS(record, self)->at[0], arg);
	PUT(api, " has ");
	api->call(api, bank_show, MINI_AS(record, self)->at[1], arg);
	return MINI_NIL;
}

/* closure over an account: put money into it */
mini bank_deposit(const struct mini_api *api, mini self, mini arg)
{
	struct mini_record *account = MINI_AS(record, MINI_AS(closure, self)->vars[0]);

	(void)api;
	account->at[1] = mini_from_int(mini_to_int(account->at[1]) + mini_to_int(arg));
	return account->at[1];
}
