/* Worlds: which images there are, what they depend on, and who may go. */
#include "runtime/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/out.h"

enum { MAX_NESTED = 100 }; /* opens, each one wanted by the one before: bounds the stack */

/* ---- the lock */

/* errno has an address of its own in each thread */
static uintptr_t this_thread(void)
{
	return (uintptr_t)&errno;
}

void rt_world_lock(struct pkgimg_world *w)
{
	if (__atomic_load_n(&w->owner, __ATOMIC_RELAXED) != this_thread()) {
		rt_mutex_lock(&w->mutex);
		__atomic_store_n(&w->owner, this_thread(), __ATOMIC_RELAXED);
	}
	w->depth++;
}

void rt_world_unlock(struct pkgimg_world *w)
{
	if (--w->depth)
		return;
	__atomic_store_n(&w->owner, 0, __ATOMIC_RELAXED);
	rt_mutex_unlock(&w->mutex);
}

/* ---- begin and end */

static bool host_ok(const struct pkgimg_host *host)
{
	return !host || (host->size == sizeof(*host) && !host->reserved);
}

int pkgimg_world_new(const struct pkgimg_host *host, const char *const folders[], size_t nfolders,
	struct pkgimg_world **out)
{
	struct pkgimg_world *w;

	if (!out || !host_ok(host) || (nfolders && !folders))
		return PKGIMG_E_ARGUMENT;
	w = calloc(1, sizeof(*w) + nfolders * sizeof(w->folders[0]));
	if (!w)
		return PKGIMG_E_MEMORY;
	if (rt_mutex_init(&w->mutex)) {
		free(w);
		return PKGIMG_E_MEMORY;
	}
	if (host)
		w->host = *host;
	for (; w->nfolders < nfolders; w->nfolders++) {
		const char *folder = folders[w->nfolders];
		size_t n = folder ? strlen(folder) + 1 : 0;

		w->folders[w->nfolders] = n ? malloc(n) : NULL;
		if (!w->folders[w->nfolders]) {
			pkgimg_world_free(w);
			return folder ? PKGIMG_E_MEMORY : PKGIMG_E_ARGUMENT;
		}
		memcpy(w->folders[w->nfolders], folder, n);
	}
	*out = w;
	return PKGIMG_OK;
}

/* an image opened later may use those before it, never the other way round */
void pkgimg_world_free(struct pkgimg_world *w)
{
	if (!w)
		return;
	while (w->last) {
		w->last->member->holds = 1;
		pkgimg_close(w->last);
	}
	rt_ranges_free(&w->ranges);
	rt_map_free(&w->names);
	rt_map_free(&w->types);
	rt_map_free(&w->interned);
	for (size_t i = 0; i < w->nfolders; i++)
		free(w->folders[i]);
	rt_mutex_destroy(&w->mutex);
	free(w);
}

/* ---- who is there */

static uint64_t name_hash(const char *name, const uint8_t uuid[16])
{
	return img_sum64(name, strlen(name)) ^ img_sum64(uuid, 16);
}

static const char *name_of(const struct img_view *v)
{
	return img_str(v, v->package->name);
}

static bool is_package(const struct img_view *v, const char *name, const uint8_t uuid[16])
{
	return !memcmp(v->package->uuid, uuid, 16) && !strcmp(name_of(v), name);
}

static struct pkgimg_image *find_open(
	const struct pkgimg_world *w, const char *name, const uint8_t uuid[16])
{
	size_t at = 0;
	struct pkgimg_image *image;

	while ((image = rt_map_next(&w->names, name_hash(name, uuid), &at)) != NULL) {
		if (is_package(&image->view, name, uuid))
			return image;
	}
	return NULL;
}

static bool make_known(struct pkgimg_image *image)
{
	struct rt_member *m = image->member;
	const struct img_package *p = image->view.package;

	m->named = rt_map_add(&m->world->names, name_hash(name_of(&image->view), p->uuid), image);
	if (!m->named)
		return false;
	m->previous = m->world->last;
	*(m->previous ? &m->previous->member->next : &m->world->first) = image;
	m->world->last = image;
	return true;
}

static void make_unknown(struct pkgimg_image *image)
{
	struct rt_member *m = image->member;
	const struct img_package *p = image->view.package;

	if (!m->named)
		return;
	m->named = false;
	rt_map_remove(&m->world->names, name_hash(name_of(&image->view), p->uuid), image);
	*(m->previous ? &m->previous->member->next : &m->world->first) = m->next;
	*(m->next ? &m->next->member->previous : &m->world->last) = m->previous;
}

bool rt_member_use(struct rt_member *m, struct pkgimg_image *other)
{
	struct pkgimg_image **larger;
	size_t room;

	if (other->member == m)
		return true;
	for (size_t i = 0; i < m->nused; i++) {
		if (m->used[i] == other)
			return true;
	}
	if (m->nused == m->used_room) {
		room = m->used_room ? m->used_room * 2 : 8;
		larger = realloc(m->used, room * sizeof(struct pkgimg_image *));
		if (!larger)
			return false;
		m->used = larger;
		m->used_room = room;
	}
	m->used[m->nused++] = other;
	other->member->holds++;
	return true;
}

/* ---- dependencies */

static int fail_memory(struct rt_opening *o)
{
	return rt_fail(o->err, PKGIMG_E_MEMORY, o->path, ": out of memory", (char *)NULL);
}

static void put_id(char out[33], const uint8_t id[16])
{
	for (int i = 0; i < 32; i++)
		out[i] = "0123456789abcdef"[id[i / 2] >> (i % 2 ? 0 : 4) & 15];
	out[32] = '\0';
}

static int fail_build(struct rt_opening *o, int code, const char *problem, const uint8_t wanted[16],
	const uint8_t got[16])
{
	char expected[33], found[33];

	put_id(expected, wanted);
	put_id(found, got);
	return rt_fail_values(o->err, code, o->path, problem, expected, found);
}

/* the opens from the one of `name` down to this one, which wants it again */
static int fail_cycle(struct rt_opening *o, const char *name, const struct rt_opening *first)
{
	char text[360] = "";
	struct img_out out = { text, sizeof(text), 0 };
	const struct rt_opening *chain[MAX_NESTED + 1];
	size_t n = 0;

	for (const struct rt_opening *at = o; at; at = at->up) {
		chain[n++] = at;
		if (at == first)
			break;
	}
	while (n-- > 0) {
		img_out_str(&out, name_of(chain[n]->checked));
		img_out_str(&out, " -> ");
	}
	img_out_str(&out, name);
	return rt_fail(o->err, PKGIMG_E_DEPENDENCY, o->path,
		": images depend on each other in a circle: ", text, (char *)NULL);
}

/* What cannot be opened or looked at, but is there, is not passed over: its open tells why. */
static bool exists(const char *path)
{
	struct rt_file f = { 0 };
	struct rt_file_facts facts;
	int error = rt_file_open(path, &f);
	bool is = error ? error != ENOENT && error != ENOTDIR && error != ENAMETOOLONG
			: rt_file_facts(&f, &facts) || facts.flags & RT_FILE_REGULAR;

	rt_file_close(&f);
	return is;
}

/* one of the kind that wants it first, where there are both */
static bool in_folders(const struct rt_opening *o, const char *name, char *buf, size_t size)
{
	static const char *const suffixes[] = { ".so", ".dylib", ".dll", IMG_DATA_SUFFIX };
	enum { NSUFFIXES = sizeof(suffixes) / sizeof(suffixes[0]) };
	const struct pkgimg_world *w = o->world;
	size_t first = o->checked->nbitcode ? NSUFFIXES - 1 : 0;

	/* the name becomes a part of a path, and it is the file's */
	if (strpbrk(name, "/\\") || name[0] == '.')
		return false;
	for (size_t i = 0; i < w->nfolders; i++) {
		for (size_t k = 0; k < NSUFFIXES; k++) {
			struct img_out out = { buf, size, 0 };

			img_out_str(&out, w->folders[i]);
			img_out_str(&out, "/");
			img_out_str(&out, name);
			img_out_str(&out, suffixes[(first + k) % NSUFFIXES]);
			if (out.len < size && exists(buf))
				return true;
		}
	}
	return false;
}

enum { PATH_ROOM = 4096 };

/* the error of an image that another one wanted, with the way to it */
static int fail_nested(struct rt_opening *o, const char *name, const struct pkgimg_error *inner)
{
	int code = rt_fail(o->err, inner->code, o->path, ": its dependency '", name,
		"': ", inner->text, (char *)NULL);

	if (o->err) {
		o->err->sys_errno = inner->sys_errno;
		memcpy(o->err->expected, inner->expected, sizeof(inner->expected));
		memcpy(o->err->found, inner->found, sizeof(inner->found));
	}
	return code;
}

static int open_file(
	struct rt_opening *o, const char *name, const char *path, struct pkgimg_image **out)
{
	struct pkgimg_error *inner = malloc(sizeof(*inner));
	struct pkgimg_options opt = { .size = sizeof(opt),
		.flags = o->opt->flags,
		.cpu_cap = o->opt->cpu_cap,
		.dependencies = o->opt->dependencies,
		.ndependencies = o->opt->ndependencies,
		.world = o->world };
	int code;

	if (!inner)
		return fail_memory(o);
	code = pkgimg_open(path, &opt, out, inner);
	if (code)
		fail_nested(o, name, inner);
	free(inner);
	return code;
}

/* a dependency that is not open: ask the host, look through the folders */
static int open_dependency(
	struct rt_opening *o, const struct img_dependency *d, struct pkgimg_image **out)
{
	const struct img_view *v = o->checked;
	const char *name = img_str(v, d->name);
	const struct pkgimg_host *host = &o->world->host;
	const struct pkgimg_wanted wanted = { .name = name,
		.version = img_str(v, d->version),
		.uuid = d->uuid,
		.build_id = d->flags & IMG_DEP_BUILD ? d->build_id : NULL,
		.wanted_by = o->path };
	unsigned depth = 0;
	char *path;
	int code;

	for (struct rt_opening *at = o; at; at = at->up, depth++) {
		if (is_package(at->checked, name, d->uuid))
			return fail_cycle(o, name, at);
	}
	if (depth >= MAX_NESTED)
		return rt_fail(o->err, PKGIMG_E_DEPENDENCY, o->path,
			": too long a chain of dependencies that are not open; open '", name,
			"' before it", (char *)NULL);
	path = malloc(PATH_ROOM);
	if (!path)
		return fail_memory(o);
	path[0] = '\0';
	if ((!host->find || host->find(host->ctx, &wanted, path, PATH_ROOM) || !path[0]) &&
		!in_folders(o, name, path, PATH_ROOM))
		code = rt_fail(o->err, PKGIMG_E_DEPENDENCY, o->path, ": it was built with '", name,
			"', which is not open and was not found", (char *)NULL);
	else
		code = open_file(o, name, path, out);
	free(path);
	return code;
}

/* it is the build, or has the interface, that the image was made for */
static int check_build(
	struct rt_opening *o, const struct img_dependency *d, const struct pkgimg_image *image)
{
	const struct img_header *h = image->view.header;
	char problem[200];
	struct img_out out = { problem, sizeof(problem), 0 };

	if (!(d->flags & IMG_DEP_BUILD))
		return rt_check_interface(o->path, o->checked,
			(uint32_t)(d - o->checked->dependencies), &image->view, o->err);
	if (!memcmp(d->build_id, h->build_id, 16))
		return PKGIMG_OK;
	img_out_str(&out, "it refers into another build of '");
	img_out_str(&out, img_str(o->checked, d->name));
	img_out_str(&out, "', build it again");
	return fail_build(o, PKGIMG_E_DEPENDENCY, problem, d->build_id, h->build_id);
}

/* What is loaded together has code of one kind: calls between the two would go by what only one of
 * them has. An image that has no code goes with either. */
int rt_check_form(struct pkgimg_error *err, const char *path, enum img_form mine,
	const struct pkgimg_image *other)
{
	enum img_form theirs = other->member ? other->member->form : img_form(&other->view);
	char problem[400];
	struct img_out out = { problem, sizeof(problem), 0 };

	if (!mine || !theirs || mine == theirs)
		return PKGIMG_OK;
	img_out_str(&out, "native and data-only images do not mix in one load: what it is built "
			  "with, '");
	img_out_str(&out, pkgimg_name(other));
	img_out_str(&out, "', is of the other kind; build both with the same "
			  "--pkgimage-native-code=");
	return rt_fail_values(err, PKGIMG_E_DEPENDENCY, path, problem, img_form_name(mine),
		img_form_name(theirs));
}

static int join_form(struct rt_opening *o, const struct pkgimg_image *other)
{
	struct rt_member *m = o->member;

	if (!m->form)
		m->form = other->member ? other->member->form : img_form(&other->view);
	return rt_check_form(o->err, o->path, m->form, other);
}

/* images that the caller has open elsewhere; they have no part in this world */
static const struct pkgimg_image *find_given(
	const struct rt_opening *o, const char *name, const uint8_t uuid[16])
{
	for (size_t i = 0; i < o->opt->ndependencies; i++) {
		if (is_package(&o->opt->dependencies[i]->view, name, uuid))
			return o->opt->dependencies[i];
	}
	return NULL;
}

static int bring_dependency(struct rt_opening *o, uint32_t i)
{
	const struct img_dependency *d = &o->checked->dependencies[i];
	const char *name = img_str(o->checked, d->name);
	struct pkgimg_image *image = find_open(o->world, name, d->uuid);
	const struct pkgimg_image *given = image ? NULL : find_given(o, name, d->uuid);
	bool opened = false;
	int code = PKGIMG_OK;

	if (given && !d->heap_base) {
		o->member->given[i] = given;
		code = check_build(o, d, given);
		return code ? code : join_form(o, given);
	}
	if (!image) {
		code = open_dependency(o, d, &image);
		opened = !code;
	}
	if (!code)
		code = check_build(o, d, image);
	if (!code)
		code = join_form(o, image);
	if (!code && !rt_member_use(o->member, image))
		code = fail_memory(o);
	if (!code)
		o->member->dependencies[i] = image;
	if (opened)
		rt_world_close(image); /* it is held by this one now */
	return code;
}

/* ---- open */

static struct rt_member *new_member(struct rt_opening *o)
{
	uint32_t n = o->checked->ndependencies;
	struct rt_member *m =
		calloc(1, sizeof(*m) + n * (sizeof(m->dependencies[0]) + sizeof(m->given[0])));

	if (!m)
		return NULL;
	m->given = (void *)(m->dependencies + n);
	if (o->checked->nbitcode) {
		uint64_t symbols = (uint64_t)o->checked->nmethods + o->checked->nglobals;

		m->compiled = calloc(symbols ? (size_t)symbols : 1, sizeof(*m->compiled));
		if (!m->compiled) {
			free(m);
			return NULL;
		}
	}
	m->form = o->opt->flags & PKGIMG_HEAP_ONLY ? IMG_FORM_NONE : img_form(o->checked);
	m->world = o->world;
	m->private = o->private;
	m->ndependencies = n;
	m->holds = 1;
	return m;
}

static int look_for_it(struct rt_opening *o, struct pkgimg_image **open)
{
	const struct img_view *v = o->checked;
	const uint8_t *id = v->header->build_id;

	for (const struct rt_opening *at = o->up; at; at = at->up) {
		if (is_package(at->checked, name_of(v), v->package->uuid))
			return rt_fail(o->err, PKGIMG_E_CONFLICT, o->path,
				": the open of this package is under way, in this very thread",
				(char *)NULL);
	}
	*open = find_open(o->world, name_of(v), v->package->uuid);
	if (*open && memcmp((*open)->view.header->build_id, id, 16)) {
		const uint8_t *other = (*open)->view.header->build_id;

		*open = NULL;
		return fail_build(o, PKGIMG_E_CONFLICT,
			"another build of this package is open in this world", other, id);
	}
	if (*open)
		(*open)->member->holds++;
	return PKGIMG_OK;
}

int rt_world_enter(struct rt_opening *o, struct pkgimg_image **open)
{
	int code;

	*open = NULL;
	o->private = !o->world;
	if (o->private && pkgimg_world_new(NULL, NULL, 0, &o->world))
		return fail_memory(o);
	rt_world_lock(o->world);
	o->up = o->world->chain;
	code = look_for_it(o, open);
	if (!code && !*open) {
		o->member = new_member(o);
		code = o->member ? PKGIMG_OK : fail_memory(o);
	}
	o->world->chain = o;
	for (uint32_t i = 0; !code && !*open && i < o->checked->ndependencies; i++)
		code = bring_dependency(o, i);
	return code;
}

int rt_world_add(struct rt_opening *o, struct pkgimg_image *image)
{
	const struct pkgimg_host *host = &o->world->host;
	int code = rt_heap_load(o, image);

	if (!code && host->init && !image->heap_only) {
		image->member->shown = true;
		if (host->init(host->ctx, image))
			code = rt_fail(o->err, PKGIMG_E_HOST, o->path,
				": its start was refused by the host", (char *)NULL);
	}
	if (!code && !make_known(image))
		code = fail_memory(o);
	return code;
}

/* what a member holds goes on a list, if nobody else does: a chain of images is no recursion */
static void give_back(struct rt_member *m, struct pkgimg_image **gone)
{
	for (size_t i = m->nused; i-- > 0;) {
		struct pkgimg_image *used = m->used[i];

		if (--used->member->holds)
			continue;
		make_unknown(used);
		used->member->next = *gone;
		*gone = used;
	}
	m->nused = 0;
}

static void free_member(struct rt_member *m)
{
	rt_unmap(m->file, m->file_size);
	free(m->used);
	free(m->compiled);
	free(m);
}

static void close_all(struct pkgimg_image *gone)
{
	while (gone) {
		struct pkgimg_image *image = gone;
		struct rt_member *m = image->member;

		gone = m->next;
		rt_member_drop(image);
		rt_image_free(image); /* it may use the others while it goes */
		give_back(m, &gone);
		free_member(m);
	}
}

void rt_world_leave(struct rt_opening *o, struct pkgimg_image *failed)
{
	struct pkgimg_world *w = o->world;
	struct pkgimg_image *gone = NULL;

	if (!w)
		return;
	if (failed && failed->member) {
		failed->member->next = NULL;
		close_all(failed);
	} else if (failed) {
		rt_image_free(failed);
	}
	if (o->member) {
		give_back(o->member, &gone);
		close_all(gone);
		free_member(o->member);
	}
	w->chain = o->up;
	rt_world_unlock(w);
	if (o->private && (failed || o->member))
		pkgimg_world_free(w);
}

void rt_world_close(struct pkgimg_image *image)
{
	struct rt_member *m = image->member;
	struct pkgimg_world *w = m->world;
	bool last, private = m->private; /* then a world of one open: there is nobody else */

	rt_world_lock(w);
	last = --m->holds == 0;
	if (last) {
		make_unknown(image);
		m->next = NULL;
		close_all(image);
	}
	private = private && !w->first;
	rt_world_unlock(w);
	if (last && private)
		pkgimg_world_free(w);
}

void rt_member_drop(struct pkgimg_image *image)
{
	struct rt_member *m = image->member;
	const struct pkgimg_host *host = &m->world->host;

	if (m->shown && host->closed)
		host->closed(host->ctx, image);
	rt_heap_drop(image);
	rt_types_leave(image);
}

/* ---- questions */

const struct pkgimg_image *pkgimg_world_image_at(
	const struct pkgimg_world *world, const void *address)
{
	return world ? rt_ranges_find(&world->ranges, (uintptr_t)address) : NULL;
}

const struct pkgimg_image *pkgimg_world_find(
	struct pkgimg_world *world, const char *name, const uint8_t *uuid)
{
	const struct pkgimg_image *image = NULL;

	if (!world || !name)
		return NULL;
	rt_world_lock(world);
	if (uuid) {
		image = find_open(world, name, uuid);
	} else {
		for (image = world->first; image; image = image->member->next) {
			if (!strcmp(name_of(&image->view), name))
				break;
		}
	}
	rt_world_unlock(world);
	return image;
}

const struct pkgimg_image *pkgimg_world_next(
	struct pkgimg_world *world, const struct pkgimg_image *after)
{
	if (!world)
		return NULL;
	return after ? after->member->next : world->first;
}
