/* For LD_PRELOAD: a process of pkgimg that builds a package with "stuck" in its name never ends,
 * one with "crash" dies at once, one with "slow" takes 300 ms more. What started them has
 * --workspace among its words and is left alone. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int has(int argc, char **argv, const char *word)
{
	for (int i = 1; i < argc; i++)
		if (strstr(argv[i], word))
			return 1;
	return 0;
}

__attribute__((constructor)) static void start(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "build") != 0 || has(argc, argv, "--workspace"))
		return;
	if (has(argc, argv, "--name=stuck"))
		for (;;)
			pause();
	if (has(argc, argv, "--name=crash"))
		raise(SIGSEGV);
	if (has(argc, argv, "--name=slow"))
		usleep(300000);
}
