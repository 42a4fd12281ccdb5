/* Four of Sean Barrett's single-file libraries as a package, and a function over two of them. */
#include <stdlib.h>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_PERLIN_IMPLEMENTATION
#define STB_SPRINTF_IMPLEMENTATION
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>
#include <stb/stb_perlin.h>
#include <stb/stb_sprintf.h>

/* a grey PNG of size x size pixels of noise; returns 1, or 0 if it could not be written */
int noise_png(const char *path, int size)
{
	unsigned char *pixels = malloc((size_t)size * (size_t)size);
	int ok = 0;

	for (int i = 0; pixels && i < size * size; i++) {
		float x = (float)(i % size) / 32, y = (float)(i / size) / 32;
		float noise = stb_perlin_fbm_noise3(x, y, 0.5f, 2, 0.5f, 6);

		pixels[i] = (unsigned char)(128 + 100 * noise);
	}
	if (pixels)
		ok = stbi_write_png(path, size, size, 1, pixels, size);
	free(pixels);
	return ok;
}
