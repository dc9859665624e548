using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using DreamFusion.Ptx.Tests.Interpreter;
using Xunit;

namespace DreamFusion.Ptx.Tests;

/// <summary>The interpreter on PTX that another compiler made from sources of ours (tests/Golden/clang_ptx). Expected values come from the same formulas in C#.</summary>
public sealed class ClangProgramTests
{
    private const ulong First = 0x1000_0000;
    private const ulong Second = 0x2000_0000;
    private const ulong Third = 0x3000_0000;

    [Fact]
    public void SaxpyWithAStrideOverTheGrid()
    {
        float[] x = [.. Enumerable.Range(0, 1000).Select(i => 0.1f * i)];
        float[] y = [.. Enumerable.Range(0, 1000).Select(i => 1f / (1 + i))];
        var memory = new DeviceMemory();
        DeviceBuffer result = memory.Add(First, BytesOf(y));
        memory.Add(Second, BytesOf(x));
        Run("saxpy", memory, 3, 64, [.. BytesOf<ulong>(First, Second), .. BytesOf(1.7f), .. BytesOf(x.Length)]);
        Assert.Equal(x.Zip(y, (a, b) => MathF.FusedMultiplyAdd(1.7f, a, b)), Values<float>(result));
    }

    [Fact]
    public void IntegersOfAllWidths()
    {
        var random = new Random(3);
        long[] a = [.. Enumerable.Range(0, 256).Select(_ => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(60))];
        int[] b = [.. Enumerable.Range(0, 256).Select(_ => random.Next(int.MinValue, int.MaxValue) >> random.Next(30))];
        var memory = new DeviceMemory();
        DeviceBuffer result = memory.Add(First, new byte[8 * a.Length]);
        memory.Add(Second, BytesOf(a));
        memory.Add(Third, BytesOf(b));
        Run("integers", memory, 4, 64, BytesOf(First, Second, Third));
        Assert.Equal(a.Zip(b, Mixed), Values<ulong>(result));
    }

    [Fact]
    public void BlockSumInSharedMemory()
    {
        float[] x = [.. Enumerable.Range(0, 512).Select(i => (float)(i % 17))];
        var memory = new DeviceMemory();
        DeviceBuffer result = memory.Add(First, new byte[16]);
        memory.Add(Second, BytesOf(x));
        Run("blocksum", memory, 4, 128, BytesOf(First, Second));
        Assert.Equal(x.Chunk(128).Select(chunk => chunk.Sum()), Values<float>(result));
    }

    [Fact]
    public void FloatsWithADataDependentLoop()
    {
        float[] a = [.. Enumerable.Range(0, 128).Select(i => i == 5 ? float.NaN : (i - 40) * 1.37f)];
        double[] b = [.. Enumerable.Range(0, 128).Select(i => (i * 0.77) - 30)];
        var memory = new DeviceMemory();
        DeviceBuffer result = memory.Add(First, new byte[8 * a.Length]);
        memory.Add(Second, BytesOf(a));
        memory.Add(Third, BytesOf(b));
        Run("floats", memory, 2, 64, BytesOf(First, Second, Third));
        Assert.Equal(a.Zip(b, Looped), Values<double>(result));
    }

    [Fact]
    public void WarpSumByShuffles()
    {
        int[] x = [.. Enumerable.Range(0, 128).Select(i => (i * i) - 90)];
        var memory = new DeviceMemory();
        DeviceBuffer total = memory.Add(First, new byte[4]);
        DeviceBuffer lanes = memory.Add(Second, new byte[4 * x.Length]);
        memory.Add(Third, BytesOf(x));
        Run("warpsum", memory, 2, 64, BytesOf(First, Second, Third));
        Assert.Equal([x.Sum()], Values<int>(total));
        Assert.Equal(x.Chunk(32).SelectMany(warp => Enumerable.Repeat(warp.Sum(), 32)), Values<int>(lanes));
    }

    private static ulong Mixed(long x, int y)
    {
        uint u = (uint)y | 1u;
        ulong h = ((ulong)(x / u) * 31ul) + (ulong)(x % u);
        h = (h * 31ul) + ((uint)x / u);
        h = (h * 31ul) + (ulong)(sbyte)(y * 7);
        h = (h * 31ul) + (byte)(y >> 3);
        h = (h * 31ul) + (ulong)(short)(x >> 5);
        h = (h * 31ul) + (ushort)((uint)y >> 9);
        h = (h * 31ul) + ((ulong)(uint)y * (uint)x);
        h = (h * 31ul) + (ulong)((long)y * (int)x);
        h = (h * 31ul) + (ulong)(x >> (y & 63)) + ((ulong)x >> (int)(u & 63));
        h = (h * 31ul) + (ulong)(long)(y < (int)x ? y : (int)x) + ((uint)y > (uint)x ? 1ul : 0ul);
        return h ^ (h << 17);
    }

    private static double Looped(float x, double y)
    {
        float s = (x * 3.0f) + (float)y;
        int n = 0;
        while (s > 1.0f && n < 40)
        {
            s -= s * 0.37f;
            n++;
        }

        double d = y < x ? y - s : s / (y + 2.0);
        d = float.IsNaN(x) ? n : d;
        return (d * (int)(x * 8.0f)) + n;
    }

    private static void Run(string name, DeviceMemory memory, int blocks, int threads, byte[] parameters)
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "clang_ptx", name + ".ptx"));
        new Machine(PtxParser.Parse(text), memory, parameters).Launch((blocks, 1, 1), (threads, 1, 1));
    }

    private static byte[] BytesOf<T>(params T[] values)
        where T : unmanaged
        => MemoryMarshal.AsBytes<T>(values).ToArray();

    private static T[] Values<T>(DeviceBuffer buffer)
        where T : unmanaged
        => MemoryMarshal.Cast<byte, T>(buffer.Bytes).ToArray();
}
