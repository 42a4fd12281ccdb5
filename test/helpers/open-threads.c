/* open-threads together|freely ROUNDS IMAGE...: threads that open, call and close all the images.
 * `together`: all are open at once in each round, and a thread checker sees its rounds apart.
 * `freely`: nobody waits for anybody; libraries come and go. (A thread checker takes a library
 * that is loaded where another was for the same memory.) Each image has int sum(int). */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkgimg/runtime.h"
#include "runtime/sys.h"

enum { THREADS = 8, MOST_IMAGES = 16 };

struct task {
	pthread_t thread;
	unsigned index, rounds, bad;
	int nimages;
	char **paths;
	pthread_barrier_t *barrier; /* NULL: freely */
	struct rt_mutex *lock;
	struct rt_once *once;
	unsigned *opened, *begun; /* under lock; by once */
};

static void begin(void *ctx)
{
	++*(unsigned *)ctx;
}

static void wait_for_all(struct task *t)
{
	if (t->barrier)
		pthread_barrier_wait(t->barrier);
}

static struct pkgimg_image *open_and_call(struct task *t, const char *path)
{
	struct pkgimg_image *image = NULL;
	struct pkgimg_method m;
	struct pkgimg_error e;

	if (pkgimg_open(path, NULL, &image, &e) || pkgimg_find(image, "sum", "int (int)", &m, &e)) {
		puts(e.text);
		t->bad++;
		return image;
	}
	t->bad += ((int (*)(int))m.address)((int)t->index) != 2016 + (int)t->index;
	rt_mutex_lock(t->lock);
	++*t->opened;
	rt_mutex_unlock(t->lock);
	return image;
}

static void *run(void *ctx)
{
	struct task *t = ctx;
	struct pkgimg_image *images[MOST_IMAGES];

	for (unsigned r = 0; r < t->rounds; r++) {
		wait_for_all(t);
		rt_once(t->once, begin, t->begun);
		t->bad += *t->begun != 1;
		for (int i = 0; i < t->nimages; i++)
			images[i] = open_and_call(
				t, t->paths[((unsigned)i + t->index) % (unsigned)t->nimages]);
		wait_for_all(t);
		for (int i = 0; i < t->nimages; i++)
			pkgimg_close(images[i]);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct task tasks[THREADS];
	pthread_barrier_t barrier;
	struct rt_mutex lock;
	struct rt_once once = { 0 };
	unsigned opened = 0, begun = 0, bad = 0;

	if (argc < 4 || argc > 3 + MOST_IMAGES || rt_mutex_init(&lock) ||
		pthread_barrier_init(&barrier, NULL, THREADS))
		return 2;
	for (unsigned i = 0; i < THREADS; i++) {
		tasks[i] = (struct task) { .index = i,
			.rounds = (unsigned)atoi(argv[2]),
			.nimages = argc - 3,
			.paths = argv + 3,
			.barrier = !strcmp(argv[1], "together") ? &barrier : NULL,
			.lock = &lock,
			.once = &once,
			.opened = &opened,
			.begun = &begun };
		if (pthread_create(&tasks[i].thread, NULL, run, &tasks[i]))
			return 2;
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(tasks[i].thread, NULL);
		bad += tasks[i].bad;
	}
	printf("%u opened, %u bad\n", opened, bad);
	rt_mutex_destroy(&lock);
	pthread_barrier_destroy(&barrier);
	return bad != 0;
}
