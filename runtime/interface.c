/* Does an image have the interface that another one was built for? */
#include <stdlib.h>

#include "image/out.h"
#include "runtime/internal.h"

static void put_hex(char buf[17], uint64_t value)
{
	for (int i = 15; i >= 0; i--, value >>= 4)
		buf[i] = "0123456789abcdef"[value & 15];
	buf[16] = '\0';
}

static int fail_interface(const char *path, const struct img_view *v,
	const struct img_dependency *d, const struct img_view *now, const char *changed,
	struct pkgimg_error *err)
{
	char wanted[17], got[17], problem[300];
	struct img_out out = { problem, sizeof(problem), 0 };

	put_hex(wanted, d->interface_digest);
	put_hex(got, now->header->interface_digest);
	img_out_str(&out, "the interface of an image it was built with has changed: '");
	img_out_str(&out, img_str(v, d->name));
	if (changed) {
		img_out_str(&out, "', of which it uses '");
		img_out_str(&out, changed);
	}
	img_out_str(&out, "'; build it again");
	return rt_fail_values(err, PKGIMG_E_DEPENDENCY, path, problem, wanted, got);
}

int rt_check_interface(const char *path, const struct img_view *v, uint32_t number,
	const struct img_view *now, struct pkgimg_error *err)
{
	const struct img_dependency *d = &v->dependencies[number];
	const char *changed = NULL;
	struct img_parts parts;
	uint32_t *room;
	bool held;

	if (now->header->interface_digest == d->interface_digest)
		return PKGIMG_OK;
	room = calloc(2 * (size_t)now->ntypes + 1, sizeof(*room));
	if (!room)
		return rt_fail(err, PKGIMG_E_MEMORY, path, ": out of memory", (char *)NULL);
	img_parts_start(&parts, now, room);
	held = img_uses_hold(v, number, &parts, &changed);
	free(room);
	return held ? PKGIMG_OK : fail_interface(path, v, d, now, changed, err);
}
