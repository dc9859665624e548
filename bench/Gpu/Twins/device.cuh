// What the twins need beyond plain C++, for nvcc and for a clang that has no CUDA toolkit. TWIN_ARCH is the compute capability: 75, 80 or 90.
#pragma once

#ifndef __NVCC__
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __launch_bounds__(threads) __attribute__((launch_bounds(threads)))
#define INLINE __device__ inline __attribute__((always_inline))
INLINE int thread_x() { return __nvvm_read_ptx_sreg_tid_x(); }
INLINE int block_x() { return __nvvm_read_ptx_sreg_ctaid_x(); }
INLINE int block_y() { return __nvvm_read_ptx_sreg_ctaid_y(); }
INLINE int group_size() { return __nvvm_read_ptx_sreg_ntid_x(); }
INLINE int grid_width() { return __nvvm_read_ptx_sreg_nctaid_x(); }
INLINE void group_barrier() { __syncthreads(); }
INLINE float fused(float x, float y, float z) { return __builtin_fmaf(x, y, z); }
INLINE float magnitude(float x) { return __builtin_fabsf(x); }
INLINE unsigned bits_of(float x) { return __builtin_bit_cast(unsigned, x); }
INLINE float float_of(unsigned x) { return __builtin_bit_cast(float, x); }
template <typename T> INLINE unsigned long long shared_address(T *p) { return (unsigned long long)(__attribute__((address_space(3))) T *)p; }
#else
#define INLINE __device__ __forceinline__
INLINE int thread_x() { return threadIdx.x; }
INLINE int block_x() { return blockIdx.x; }
INLINE int block_y() { return blockIdx.y; }
INLINE int group_size() { return blockDim.x; }
INLINE int grid_width() { return gridDim.x; }
INLINE void group_barrier() { __syncthreads(); }
INLINE float fused(float x, float y, float z) { return fmaf(x, y, z); }
INLINE float magnitude(float x) { return fabsf(x); }
INLINE unsigned bits_of(float x) { return __float_as_uint(x); }
INLINE float float_of(unsigned x) { return __uint_as_float(x); }
template <typename T> INLINE unsigned long long shared_address(T *p) { return __cvta_generic_to_shared(p); }
#endif

typedef unsigned short half_bits;

struct Pair { float x, y; };
struct Words { unsigned x, y, z, w; };

INLINE int lane() { return thread_x() & 31; }

INLINE void warp_barrier() { asm volatile("bar.warp.sync 0xffffffff;" ::: "memory"); }

INLINE float shuffle_xor(float value, int distance)
{
    float other;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 31, 0xffffffff;" : "=f"(other) : "f"(value), "r"(distance));
    return other;
}

// Of memory that nobody writes during the launch.
INLINE Pair read_only_pair(const float *p)
{
    Pair v;
    asm("ld.global.nc.v2.f32 {%0, %1}, [%2];" : "=f"(v.x), "=f"(v.y) : "l"(p));
    return v;
}

INLINE unsigned read_only_word(const unsigned *p)
{
    unsigned v;
    asm("ld.global.nc.u32 %0, [%1];" : "=r"(v) : "l"(p));
    return v;
}

INLINE float read_only(const float *p)
{
    float v;
    asm("ld.global.nc.f32 %0, [%1];" : "=f"(v) : "l"(p));
    return v;
}

INLINE void add_pair(float *p, float x, float y)
{
#if TWIN_ARCH >= 90
    asm volatile("red.global.add.v2.f32 [%0], {%1, %2};" ::"l"(p), "f"(x), "f"(y) : "memory");
#else
    asm volatile("red.global.add.f32 [%0], %1;" ::"l"(p), "f"(x) : "memory");
    asm volatile("red.global.add.f32 [%0], %1;" ::"l"(p + 1), "f"(y) : "memory");
#endif
}

INLINE void add(float *p, float value) { asm volatile("red.global.add.f32 [%0], %1;" ::"l"(p), "f"(value) : "memory"); }

INLINE void add_halves(unsigned *p, unsigned pair) { asm volatile("red.global.add.noftz.f16x2 [%0], %1;" ::"l"(p), "r"(pair) : "memory"); }

INLINE void raise(unsigned *p, unsigned value) { asm volatile("red.global.max.u32 [%0], %1;" ::"l"(p), "r"(value) : "memory"); }

INLINE unsigned pack(float low, float high)
{
    unsigned pair;
#if TWIN_ARCH >= 80
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
#else
    half_bits l, h;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(l) : "f"(low));
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(high));
    pair = l | ((unsigned)h << 16);
#endif
    return pair;
}

// No infinity, whose products with 0 would be NaN; NaN stays.
INLINE float finite(float value) { return value > 65504.0f ? 65504.0f : value < -65504.0f ? -65504.0f : value; }

INLINE unsigned pack_finite(float low, float high) { return pack(finite(low), finite(high)); }

INLINE float number(half_bits half)
{
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(half));
    return value;
}

INLINE Words load_matrices(const half_bits *row)
{
    Words m;
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];" : "=r"(m.x), "=r"(m.y), "=r"(m.z), "=r"(m.w) : "l"(shared_address(row)) : "memory");
    return m;
}

INLINE Words load_transposed(const half_bits *row)
{
    Words m;
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];" : "=r"(m.x), "=r"(m.y), "=r"(m.z), "=r"(m.w) : "l"(shared_address(row)) : "memory");
    return m;
}

INLINE void multiply_add(float (&c)[4], const Words &a, unsigned b0, unsigned b1)
{
#if TWIN_ARCH >= 80
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a.x), "r"(a.y), "r"(a.z), "r"(a.w), "r"(b0), "r"(b1));
#else
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a.x), "r"(a.y), "r"(b0));
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3]) : "r"(a.z), "r"(a.w), "r"(b1));
#endif
}
