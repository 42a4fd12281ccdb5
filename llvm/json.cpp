// JSON of other programs: the few texts that a link looks into.
#include "llvm/Support/JSON.h"

#include "llvm/internal.h"
#include "llvm/shim.h"

using namespace llvm;

static char *text_of(struct arena *a, StringRef s)
{
	char *text = static_cast<char *>(arena_alloc(a, s.size() + 1, 1));

	std::memcpy(text, s.data(), s.size());
	text[s.size()] = '\0';
	return text;
}

int ll_json_members(struct arena *a, const char *text, size_t n, const char *const path[],
	size_t npath, struct ll_json_members *out)
{
	Expected<json::Value> top = json::parse(StringRef(text, n));
	struct ll_json_member *v;

	*out = {};
	if (!top) {
		consumeError(top.takeError());
		return -1;
	}
	const json::Object *o = top->getAsObject();
	for (size_t i = 0; o && i < npath; i++)
		o = o->getObject(path[i]);
	if (!o)
		return -1;
	v = static_cast<struct ll_json_member *>(
		arena_alloc(a, (o->size() + 1) * sizeof(*v), alignof(struct ll_json_member)));
	for (const auto &entry : *o) {
		if (auto s = entry.second.getAsString()) {
			v[out->n].key = text_of(a, entry.first);
			v[out->n++].text = text_of(a, *s);
		}
	}
	out->v = v;
	return 0;
}
