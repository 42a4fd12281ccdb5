/* The members in an order that has each behind those it depends on. Otherwise they stay as they
 * were given: each comes as early as it may, right behind what it needs. */
#include "base/names.h"
#include "base/str.h"
#include "frontend/bundle/layout.h"

enum state { UNSEEN, OPEN, PLACED };

/* a member whose dependencies are being placed */
struct visit {
	size_t member;
	uint32_t next; /* of its dependencies */
};

struct ordering {
	struct arena *a;
	struct diags *d;
	struct bundle *b;
	struct names packages; /* name and UUID */
	size_t *owner;         /* [packages.n] the member that is this package */
	uint8_t *state;        /* [b->n] enum state */
	struct visit *stack;   /* [depth] */
	size_t depth;
	struct member *placed; /* [nplaced] */
	size_t nplaced;
};

static const char *package_key(struct arena *a, const char *name, const uint8_t uuid[16])
{
	struct strbuf key = { .mem = a };

	strbuf_fmt(&key, "%s ", name);
	strbuf_hex(&key, uuid, 16);
	return strbuf_text(&key);
}

static void check_platform(struct diags *d, const struct member *first, const struct member *m)
{
	if (m->view.header->abi == first->view.header->abi && m->machine == first->machine)
		return;
	diag_err(d, m->in.at, "'%s' is for '%s', '%s' is for '%s'; a bundle has one platform",
		m->in.path, img_str(&m->view, m->view.package->abi_text), first->in.path,
		img_str(&first->view, first->view.package->abi_text));
}

static void add_package(struct ordering *o, size_t i)
{
	const struct member *m = &o->b->member[i];
	const char *name = img_str(&m->view, m->view.package->name);
	size_t known = o->packages.n;
	size_t number = names_add(&o->packages, package_key(o->a, name, m->view.package->uuid));

	if (number == known)
		o->owner[number] = i;
	else
		diag_err(o->d, m->in.at,
			"'%s' and '%s' are both package '%s'; a bundle has each once",
			o->b->member[o->owner[number]].in.path, m->in.path, name);
}

/* the i-th dependency of m: the member that it is, or NAMES_NONE; its interface is as it was */
static size_t find_dependency(struct ordering *o, const struct member *m, uint32_t i)
{
	const struct img_dependency *dep = &m->view.dependencies[i];
	const char *name = img_str(&m->view, dep->name);
	size_t number = names_find(&o->packages, package_key(o->a, name, dep->uuid));
	const struct member *on;

	if (number == NAMES_NONE)
		return NAMES_NONE;
	on = &o->b->member[o->owner[number]];
	if (on->view.header->interface_digest != dep->interface_digest)
		diag_err(o->d, m->in.at,
			"'%s' was built with another '%s' than '%s'; build it again", m->in.path,
			name, on->in.path);
	return o->owner[number];
}

static void open_member(struct ordering *o, size_t i)
{
	o->state[i] = OPEN;
	o->stack[o->depth++] = (struct visit) { .member = i };
}

static void place(struct ordering *o, size_t i)
{
	o->state[i] = PLACED;
	o->placed[o->nplaced++] = o->b->member[i];
}

/* one step at what was opened last */
static int step(struct ordering *o)
{
	struct visit *v = &o->stack[o->depth - 1];
	const struct member *m = &o->b->member[v->member];
	size_t on;

	if (v->next == m->view.ndependencies) {
		place(o, v->member);
		o->depth--;
		return 0;
	}
	on = find_dependency(o, m, v->next++);
	if (on == NAMES_NONE || o->state[on] == PLACED)
		return 0;
	if (o->state[on] == OPEN)
		return diag_err(o->d, m->in.at, "'%s' and others depend on each other in a circle",
			m->in.path);
	open_member(o, on);
	return 0;
}

static int place_all(struct ordering *o)
{
	for (size_t i = 0; i < o->b->n; i++) {
		if (o->state[i] == UNSEEN)
			open_member(o, i);
		while (o->depth)
			if (step(o))
				return -1;
	}
	return 0;
}

int bundle_order(struct arena *a, struct diags *d, struct bundle *b)
{
	unsigned errors = d->errors;
	struct ordering o = {
		.a = a,
		.d = d,
		.b = b,
		.packages.mem = a,
		.owner = arena_array(a, size_t, b->n),
		.state = arena_array(a, uint8_t, b->n),
		.stack = arena_array(a, struct visit, b->n),
		.placed = arena_array(a, struct member, b->n),
	};

	for (size_t i = 0; i < b->n; i++) {
		check_platform(d, &b->member[0], &b->member[i]);
		add_package(&o, i);
	}
	if (d->errors > errors || place_all(&o) || d->errors > errors)
		return -1;
	b->member = o.placed;
	return 0;
}
