using System;
using System.Linq;
using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Philox and the normals made of it. Origins: tests/Golden/README.md.</summary>
internal sealed class RandomDrawsCheck : ISelfCheck
{
    private const int Count = 1024;

    public string Family => "random numbers";

    public void Run(SelfCheckRun run)
    {
        // Known-answer tests of Random123 (kat_vectors, philox4x32 10).
        CounterRandom.Block ones = CounterRandom.Philox(~0u, ~0u, ~0u, ~0u, ~0u, ~0u);
        CounterRandom.Block digits = CounterRandom.Philox(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u);
        run.Exact(
            "Philox known answers",
            [0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u],
            [ones.X0, ones.X1, ones.X2, ones.X3, digits.X0, digits.X1, digits.X2, digits.X3]);

        // The upper 24 bits of Philox words, from a Python script.
        float[] uniforms = Draw(run.Device, normal: false, RandomPurpose.RayJitter, 0);
        float[] third = Draw(run.Device, normal: false, RandomPurpose.RayJitter, 3);
        run.Golden("uniforms on the device", [15634392 / 16777216d, 10253349 / 16777216d], [uniforms[0], third[0]], tolerance: 0);

        // Exact rational arithmetic with one rounding per operation, in a Python script.
        float[] normals = Draw(run.Device, normal: true, RandomPurpose.DiffusionNoise, 0);
        float[] sines = Draw(run.Device, normal: true, RandomPurpose.DiffusionNoise, 1);
        run.Exact("bits of normals on the device", [0x3F1BC3C9u, 0xBE05252Au, 0x3DD3C8E9u, 0x3FD1CB55u], [Bits(normals[0]), Bits(normals[1]), Bits(normals[1023]), Bits(sines[0])]);
        var key = new RandomKey(2023, 41, RandomPurpose.DiffusionNoise);
        int different = Enumerable.Range(0, Count).Count(i => Bits(CounterRandom.Normal(key, (uint)i, 0)) != Bits(normals[i]));
        run.Exact("device and host draw the same bits", [0], [different]);
        run.Repeats("", device => [.. Draw(device, normal: true, RandomPurpose.DiffusionNoise, 2), .. Draw(device, normal: false, RandomPurpose.Camera, 1)]);
    }

    private static float[] Draw(CheckDevice device, bool normal, uint purpose, uint lane)
    {
        var key = new RandomKey(2023, 41, purpose);
        ArrayView<float> values = device.Output(Count);
        RandomDraws draws = device.Kernels<RandomDraws>();
        if (normal)
        {
            draws.Normal(key, lane, values);
        }
        else
        {
            draws.Uniform(key, lane, values);
        }

        return CheckDevice.Read(values);
    }

    private static long Bits(float value) => BitConverter.SingleToUInt32Bits(value);
}
