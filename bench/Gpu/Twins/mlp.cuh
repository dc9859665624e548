// The network 32-64-64-16 with biases as TensorMlpKernels has it: weights, units and gradients in shared memory, 16 rows a warp and 64 a group, products of 16-bit floats summed in
// 32 bits, all layers in one kernel; every group sums its rows and writes its sums once.
#pragma once
#include "device.cuh"

namespace mlp
{
constexpr int inputs = 32, width = 64, outputs = 16, warps = 4, rows = 16 * warps, threads = 32 * warps, skew = 8;
constexpr int in_stride = inputs + skew, stride = width + skew, out_stride = outputs + skew;

// Parameters: W [out][in] and b [out] of each layer.
constexpr int p0 = 0, p1 = p0 + (inputs + 1) * width, p2 = p1 + (width + 1) * width, parameters = p2 + (width + 1) * outputs;

// Shared memory in 16-bit floats, then the sums of the weights' gradients in floats.
constexpr int w0 = 0, w1 = w0 + width * in_stride, w2 = w1 + width * stride;
constexpr int u0 = w2 + outputs * stride, u1 = u0 + rows * in_stride, u2 = u1 + rows * stride, delta = u2 + rows * stride;
constexpr int s0 = (delta + rows * out_stride) / 2, s1 = s0 + width * (inputs + 1), s2 = s1 + width * (width + 1), sums_end = s2 + outputs * (width + 1);
constexpr int forward_bytes = 2 * delta, backward_bytes = 4 * sums_end;


#ifdef __NVCC__
extern __shared__ __align__(16) unsigned char memory[];
#else
extern __shared__ __attribute__((aligned(16))) unsigned char memory[];
#endif

INLINE half_bits *halves() { return (half_bits *)memory; }
INLINE unsigned *words() { return (unsigned *)memory; }
INLINE float *floats() { return (float *)memory; }
INLINE int own_row() { return thread_x() / 32 * 16; }

// The largest gradient near 2^6; the exponent of a power of two.
INLINE float scale_of(unsigned largest)
{
    int exponent = 6 + 127 - (int)(largest >> 23);
    exponent = exponent > 100 ? 100 : exponent < -100 ? -100 : exponent;
    return largest == 0 || largest >= 0x7f800000u ? 1.0f : float_of((unsigned)(exponent + 127) << 23);
}

template <int Outputs, int Inputs>
INLINE void stage(const float *from, int to)
{
    constexpr int pairs = (Inputs + skew) / 2;
    for (int i = thread_x(); i < Outputs * pairs; i += group_size())
    {
        int unit = i / pairs, column = 2 * (i % pairs);
        bool is_inside = column < Inputs;
        float low = is_inside ? read_only(from + unit * Inputs + column) : 0.0f;
        float high = is_inside ? read_only(from + unit * Inputs + column + 1) : 0.0f;
        words()[to / 2 + i] = pack_finite(low, high);
    }
}

INLINE void stage_all(const float *network)
{
    stage<width, inputs>(network + p0, w0);
    stage<width, width>(network + p1, w1);
    stage<outputs, width>(network + p2, w2);
}

// The warp's rows of a matrix, times a factor; 0 behind the last row.
template <int Count>
INLINE void load_rows(const float *values, int to, int tile, int row_count, float factor)
{
    constexpr int pairs = Count / 2, row_words = (Count + skew) / 2;
#pragma unroll
    for (int turn = 0; turn < 16 * pairs / 32; turn++)
    {
        int i = lane() + 32 * turn;
        int row = own_row() + i / pairs, column = 2 * (i % pairs);
        bool is_inside = tile + row < row_count;
        const float *at = values + (long long)(tile + row) * Count + column;
        float low = is_inside ? at[0] : 0.0f;
        float high = is_inside ? at[1] : 0.0f;
        words()[to / 2 + row * row_words + column / 2] = pack_finite(low * factor, high * factor);
    }
}

// c += A B^T: A [16][Depth] the warp's rows, B [column][Depth] from its row on.
template <int Depth, int Tiles>
INLINE void multiply(float (&c)[Tiles][4], int a, int a_stride, int b, int b_stride)
{
    int left = a + (lane() & 15) * a_stride + (lane() >> 4) * 8;
    int right = b + ((lane() & 7) + (lane() >> 4) * 8) * b_stride + ((lane() >> 3) & 1) * 8;
#pragma unroll
    for (int k = 0; k < Depth; k += 16)
    {
        Words fragment = load_matrices(halves() + left + k);
#pragma unroll
        for (int tile = 0; tile < Tiles; tile += 2)
        {
            Words other = load_matrices(halves() + right + 8 * tile * b_stride + k);
            multiply_add(c[tile], fragment, other.x, other.y);
            multiply_add(c[tile + 1], fragment, other.z, other.w);
        }
    }
}

// c = A B: A [16][Depth] the warp's rows, B [Depth][column] from its column on.
template <int Depth, int Tiles>
INLINE void multiply_transposed(float (&c)[Tiles][4], int a, int a_stride, int b, int b_stride)
{
    int left = a + (lane() & 15) * a_stride + (lane() >> 4) * 8;
    int right = b + (lane() & 15) * b_stride + (lane() >> 4) * 8;
#pragma unroll
    for (int k = 0; k < Depth; k += 16)
    {
        Words fragment = load_matrices(halves() + left + k);
#pragma unroll
        for (int tile = 0; tile < Tiles; tile += 2)
        {
            Words other = load_transposed(halves() + right + 8 * tile + k * b_stride);
            multiply_add(c[tile], fragment, other.x, other.y);
            multiply_add(c[tile + 1], fragment, other.z, other.w);
        }
    }
}

template <int Tiles>
INLINE void start_with(float (&c)[Tiles][4], const float *bias)
{
#pragma unroll
    for (int tile = 0; tile < Tiles; tile++)
    {
        float low = read_only(bias + 8 * tile + 2 * (lane() & 3));
        float high = read_only(bias + 8 * tile + 2 * (lane() & 3) + 1);
        c[tile][0] = c[tile][2] = low;
        c[tile][1] = c[tile][3] = high;
    }
}

INLINE float rectified(float value) { return value <= 0.0f ? 0.0f : value; }

INLINE int word_of(int start, int row_length) { return (start + (lane() >> 2) * row_length) / 2 + (lane() & 3); }

// One hidden layer: max(W x + b, 0) for the warp's rows, 32 columns at a time.
template <int Depth>
INLINE void hidden(const float *bias, int from, int to, int weights)
{
    constexpr int from_stride = Depth + skew;
#pragma unroll
    for (int column = 0; column < width; column += 32)
    {
        float c[4][4];
        start_with(c, bias + column);
        multiply<Depth>(c, from + own_row() * from_stride, from_stride, weights + column * from_stride, from_stride);
        int at = word_of(to + own_row() * stride + column, stride);
#pragma unroll
        for (int tile = 0; tile < 4; tile++)
        {
            words()[at + 4 * tile] = pack_finite(rectified(c[tile][0]), rectified(c[tile][1]));
            words()[at + 4 * tile + 4 * stride] = pack_finite(rectified(c[tile][2]), rectified(c[tile][3]));
        }
    }
}

INLINE void compute_hidden(const float *network, const float *input, int tile, int row_count)
{
    load_rows<inputs>(input, u0, tile, row_count, 1.0f);
    warp_barrier();
    hidden<inputs>(network + p0 + width * inputs, u0, u1, w0);
    warp_barrier();
    hidden<width>(network + p1 + width * width, u1, u2, w1);
    warp_barrier();
}

template <int Count, int Tiles, bool IsAdded>
INLINE void write_rows(float *values, const float (&c)[Tiles][4], int row, int column, int row_count, float factor)
{
#pragma unroll
    for (int tile = 0; tile < Tiles; tile++)
    {
#pragma unroll
        for (int i = 0; i < 4; i++)
        {
            int at = row + (lane() >> 2) + 8 * (i >> 1);
            if (at < row_count)
            {
                float *p = values + (long long)at * Count + column + 8 * tile + 2 * (lane() & 3) + (i & 1);
                *p = IsAdded ? *p + c[tile][i] * factor : c[tile][i] * factor;
            }
        }
    }
}

// The units become W^T delta where they are not 0, else 0.
template <int Depth>
INLINE void send_back(int from, int units, int weights)
{
    constexpr int from_stride = Depth + skew;
#pragma unroll
    for (int column = 0; column < width; column += 32)
    {
        float c[4][4] = {};
        multiply_transposed<Depth>(c, from + own_row() * from_stride, from_stride, weights + column, stride);
        int at = word_of(units + own_row() * stride + column, stride);
#pragma unroll
        for (int tile = 0; tile < 4; tile++)
        {
#pragma unroll
            for (int half = 0; half < 2; half++)
            {
                unsigned *word = words() + at + 4 * tile + 4 * stride * half;
                unsigned mask = *word;
                *word = pack_finite((mask & 0xffffu) != 0 ? c[tile][2 * half] : 0.0f, (mask & 0xffff0000u) != 0 ? c[tile][2 * half + 1] : 0.0f);
            }
        }
    }
}

// dL/dW += delta x^T over all rows of the group, and dL/db: each warp has tiles of its own.
template <int Outputs, int Inputs>
INLINE void add_gradient(int from, int units, int sums)
{
    constexpr int across = Inputs / 16, a_stride = Outputs + skew, b_stride = Inputs + skew;
    for (int tile = thread_x() / 32; tile < across * Outputs / 16; tile += group_size() / 32)
    {
        int unit = tile / across * 16, column = tile % across * 16;
        int left = from + unit + ((lane() & 7) + (lane() >> 4) * 8) * a_stride + ((lane() >> 3) & 1) * 8;
        int right = units + column + (lane() & 15) * b_stride + (lane() >> 4) * 8;
        float *top = floats() + sums + (unit + (lane() >> 2)) * Inputs + column + 2 * (lane() & 3);
        float *bottom = top + 8 * Inputs;
        float c[2][4] = {{top[0], top[1], bottom[0], bottom[1]}, {top[8], top[9], bottom[8], bottom[9]}};
#pragma unroll
        for (int k = 0; k < rows; k += 16)
        {
            Words columns = load_transposed(halves() + left + k * a_stride);
            Words other = load_transposed(halves() + right + k * b_stride);
            multiply_add(c[0], columns, other.x, other.y);
            multiply_add(c[1], columns, other.z, other.w);
        }

#pragma unroll
        for (int i = 0; i < 2; i++)
        {
            top[8 * i] = c[i][0];
            top[8 * i + 1] = c[i][1];
            bottom[8 * i] = c[i][2];
            bottom[8 * i + 1] = c[i][3];
        }
    }

    for (int unit = thread_x(); unit < Outputs; unit += group_size())
    {
        float sum = 0.0f;
#pragma unroll 4
        for (int row = 0; row < rows; row++)
            sum += number(halves()[from + unit + row * a_stride]);
        floats()[sums + Outputs * Inputs + unit] += sum;
    }
}
}

extern "C" __global__ void __launch_bounds__(128) mlp_forward(const float *network, const float *input, float *output, int row_count)
{
    using namespace mlp;
    stage_all(network);
    group_barrier();
    for (int tile = block_x() * rows; tile < row_count; tile += grid_width() * rows)
    {
        compute_hidden(network, input, tile, row_count);
        float c[2][4];
        start_with(c, network + p2 + outputs * width);
        multiply<width>(c, u2 + own_row() * stride, stride, w2, stride);
        write_rows<outputs, 2, false>(output, c, tile + own_row(), 0, row_count, 1.0f);
        warp_barrier();
    }
}

extern "C" __global__ void __launch_bounds__(128) mlp_backward(
    const float *network, const float *input, const float *upstream, float *input_gradient, float *partials, const unsigned *largest, int row_count, int wants_input)
{
    using namespace mlp;
    float scale = scale_of(largest[0]);
    stage_all(network);
    for (int i = s0 + thread_x(); i < sums_end; i += group_size())
        floats()[i] = 0.0f;
    group_barrier();
    for (int tile = block_x() * rows; tile < row_count; tile += grid_width() * rows)
    {
        compute_hidden(network, input, tile, row_count);
        load_rows<outputs>(upstream, delta, tile, row_count, scale);
        group_barrier();
        add_gradient<outputs, width>(delta, u2, s2);
        group_barrier();
        send_back<outputs>(delta, u2, w2);
        group_barrier();
        add_gradient<width, width>(u2, u1, s1);
        group_barrier();
        send_back<width>(u2, u1, w1);
        group_barrier();
        add_gradient<width, inputs>(u1, u0, s0);
        if (wants_input != 0)
        {
            float c[4][4] = {};
            multiply_transposed<width>(c, u1 + own_row() * stride, stride, w0, in_stride);
            write_rows<inputs, 4, true>(input_gradient, c, tile + own_row(), 0, row_count, 1.0f / scale);
        }

        group_barrier();
    }

    // The sums lie in the order of the parameters.
    for (int i = thread_x(); i < parameters; i += group_size())
        partials[(long long)block_x() * parameters + i] = floats()[s0 + i] * (1.0f / scale);
}

extern "C" __global__ void __launch_bounds__(128) mlp_largest(const float *values, unsigned *largest, int count)
{
    int first = (block_x() * group_size() + thread_x()) * 64;
    unsigned found = 0;
    for (int i = first; i < first + 64 && i < count; i++)
    {
        unsigned bits = bits_of(values[i]) & 0x7fffffffu;
        found = bits > found ? bits : found;
    }

    if (found > 0)
        raise(largest, found);
}

extern "C" __global__ void __launch_bounds__(128) mlp_sum(const float *partials, float *gradient, int groups, int count)
{
    int parameter = block_x() * group_size() + thread_x();
    if (parameter >= count)
        return;
    float sum = 0.0f;
    for (int group = 0; group < groups; group++)
        sum += partials[(long long)group * count + parameter];
    gradient[parameter] += sum;
}
