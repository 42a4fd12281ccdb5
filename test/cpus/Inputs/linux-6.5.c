/* For tests on RISC-V under a qemu that tells less than Linux 6.5: the letter V, and the bits of
 * riscv_hwprobe, are in HWPROBE: "v:3b". */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static const char *lies(void)
{
	const char *text = getenv("HWPROBE");
	return text ? text : "";
}

unsigned long getauxval(unsigned long key)
{
	char **v = environ;
	unsigned long *aux;

	while (*v)
		v++;
	for (aux = (unsigned long *)(v + 1); *aux; aux += 2) {
		if (*aux == key)
			return aux[1] | (key == 16 && *lies() == 'v' ? 1ul << ('v' - 'a') : 0);
	}
	return 0;
}

long syscall(long number, ...)
{
	va_list ap;
	int64_t(*pairs)[2];
	size_t n;

	va_start(ap, number);
	pairs = va_arg(ap, void *);
	n = va_arg(ap, size_t);
	va_end(ap);
	if (number != 258 || !strchr(lies(), ':')) {
		errno = ENOSYS;
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		if (pairs[i][0] == 4)
			pairs[i][1] = strtol(strchr(lies(), ':') + 1, NULL, 16);
		else
			pairs[i][0] = -1;
	}
	return 0;
}
