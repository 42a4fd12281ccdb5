#include <stdarg.h>
#include <string.h>

#include "image/out.h"
#include "runtime/internal.h"

const char *pkgimg_strerror(int code)
{
	switch (code) {
	case PKGIMG_OK: return "no error";
	case PKGIMG_E_ARGUMENT: return "wrong argument";
	case PKGIMG_E_IO: return "the file cannot be read";
	case PKGIMG_E_FORMAT: return "no package image, or a broken one";
	case PKGIMG_E_VERSION: return "an image of another format version";
	case PKGIMG_E_UNSEALED: return "an image whose build did not finish";
	case PKGIMG_E_SUM: return "the image has changed since it was built";
	case PKGIMG_E_ABI: return "an image for another platform";
	case PKGIMG_E_NEEDS: return "something the image needs is missing";
	case PKGIMG_E_DEPENDENCY: return "an image it was built with is missing or has changed";
	case PKGIMG_E_LOAD: return "the system's loader refused the image";
	case PKGIMG_E_CHANGED: return "what was loaded is not the file that was checked";
	case PKGIMG_E_MEMORY: return "out of memory";
	case PKGIMG_E_NOT_FOUND: return "no such method or global";
	case PKGIMG_E_CPU: return "the CPU lacks features that the image needs";
	case PKGIMG_E_OWNER: return "others may have written the image";
	case PKGIMG_E_TYPE: return "a type of that name has another layout";
	case PKGIMG_E_HOST: return "the host refused";
	case PKGIMG_E_CONFLICT: return "another build of this package or a dependency is open";
	case PKGIMG_E_AMBIGUOUS: return "several methods of that name";
	default: return "unknown error";
	}
}

int rt_fail(struct pkgimg_error *err, int code, ...)
{
	struct img_out o;
	const char *piece;
	va_list ap;

	if (!err)
		return code;
	memset(err, 0, sizeof(*err));
	err->code = code;
	o = (struct img_out) { err->text, sizeof(err->text), 0 };
	va_start(ap, code);
	while ((piece = va_arg(ap, const char *)) != NULL)
		img_out_str(&o, piece);
	va_end(ap);
	return code;
}

static void keep(char *buf, size_t size, const char *text)
{
	struct img_out o = { buf, size, 0 };

	img_out_str(&o, text);
}

int rt_fail_values(struct pkgimg_error *err, int code, const char *path, const char *problem,
	const char *expected, const char *found)
{
	rt_fail(err, code, path, ": ", problem, ": wanted '", expected, "', got '", found, "'",
		(char *)NULL);
	if (err) {
		keep(err->expected, sizeof(err->expected), expected);
		keep(err->found, sizeof(err->found), found);
	}
	return code;
}

static int code_of(enum img_code code)
{
	switch (code) {
	case IMG_OK: return PKGIMG_OK;
	case IMG_E_IO: return PKGIMG_E_IO;
	case IMG_E_FORMAT: return PKGIMG_E_FORMAT;
	case IMG_E_VERSION: return PKGIMG_E_VERSION;
	case IMG_E_UNSEALED: return PKGIMG_E_UNSEALED;
	case IMG_E_SUM: return PKGIMG_E_SUM;
	case IMG_E_ABI: return PKGIMG_E_ABI;
	}
	return PKGIMG_E_FORMAT;
}

int rt_fail_image(struct pkgimg_error *err, const char *path, const struct img_error *e)
{
	char text[320];
	struct img_out o;

	img_error_text(e, text, sizeof(text));
	rt_fail(err, code_of(e->code), path, ": ", text, (char *)NULL);
	if (!err)
		return code_of(e->code);
	if (e->code == IMG_E_IO) {
		err->sys_errno = (int)e->got;
	} else if (e->code == IMG_E_ABI) {
		keep(err->expected, sizeof(err->expected), e->wanted_text);
		keep(err->found, sizeof(err->found), e->got_text);
	} else if (e->relation) {
		keep(err->expected, sizeof(err->expected), e->relation);
		o = (struct img_out) { err->expected, sizeof(err->expected),
			strlen(err->expected) };
		img_out_uint(&o, e->wanted);
		o = (struct img_out) { err->found, sizeof(err->found), 0 };
		img_out_uint(&o, e->got);
	}
	return err->code;
}
