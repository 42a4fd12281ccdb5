#include "test/unit/heap_host.h"
int main(int argc, char **argv)
{
	struct host h; host_start(&h, 1<<20);
	value list = integer(0);
	for (int i = 0; i < 100; i++) list = host_cons(&h, integer(i), list);
	struct vector *v = host_vector(&h, 3);
	v->at[0] = list; v->at[1] = host_symbol(&h, "x"); v->at[2] = (value)host_text(&h, T_TEXT, "hello");
	struct closure *c = host_new(&h, T_CLOSURE, sizeof *c);
	c->code = (void (*)(void))0x1234560; c->env = (value)v; c->cache = &h; c->weak = list;
	struct table *t = host_new(&h, T_TABLE, sizeof *t + 2*sizeof(struct pair));
	t->n = 2; t->at[0] = (struct pair){host_symbol(&h,"k"), (value)c, 5}; t->at[1].key = integer(3);
	struct pkgimg_build_options o = {0};
	if (argc > 2) o.flags = PKGIMG_BUILD_NO_NATIVE;
	struct pkgimg_build *b = host_build(&h, "Base", &o);
	const char *ir = "@cache = external global ptr\ndefine ptr @f() {\n %1 = load ptr, ptr @cache\n ret ptr %1\n}\n";
	pkgimg_build_root(b, "Main.t", (value)t, NULL, 0);
	pkgimg_build_module(b, "m", ir, strlen(ir));
	pkgimg_build_symbol(b, "f", (void*)0x1234560, 0);
	if (argc <= 2) pkgimg_build_variable(b, "cache", v, "vector");
	struct pkgimg_build_method m = {sizeof m, "Base.f", "f()", "f", (uintptr_t)c, NULL, NULL};
	pkgimg_build_method(b, &m);
	struct pkgimg_build_report r = {sizeof r};
	int rc = pkgimg_build_write(b, argv[1], &r);
	printf("%d %s objects %lu ptrs %lu bytes %lu base %lx walk %.2f emit %.2f code %.2f write %.2f binds %lu interned %lu\n", rc, h.text, r.objects, r.pointers, r.bytes, r.base, r.walk_ms, r.emit_ms, r.code_ms, r.write_ms, r.binds, r.interned);
	pkgimg_build_free(b);
	return rc;
}
