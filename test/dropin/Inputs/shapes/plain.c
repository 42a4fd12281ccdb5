#include <math.h>
#include <stdio.h>

int area(int, int);

int main(int argc, char **argv)
{
	(void)argv;
	printf("plain %d %.0f\n", area(2, 3), floor(argc + 0.5));
	return 0;
}
