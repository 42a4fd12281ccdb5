/* Unwinding through functions with versions, which lay their frames out differently. `check`
 * returns 0, or the line that found something wrong. */
#ifndef NO_EXCEPTIONS
#include <stdexcept>
#endif
#include <unwind.h>
#define NI __attribute__((noinline))

struct frames {
	void *wanted[4];
	int n, found;
};

static _Unwind_Reason_Code note(struct _Unwind_Context *c, void *arg)
{
	auto *f = static_cast<frames *>(arg);

	/* innermost first: the last one noted */
	if (f->found < f->n && (void *)_Unwind_GetIP(c) == f->wanted[f->n - 1 - f->found])
		f->found++;
	return _URC_NO_REASON;
}

extern "C" NI int walks(frames *f, const float *v, int n)
{
	float s = 0;

	f->wanted[f->n++] = __builtin_return_address(0);
	for (int i = 0; i < n; i++)
		s += v[i] * v[i];
	_Unwind_Backtrace(note, f);
	return f->found + (s < 0);
}

extern "C" NI int middle(frames *f, int n)
{
	float *v = static_cast<float *>(__builtin_alloca(unsigned(n) * sizeof(float)));
	int r;

	f->wanted[f->n++] = __builtin_return_address(0);
	for (int i = 0; i < n; i++)
		v[i] = (float)i;
	r = walks(f, v, n);
	__asm__ volatile("" ::: "memory"); /* no call at the end is a jump */
	return r;
}

extern "C" NI int outer(frames *f, int n)
{
	float large[3000];
	int r;

	f->wanted[f->n++] = __builtin_return_address(0);
	for (int i = 0; i < 3000; i++)
		large[i] = (float)(i + n);
	__asm__ volatile("" ::"r"(large) : "memory");
	r = middle(f, n);
	__asm__ volatile("" ::: "memory");
	return r;
}

#ifndef NO_EXCEPTIONS
static int cleaned;
struct counted {
	~counted()
	{
		cleaned++;
	}
};

extern "C" NI int throws(const int *v, int n)
{
	int s = 0;

	for (int i = 0; i < n; i++)
		s += v[i];
	if (s > 100)
		throw std::out_of_range("sum");
	return s;
}

extern "C" NI int catches(int *v, int n)
{
	try {
		counted c;
		for (int i = 0; i < n; i++)
			v[i] *= 2;
		return throws(v, n);
	} catch (const std::exception &) {
		return -1;
	}
}
#endif

#define WANT(x)                                                                                    \
	do {                                                                                       \
		if (!(x))                                                                          \
			return __LINE__;                                                           \
	} while (0)

extern "C" int check()
{
	frames f = {};

	WANT(outer(&f, 40) == 3 && f.n == 3);
#ifndef NO_EXCEPTIONS
	int small[9] = { 1, 2, 3, 4 }, large[9] = { 40, 40 };
	WANT(catches(small, 9) == 20 && cleaned == 1);
	WANT(catches(large, 9) == -1 && cleaned == 2);
#endif
	return 0;
}
