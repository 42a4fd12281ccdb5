#include "base/jobserver.h"

#include <stdlib.h>

#include "test/unit/unit.h"

static void finds(struct unit *u)
{
	static const struct {
		const char *flags;
		bool found;
		int in, out;
		const char *fifo;
	} rows[] = {
		{ "", false, 0, 0, NULL },
		{ "-j2", false, 0, 0, NULL },
		{ " -j3 --jobserver-auth=3,4", true, 3, 4, NULL },
		{ "--jobserver-fds=5,6 -j", true, 5, 6, NULL },
		{ "-j --jobserver-auth=-2,-2", false, 0, 0, NULL },
		{ "--jobserver-auth=3,4 --jobserver-auth=fifo:/x/y", true, 0, 0, "/x/y" },
		{ "--jobserver-auth=fifo:/x --jobserver-auth=7,8", true, 7, 8, NULL },
		{ "--jobserver-auth=3", false, 0, 0, NULL },
	};
	struct arena a = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct jobserver_place p = { 0 };

		CHECK_INT(jobserver_find(&a, rows[i].flags, &p), rows[i].found);
		CHECK_INT(p.in, rows[i].in);
		CHECK_INT(p.out, rows[i].out);
		CHECK(!p.fifo == !rows[i].fifo);
		if (p.fifo && rows[i].fifo)
			CHECK_STR(p.fifo, rows[i].fifo);
	}
	arena_free(&a);
}

/* how many tokens a client gets; all of them go back */
static int count(const struct jobserver *s)
{
	char tokens[16];
	int n = 0;

	while (n < 16 && jobserver_take(s, &tokens[n]))
		n++;
	for (int i = 0; i < n; i++)
		jobserver_give(s, tokens[i]);
	return n;
}

static void serves(struct unit *u)
{
	struct arena a = { 0 };
	struct jobserver server, client;
	char token;

	CHECK_INT(jobserver_serve(&a, NULL, 3, &server), 0);
	setenv("MAKEFLAGS", jobserver_makeflags(&a, &server, 4), 1);
	jobserver_join(&a, &client);
	CHECK(client.present);
	CHECK_INT(count(&client), 3);
	CHECK(jobserver_take(&client, &token));
	CHECK_INT(count(&server), 2);
	jobserver_give(&client, token);
	CHECK_INT(count(&server), 3);
	CHECK(jobserver_take(&client, &token)); /* and is killed */
	jobserver_leave(&client);
	jobserver_refill(&server, 3);
	CHECK_INT(count(&server), 3);
	jobserver_leave(&server);

	/* the server is gone, or make has closed it for this recipe */
	jobserver_join(&a, &client);
	CHECK(client.present);
	CHECK(!jobserver_take(&client, &token));
	jobserver_leave(&client);
	unsetenv("MAKEFLAGS");
	jobserver_join(&a, &client);
	CHECK(!client.present);
	CHECK(!jobserver_take(&client, &token));
	jobserver_leave(&client);
	arena_free(&a);
}

UNIT_MAIN(finds, serves)
