/* Inputs/foo.c, as any library's header; nothing of it knows of pkgimg */
extern int counter, early, *where;
extern const int table[4];
#ifndef NO_TLS
extern _Thread_local int mine;
#endif
int which(void), sum(const int *v, int n), hook(int x), bump(void);
int (*pick(int n))(void);
