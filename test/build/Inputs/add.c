/* a function, and a table of pointers to it */
int add(int a, int b)
{
	return a + b;
}

int (*const operations[])(int, int) = { add, 0 };
