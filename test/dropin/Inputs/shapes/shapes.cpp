#include <stdexcept>
#include <string>
extern "C" int area(int, int);
int checked_area(int w, int h)
{
	if (w < 0 || h < 0)
		throw std::domain_error("side " + std::to_string(w < 0 ? w : h));
	return area(w, h);
}
