/* debug.ll is made of this, in this folder:
 * clang-19 -g -std=c17 -target x86_64-linux-gnu -fdebug-compilation-dir=. -S -emit-llvm debug.c */
enum color { RED, GREEN = 5 };
enum sign { MINUS = -1, PLUS = 1 };
enum wide { ALL = 0xFFFFFFFFFFFFFFFFull };
typedef struct point {
	int x, y;
} point_t;
struct node {
	struct node *next;
	union {
		int i;
		double d;
	};
	unsigned a : 3, b : 5;
	unsigned long long c : 40;
};
struct packed {
	char c;
	int i;
} __attribute__((packed));
#pragma pack(push, 2)
struct pack2 {
	char c;
	double d;
};
#pragma pack(pop)
struct flex {
	int n;
	char data[];
};
struct aligned {
	char c;
	_Alignas(32) int x;
};
struct hidden;
typedef int (*callback)(const char *restrict s, ...);
typedef float v4 __attribute__((vector_size(16)));
struct many {
	long double ld;
	_Complex double cd;
	_Bool b;
	__int128 big;
	_Atomic int at;
	volatile int vi;
	int grid[3][4];
	callback call;
	v4 v;
	struct hidden *h;
	void (*old)();
};
static _Thread_local int per_thread = 3;
const int constant[2] = { 1, 2 };
struct many many;
struct node *head;
enum color color;
enum sign sign;
enum wide wide;
struct packed packed;
struct pack2 pack2;
struct flex flex;
struct aligned aligned;

int missing(void);

int add(int a, point_t *p)
{
	static int calls;
	calls++;
	return a + p->x + per_thread + missing();
}

static int twice(int v)
{
	return 2 * v;
}

int format(const char *f, ...)
{
	return twice(f[0]);
}
