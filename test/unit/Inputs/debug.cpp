// debug_cpp.ll is made of this, in this folder:
// clang++-19 -g -std=c++17 -target x86_64-linux-gnu -fdebug-compilation-dir=. -S -emit-llvm
//   debug.cpp -o debug_cpp.ll
namespace ns
{
struct base {
	virtual int f(int);
	int b;
};
class derived : public base
{
      public:
	static int count;
	enum class level : unsigned char { low = 1, high = 255 };
	struct inner {
		level l;
	} in;
	int (derived::*method)(const inner &);
	int derived::*field;
	int m(const inner &i) const;
};
struct lazy : virtual base {
};
template <class T, int N> struct array {
	T v[N];
};
namespace
{
int secret(int z)
{
	return z;
}
} // namespace
int area(int w, int &&h, array<int, 3> *a, decltype(nullptr) n);
} // namespace ns

int ns::derived::count = 3;

int ns::base::f(int x)
{
	return x + b;
}

int ns::derived::m(const inner &i) const
{
	return int(i.l);
}

int ns::area(int w, int &&h, array<int, 3> *a, decltype(nullptr))
{
	return w * h + a->v[0] + secret(1);
}

ns::derived derived;
ns::lazy lazy;
