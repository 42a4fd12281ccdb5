/* The kernels: included twice, as what compilers make vectors of and, with EACH, one by one. */

NI static float KERNEL(dot)(int n)
{
	float s = 0;

	EACH for (int i = 0; i < n; i++) s += f[i] * g[i];
	return s;
}

NI static void KERNEL(saxpy)(double *to, double a, int n)
{
	EACH for (int i = 0; i < n; i++) to[i] = a * d[i] + e[i];
}

NI static unsigned KERNEL(sum)(int n)
{
	unsigned s = 0;

	EACH for (int i = 0; i < n; i++) s += (unsigned)v[i] * (unsigned)w[i];
	return s;
}

NI static int KERNEL(most)(int n)
{
	int m = -40000;

	EACH for (int i = 0; i < n; i++) m = h[i] > m ? h[i] : m;
	return m;
}

NI static int KERNEL(count)(byte c, int n)
{
	int s = 0;

	EACH for (int i = 0; i < n; i++) s += text[i] == c;
	return s;
}

NI static void KERNEL(mix)(byte *to, int n)
{
	EACH for (int i = 0; i < n; i++) to[i] = (byte)((text[i] ^ other[i]) + (text[i] >> 3));
}

NI static int KERNEL(ones)(int n)
{
	int s = 0;

	EACH for (int i = 0; i < n; i++) s +=
		__builtin_popcountll(bits[i]) + (bits[i] ? __builtin_ctzll(bits[i]) : 64);
	return s;
}

NI static u64 KERNEL(rotate)(int n)
{
	u64 s = 1;

	EACH for (int i = 0; i < n; i++) s =
		((s << (i & 63)) | (s >> (63 - (i & 63)) >> 1)) ^ (bits[i] & ~s);
	return s;
}

NI static u64 KERNEL(swap)(int n)
{
	u64 s = 0;

	EACH for (int i = 0; i < n; i++) s += __builtin_bswap64(bits[i]) >> 7;
	return s;
}

NI static void KERNEL(gather)(int *to, int n)
{
	EACH for (int i = 0; i < n; i++) to[i] = v[(unsigned)w[i] % N] - v[i];
}

/* elsewhere libgcc.a helps with half floats; qemu 7.2 dies of RISC-V's vfncvt.rtz.x.f.w */
#if defined(__x86_64__) || defined(__aarch64__)
NI static int KERNEL(cast)(int n)
{
	int s = 0;

	EACH for (int i = 0; i < n; i++) s += (int)(f[i] * 4) - (int)d[i];
	return s;
}
NI static double KERNEL(half)(int n)
{
	double s = 0;

	EACH for (int i = 0; i < n; i++) s +=
		(double)(float)(__fp16)(float)(i % 64) + (d[i] > 3 ? d[i] : -1);
	return s;
}
#endif
