#include <memory>
#include <stdexcept>
#include <string>

extern "C" int catches(int x)
{
	auto n = std::make_shared<int>(x);
	std::string text(20, 'x');

	try {
		if (x > 3)
			throw std::runtime_error(text + std::to_string(*n) + "!");
		return x < 0 ? 1 : 0;
	} catch (const std::exception &e) {
		return -int(std::string(e.what()).size());
	}
}
