#include "frontend/input.h"

#include "base/file.h"

#define INPUT_MOST ((size_t)4 << 30)

int input_read(struct arena *a, struct diags *d, struct loc at, const char *what, const char *path,
	char **out, size_t *size)
{
	if (file_check_input(d, at, what, path))
		return -1;
	return file_read(a, d, at, what, path, INPUT_MOST, out, size);
}
