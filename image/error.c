#include <errno.h>
#include <string.h>

#include "image/image.h"
#include "image/out.h"
#include "image/rd.h"

static void set(struct img_rd *r, enum img_code code, const char *problem)
{
	*r->e = (struct img_error) {
		.code = code, .doing = r->doing, .problem = problem, .entry = r->entry
	};
}

bool img_bad(struct img_rd *r, const char *problem)
{
	set(r, IMG_E_FORMAT, problem);
	return false;
}

bool img_bad_value(
	struct img_rd *r, const char *problem, const char *relation, uint64_t wanted, uint64_t got)
{
	set(r, IMG_E_FORMAT, problem);
	r->e->relation = relation;
	r->e->wanted = wanted;
	r->e->got = got;
	return false;
}

bool img_need_bytes(struct img_rd *r, uint64_t at, uint64_t n, const char *problem)
{
	if (at > r->size)
		return img_bad_value(r, problem, "at most ", r->size, at);
	if (n > r->size - at) /* at <= size: cannot wrap */
		return img_bad_value(r, problem, "at most ", r->size - at, n);
	return true;
}

/* names of the errors that files meet; strerror is not safe in threads */
static const char *errno_text(uint64_t number)
{
	switch (number) {
	case ENOENT: return "no such file";
	case EACCES: return "permission denied";
	case EISDIR: return "it is a directory";
	case ENOTDIR: return "a part of the path is no directory";
	case ELOOP: return "too many links";
	case EMFILE: return "too many open files";
	case ENFILE: return "too many open files in the system";
	case ENOMEM: return "out of memory";
	case ENAMETOOLONG: return "the name is too long";
	case EIO: return "input/output error";
	case ENOSPC: return "no space left";
	case EROFS: return "the file system is read-only";
	case EBADF: return "not open in that way";
	default: return NULL;
	}
}

static void put_io(struct img_out *o, uint64_t number)
{
	const char *text = errno_text(number);

	img_out_str(o, ": ");
	if (text) {
		img_out_str(o, text);
	} else {
		img_out_str(o, "errno ");
		img_out_uint(o, number);
	}
}

/* sums and offsets read best as hex, small numbers as decimal */
static void put_number(struct img_out *o, const struct img_error *e, uint64_t value)
{
	if (e->code == IMG_E_SUM || value > UINT64_C(0xffffffffff))
		img_out_hex(o, value);
	else
		img_out_uint(o, value);
}

size_t img_error_text(const struct img_error *e, char *buf, size_t size)
{
	struct img_out o = { buf, size, 0 };

	img_out_str(&o, e->doing ? e->doing : "image");
	if (e->entry != IMG_NO_ENTRY) {
		img_out_str(&o, ", entry ");
		img_out_uint(&o, e->entry);
	}
	img_out_str(&o, ": ");
	img_out_str(&o, e->problem ? e->problem : "no error");
	if (e->code == IMG_E_IO) {
		put_io(&o, e->got);
	} else if (e->wanted_text[0] || e->got_text[0]) {
		img_out_str(&o, ": wanted '");
		img_out_str(&o, e->wanted_text);
		img_out_str(&o, "', got '");
		img_out_str(&o, e->got_text);
		img_out_str(&o, "'");
	} else if (e->relation) {
		img_out_str(&o, ": wanted ");
		img_out_str(&o, e->relation);
		put_number(&o, e, e->wanted);
		img_out_str(&o, ", got ");
		put_number(&o, e, e->got);
	}
	return o.len;
}
