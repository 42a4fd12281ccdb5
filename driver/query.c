/* Answers come from what a plan would be made of (toolchain_facts), so that they are the folders
 * and files of the link line. */
#include "driver/query.h"

#include "base/file.h"
#include "base/str.h"
#include "driver/driver.h"
#include "toolchains/toolchain.h"
#include "llvm/shim.h"

struct asking {
	struct arena *a;
	const struct platform *pf;
	const char *triple;
	struct tc_facts facts;
	const char *value; /* what stands behind the '=' */
};

typedef const char *answerer(struct asking *q);

static const char *machine(struct asking *q)
{
	return q->triple;
}

static const char *version(struct asking *q)
{
	(void)q;
	return ll_version();
}

static const char *resource_dir(struct asking *q)
{
	return q->facts.resource_dir;
}

static const char *search_dirs(struct asking *q)
{
	const char *self = file_self(q->a);
	struct strbuf b = { .mem = q->a };

	strbuf_fmt(&b, "programs: =%s\nlibraries: =%s", self ? path_dir(q->a, self) : "",
		q->facts.resource_dir);
	for (size_t i = 0; i < q->facts.library_dirs.n; i++)
		strbuf_fmt(&b, ":%s", q->facts.library_dirs.v[i].text);
	return strbuf_text(&b);
}

static const char *runtime_dir(struct asking *q)
{
	return q->facts.runtime_dir;
}

static const char *file_name(struct asking *q)
{
	return tc_find_file(q->facts.tc, q->value);
}

static const char *prog_name(struct asking *q)
{
	return tc_find_program(q->facts.tc, q->value);
}

static const char *libgcc_file_name(struct asking *q)
{
	return q->facts.libgcc_file;
}

/* A target here is one multilib; what clang prints then is nothing, and "." where a GCC is. */
static const char *multi_lib(struct asking *q)
{
	return q->facts.tc->gcc.dir ? ".;" : NULL;
}

static const char *multi_directory(struct asking *q)
{
	return q->pf->family == FAMILY_ELF ? "." : NULL;
}

static const char *effective_triple(struct asking *q)
{
	return q->facts.effective_triple;
}

static answerer *const answerers[QUERIES] = {
	[QUERY_MACHINE] = machine,
	[QUERY_VERSION] = version,
	[QUERY_RESOURCE_DIR] = resource_dir,
	[QUERY_SEARCH_DIRS] = search_dirs,
	[QUERY_RUNTIME_DIR] = runtime_dir,
	[QUERY_FILE_NAME] = file_name,
	[QUERY_PROG_NAME] = prog_name,
	[QUERY_LIBGCC_FILE_NAME] = libgcc_file_name,
	[QUERY_MULTI_LIB] = multi_lib,
	[QUERY_MULTI_DIRECTORY] = multi_directory,
	[QUERY_TARGET_TRIPLE] = machine,
	[QUERY_EFFECTIVE_TRIPLE] = effective_triple,
};

static enum query first_asked(const char *const asked[])
{
	int q = 0;

	while (q < QUERIES && !asked[q])
		q++;
	return (enum query)q;
}

bool query_asked(const char *const asked[])
{
	return first_asked(asked) != QUERIES;
}

int query_answer(
	struct arena *a, struct diags *d, const struct link_job *job, const char *const asked[])
{
	enum query which = first_asked(asked);
	struct asking q = { .a = a, .value = asked[which] };
	const char *text;

	q.pf = driver_target(a, d, job, &q.triple);
	if (!q.pf)
		return -1;
	toolchain_facts(a, d, job, q.pf, q.triple, &q.facts);
	text = answerers[which](&q);
	if (text)
		diag_output(d, text);
	return 0;
}
