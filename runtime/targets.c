/* The targets of an image, for hosts that want to know. */
#include <string.h>

#include "runtime/cpu.h"
#include "runtime/internal.h"

uint32_t pkgimg_target_count(const struct pkgimg_image *image)
{
	return image ? image->view.ntargets : 0;
}

uint32_t pkgimg_target(const struct pkgimg_image *image)
{
	return image ? image->target : 0;
}

int pkgimg_target_at(const struct pkgimg_image *image, uint32_t index, struct pkgimg_target *out)
{
	const struct img_target *t;

	if (!image || !out || index >= image->view.ntargets)
		return PKGIMG_E_ARGUMENT;
	t = &image->view.targets[index];
	*out = (struct pkgimg_target) { .cpu = img_str(&image->view, t->cpu),
		.features = img_str(&image->view, t->features),
		.index = index,
		.base = t->base,
		.clone_all = (t->flags & IMG_TGF_CLONE_ALL) != 0,
		.opt_size = (t->flags & IMG_TGF_OPT_SIZE) != 0,
		.min_size = (t->flags & IMG_TGF_MIN_SIZE) != 0 };
	return PKGIMG_OK;
}

size_t pkgimg_target_needs(const struct pkgimg_image *image, uint32_t index, char *buf, size_t size)
{
	const struct img_view *v;

	if (buf && size)
		buf[0] = '\0';
	if (!image || index >= image->view.ntargets)
		return 0;
	v = &image->view;
	return img_cpu_names(img_cpu_arch(img_str(v, v->package->abi_text)),
		v->targets[index].needs, 0, " ", buf, buf ? size : 0);
}

size_t pkgimg_cpu_features(char *buf, size_t size)
{
	const struct cpu_arch *arch = rt_cpu_arch();
	uint64_t all[IMG_FEATURE_WORDS], offered[IMG_FEATURE_WORDS];
	const char *cap = rt_env("PKGIMG_CPU_CAP");

	if (buf && size)
		buf[0] = '\0';
	memset(all, 0xff, sizeof(all));
	if (rt_cpu_offers(NULL, arch, cap, all, offered))
		return 0;
	return img_cpu_names(arch, offered, 0, " ", buf, buf ? size : 0);
}
