// Real code whose speed depends on the CPU's vectors, each piece as one function to time. A kernel
// works on data that prepare() makes, and returns a number that tells whether it did its work.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <Eigen/Dense>

#define STBIR_ASSERT(x) ((void)0)
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#include <stb/stb_image_resize.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace
{

enum { N = 4096, SIDE = 96, TEXT = 65536 };

struct Data {
	float x[N], y[N];
	int32_t i[N];
	Eigen::MatrixXf a, b, c;
	Eigen::MatrixXd m;
	Eigen::VectorXd v, w;
	unsigned char picture[SIDE * SIDE * 3], small[40 * 40 * 3];
	char text[TEXT];
};

Data *data;

// Is it UTF-8? The tests are those of Unicode's table 3-7.
size_t utf8_length(const unsigned char *s, size_t n)
{
	size_t i = 0, letters = 0;

	while (i < n) {
		unsigned char c = s[i];
		size_t more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		uint32_t code = more ? c & (0x3f >> more) : c;

		if ((c >= 0x80 && c < 0xc2) || c > 0xf4 || i + more >= n)
			return 0;
		for (size_t k = 1; k <= more; k++) {
			if ((s[i + k] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (s[i + k] & 0x3f);
		}
		if ((more == 2 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) ||
			(more == 3 && (code < 0x10000 || code > 0x10ffff)))
			return 0;
		i += more + 1;
		letters++;
	}
	return letters;
}

} // namespace

/* where the code lies against lines of the cache is luck; here it is the same for both */
#define KERNEL extern "C" __attribute__((visibility("default"), aligned(64))) double

/* Where data lies against lines of the cache is luck as well: both libraries work on those of one.
 */
extern "C" __attribute__((visibility("default"))) void *kernel_prepare(void *others)
{
	static const char words[] = "na\xc3\xafve \xe2\x82\xac 100, then a plain line of text\n";
	uint32_t seed = 1;
	auto next = [&] { return seed = seed * 1664525 + 1013904223, int32_t(seed >> 8); };

	if (others)
		return data = static_cast<Data *>(others);
	data = new Data;
	for (int i = 0; i < N; i++) {
		data->x[i] = float(next()) / 0x1p24f;
		data->y[i] = float(next()) / 0x1p24f;
		data->i[i] = next();
	}
	data->a = data->b = data->c = Eigen::MatrixXf(SIDE, SIDE);
	data->m = Eigen::MatrixXd(SIDE, SIDE);
	data->v = data->w = Eigen::VectorXd(SIDE);
	for (int i = 0; i < SIDE; i++) {
		data->v[i] = data->x[i];
		for (int k = 0; k < SIDE; k++) {
			data->a(i, k) = data->x[(i * SIDE + k) % N];
			data->b(i, k) = data->y[(i * SIDE + k) % N];
			data->m(i, k) = data->y[(i * SIDE + k) % N];
		}
	}
	for (auto &p : data->picture)
		p = (unsigned char)next();
	for (size_t i = 0; i < TEXT; i++)
		data->text[i] = words[i % (sizeof(words) - 1)];
	/* no letter is cut at the end */
	memset(data->text + TEXT - sizeof(words), ' ', sizeof(words));
	return data;
}

KERNEL kernel_sum(void)
{
	int32_t sum = 0;

	for (int i = 0; i < N; i++)
		sum += data->i[i] >> 8;
	return sum;
}

KERNEL kernel_dot(void)
{
#pragma clang fp reassociate(on) contract(fast)
	float sum = 0;

	for (int i = 0; i < N; i++)
		sum += data->x[i] * data->y[i];
	return double(sum);
}

KERNEL kernel_saxpy(void)
{
	float *__restrict to = data->y;
	const float *__restrict from = data->x;

	for (int i = 0; i < N; i++)
		to[i] = 0.5f * to[i] + from[i];
	return double(to[77]);
}

KERNEL kernel_eigen_gemm(void)
{
	data->c.noalias() = data->a * data->b;
	return double(data->c(3, 4));
}

KERNEL kernel_eigen_gemv(void)
{
	data->w.noalias() = data->m * data->v;
	return data->w[5];
}

KERNEL kernel_stb_resize(void)
{
	stbir_resize_uint8(data->picture, SIDE, SIDE, 0, data->small, 40, 40, 0, 3);
	return data->small[1000];
}

KERNEL kernel_xxh3(void)
{
	return double(XXH3_64bits(data->text, TEXT) >> 12);
}

KERNEL kernel_utf8(void)
{
	return double(utf8_length((const unsigned char *)data->text, TEXT));
}

KERNEL kernel_lines(void)
{
	size_t n = 0;

	for (size_t i = 0; i < TEXT; i++)
		n += data->text[i] == '\n';
	return double(n);
}
