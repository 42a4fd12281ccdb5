/* The compiled half of package Shapes: methods of Base's functions for types of its own. */
#include "mini.h"

/* compiled code of Base: called by its name, found by each load */
mini base_show_integer(const struct mini_api *api, mini self, mini arg);

/* an object of this image's heap */
extern struct mini_vector *shapes_log;

#define PUT(api, text) (api)->put((api), text, sizeof(text) - 1)

static double side(mini self)
{
	return MINI_AS(float, MINI_AS(record, self)->at[0])->value;
}

/* area in thousandths */
mini shapes_size_circle(const struct mini_api *api, mini self, mini arg)
{
	(void)api, (void)arg;
	return mini_from_int((int64_t)(3141.592653589793 * side(self) * side(self)));
}

mini shapes_size_square(const struct mini_api *api, mini self, mini arg)
{
	(void)api, (void)arg;
	return mini_from_int((int64_t)(1000 * side(self) * side(self)));
}

static void note(void)
{
	shapes_log->at[0] = mini_from_int(mini_to_int(shapes_log->at[0]) + 1);
}

mini shapes_show_circle(const struct mini_api *api, mini self, mini arg)
{
	note();
	PUT(api, "circle of ");
	return base_show_integer(api, shapes_size_circle(api, self, arg), arg);
}

mini shapes_show_square(const struct mini_api *api, mini self, mini arg)
{
	note();
	PUT(api, "square of ");
	api->put_int(api, mini_to_int(shapes_size_square(api, self, arg)));
	return MINI_NIL;
}
