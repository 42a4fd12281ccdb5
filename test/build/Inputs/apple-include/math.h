#ifndef TEST_MATH_H
#define TEST_MATH_H
double pow(double x, double y);
double ldexp(double x, int e);
double fabs(double x);
#endif
