using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Support;
using ILGPU;
using Xunit;

namespace DreamFusion.Kernels.Tests.Device;

public sealed class RandomDrawsTests
{
    private static readonly RandomKey _key = new(2023, 41, RandomPurpose.DiffusionNoise);

    [Theory]
    [InlineData(1, 4999)]
    [InlineData(4, 4999)]
    [InlineData(2, 0)]
    public void DrawsHaveTheBitsOfTheHost(int threads, int count)
    {
        using var device = new TestDevice(threads);
        ArrayView<float> uniforms = device.Zeros<float>(count), normals = device.Zeros<float>(count);
        device.Kernels<RandomDraws>().Uniform(_key, 3, uniforms);
        device.Kernels<RandomDraws>().Normal(_key, 5, normals);
        float[] u = device.Read(uniforms), n = device.Read(normals);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(BitConverter.SingleToInt32Bits(CounterRandom.Uniform(_key, (uint)i, 3)), BitConverter.SingleToInt32Bits(u[i]));
            Assert.Equal(BitConverter.SingleToInt32Bits(CounterRandom.Normal(_key, (uint)i, 5)), BitConverter.SingleToInt32Bits(n[i]));
        }
    }
}
