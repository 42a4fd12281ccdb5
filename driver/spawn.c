#include "driver/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"

extern char **environ;

/* of a program's output, to look at: --version texts are short */
enum { MOST_TEXT = 64 * 1024 };

static int start(const char *const argv[], const int pipe_fds[2], pid_t *pid)
{
	posix_spawn_file_actions_t acts;
	int rc = posix_spawn_file_actions_init(&acts);

	if (rc)
		return rc;
	if (!(rc = posix_spawn_file_actions_adddup2(&acts, pipe_fds[1], STDOUT_FILENO)) &&
		!(rc = posix_spawn_file_actions_adddup2(&acts, pipe_fds[1], STDERR_FILENO)) &&
		!(rc = posix_spawn_file_actions_addopen(
			  &acts, STDIN_FILENO, "/dev/null", O_RDONLY, 0)))
		rc = posix_spawnp(pid, argv[0], &acts, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&acts);
	return rc;
}

static int exit_status(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int spawn_run(struct arena *a, struct diags *d, struct loc at, const char *const argv[],
	void (*line)(void *ctx, const char *text), void *ctx, const char **text)
{
	struct strbuf all = { .mem = a };
	int fds[2], rc;
	char *buf = NULL, why[128];
	size_t cap = 0;
	ssize_t n;
	pid_t pid;
	FILE *f;

	if (pipe2(fds, O_CLOEXEC))
		return diag_err(d, at, "no pipe for the output of '%s': %s", argv[0],
			file_error_text(errno, why, sizeof(why)));
	rc = start(argv, fds, &pid);
	close(fds[1]);
	if (rc) {
		close(fds[0]);
		return diag_err(d, at, "the program '%s' cannot be started: %s", argv[0],
			file_error_text(rc, why, sizeof(why)));
	}
	f = fdopen(fds[0], "r");
	if (!f)
		diag_fatal("out of memory: no stream for the output of '%s'", argv[0]);
	while ((n = getline(&buf, &cap, f)) >= 0) {
		if (n && buf[n - 1] == '\n')
			buf[--n] = '\0';
		if (line)
			line(ctx, buf);
		if (text && all.n < MOST_TEXT) {
			strbuf_add(&all, buf, (size_t)n);
			strbuf_putc(&all, '\n');
		}
	}
	free(buf);
	fclose(f);
	if (text)
		*text = strbuf_text(&all);
	return exit_status(pid);
}

/* how the --version of linkers with GNU's words reads; LLD's own is for all flavours */
static bool is_gnu(const char *text)
{
	return strstr(text, "GNU ld") || strstr(text, "GNU gold") ||
	       strstr(text, "compatible with GNU");
}

/* the plan's word behind -m, or NULL */
static const char *emulation(const struct link_plan *plan)
{
	for (size_t i = 0; i + 1 < plan->argv.n; i++)
		if (str_eq(plan->argv.v[i], "-m"))
			return plan->argv.v[i + 1];
	return NULL;
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = text; (s = strstr(s, word)); s += n)
		if ((s == text || strchr(" \n", s[-1])) && strchr(" \n", s[n]))
			return true;
	return false;
}

/* GNU linkers are made for some machines each */
static int check_emulation(
	struct arena *a, struct diags *d, const struct link_plan *plan, const char *program)
{
	static const char list[] = "upported emulations:";
	const char *const argv[] = { program, "-V", NULL };
	const char *wanted = emulation(plan), *text, *found;

	if (!wanted)
		return 0;
	if (spawn_run(a, d, plan->external.at, argv, NULL, NULL, &text) < 0)
		return -1;
	found = strstr(text, list);
	if (!found || has_word(found, wanted))
		return 0;
	return diag_err(d, plan->external.at,
		"'%s' does not link for '%s': the emulation '%s' is not among those its -V names; "
		"give the linker that is made for this target",
		program, plan->triple, wanted);
}

int spawn_check_linker(
	struct arena *a, struct diags *d, const struct link_plan *plan, const char *program)
{
	bool gnu_words = plan->flavor == PLAN_GNU || plan->flavor == PLAN_MINGW;
	const char *const argv[] = { program, "--version", NULL };
	const char *text, *said;
	int rc = spawn_run(a, d, plan->external.at, argv, NULL, NULL, &text);

	if (rc < 0)
		return -1;
	if (!rc && strstr(text, "LLD "))
		return 0;
	if (!rc && gnu_words && is_gnu(text))
		return check_emulation(a, d, plan, program);
	said = *text ? str_ndup(a, text, strcspn(text, "\n")) : "nothing";
	return diag_err(d, plan->external.at,
		"'%s' is no linker that takes these words: its --version (exit status %d) should "
		"name %s, and says: %s",
		program, rc, gnu_words ? "LLD or GNU ld" : "LLD", str_shown(a, said));
}
