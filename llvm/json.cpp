// JSON text to a tree in the caller's arena.
#include "llvm/internal.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"

#include <vector>

using namespace llvm;

namespace
{

// LLVM's parser calls itself for every level; a hostile text must not end the stack.
constexpr unsigned deepest = 256;

bool too_deep(StringRef text)
{
	unsigned depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < text.size(); i++) {
		char c = text[i];
		if (in_string) {
			i += c == '\\';
			in_string = c != '"';
		} else if (c == '"') {
			in_string = true;
		} else if (c == '[' || c == '{') {
			if (++depth > deepest)
				return true;
		} else if (c == ']' || c == '}') {
			depth -= depth > 0;
		}
	}
	return false;
}

void fill(arena *a, const json::Value &v, ll_json *out);

void fill_array(arena *a, const json::Array &v, ll_json *out)
{
	out->n = v.size();
	out->items = arena_array(a, ll_json, v.size());
	for (size_t i = 0; i < v.size(); i++)
		fill(a, v[i], &out->items[i]);
}

// LLVM's map has no order of its own; by name is one that stays the same
void fill_object(arena *a, const json::Object &v, ll_json *out)
{
	std::vector<const json::Object::value_type *> rows;

	for (const json::Object::value_type &row : v)
		rows.push_back(&row);
	sort(rows, [](const auto *x, const auto *y) {
		return StringRef(x->first) < StringRef(y->first);
	});
	out->n = rows.size();
	out->items = arena_array(a, ll_json, rows.size());
	out->keys = arena_array(a, const char *, rows.size());
	for (size_t i = 0; i < rows.size(); i++) {
		out->keys[i] = shim::copy(a, StringRef(rows[i]->first));
		fill(a, rows[i]->second, &out->items[i]);
	}
}

void fill(arena *a, const json::Value &v, ll_json *out)
{
	switch (v.kind()) {
	case json::Value::Null: out->kind = LL_JSON_NULL; break;
	case json::Value::Boolean:
		out->kind = LL_JSON_BOOL;
		out->boolean = *v.getAsBoolean();
		break;
	case json::Value::Number:
		out->kind = LL_JSON_NUMBER;
		out->number = *v.getAsNumber();
		if (std::optional<int64_t> i = v.getAsInteger()) {
			out->is_integer = true;
			out->integer = *i;
		}
		break;
	case json::Value::String:
		out->kind = LL_JSON_STRING;
		out->text = shim::copy(a, *v.getAsString());
		out->size = v.getAsString()->size();
		break;
	case json::Value::Array:
		out->kind = LL_JSON_ARRAY;
		fill_array(a, *v.getAsArray(), out);
		break;
	case json::Value::Object:
		out->kind = LL_JSON_OBJECT;
		fill_object(a, *v.getAsObject(), out);
		break;
	}
}

} // namespace

const ll_json *ll_json_parse(arena *a, diags *d, loc at, const char *text, size_t n)
{
	StringRef all(text, n);
	ll_json *out = arena_new(a, ll_json);

	if (too_deep(all)) {
		diag_err(d, at, "this JSON is nested more than %u deep", deepest);
		return nullptr;
	}
	Expected<json::Value> v = json::parse(all);
	if (!v) {
		diag_err(d, at, "this is not JSON: %s", shim::text_of(v.takeError()).c_str());
		return nullptr;
	}
	fill(a, *v, out);
	return out;
}

const ll_json *ll_json_get(const ll_json *object, const char *key)
{
	if (!object || object->kind != LL_JSON_OBJECT)
		return nullptr;
	for (size_t i = 0; i < object->n; i++)
		if (StringRef(object->keys[i]) == key)
			return &object->items[i];
	return nullptr;
}

const char *ll_json_kind_name(ll_json_kind k)
{
	switch (k) {
	case LL_JSON_NULL: return "null";
	case LL_JSON_BOOL: return "true or false";
	case LL_JSON_NUMBER: return "a number";
	case LL_JSON_STRING: return "a string";
	case LL_JSON_ARRAY: return "an array";
	case LL_JSON_OBJECT: return "an object";
	}
	diag_bug("JSON kind %d", int(k));
}
