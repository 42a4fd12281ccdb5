/* Which target of an image this machine takes, and the slots of an image that has several versions
 * of its functions (image/FORMAT.md 11). The choice is made before the library is loaded; what is
 * chosen stays, as long as anyone has the library open: the word `chosen` in it is the memory of
 * that, and the lock. */
#include <string.h>

#include "image/out.h"
#include "runtime/cpu.h"
#include "runtime/internal.h"
#include "runtime/sys.h"

enum { SHOWN = 8 }; /* features in a message, for each target */
#define BUSY UINT32_MAX

/* the choice of one open */
struct choice {
	const char *path;
	const struct pkgimg_options *opt; /* or NULL */
	const struct img_view *view;
	struct pkgimg_error *err;
	const struct cpu_arch *arch; /* NULL: nothing is known of this CPU */
	const char *cap;             /* or NULL */
	uint64_t offered[IMG_FEATURE_WORDS];
};

/* ---- what is offered */

static const char *cap_of(const struct pkgimg_options *opt)
{
	const char *cap = opt && opt->size >= sizeof(*opt) ? opt->cpu_cap : NULL;

	if (!cap)
		return rt_env("PKGIMG_CPU_CAP");
	return *cap ? cap : NULL;
}

static uint32_t asked_for(const struct pkgimg_options *opt)
{
	return opt && opt->size >= sizeof(*opt) ? opt->cpu_target : 0;
}

int rt_cpu_offers(struct pkgimg_error *err, const struct cpu_arch *arch, const char *cap,
	const uint64_t wanted[IMG_FEATURE_WORDS], uint64_t out[IMG_FEATURE_WORDS])
{
	const char *word, *problem;
	char shown[64];
	size_t len;

	memset(out, 0, IMG_FEATURE_WORDS * sizeof(*out));
	if (!arch)
		return PKGIMG_OK;
	rt_cpu_detect(arch, wanted, out);
	problem = cap ? rt_cpu_cap(arch, cap, out, &word, &len) : NULL;
	if (!problem)
		return PKGIMG_OK;
	if (len >= sizeof(shown))
		len = sizeof(shown) - 1;
	memcpy(shown, word, len);
	shown[len] = '\0';
	return rt_fail(err, PKGIMG_E_CPU, "the cap of CPU features '", cap, "': '", shown, "' ",
		problem, (char *)NULL);
}

/* ---- choice */

static void put_target(const struct choice *c, struct img_out *o, uint32_t i)
{
	img_out_str(o, "target ");
	img_out_uint(o, i);
	img_out_str(o, " (");
	img_out_str(o, img_str(c->view, c->view->targets[i].cpu));
	img_out_str(o, ")");
}

static void put_lacks(const struct choice *c, struct img_out *o, uint32_t i)
{
	uint64_t lacks[IMG_FEATURE_WORDS];
	char names[256];

	rt_cpu_accepts(c->offered, c->view->targets[i].needs, lacks);
	img_cpu_names(c->arch, lacks, SHOWN, ", ", names, sizeof(names));
	put_target(c, o, i);
	img_out_str(o, " needs ");
	img_out_str(o, names);
}

static const char *limit(const struct choice *c)
{
	return c->cap ? " under the cap '" : "";
}

static int refuse(const struct choice *c, uint32_t first, uint32_t n)
{
	char text[sizeof(c->err->text)] = "";
	struct img_out o = { text, sizeof(text), 0 };

	for (uint32_t i = first; i < first + n; i++) {
		img_out_str(&o, i == first ? "" : "; ");
		put_lacks(c, &o, i);
	}
	return rt_fail(c->err, PKGIMG_E_CPU, c->path,
		n == 1 ? ": it does not run on this CPU" : ": none of its targets runs on this CPU",
		limit(c), c->cap ? c->cap : "", c->cap ? "'" : "", ": ", text, (char *)NULL);
}

static int choose(struct choice *c, uint32_t *target)
{
	const struct img_view *v = c->view;
	uint32_t asked = asked_for(c->opt);
	uint64_t lacks[IMG_FEATURE_WORDS];

	if (asked > v->ntargets)
		return rt_fail(c->err, PKGIMG_E_ARGUMENT, c->path,
			": the options ask for a target that it does not have", (char *)NULL);
	if (asked) {
		*target = asked - 1;
		return rt_cpu_accepts(c->offered, v->targets[*target].needs, lacks)
			       ? PKGIMG_OK
			       : refuse(c, *target, 1);
	}
	*target = rt_cpu_choose(v->targets, v->ntargets, c->offered);
	return *target < v->ntargets ? PKGIMG_OK : refuse(c, 0, v->ntargets);
}

static int begin(struct choice *c)
{
	const struct img_view *v = c->view;
	uint64_t wanted[IMG_FEATURE_WORDS] = { 0 };

	c->arch = rt_cpu_arch();
	c->cap = cap_of(c->opt);
	if (c->arch && img_cpu_arch(img_str(v, v->package->abi_text)) != c->arch) {
		/* for another CPU: the caller says that it fits (PKGIMG_ALLOW_FOREIGN) */
		memset(c->offered, 0xff, sizeof(c->offered));
		return PKGIMG_OK;
	}
	for (uint32_t i = 0; i < v->ntargets; i++) {
		for (unsigned w = 0; w < IMG_FEATURE_WORDS; w++)
			wanted[w] |= v->targets[i].needs[w];
	}
	return rt_cpu_offers(c->err, c->arch, c->cap, wanted, c->offered);
}

int rt_choose_target(const char *path, const struct pkgimg_options *opt,
	const struct img_view *view, uint32_t *target, struct pkgimg_error *err)
{
	struct choice c = { .path = path, .opt = opt, .view = view, .err = err };
	int code = begin(&c);

	return code ? code : choose(&c, target);
}

/* ---- slots */

static void *at(const struct img_view *v, int32_t displacement)
{
	return (void *)((uintptr_t)v->header + (uintptr_t)(intptr_t)displacement);
}

static bool slots_are(const struct img_view *v, void *const *slots, uint32_t target)
{
	const int32_t *row = v->entries + (size_t)target * v->dispatch->nslots;

	for (uint32_t i = 0; i < v->dispatch->nslots; i++) {
		if (slots[i] != at(v, row[i]))
			return false;
	}
	return true;
}

/* Pages that another part of the file shares are not made read-only: only those that were. */
int rt_protect_sealed(const struct rt_segment segments[], size_t nsegments, uintptr_t from,
	uintptr_t to, enum rt_access access)
{
	uintptr_t page = rt_page_size();
	int error = 0;

	for (size_t i = 0; i < nsegments && !error; i++) {
		const struct rt_segment *s = &segments[i];
		uintptr_t end = s->from + s->size, a = from > s->from ? from : s->from;
		uintptr_t b = to < end ? (to + page - 1) & ~(page - 1) : end;

		if (!(s->flags & RT_SEGMENT_SEALED) || from >= end || to <= s->from)
			continue;
		a &= ~(page - 1);
		b = b < end ? b : end;
		error = rt_protect((void *)a, b - a, access);
	}
	return error;
}

/* returns 0 or an errno */
static int fill(const struct img_view *v, const struct rt_segment segments[], size_t nsegments,
	uint32_t target)
{
	const struct img_dispatch *d = v->dispatch;
	const int32_t *row = v->entries + (size_t)target * d->nslots;
	void **slots = at(v, v->addresses[d->slots]);
	uintptr_t from = (uintptr_t)slots, to = (uintptr_t)(slots + d->nslots);
	int error;

	if (slots_are(v, slots, target))
		return 0;
	error = rt_protect_sealed(segments, nsegments, from, to, RT_COPY);
	if (error)
		return error;
	for (uint32_t i = 0; i < d->nslots; i++)
		__atomic_store_n(&slots[i], at(v, row[i]), __ATOMIC_RELAXED);
	return rt_protect_sealed(segments, nsegments, from, to, RT_READ);
}

/* someone has it open: with a target that this open takes too, or not at all */
static int join(const struct choice *c, uint32_t chosen, uint32_t *target)
{
	const struct img_view *v = c->view;
	uint32_t asked = asked_for(c->opt);
	uint64_t lacks[IMG_FEATURE_WORDS];
	char text[256] = "";
	struct img_out o = { text, sizeof(text), 0 };

	if (chosen == 0 || chosen > v->ntargets)
		return rt_fail(c->err, PKGIMG_E_FORMAT, c->path,
			": its selector has not run, or left no sound choice", (char *)NULL);
	*target = chosen - 1;
	put_target(c, &o, *target);
	if (asked && asked != chosen)
		return rt_fail(c->err, PKGIMG_E_CPU, c->path, ": it runs in this process as ", text,
			" already, and the options ask for another", (char *)NULL);
	if (rt_cpu_accepts(c->offered, v->targets[*target].needs, lacks))
		return PKGIMG_OK;
	return rt_fail(c->err, PKGIMG_E_CPU, c->path, ": it runs in this process as ", text,
		" already,", limit(c), c->cap ? c->cap : "",
		c->cap ? "' which is not allowed" : " which this CPU does not run", (char *)NULL);
}

int rt_take_target(const char *path, const struct pkgimg_options *opt, const struct img_view *v,
	const struct rt_segment segments[], size_t nsegments, uint32_t *target,
	struct pkgimg_error *err)
{
	struct choice c = { .path = path, .opt = opt, .view = v, .err = err };
	uint32_t *chosen, seen = 0;
	int code;

	if (!v->dispatch)
		return PKGIMG_OK;
	chosen = at(v, v->addresses[v->dispatch->chosen]);
	while (!(v->dispatch->flags & IMG_DF_SELF) &&
		!__atomic_compare_exchange_n(
			chosen, &seen, BUSY, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
		if (seen != BUSY)
			break;
		seen = 0;
		rt_yield();
	}
	if (seen || v->dispatch->flags & IMG_DF_SELF) {
		seen = __atomic_load_n(chosen, __ATOMIC_ACQUIRE);
		code = begin(&c);
		return code ? code : join(&c, seen, target);
	}
	code = fill(v, segments, nsegments, *target);
	__atomic_store_n(chosen, code ? 0 : *target + 1, __ATOMIC_RELEASE);
	if (!code)
		return PKGIMG_OK;
	return rt_fail(err, PKGIMG_E_LOAD, path,
		": the memory of its slots cannot be made writable", (char *)NULL);
}
