/* What each load fills in: addresses of code in the heap, addresses of the heap in code; and what
 * the host does for an image: complete objects, add methods. */
#include "runtime/world.h"

/* ---- words of the heap that lead to code */

static const char *bind_name(const struct pkgimg_image *image, const struct img_bind *b)
{
	const struct img_view *v = &image->view;

	switch (b->kind) {
	case IMG_BIND_METHOD: return img_str(v, v->methods[b->index].symbol);
	case IMG_BIND_GLOBAL: return img_str(v, v->globals[b->index].symbol);
	default: return img_str(v, b->index);
	}
}

static void *host_symbol(const struct pkgimg_world *w, const char *name)
{
	void *address = w->host.symbol ? w->host.symbol(w->host.ctx, name) : NULL;

	return address ? address : rt_host_symbol(name);
}

/* *out is untouched if it has no such symbol. returns whether there was memory enough */
static bool dependency_address(
	struct pkgimg_image *other, const char *name, bool global, void **out)
{
	uint32_t index;
	int code = other ? rt_symbol_find(other, name, global, &index) : PKGIMG_E_NOT_FOUND;

	if (!code)
		*out = global ? rt_global_address(other, index) : rt_method_code(other, index);
	return code != PKGIMG_E_MEMORY;
}

/* *out    NULL: nobody has it. returns whether there was memory enough */
static bool bind_address(const struct pkgimg_image *image, const struct img_bind *b, void **out)
{
	struct rt_member *m = image->member;
	const char *name = bind_name(image, b);

	*out = NULL;
	switch (b->kind) {
	case IMG_BIND_METHOD: *out = rt_method_code(image, b->index); return true;
	case IMG_BIND_GLOBAL: *out = rt_global_address(image, b->index); return true;
	case IMG_BIND_HOST: *out = host_symbol(m->world, name); return true;
	default:
		return dependency_address(m->dependencies[b->image - 1], name,
			b->kind == IMG_BIND_DEPENDENCY_GLOBAL, out);
	}
}

static int fail_bind(
	struct rt_opening *o, const struct pkgimg_image *image, const struct img_bind *b)
{
	const struct img_view *v = &image->view;
	const char *name = bind_name(image, b);

	switch (b->kind) {
	case IMG_BIND_METHOD:
	case IMG_BIND_GLOBAL:
		return rt_fail(o->err, PKGIMG_E_HOST, o->path, ": the host cannot compile '", name,
			"', which its heap refers to; it has no native code", (char *)NULL);
	case IMG_BIND_HOST:
		return rt_fail(o->err, PKGIMG_E_NEEDS, o->path, ": its heap refers to '", name,
			"', which the host does not provide", (char *)NULL);
	default:
		return rt_fail(o->err, PKGIMG_E_DEPENDENCY, o->path, ": its heap refers to '", name,
			"', which '", img_str(v, v->dependencies[b->image - 1].name),
			"' does not have", (char *)NULL);
	}
}

static int bind_words(struct rt_opening *o, struct pkgimg_image *image)
{
	const struct img_view *v = &image->view;
	struct rt_heap *h = &image->member->heap;

	for (uint32_t i = 0; i < v->nbinds; i++) {
		const struct img_bind *b = &v->binds[i];
		void *address;

		if (!bind_address(image, b, &address))
			return rt_fail(
				o->err, PKGIMG_E_MEMORY, o->path, ": out of memory", (char *)NULL);
		if (!address)
			return fail_bind(o, image, b);
		*(uintptr_t *)(void *)(h->at + b->offset) =
			(uintptr_t)address + (uintptr_t)b->addend;
		h->written++;
	}
	return PKGIMG_OK;
}

/* ---- variables of the code that lead to heaps */

/* where a variable leads; 0: outside of the heap */
static uintptr_t variable_target(const struct pkgimg_image *image, const struct img_variable *n)
{
	const struct pkgimg_image *other =
		n->image ? image->member->dependencies[n->image - 1] : image;

	if (!other || !other->view.heap || n->offset >= other->member->heap.size)
		return 0;
	return rt_heap_place(other, n->offset);
}

/* bitcode has its variables when it is compiled: rt_variables_compiled */
static int set_variables(struct rt_opening *o, struct pkgimg_image *image)
{
	const struct img_view *v = &image->view;

	for (uint32_t i = 0; i < v->nvariables; i++) {
		const struct img_variable *n = &v->variables[i];
		uintptr_t to = variable_target(image, n);

		if (!to)
			return rt_fail(o->err, PKGIMG_E_DEPENDENCY, o->path,
				": a variable of its code leads outside of the heap of '",
				n->image ? img_str(v, v->dependencies[n->image - 1].name)
					 : pkgimg_name(image),
				"'", (char *)NULL);
		if (!v->nbitcode)
			*(uintptr_t *)(void *)((char *)(uintptr_t)v->header +
					       (intptr_t)v->addresses[n->address]) = to;
	}
	return PKGIMG_OK;
}

bool rt_variables_compiled(const struct pkgimg_image *image)
{
	const struct pkgimg_host *host = &image->member->world->host;
	const struct img_view *v = &image->view;

	for (uint32_t i = 0; i < v->nvariables && !image->member->variables_set; i++) {
		const struct img_variable *n = &v->variables[i];
		uintptr_t *variable = host->compile(host->ctx, image, img_str(v, n->address));

		if (!variable)
			return false;
		*variable = variable_target(image, n);
	}
	image->member->variables_set = true;
	return true;
}

int rt_heap_bind(struct rt_opening *o, struct pkgimg_image *image)
{
	int code = image->heap_only ? PKGIMG_OK : bind_words(o, image);

	return code || image->heap_only ? code : set_variables(o, image);
}

/* ---- the host's part */

int rt_heap_hooks(struct rt_opening *o, struct pkgimg_image *image)
{
	const struct pkgimg_host *host = &o->world->host;
	const struct img_view *v = &image->view;
	struct rt_heap *h = &image->member->heap;

	for (uint32_t i = 0; !image->heap_only && i < v->nhooks; i++) {
		const struct img_hook *k = &v->hooks[i];
		void *object = h->at + k->offset;
		uint64_t size = rt_heap_object_size(image, k->offset, k->type);
		struct pkgimg_heap_type type;

		if (rt_heap_place(image, k->offset) != (uintptr_t)object)
			continue; /* another one is in its place, and that is complete */
		rt_heap_type(image, k->type, &type);
		if (!size)
			return rt_fail(o->err, PKGIMG_E_FORMAT, o->path,
				": hooks: an object does not end in its section", (char *)NULL);
		if (rt_heap_unlock(image, rt_heap_section(image, k->offset, size)))
			return rt_fail(o->err, PKGIMG_E_LOAD, o->path,
				": the memory of its heap cannot be made writable", (char *)NULL);
		image->member->shown = true;
		if (!host->hook || host->hook(host->ctx, &type, object, size))
			return rt_fail(o->err, PKGIMG_E_HOST, o->path, ": the hook '", type.hook,
				"' of type '", type.name,
				host->hook ? "' was refused by the host"
					   : "' is wanted of the host",
				(char *)NULL);
	}
	return PKGIMG_OK;
}

int rt_heap_inserts(struct rt_opening *o, struct pkgimg_image *image)
{
	const struct pkgimg_host *host = &o->world->host;
	const struct img_view *v = &image->view;

	for (uint32_t i = 0; host->insert && !image->heap_only && i < v->ninserts; i++) {
		const struct img_insert *n = &v->inserts[i];
		struct pkgimg_insert said = { .image = image,
			.owner = n->image ? image->member->dependencies[n->image - 1] : image,
			.function = img_str(v, n->function),
			.signature = img_str(v, n->signature) };

		if (n->object != IMG_NO_OBJECT)
			said.object = (void *)rt_heap_place(image, n->object);
		if (n->method != IMG_NO_METHOD && !v->nbitcode)
			said.code = rt_method_code(image, n->method);
		said.symbol = n->method == IMG_NO_METHOD ? NULL
							 : img_str(v, v->methods[n->method].symbol);
		image->member->shown = true;
		if (host->insert(host->ctx, &said))
			return rt_fail(o->err, PKGIMG_E_HOST, o->path, ": the method '",
				said.function, "' ", said.signature, " was refused by the host",
				(char *)NULL);
	}
	return PKGIMG_OK;
}
