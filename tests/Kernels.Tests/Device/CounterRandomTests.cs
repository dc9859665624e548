using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Support;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Kernels.Tests.Device;

public sealed class CounterRandomTests
{
    private static readonly RandomKey _key = new(2023, 41, RandomPurpose.DiffusionNoise);

    // Known-answer tests of Random123 (kat_vectors, philox4x32 10).
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void PhiloxMatchesKnownAnswers(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint x0, uint x1, uint x2, uint x3)
    {
        CounterRandom.Block block = CounterRandom.Philox(c0, c1, c2, c3, k0, k1);
        Assert.Equal((x0, x1, x2, x3), (block.X0, block.X1, block.X2, block.X3));
    }

    // Evaluated in exact rational arithmetic with one rounding per operation; see tests/Golden/README.md.
    [Theory]
    [InlineData(0u, 0u, 0x3F1BC3C9u)]
    [InlineData(0u, 1u, 0x3FD1CB55u)]
    [InlineData(0u, 2u, 0x3F91F26Bu)]
    [InlineData(0u, 3u, 0x3F0C02BDu)]
    [InlineData(1u, 0u, 0xBE05252Au)]
    [InlineData(17u, 5u, 0xBF0B22E5u)]
    [InlineData(1023u, 0u, 0x3DD3C8E9u)]
    [InlineData(1000000u, 7u, 0x3F247366u)]
    public void NormalsHaveTheBitsOfExactArithmetic(uint index, uint lane, uint bits)
        => Assert.Equal(bits, BitConverter.SingleToUInt32Bits(CounterRandom.Normal(_key, index, lane)));

    // The same arithmetic for 4096 normals as one FNV-1a hash over their words: a product rounded before its sum changes few of them.
    [Fact]
    public void ManyNormalsHaveTheBitsOfExactArithmetic()
    {
        ulong hash = 0xcbf29ce484222325;
        for (uint index = 0; index < 2048; index++)
        {
            for (uint lane = 0; lane < 2; lane++)
            {
                hash = unchecked((hash ^ BitConverter.SingleToUInt32Bits(CounterRandom.Normal(_key, index, lane))) * 0x100000001b3);
            }
        }

        Assert.Equal(0x7DA54B459BD29934u, hash);
    }

    [Fact]
    public void UniformsTakeTheUpperBits()
    {
        var key = new RandomKey(2023, 41, RandomPurpose.RayJitter);
        Assert.Equal(15634392 / 16777216f, CounterRandom.Uniform(key, 0, 0));
        Assert.Equal(10253349 / 16777216f, CounterRandom.Uniform(key, 0, 3));
        Assert.Equal(16332148 / 16777216f, CounterRandom.Uniform(key, 5, 4));
    }

    [Fact]
    public void NormalsAgreeWithTheTransformInDouble()
    {
        double worst = 0;
        for (uint index = 0; index < 20000; index++)
        {
            CounterRandom.Block block = CounterRandom.Philox(index, 0, _key.Step, 1, _key.Seed, _key.Purpose);
            double radius = Math.Sqrt(-2 * Math.Log(((block.X0 >> 8) + 1) / 16777216d));
            double angle = 2 * Math.PI * (block.X1 >> 8) / 16777216d;
            worst = Math.Max(worst, Math.Abs(CounterRandom.Normal(_key, index, 0) - radius * Math.Cos(angle)));
            worst = Math.Max(worst, Math.Abs(CounterRandom.Normal(_key, index, 1) - radius * Math.Sin(angle)));
        }

        Assert.True(worst <= 1e-6, $"largest error {worst:g3}");
    }

    [Fact]
    public void MomentsAreThoseOfTheDistributions()
    {
        const int count = 200000;
        double uniform = 0, square = 0, normal = 0, variance = 0, kurtosis = 0, product = 0;
        for (uint i = 0; i < count; i++)
        {
            float u = CounterRandom.Uniform(_key, i, 0);
            Assert.InRange(u, 0f, 0.99999995f);
            double n = CounterRandom.Normal(_key, i, 0);
            uniform += u;
            square += u * u;
            normal += n;
            variance += n * n;
            kurtosis += n * n * n * n;
            product += n * CounterRandom.Normal(_key, i, 1);
        }

        // Five standard errors of each estimate.
        Assert.InRange(uniform / count, 0.5 - 0.0033, 0.5 + 0.0033);
        Assert.InRange(square / count, 1 / 3d - 0.0034, 1 / 3d + 0.0034);
        Assert.InRange(normal / count, -0.0112, 0.0112);
        Assert.InRange(variance / count, 1 - 0.016, 1 + 0.016);
        Assert.InRange(kurtosis / count, 3 - 0.11, 3 + 0.11);
        Assert.InRange(product / count, -0.0112, 0.0112);
    }

    [Fact]
    public void EveryPartOfTheKeyGivesAnotherStream()
    {
        float value = CounterRandom.Uniform(_key, 3, 1);
        Assert.NotEqual(value, CounterRandom.Uniform(new RandomKey(2024, 41, 6), 3, 1));
        Assert.NotEqual(value, CounterRandom.Uniform(new RandomKey(2023, 42, 6), 3, 1));
        Assert.NotEqual(value, CounterRandom.Uniform(new RandomKey(2023, 41, 7), 3, 1));
        Assert.NotEqual(value, CounterRandom.Uniform(_key, 4, 1));
        Assert.NotEqual(value, CounterRandom.Uniform(_key, 3, 2));
        Assert.NotEqual(value, CounterRandom.Uniform(_key, 3, 5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void KernelsAndHostDrawTheSameBits(int threads)
    {
        using var device = new TestDevice(threads);
        ArrayView<float> values = device.Zeros<float>(5000);
        Action<Index1D, ArrayView<float>> kernel = device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(DrawNormals);
        kernel(5000, values);
        float[] drawn = device.Read(values);
        for (uint i = 0; i < drawn.Length; i++)
        {
            Assert.Equal(CounterRandom.Normal(_key, i, 2), drawn[i]);
        }
    }

    private static void DrawNormals(Index1D index, ArrayView<float> values)
        => values[index] = CounterRandom.Normal(new RandomKey(2023, 41, RandomPurpose.DiffusionNoise), (uint)index.X, 2);
}
