#include "base/json.h"

#include <inttypes.h>

#include "base/diag.h"
#include "base/str.h"

static void put_escaped(FILE *f, unsigned char c)
{
	static const char short_names[] = "btn?fr"; /* of 8 to 13 */

	if (c == '"' || c == '\\')
		fprintf(f, "\\%c", c);
	else if (c >= '\b' && c <= '\r' && c != '\v')
		fprintf(f, "\\%c", short_names[c - '\b']);
	else
		fprintf(f, "\\u%04x", c);
}

/* how much from s on goes out as it is */
static size_t plain_length(const char *s, const char *end)
{
	const char *at = s;

	while (at < end) {
		unsigned char c = (unsigned char)*at;
		size_t n = c < 0x80 ? 1 : str_utf8_length(at, (size_t)(end - at));

		if (!n || c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
			break;
		at += n;
	}
	return (size_t)(at - s);
}

/* File names are bytes, JSON is UTF-8: what is no character becomes U+FFFD. */
static void put_string(FILE *f, const char *text)
{
	const char *s = text, *end = text + strlen(text);

	fputc('"', f);
	while (s < end) {
		size_t n = plain_length(s, end);

		if (n)
			fwrite(s, 1, n, f);
		else if ((unsigned char)*s < 0x80)
			put_escaped(f, (unsigned char)*s);
		else
			fputs("\\ufffd", f);
		s += n ? n : 1;
	}
	fputc('"', f);
}

static void new_line(const struct json *j)
{
	if (j->compact)
		return;
	fputc('\n', j->f);
	for (unsigned i = 0; i < j->depth; i++)
		fputs("  ", j->f);
}

static void before_value(struct json *j, const char *key)
{
	if (j->depth) {
		if (!j->first)
			fputc(',', j->f);
		new_line(j);
	}
	j->first = false;
	if (key) {
		put_string(j->f, key);
		fputs(j->compact ? ":" : ": ", j->f);
	}
}

/* a document ends in a newline, compact or not */
static void after_value(struct json *j)
{
	if (!j->depth)
		fputc('\n', j->f);
}

static void begin(struct json *j, const char *key, char c)
{
	before_value(j, key);
	fputc(c, j->f);
	j->depth++;
	j->first = true;
}

static void end(struct json *j, char c)
{
	if (!j->depth)
		diag_bug("JSON: '%c' with nothing open", c);
	j->depth--;
	if (!j->first)
		new_line(j);
	j->first = false;
	fputc(c, j->f);
	after_value(j);
}

void json_object(struct json *j, const char *key)
{
	begin(j, key, '{');
}

void json_array(struct json *j, const char *key)
{
	begin(j, key, '[');
}

void json_end_object(struct json *j)
{
	end(j, '}');
}

void json_end_array(struct json *j)
{
	end(j, ']');
}

void json_str(struct json *j, const char *key, const char *value)
{
	before_value(j, key);
	if (value)
		put_string(j->f, value);
	else
		fputs("null", j->f);
	after_value(j);
}

void json_uint(struct json *j, const char *key, uint64_t value)
{
	before_value(j, key);
	fprintf(j->f, "%" PRIu64, value);
	after_value(j);
}

void json_int(struct json *j, const char *key, int64_t value)
{
	before_value(j, key);
	fprintf(j->f, "%" PRId64, value);
	after_value(j);
}

void json_bool(struct json *j, const char *key, bool value)
{
	before_value(j, key);
	fputs(value ? "true" : "false", j->f);
	after_value(j);
}
