/* pkgimg/link.h -- link with LLD in this process, by job instead of by command line.
 *
 * A job is what `pkgimg link` and a job file describe: a kind, inputs, an output, a target. The
 * platform's YAML decides the words of the link line. */
#ifndef PKGIMG_LINK_H
#define PKGIMG_LINK_H

#include <stddef.h>

#if defined(_WIN32)
#define PKGIMG_LINK_API
#else
#define PKGIMG_LINK_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum pkgimg_link_kind {
	PKGIMG_LINK_EXECUTABLE,
	PKGIMG_LINK_SHARED,
	PKGIMG_LINK_RELOCATABLE,
	PKGIMG_LINK_STATIC,
	PKGIMG_LINK_STATIC_PIE,
	PKGIMG_LINK_IMAGE
};

enum pkgimg_input_kind {
	PKGIMG_INPUT_FILE,    /* object, archive, shared library, linker script */
	PKGIMG_INPUT_LIBRARY, /* the NAME of -lNAME */
	PKGIMG_INPUT_WORD     /* one word for the linker as it is, at this place */
};

struct pkgimg_link_input {
	enum pkgimg_input_kind kind;
	const char *text;
};

/* Start from PKGIMG_LINK_JOB_INIT. Lists are arrays of n strings; NULL strings are "not said". */
struct pkgimg_link_job {
	size_t size; /* sizeof(struct pkgimg_link_job): which fields there are */
	enum pkgimg_link_kind kind;
	const char *output;   /* default: the platform's, "a.out" */
	const char *target;   /* triple; default: this machine's */
	const char *platform; /* name or YAML file; default: found by the triple */
	const char *sysroot;
	const struct pkgimg_link_input *inputs;
	size_t ninputs;
	const char *const *library_dirs;
	size_t nlibrary_dirs;
	const char *const *needs; /* images: sonames; NULL: the platform's */
	size_t nneeds;
	const char *const *host_symbols; /* images */
	size_t nhost_symbols;
};
#define PKGIMG_LINK_JOB_INIT                                                                       \
	{ sizeof(struct pkgimg_link_job), PKGIMG_LINK_EXECUTABLE, NULL, NULL, NULL, NULL, NULL, 0, \
		NULL, 0, NULL, 0, NULL, 0 }

enum pkgimg_message { PKGIMG_NOTE, PKGIMG_WARNING, PKGIMG_ERROR };
/* one line without newline: "error: a.o: no such file; ..." ; valid for the call */
typedef void pkgimg_message_fn(void *ctx, enum pkgimg_message kind, const char *line);

/* pkgimg_link -- plan and run one link.
 * platforms/ and stubs/ are found beside the library (../share/pkgimg), or in PKGIMG_DATA_DIR.
 * job      borrowed for the call, with all that it points to
 * message  gets every diagnostic, one line a call, on the calling thread; NULL: they go to stderr
 * ctx      handed to message
 * returns  0, 1 (the input is wrong; message got at least one error, no output was written), or
 *          70 (LLD failed in a way after which this process must not link again)
 * threads  any; links of one process run one after the other
 * source   docs/linking.md */
PKGIMG_LINK_API int pkgimg_link(
	const struct pkgimg_link_job *job, pkgimg_message_fn *message, void *ctx);

/* pkgimg_link_plan -- the link line of a job, nothing run.
 * buf      [size] gets the words as a shell reads them back, cut and NUL-terminated; NULL if size 0
 * returns  the length the whole text has, without NUL; 0 when the job is wrong (message got why)
 * threads  any; source docs/linking.md */
PKGIMG_LINK_API size_t pkgimg_link_plan(const struct pkgimg_link_job *job, char *buf, size_t size,
	pkgimg_message_fn *message, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
