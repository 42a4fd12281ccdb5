#include "frontend/code/jobs.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

enum { MAX_THREADS = 1024 };

/* ---- threads */

static unsigned usable_cpus(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __linux__
	cpu_set_t set;

	if (!sched_getaffinity(0, sizeof(set), &set))
		n = CPU_COUNT(&set);
#endif
	return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (unsigned)n;
}

static int read_count(struct arena *a, struct diags *d, struct loc at, const char *what,
	const char *text, unsigned *out)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || !n || n > MAX_THREADS)
		return diag_err(d, at, "%s wants a number of threads from 1 to %d, got '%s'", what,
			MAX_THREADS, str_shown(a, text));
	*out = (unsigned)n;
	return 0;
}

static int read_threads(
	struct arena *a, struct diags *d, const struct job_word *said, unsigned *out)
{
	static const char *const names[] = { "PKGIMG_IMAGE_THREADS", "JULIA_IMAGE_THREADS" };

	*out = usable_cpus();
	if (said->text)
		return read_count(a, d, said->at, "-j", said->text, out);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = getenv(names[i]);

		if (text && *text)
			return read_count(a, d, NOWHERE, names[i], text, out);
	}
	return 0;
}

/* ---- memory */

/* the number behind `key` in a small file, or 0 */
static uint64_t read_number(const char *path, const char *key)
{
	char text[4096];
	FILE *f = fopen(path, "r");
	const char *at;
	size_t n;

	if (!f)
		return 0;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	at = strstr(text, key);
	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/* Three quarters of what is free, also of what a container has left. */
static uint64_t usable_memory(void)
{
	uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES);
	uint64_t free = read_number("/proc/meminfo", "MemAvailable:") * 1024;
	uint64_t limit = read_number("/sys/fs/cgroup/memory.max", "");
	uint64_t used = read_number("/sys/fs/cgroup/memory.current", "");

	if (!free)
		free = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	if (limit && limit > used && limit - used < free)
		free = limit - used;
	return free / 4 * 3;
}

/* ---- all */

int jobs_open(struct arena *a, struct diags *d, const struct job_word *said, struct jobs *out)
{
	*out = (struct jobs) { .memory = usable_memory() };
	if (read_threads(a, d, said, &out->threads))
		return -1;
	jobserver_join(a, &out->server);
	return 0;
}

void jobs_close(struct jobs *j)
{
	jobserver_leave(&j->server);
}
