#include "base/json.h"

#include <stdlib.h>

#include "test/unit/caught.h"
#include "test/unit/unit.h"

static void sample(struct json *j)
{
	json_object(j, NULL);
	json_str(j, "name", "a");
	json_array(j, "list");
	json_uint(j, NULL, UINT64_MAX);
	json_int(j, NULL, INT64_MIN);
	json_object(j, NULL);
	json_end_object(j);
	json_end_array(j);
	json_array(j, "none");
	json_end_array(j);
	json_bool(j, "yes", true);
	json_bool(j, "no", false);
	json_str(j, "null", NULL);
	json_end_object(j);
}

/* what `make` prints, in malloc'd memory */
static char *printed(void (*make)(struct json *), bool compact)
{
	struct json j = { .compact = compact };
	char *text = NULL;
	size_t n;

	j.f = open_memstream(&text, &n);
	make(&j);
	fclose(j.f);
	return text;
}

static void shapes(struct unit *u)
{
	char *compact = printed(sample, true), *pretty = printed(sample, false);

	CHECK_STR(compact,
		"{\"name\":\"a\",\"list\":[18446744073709551615,-9223372036854775808,{}],"
		"\"none\":[],\"yes\":true,\"no\":false,\"null\":null}\n");
	CHECK_STR(pretty, "{\n"
			  "  \"name\": \"a\",\n"
			  "  \"list\": [\n"
			  "    18446744073709551615,\n"
			  "    -9223372036854775808,\n"
			  "    {}\n"
			  "  ],\n"
			  "  \"none\": [],\n"
			  "  \"yes\": true,\n"
			  "  \"no\": false,\n"
			  "  \"null\": null\n"
			  "}\n");
	free(compact);
	free(pretty);
}

static void two_documents(struct json *j)
{
	json_array(j, NULL);
	json_end_array(j);
	json_object(j, NULL);
	json_bool(j, "a", true);
	json_end_object(j);
	json_str(j, NULL, "bare");
}

static void lines(struct unit *u)
{
	char *text = printed(two_documents, true);

	CHECK_STR(text, "[]\n{\"a\":true}\n\"bare\"\n");
	free(text);
}

static void strings(struct unit *u)
{
	static const struct {
		const char *text, *json;
	} rows[] = {
		{ "", "\"\"\n" },
		{ "a\"b\\c/", "\"a\\\"b\\\\c/\"\n" },
		{ "\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"\n" },
		{ "\v\x01\x1f\x7f", "\"\\u000b\\u0001\\u001f\\u007f\"\n" },
		{ "\xc3\xa4\xf0\x9f\x98\x80", "\"\xc3\xa4\xf0\x9f\x98\x80\"\n" },
		{ "a\xff\x62", "\"a\\ufffdb\"\n" },
		{ "\xe2\x82", "\"\\ufffd\\ufffd\"\n" },
		{ "\xc3", "\"\\ufffd\"\n" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char *text = NULL;
		size_t n;
		struct json j = { .f = open_memstream(&text, &n) };

		json_str(&j, NULL, rows[i].text);
		fclose(j.f);
		CHECK_STR(text, rows[i].json);
		free(text);
	}
}

static void escaped_key(struct json *j)
{
	json_object(j, NULL);
	json_int(j, "a\"b", -1);
	json_end_object(j);
}

static void keys(struct unit *u)
{
	char *text = printed(escaped_key, true);

	CHECK_STR(text, "{\"a\\\"b\":-1}\n");
	free(text);
}

static void end_too_often(void *ctx)
{
	struct json j = { .f = stdout };

	(void)ctx;
	json_end_object(&j);
}

static void unbalanced(struct unit *u)
{
	char err[512];

	CHECK_INT(caught_child(end_too_often, NULL, err, sizeof(err)), EXIT_BUG);
}

UNIT_MAIN(shapes, lines, strings, keys, unbalanced)
