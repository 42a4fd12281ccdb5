#include "image/cpu_features.h"

#include <string.h>

#include "image/cpu_tables.h"
#include "image/out.h"

/* the n-th word of an ABI text, and what is behind it */
static const char *abi_word(const char *abi_text, unsigned n)
{
	for (; n && *abi_text; abi_text++)
		n -= *abi_text == ' ';
	return abi_text;
}

/* up to a blank or the end */
static bool is_same_word(const char *a, const char *b)
{
	size_t n = strcspn(a, " ");

	return n == strcspn(b, " ") && !memcmp(a, b, n);
}

static bool abi_word_is(const char *abi_text, unsigned n, const char *word)
{
	return is_same_word(abi_word(abi_text, n), word);
}

bool img_abi_is_same_cpu(const char *a, const char *b)
{
	return is_same_word(abi_word(a, 1), abi_word(b, 1));
}

const struct cpu_arch *img_cpu_arch(const char *abi_text)
{
	static const struct cpu_arch *const all[] = { &img_cpu_x86_64, &img_cpu_i386,
		&img_cpu_aarch64, &img_cpu_riscv64 };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (abi_word_is(abi_text, 1, all[i]->name))
			return all[i];
	}
	return NULL;
}

int img_cpu_feature(const struct cpu_arch *arch, const char *name)
{
	for (int i = 0; i < arch->nfeatures; i++) {
		if (!strcmp(arch->features[i].name, name))
			return i;
	}
	return -1;
}

bool img_cpu_testable(const struct cpu_arch *arch, unsigned feature, const char *abi_text)
{
	const struct cpu_feature *f = &arch->features[feature];
	bool on_linux = abi_word_is(abi_text, 2, "linux");

	if (f->word == CPU_NOWHERE)
		return false;
	if (f->word == CPU_ALWAYS)
		return true;
	if (arch == &img_cpu_riscv64)
		return on_linux;
	if (arch != &img_cpu_aarch64)
		return true; /* CPUID is the same everywhere */
	if (abi_word_is(abi_text, 2, "windows"))
		return f->windows;
	if (abi_word_is(abi_text, 2, "macos"))
		return f->apple[0];
	return on_linux || abi_word_is(abi_text, 2, "freebsd") || f->apple[0] == '*';
}

size_t img_cpu_names(const struct cpu_arch *arch, const uint64_t set[IMG_FEATURE_WORDS],
	unsigned most, const char *between, char *buf, size_t size)
{
	struct img_out o = { buf, size, 0 };
	unsigned n = 0, more = 0;

	if (size)
		buf[0] = '\0';
	for (unsigned i = 0; i < 64 * IMG_FEATURE_WORDS; i++) {
		if (!img_cpu_has(set, i))
			continue;
		if (most && n == most) {
			more++;
			continue;
		}
		img_out_str(&o, n++ ? between : "");
		if (arch && i < arch->nfeatures) {
			img_out_str(&o, arch->features[i].name);
		} else {
			img_out_str(&o, "feature ");
			img_out_uint(&o, i);
		}
	}
	if (more) {
		img_out_str(&o, " and ");
		img_out_uint(&o, more);
		img_out_str(&o, " more");
	}
	return o.len;
}
