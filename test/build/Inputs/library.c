/* Code that nobody wrote for this test: xxHash, and of stb the printf, the PNG writer and reader. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define STB_SPRINTF_IMPLEMENTATION
#define STB_SPRINTF_STATIC
#include <stb/stb_sprintf.h>

#define STBI_NO_STDIO
#define STBI_ONLY_PNG
#define STB_IMAGE_STATIC
#define STBI_NO_SIMD
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>

#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>

static const char *const words[] = { "nought", "one", "two", "three" };
static int started;

__attribute__((constructor)) static void start(void)
{
	started = 100;
}

uint64_t hash64(const char *s, uint64_t seed)
{
	return XXH64(s, strlen(s), seed);
}

uint64_t hash3(const char *s)
{
	char long_one[1000];

	for (size_t i = 0; i < sizeof(long_one); i++)
		long_one[i] = s[i % strlen(s)];
	return XXH3_64bits(long_one, sizeof(long_one));
}

const char *written(int n)
{
	static char text[100];

	stbsp_snprintf(text, sizeof(text), "%s %d %x %.3f %e", words[n & 3], n, n, n / 3.0, n * 1e20);
	return text;
}

/* a picture to PNG and back: how many bytes, and the sum of its pixels */
static void keep(void *to, void *data, int size)
{
	memcpy((char *)to + 8, data, (size_t)size);
	memcpy(to, &size, sizeof(size));
}

int picture(int side)
{
	unsigned char *pixels = malloc((size_t)side * (size_t)side), *back;
	char *png = malloc(100000);
	int size, w, h, channels, sum = started;

	for (int i = 0; i < side * side; i++)
		pixels[i] = (unsigned char)(i * 7 % 251);
	stbi_write_png_to_func(keep, png, side, side, 1, pixels, side);
	memcpy(&size, png, sizeof(size));
	back = stbi_load_from_memory((unsigned char *)png + 8, size, &w, &h, &channels, 1);
	for (int i = 0; back && i < side * side; i++)
		sum += back[i] + (back[i] != pixels[i]) * 1000000;
	free(pixels);
	free(png);
	stbi_image_free(back);
	return back ? sum * 1000 + size % 1000 : -1;
}
