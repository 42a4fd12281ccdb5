/* pkgimg run IMAGE FUNCTION [ARG...]: load an image as a host would and call a function; with
 * --jit, compile bitcode in memory instead. Behind IMAGE every word is taken as it is: -5 is a
 * number. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/call.h"
#include "cli/cli.h"
#include "driver/options.h"
#include "frontend/code/jit.h"
#include "frontend/tmpdir.h"
#include "pkgimg/runtime.h"
#include "runtime/internal.h"

struct run_request {
	bool jit, timings, verify, allow_untrusted, help;
	const char *image, *function;
	const char *member; /* the image of a bundle; NULL: `image` is one */
	struct loc image_at;
	size_t nargs;
	const char *const *args;
};

/* "app.so:NAME" is an image of a bundle, unless that is a file's name */
static const char *bundle_path(struct arena *a, const char *path, const char **member)
{
	const char *colon = strrchr(path, ':');

	if (*member || !colon || strchr(colon, '/') || !access(path, F_OK))
		return path;
	*member = colon + 1;
	return str_ndup(a, path, (size_t)(colon - path));
}

/* the options are the words before the first that does not start with '-' */
static int read_request(struct cli *c, struct run_request *r)
{
	struct cli head = *c;
	const struct ll_arg *args;
	size_t n;

	for (head.n = 0; head.n < c->n && c->argv[head.n][0] == '-'; head.n++)
		;
	args = cli_parse(&head, RunOption, &n);
	if (!args)
		return EXIT_USAGE;
	for (size_t i = 0; i < n; i++) {
		r->help |= args[i].id == OPT_help;
		r->jit |= args[i].id == OPT_jit;
		r->timings |= args[i].id == OPT_timings;
		r->verify |= args[i].id == OPT_verify;
		r->allow_untrusted |= args[i].id == OPT_allow_untrusted;
		if (args[i].id == OPT_member_EQ)
			r->member = args[i].values[0];
	}
	if (r->help)
		return EXIT_OK;
	if (c->n - head.n < 2) {
		diag_err(c->d, NOWHERE,
			"an image and a function are wanted: pkgimg run IMAGE "
			"FUNCTION [ARG...]; `pkgimg inspect IMAGE` lists the functions");
		return EXIT_USAGE;
	}
	r->image = bundle_path(c->mem, c->argv[head.n], &r->member);
	r->image_at = (struct loc) { .arg = c->first + (unsigned)head.n };
	r->function = c->argv[head.n + 1];
	r->args = c->argv + head.n + 2;
	r->nargs = c->n - head.n - 2;
	return EXIT_OK;
}

static void print_timing(const char *what, double ms)
{
	diag_text("pkgimg: timing: %s %.3f ms\n", what, ms);
}

/* The bitcode of an image without native code, compiled when it is first wanted. */
struct compiled {
	const struct pkgimg_image *image;
	struct jit *jit; /* NULL: that failed, and was reported */
	struct compiled *next;
};

struct run_image {
	struct cli *c;
	const struct pkgimg_image *image; /* the one that is run */
	struct compiled *compiled;        /* it, and those that it depends on */
};

/* those that the image was made with, which the compiled code will look for symbols in */
static struct job_words libraries(struct arena *a, const struct img_view *v)
{
	struct job_words w = { .given = true };

	for (uint32_t i = 0; i < v->nneeds; i++)
		if (v->needs[i].kind == IMG_NEED_LIBRARY)
			job_words_add(a, &w, img_str(v, v->needs[i].name), NOWHERE);
	return w;
}

/* returns 0, or -1 reported: by who could not compile it */
static int define_imports(const struct compiled *of)
{
	struct pkgimg_import import;

	for (uint32_t i = 0; i < pkgimg_import_count(of->image); i++) {
		void *address = pkgimg_import_address(of->image, i);

		pkgimg_import_at(of->image, i, &import);
		if (!address || jit_define(of->jit, import.symbol, address))
			return -1;
	}
	return 0;
}

static struct compiled *compile_bitcode(struct run_image *r, const struct pkgimg_image *image)
{
	uint32_t n = pkgimg_bitcode_count(image);
	struct build_module *modules = arena_array(r->c->mem, struct build_module, n);
	struct build_request request = {
		.memory = modules, .nmemory = n, .name = { pkgimg_name(image), NOWHERE }
	};
	struct compiled *new = arena_new(r->c->mem, struct compiled);

	request.needs = libraries(r->c->mem, pkgimg_view(image));
	for (uint32_t i = 0; i < n; i++) {
		struct pkgimg_bitcode b;

		pkgimg_bitcode_at(image, i, &b);
		modules[i] = (struct build_module) { b.name, b.data, b.size };
	}
	*new = (struct compiled) { image, NULL, r->compiled };
	r->compiled = new; /* its imports may be bitcode, too */
	if (n)
		new->jit = jit_open(r->c->mem, r->c->d, &request);
	if (new->jit && define_imports(new)) {
		jit_close(new->jit);
		new->jit = NULL;
	}
	return new;
}

static void *compile(void *ctx, const struct pkgimg_image *image, const char *symbol)
{
	struct run_image *r = ctx;
	struct compiled *at = r->compiled;

	while (at && at->image != image)
		at = at->next;
	if (!at)
		at = compile_bitcode(r, image);
	return at->jit ? jit_address(at->jit, symbol) : NULL;
}

static void *image_address(void *ctx, struct diags *d, uint32_t method)
{
	struct run_image *r = ctx;

	(void)d; /* the compiler reports */
	return rt_method_code(r->image, method);
}

static void *image_global(void *ctx, struct diags *d, uint32_t global)
{
	struct run_image *r = ctx;

	(void)d;
	return rt_global_address(r->image, global);
}

/* images that it depends on are looked for beside it */
static struct pkgimg_world *new_world(struct run_image *r, const char *path)
{
	struct pkgimg_host host = { .size = sizeof(host), .ctx = r, .compile = compile };
	const char *folder = path_dir(r->c->mem, path);
	struct pkgimg_world *world = NULL;

	if (pkgimg_world_new(&host, &folder, 1, &world))
		diag_err(r->c->d, NOWHERE, "out of memory");
	return world;
}

static int complain(struct run_image *i, const struct run_request *r, const struct pkgimg_error *e)
{
	diag_err(i->c->d, r->image_at, "%s", e->text);
	if (e->code == PKGIMG_E_OWNER)
		diag_note(i->c->d, NOWHERE, "'pkgimg run --allow-untrusted' loads it");
	return -1;
}

/* a bundle is loaded whole; the images stay open until the world goes */
static int open_member(
	struct run_image *i, const struct run_request *r, const struct pkgimg_options *o)
{
	struct pkgimg_image **images;
	struct pkgimg_error e;
	size_t n;

	if (pkgimg_open_bundle(r->image, o, &images, &n, &e))
		return complain(i, r, &e);
	for (size_t k = 0; k < n && !i->image; k++) {
		if (!strcmp(pkgimg_name(images[k]), r->member))
			i->image = images[k];
	}
	pkgimg_free_images(images);
	return i->image ? 0
			: diag_err(i->c->d, r->image_at,
				  "no image of the bundle '%s' is named '%s'; `pkgimg inspect` "
				  "lists "
				  "them",
				  r->image, r->member);
}

static int open_image(
	struct run_image *i, const struct run_request *r, const struct pkgimg_options *o)
{
	struct pkgimg_image *image;
	struct pkgimg_error e;

	if (r->member)
		return open_member(i, r, o);
	if (pkgimg_open(r->image, o, &image, &e))
		return complain(i, r, &e);
	i->image = image;
	return 0;
}

static int open_and_call(
	struct run_image *i, const struct run_request *r, const struct pkgimg_options *o)
{
	struct callee from = { .address = image_address, .global = image_global, .ctx = i };
	double start = clock_ms(), loaded;
	int rc;

	if (open_image(i, r, o))
		return -1;
	loaded = clock_ms();
	from.view = pkgimg_view(i->image);
	rc = call_method(i->c->d, &from, r->function, r->nargs, r->args, stdout);
	if (r->timings) {
		print_timing("load", loaded - start);
		print_timing("first call", clock_ms() - loaded);
	}
	return rc;
}

static int run_image(struct cli *c, const struct run_request *r)
{
	struct run_image i = { .c = c };
	struct pkgimg_options o = { .size = sizeof(o), .world = new_world(&i, r->image) };
	int rc = -1;

	o.flags |= r->verify ? PKGIMG_VERIFY : 0;
	o.flags |= r->allow_untrusted ? PKGIMG_ALLOW_UNTRUSTED : 0;
	if (o.world)
		rc = open_and_call(&i, r, &o);
	pkgimg_world_free(o.world); /* and all images in it */
	for (; i.compiled; i.compiled = i.compiled->next)
		jit_close(i.compiled->jit);
	return rc ? EXIT_INPUT : EXIT_OK;
}

/* ---- bitcode in memory */

struct jit_callee {
	struct jit *jit;
	struct img_view view;
};

static void *jit_method(void *ctx, struct diags *d, uint32_t method)
{
	struct jit_callee *j = ctx;

	(void)d; /* jit_address reports */
	return jit_address(j->jit, img_str(&j->view, j->view.methods[method].symbol));
}

static void *jit_global(void *ctx, struct diags *d, uint32_t global)
{
	struct jit_callee *j = ctx;

	(void)d;
	return jit_address(j->jit, img_str(&j->view, j->view.globals[global].symbol));
}

static int run_jit(struct cli *c, const struct run_request *r)
{
	struct job_word input = { r->image, r->image_at };
	struct build_request request = { .inputs = &input, .ninputs = 1 };
	struct jit_callee j;
	struct callee from = {
		.view = &j.view, .address = jit_method, .global = jit_global, .ctx = &j
	};
	double start = clock_ms(), opened;
	size_t size;
	int rc;

	j.jit = jit_open(c->mem, c->d, &request);
	if (!j.jit)
		return EXIT_INPUT;
	opened = clock_ms();
	img_view_at(jit_metadata(j.jit, &size), &j.view);
	rc = call_method(c->d, &from, r->function, r->nargs, r->args, stdout);
	if (r->timings) {
		print_timing("load", opened - start);
		print_timing("first call", clock_ms() - opened);
	}
	jit_close(j.jit);
	return rc ? EXIT_INPUT : EXIT_OK;
}

int cmd_run(struct cli *c)
{
	struct run_request r = { 0 };
	int rc = read_request(c, &r);

	if (rc)
		return rc;
	if (r.help)
		return cli_help(c, RunOption, "pkgimg run [options] IMAGE FUNCTION [ARG...]",
			"loads an image as a host would and calls a function");
	return r.jit ? run_jit(c, &r) : run_image(c, &r);
}
