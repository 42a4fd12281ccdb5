#include "frontend/input.h"

#include <stdint.h>
#include <string.h>

#include "base/file.h"

#define INPUT_MOST ((size_t)4 << 30)
enum { ALIGN = 16 };

int input_read(struct arena *a, struct diags *d, struct loc at, const char *what, const char *path,
	char **out, size_t *size)
{
	char *data, *moved;

	if (file_check_input(d, at, what, path) ||
		file_read(a, d, at, what, path, INPUT_MOST, &data, size))
		return -1;
	*out = data;
	if ((uintptr_t)data % ALIGN == 0)
		return 0;
	moved = arena_alloc(a, *size + 1, ALIGN); /* zeroed: the NUL is there */
	memcpy(moved, data, *size);
	*out = moved;
	return 0;
}
