/* linker.c OBJECT OUTPUT: links a shared library with the installed libpkgimg-link, twice, and one
 * that must fail */
#include <pkgimg/link.h>
#include <stdio.h>

static void message(void *ctx, enum pkgimg_message kind, const char *line)
{
	(void)kind;
	++*(int *)ctx;
	printf("message: %s\n", line);
}

int main(int argc, char **argv)
{
	struct pkgimg_link_input input = { PKGIMG_INPUT_FILE, argv[1] };
	struct pkgimg_link_job job = PKGIMG_LINK_JOB_INIT;
	int messages = 0;
	char plan[64];

	if (argc != 3)
		return 2;
	job.kind = PKGIMG_LINK_SHARED;
	job.output = argv[2];
	job.inputs = &input;
	job.ninputs = 1;
	for (int i = 0; i < 2; i++)
		if (pkgimg_link(&job, message, &messages) || messages)
			return 1;
	printf("plan: %d\n", pkgimg_link_plan(&job, plan, sizeof(plan), message, &messages) > 64);
	input.text = "nowhere.o";
	printf("failed link gives %d\n", pkgimg_link(&job, message, &messages));
	return messages ? 0 : 1;
}
