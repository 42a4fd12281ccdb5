/* xxhash as a package: the whole of it, from the header alone, and one function that takes text. */
#define XXH_STATIC_LINKING_ONLY
#define XXH_IMPLEMENTATION
#include <string.h>
#include <xxhash.h>

/* XXH3-64 of a text */
XXH64_hash_t hash_text(const char *text, XXH64_hash_t seed)
{
	return XXH3_64bits_withSeed(text, strlen(text), seed);
}
