// The hash grid as HashGridPairKernels has it: a level for each row of the grid, two lanes for each sample, of which one has the corners with b_x = 0 and the other those with
// b_x = 1. Two features, trilinear.
#pragma once
#include "device.cuh"

struct Level { float scale; int resolution, offset, entries, dense; };

struct HalfCell
{
    int x, y, z;
    int entry[4];
    float weight[4];
};

INLINE float unit_coordinate(float x, float scale, float offset)
{
    float unit = fused(scale, x, offset);
    return unit < 0.0f ? 0.0f : unit > 1.0f ? 1.0f : unit;
}

INLINE int entry_of(const Level &level, int x, int y, int z)
{
    int dense = x + level.resolution * (y + level.resolution * z);
    dense = dense >= level.entries ? dense - level.entries : dense;
    unsigned hash = (unsigned)x ^ ((unsigned)y * 2654435761u) ^ ((unsigned)z * 805459861u);
    return level.offset + (level.dense != 0 ? dense : (int)(hash & (unsigned)(level.entries - 1)));
}

INLINE HalfCell locate(const Level &level, const float *position, float scale, float offset, int side)
{
    float px = fused(level.scale, unit_coordinate(position[0], scale, offset), 0.5f);
    float py = fused(level.scale, unit_coordinate(position[1], scale, offset), 0.5f);
    float pz = fused(level.scale, unit_coordinate(position[2], scale, offset), 0.5f);
    HalfCell cell;
    cell.x = (int)px;
    cell.y = (int)py;
    cell.z = (int)pz;
    float ux = px - (float)cell.x, uy = py - (float)cell.y, uz = pz - (float)cell.z;
    float wx = side == 0 ? 1.0f - ux : ux;
#pragma unroll
    for (int corner = 0; corner < 4; corner++)
    {
        int y = corner & 1, z = corner >> 1;
        cell.entry[corner] = entry_of(level, cell.x + side, cell.y + y, cell.z + z);
        cell.weight[corner] = wx * ((y == 0 ? 1.0f - uy : uy) * (z == 0 ? 1.0f - uz : uz));
    }

    return cell;
}

// The pair's sum of the even feature in the even lane and of the odd one in the odd: one exchange for both.
INLINE float exchanged(float even, float odd, int side)
{
    float own = side == 0 ? even : odd;
    return own + shuffle_xor(side == 0 ? odd : even, 1);
}

template <bool IsHalf>
INLINE void encode(const void *table, const float *positions, float *features, const Level *levels, int samples, int level_count, int active_levels, float scale, float offset)
{
    int level = block_y();
    int side = thread_x() & 1;
    int number_of_pair = (block_x() * group_size() + thread_x()) >> 1;
    bool is_own = number_of_pair < samples;
    int sample = is_own ? number_of_pair : samples - 1;
    float y = 0.0f;
    if (level < active_levels)
    {
        HalfCell cell = locate(levels[level], positions + 3 * (long long)sample, scale, offset, side);
        Pair t[4];
#pragma unroll
        for (int corner = 0; corner < 4; corner++)
        {
            if (IsHalf)
            {
                unsigned pair = read_only_word((const unsigned *)table + cell.entry[corner]);
                t[corner].x = number((half_bits)pair);
                t[corner].y = number((half_bits)(pair >> 16));
            }
            else
            {
                t[corner] = read_only_pair((const float *)table + 2 * (long long)cell.entry[corner]);
            }
        }

        float even = cell.weight[0] * t[0].x;
        float odd = cell.weight[0] * t[0].y;
#pragma unroll
        for (int corner = 1; corner < 4; corner++)
        {
            even = fused(cell.weight[corner], t[corner].x, even);
            odd = fused(cell.weight[corner], t[corner].y, odd);
        }

        y = exchanged(even, odd, side);
    }

    if (is_own)
        features[2 * ((long long)sample * level_count + level) + side] = y;
}

// How gradients are added: pairs of floats, or scaled pairs of 16-bit floats.
struct FloatSums
{
    float *gradient;
    INLINE void add(int entry, float x, float y) const { add_pair(gradient + 2 * (long long)entry, x, y); }
};

struct HalfSums
{
    unsigned *words;
    float factor;
    INLINE void add(int entry, float x, float y) const { add_halves(words + entry, pack(x * factor, y * factor)); }
};

// A pair of lanes walks some samples and adds up in registers as long as the cell is the same.
template <typename Sums>
INLINE void backward(const Sums &sums, const float *positions, const float *upstream, const Level &level, int samples, int level_count, int number_of_level, int run, float scale, float offset)
{
    int side = thread_x() & 1;
    int first = ((block_x() * group_size() + thread_x()) >> 1) * run;
    int last = first + run < samples ? first + run : samples;
    HalfCell cell = {};
    float x[4] = {}, y[4] = {};
    bool is_open = false;
    for (int sample = first; sample < last; sample++)
    {
        Pair r = read_only_pair(upstream + 2 * ((long long)sample * level_count + number_of_level));
        if (!(r.x != 0.0f || r.y != 0.0f))
            continue;
        HalfCell next = locate(level, positions + 3 * (long long)sample, scale, offset, side);
        if (is_open && !(next.x == cell.x && next.y == cell.y && next.z == cell.z))
        {
#pragma unroll
            for (int corner = 0; corner < 4; corner++)
            {
                sums.add(cell.entry[corner], x[corner], y[corner]);
                x[corner] = y[corner] = 0.0f;
            }
        }

#pragma unroll
        for (int corner = 0; corner < 4; corner++)
        {
            x[corner] = fused(next.weight[corner], r.x, x[corner]);
            y[corner] = fused(next.weight[corner], r.y, y[corner]);
        }

        cell = next;
        is_open = true;
    }

    if (is_open)
    {
#pragma unroll
        for (int corner = 0; corner < 4; corner++)
            sums.add(cell.entry[corner], x[corner], y[corner]);
    }
}

extern "C" __global__ void __launch_bounds__(128) hash_encode(
    const float *table, const float *positions, float *features, const Level *levels, int samples, int level_count, int active_levels, float scale, float offset)
{
    encode<false>(table, positions, features, levels, samples, level_count, active_levels, scale, offset);
}

extern "C" __global__ void __launch_bounds__(128) hash_encode_half(
    const unsigned *table, const float *positions, float *features, const Level *levels, int samples, int level_count, int active_levels, float scale, float offset)
{
    encode<true>(table, positions, features, levels, samples, level_count, active_levels, scale, offset);
}

extern "C" __global__ void __launch_bounds__(128) hash_backward(
    float *gradient, const float *positions, const float *upstream, const Level *levels, int samples, int level_count, int first_level, int run, float scale, float offset)
{
    int level = first_level + block_y();
    FloatSums sums = {gradient};
    backward(sums, positions, upstream, levels[level], samples, level_count, level, run, scale, offset);
}

// 2^k with k = 14 - ceil(log2 total), for which no sum can leave the range of 16 bits.
INLINE float half_factor(float total)
{
    int exponent = 14 + 126 - (int)(bits_of(total) >> 23);
    exponent = exponent > 126 ? 126 : exponent < -126 ? -126 : exponent;
    return float_of((unsigned)(exponent + 127) << 23);
}

extern "C" __global__ void __launch_bounds__(128) hash_backward_half(
    unsigned *gradient, const float *positions, const float *upstream, const Level *levels, const float *totals, int samples, int level_count, int first_level, int run, float scale,
    float offset)
{
    int level = first_level + block_y();
    HalfSums sums = {gradient, half_factor(totals[level])};
    backward(sums, positions, upstream, levels[level], samples, level_count, level, run, scale, offset);
}

// What a level's samples can give to an entry together: the scale of its sums.
extern "C" __global__ void __launch_bounds__(128) hash_total(const float *upstream, float *totals, int samples, int level_count, int first_level)
{
    int level = first_level + block_y();
    int first = (block_x() * group_size() + thread_x()) * 64;
    float total = 0.0f;
    for (int sample = first; sample < first + 64 && sample < samples; sample++)
    {
        Pair r = read_only_pair(upstream + 2 * ((long long)sample * level_count + level));
        unsigned x = bits_of(r.x) & 0x7fffffffu, y = bits_of(r.y) & 0x7fffffffu;
        total += float_of(x > y ? x : y);
    }

    if (!(total == 0.0f))
        add(totals + level, total);
}

extern "C" __global__ void __launch_bounds__(128) hash_add_halves(float *gradient, unsigned *words, const float *totals, const Level *levels, int first_level)
{
    int number_of_level = first_level + block_y();
    const Level &level = levels[number_of_level];
    float total = totals[number_of_level];
    float factor = half_factor(total);
    bool is_finite = bits_of(total) < 0x7f800000u;
    for (int i = level.offset + block_x() * group_size() + thread_x(); i < level.offset + level.entries; i += grid_width() * group_size())
    {
        unsigned sums = words[i];
        words[i] = 0;
        if (sums != 0 || !is_finite)
        {
            float missing = float_of(0x7f800001u);
            gradient[2 * (long long)i] += is_finite ? number((half_bits)sums) / factor : missing;
            gradient[2 * (long long)i + 1] += is_finite ? number((half_bits)(sums >> 16)) / factor : missing;
        }
    }
}

extern "C" __global__ void __launch_bounds__(128) hash_pack(const float *table, unsigned *words, int count)
{
    int i = block_x() * group_size() + thread_x();
    if (i < count)
    {
        Pair value = read_only_pair(table + 2 * (long long)i);
        words[i] = pack_finite(value.x, value.y);
    }
}
