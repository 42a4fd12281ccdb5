#include "toolchains/darwin_version.h"

#include "base/str.h"

/* no number of a version has more digits than an unsigned holds */
enum { MOST_DIGITS = 9 };

static const char *number(const char *s, unsigned *out)
{
	unsigned value = 0, digits = 0;

	for (; *s >= '0' && *s <= '9' && digits < MOST_DIGITS; s++, digits++)
		value = 10 * value + (unsigned)(*s - '0');
	*out = value;
	return digits ? s : NULL;
}

/* returns where the version ends */
static const char *scan(const char *text, unsigned most, struct darwin_version *out)
{
	const char *s = text, *next;

	*out = (struct darwin_version) { 0 };
	while (out->n < most && (next = number(s, &out->part[out->n]))) {
		out->n++;
		s = next;
		if (*s != '.' || out->n == most)
			break;
		s++;
	}
	return s;
}

bool darwin_version_parse(const char *text, unsigned most, struct darwin_version *out)
{
	const char *end = scan(text, most, out);

	return out->n && !*end && end[-1] != '.';
}

struct darwin_version darwin_version_prefix(const char *text)
{
	struct darwin_version v;

	scan(text, 3, &v);
	return v;
}

int darwin_version_compare(const struct darwin_version *a, const struct darwin_version *b)
{
	for (int i = 0; i < 4; i++)
		if (a->part[i] != b->part[i])
			return a->part[i] < b->part[i] ? -1 : 1;
	return 0;
}

bool darwin_version_less(const struct darwin_version *v, unsigned major, unsigned minor)
{
	struct darwin_version other = DARWIN_VERSION(major, minor, 0);

	return darwin_version_compare(v, &other) < 0;
}

const char *darwin_version_text(struct arena *a, const struct darwin_version *v)
{
	struct strbuf b = { .mem = a };

	for (unsigned i = 0; i < v->n; i++)
		strbuf_fmt(&b, "%s%u", i ? "." : "", v->part[i]);
	return strbuf_text(&b);
}

static bool is_in(const struct darwin_version_map *m, const struct darwin_version *key,
	struct darwin_version *out)
{
	for (unsigned i = 0; i < m->n; i++)
		if (!darwin_version_compare(&m->from[i], key)) {
			*out = m->to[i];
			return true;
		}
	return false;
}

bool darwin_version_map(const struct darwin_version_map *m, const struct darwin_version *key,
	struct darwin_version least, struct darwin_version *out)
{
	struct darwin_version major = { { key->part[0] }, 1 };
	bool below = true, above = true;

	for (unsigned i = 0; i < m->n; i++) {
		int c = darwin_version_compare(key, &m->from[i]);

		below = below && c < 0;
		above = above && c > 0;
	}
	if (below) {
		*out = least;
		return true;
	}
	if (above)
		return false;
	if (is_in(m, key, out))
		return true;
	return key->n > 1 && darwin_version_map(m, &major, least, out);
}
