/* The compiled half of package Base: two functions with methods for all built-in types. The
 * objects that it names are in the image's heap; a load sets the variables. */
#include "mini.h"

extern struct mini_function *base_show, *base_size;

#define PUT(api, text) (api)->put((api), text, sizeof(text) - 1)

mini base_show_integer(const struct mini_api *api, mini self, mini arg)
{
	(void)arg;
	api->put_int(api, mini_to_int(self));
	return MINI_NIL;
}

mini base_show_nil(const struct mini_api *api, mini self, mini arg)
{
	(void)self, (void)arg;
	PUT(api, "()");
	return MINI_NIL;
}

mini base_show_symbol(const struct mini_api *api, mini self, mini arg)
{
	(void)arg;
	api->put(api, MINI_AS(text, self)->bytes, MINI_AS(text, self)->head.length);
	return MINI_NIL;
}

mini base_show_string(const struct mini_api *api, mini self, mini arg)
{
	PUT(api, "\"");
	base_show_symbol(api, self, arg);
	PUT(api, "\"");
	return MINI_NIL;
}

static int is_cons(mini v)
{
	return v && !mini_is_int(v) && MINI_AS(cons, v)->head.kind == MINI_CONS;
}

mini base_show_cons(const struct mini_api *api, mini self, mini arg)
{
	PUT(api, "(");
	for (;; PUT(api, " ")) {
		api->call(api, base_show, MINI_AS(cons, self)->car, arg);
		self = MINI_AS(cons, self)->cdr;
		if (!is_cons(self))
			break;
	}
	if (self) {
		PUT(api, " . ");
		api->call(api, base_show, self, arg);
	}
	PUT(api, ")");
	return MINI_NIL;
}

mini base_show_vector(const struct mini_api *api, mini self, mini arg)
{
	PUT(api, "#(");
	for (uint32_t i = 0; i < MINI_AS(vector, self)->head.length; i++) {
		if (i)
			PUT(api, " ");
		api->call(api, base_show, MINI_AS(vector, self)->at[i], arg);
	}
	PUT(api, ")");
	return MINI_NIL;
}

/* three digits behind the point */
mini base_show_float(const struct mini_api *api, mini self, mini arg)
{
	int64_t n = (int64_t)(MINI_AS(float, self)->value * 1000 + 0.5);
	char digits[4] = { '.', (char)('0' + n / 100 % 10), (char)('0' + n / 10 % 10),
		(char)('0' + n % 10) };

	(void)arg;
	api->put_int(api, n / 1000);
	api->put(api, digits, 4);
	return MINI_NIL;
}

mini base_show_closure(const struct mini_api *api, mini self, mini arg)
{
	(void)self, (void)arg;
	PUT(api, "#<closure>");
	return MINI_NIL;
}

mini base_size_cons(const struct mini_api *api, mini self, mini arg)
{
	int64_t n = 0;

	(void)api, (void)arg;
	for (; is_cons(self); self = MINI_AS(cons, self)->cdr)
		n++;
	return mini_from_int(n);
}

mini base_size_vector(const struct mini_api *api, mini self, mini arg)
{
	int64_t n = 0;

	/* of all that is in it, so that methods of other packages are called */
	for (uint32_t i = 0; i < MINI_AS(vector, self)->head.length; i++)
		n += mini_to_int(api->call(api, base_size, MINI_AS(vector, self)->at[i], arg));
	return mini_from_int(n);
}

mini base_size_text(const struct mini_api *api, mini self, mini arg)
{
	(void)api, (void)arg;
	return mini_from_int(MINI_AS(text, self)->head.length);
}

/* code of a closure: its variable plus the argument */
mini base_add(const struct mini_api *api, mini self, mini arg)
{
	(void)api;
	return mini_from_int(mini_to_int(MINI_AS(closure, self)->vars[0]) + mini_to_int(arg));
}
