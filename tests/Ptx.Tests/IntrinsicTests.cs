using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using DreamFusion.Architecture.Tests.Il;
using DreamFusion.Kernels.Device;
using DreamFusion.Ptx.Tests.Comparison;
using DreamFusion.Ptx.Tests.Interpreter;
using ILGPU;
using ILGPU.Ptx;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Ptx.Tests;

/// <summary>
/// Vector accesses, reductions, ballots, matrix products and copies without waiting: the portable bodies on the CPU accelerator against the instructions in the interpreter,
/// bit by bit, and the instructions that each target must get.
/// </summary>
public sealed class IntrinsicTests
{
    private static readonly float[] _values = [.. Enumerable.Range(0, 512).Select(i => ((i * 37 % 101) - 50) * 0.125f)];

    public static TheoryData<int> Architectures => [75, 80, 90];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void VectorsOfFour(int architecture)
    {
        using var launch = new ComparedLaunch(Target(architecture));
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_values);
        using MemoryBuffer1D<float, Stride1D.Dense> y = launch.Accelerator.Allocate1D(new float[512]);
        launch.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(IntrinsicKernels.Vectors)(128, x.View.BaseView, y.View.BaseView);
        launch.AssertSame();
        AssertHas(nameof(IntrinsicKernels.Vectors), architecture, "ld.global.v4.f32", "ld.global.nc.v4.f32", "ld.global.nc.f32", "st.global.v4.f32");
    }

    [Theory]
    [InlineData(75, "cvt.rn.f16.f32")]
    [InlineData(80, "cvt.rn.f16x2.f32")]
    [InlineData(90, "cvt.rn.f16x2.f32")]
    public void ProductsFloorsAndPairs(int architecture, string instruction)
    {
        // Products that round, negative numbers, ties between two 16-bit floats, denormal ones, what is too large for them.
        float[] values = [.. _values.Select((value, i) => (i % 8) switch { 0 => 1f + (value * 1.1920929e-7f), 1 => -0.5f, 2 => 1f + (1f / 2048), 3 => 3e-6f * value, 4 => 70_000f, _ => value * 1.37f })];
        using var launch = new ComparedLaunch(Target(architecture));
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(values);
        using MemoryBuffer1D<float, Stride1D.Dense> y = launch.Accelerator.Allocate1D(new float[128]);
        using MemoryBuffer1D<int, Stride1D.Dense> floors = launch.Accelerator.Allocate1D(new int[128]);
        using MemoryBuffer1D<uint, Stride1D.Dense> halves = launch.Accelerator.Allocate1D(new uint[128]);
        launch.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<uint>>(IntrinsicKernels.Scalars)(
            128, x.View.BaseView, y.View.BaseView, floors.View.BaseView, halves.View.BaseView);
        launch.AssertSame();
        Assert.Equal(Enumerable.Range(0, 128).Select(i => MathF.FusedMultiplyAdd(values[2 * (i ^ 1)], values[i], values[(2 * (i ^ 1)) + 1])), y.GetAsArray1D());
        Assert.Equal(values.Take(128).Select(value => (int)MathF.Floor(value)), floors.GetAsArray1D());
        Assert.Equal(Enumerable.Range(0, 128).Select(i => Word(values[2 * i], values[(2 * i) + 1])), halves.GetAsArray1D());
        AssertHas(nameof(IntrinsicKernels.Scalars), architecture, "ld.global.nc.v2.f32", "fma.rn.f32", "cvt.rmi.s32.f32", instruction);

        static uint Word(float low, float high) => BitConverter.HalfToUInt16Bits((System.Half)low) | ((uint)BitConverter.HalfToUInt16Bits((System.Half)high) << 16);
    }

    [Fact]
    public void EveryIntrinsicIsInOneOfTheseKernels()
    {
        MethodInfo[] intrinsics = [.. typeof(DeviceAccess).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(method => method.GetCustomAttribute<DeviceIntrinsicAttribute>() is not null)];
        MethodBase[] called = [.. typeof(IntrinsicKernels).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .SelectMany(kernel => IlReader.Read(kernel).Select(instruction => instruction.Callee).OfType<MethodBase>())];
        Assert.True(intrinsics.Length >= 18, $"{intrinsics.Length} intrinsics");
        Assert.Empty(intrinsics.Where(intrinsic => !called.Contains(intrinsic)).Select(intrinsic => intrinsic.Name));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void SumsOfVectors(int architecture)
    {
        using var launch = new ComparedLaunch(Target(architecture));
        using MemoryBuffer1D<float, Stride1D.Dense> four = launch.Accelerator.Allocate1D(new float[12]);
        using MemoryBuffer1D<float, Stride1D.Dense> two = launch.Accelerator.Allocate1D(new float[10]);
        using MemoryBuffer1D<uint, Stride1D.Dense> halves = launch.Accelerator.Allocate1D(new uint[2]);
        // Numbers whose sums are exact in any order.
        launch.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<uint>>(IntrinsicKernels.Sums)(
            90, four.View.BaseView, two.View.BaseView, halves.View.BaseView);
        launch.AssertSame();
        Assert.Equal(45f, HalfPair.Low(halves.GetAsArray1D()[0]));
        Assert.Equal(45 * 0.125f, HalfPair.High(halves.GetAsArray1D()[1]));
        string[] vectors = ["red.global.add.v4.f32", "red.global.add.v2.f32"];
        AssertHas(nameof(IntrinsicKernels.Sums), architecture, [.. architecture == 90 ? vectors : ["red.global.add.f32"], "red.global.add.noftz.f16x2"]);
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Ballots(int architecture)
    {
        using var launch = new ComparedLaunch(Target(architecture));
        using MemoryBuffer1D<int, Stride1D.Dense> x = launch.Accelerator.Allocate1D([.. Enumerable.Range(0, 128).Select(i => i * i % 7)]);
        using MemoryBuffer1D<uint, Stride1D.Dense> masks = launch.Accelerator.Allocate1D(new uint[128]);
        launch.Accelerator.LoadStreamKernel<ArrayView<int>, ArrayView<uint>>(IntrinsicKernels.Ballots)((2, 64), x.View.BaseView, masks.View.BaseView);
        launch.AssertSame();
        uint expected = Enumerable.Range(0, 32).Where(i => i * i % 7 % 3 == 0).Aggregate(0u, (mask, i) => mask | (1u << i));
        Assert.Equal(expected, masks.GetAsArray1D()[0]);
        AssertHas(nameof(IntrinsicKernels.Ballots), architecture, "vote.sync.ballot.b32");
    }

    [Theory]
    [InlineData(75, 0, "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32")]
    [InlineData(80, 0, "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32")]
    [InlineData(90, 0, "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32")]
    [InlineData(75, 1, "shfl.sync.idx.b32")]
    [InlineData(80, 1, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32")]
    public void ProductsOfMatrices(int architecture, int isBrain, string instruction)
    {
        float[,] left = new float[16, 16];
        float[,] right = new float[16, 8];
        float[,] start = new float[16, 8];
        var random = new Random(5);
        Fill(left, random);
        Fill(right, random);
        Fill(start, random);
        uint Pair(float low, float high) => isBrain != 0 ? (BitConverter.SingleToUInt32Bits(low) >> 16) | (BitConverter.SingleToUInt32Bits(high) & 0xFFFF0000) : HalfPair.Pack(low, high);
        uint[] a = [.. Enumerable.Range(0, 128).Select(i => (Row: (i / 4 / 4) + (8 * (i % 2)), Column: (2 * (i / 4 % 4)) + (8 * (i % 4 / 2)))).Select(at => Pair(left[at.Row, at.Column], left[at.Row, at.Column + 1]))];
        uint[] b = [.. Enumerable.Range(0, 64).Select(i => (Row: (2 * (i / 2 % 4)) + (8 * (i % 2)), Column: i / 2 / 4)).Select(at => Pair(right[at.Row, at.Column], right[at.Row + 1, at.Column]))];
        (int Row, int Column)[] places = [.. Enumerable.Range(0, 128).Select(i => ((i / 4 / 4) + (8 * (i % 4 / 2)), (2 * (i / 4 % 4)) + (i % 2)))];
        using var launch = new ComparedLaunch(Target(architecture));
        using MemoryBuffer1D<uint, Stride1D.Dense> first = launch.Accelerator.Allocate1D(a);
        using MemoryBuffer1D<uint, Stride1D.Dense> second = launch.Accelerator.Allocate1D(b);
        using MemoryBuffer1D<float, Stride1D.Dense> sums = launch.Accelerator.Allocate1D(Array.ConvertAll(places, at => start[at.Row, at.Column]));
        launch.Accelerator.LoadStreamKernel<ArrayView<uint>, ArrayView<uint>, ArrayView<float>, int>(IntrinsicKernels.Products)((1, 32), first.View.BaseView, second.View.BaseView, sums.View.BaseView, isBrain);
        launch.AssertSame();
        // The numbers are small eighths: every sum is exact, and three times the product is added.
        float[] expected = Array.ConvertAll(places, at => start[at.Row, at.Column] + (3 * Enumerable.Range(0, 16).Sum(k => left[at.Row, k] * right[k, at.Column])));
        Assert.Equal(expected, sums.GetAsArray1D());
        AssertHas(nameof(IntrinsicKernels.Products), architecture, instruction);
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void MatricesFromSharedMemory(int architecture)
    {
        ushort[] numbers = [.. Enumerable.Range(0, 512).Select(i => (ushort)i)];
        using var launch = new ComparedLaunch(Target(architecture));
        using MemoryBuffer1D<ushort, Stride1D.Dense> x = launch.Accelerator.Allocate1D(numbers);
        using MemoryBuffer1D<uint, Stride1D.Dense> words = launch.Accelerator.Allocate1D(new uint[256]);
        launch.Accelerator.LoadStreamKernel<ArrayView<ushort>, ArrayView<uint>>(IntrinsicKernels.Matrices)((1, 32), x.View.BaseView, words.View.BaseView);
        launch.AssertSame();
        // Lane 9 is g = 2, t = 1: row 2 of matrix 1 is the tile's row 10, and transposed it takes column 2 of rows 10 and 11.
        uint[] result = words.GetAsArray1D();
        Assert.Equal((uint)((10 * 16) + 2) | ((uint)((10 * 16) + 3) << 16), result[(8 * 9) + 1]);
        Assert.Equal((uint)((10 * 16) + 8 + 2) | ((uint)((11 * 16) + 8 + 2) << 16), result[(8 * 9) + 5]);
        AssertHas(nameof(IntrinsicKernels.Matrices), architecture, "ldmatrix.sync.aligned.m8n8.x4.shared.b16", "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16");
    }

    [Theory]
    [InlineData(75, "ld.global.v4.f32")]
    [InlineData(80, "cp.async.cg.shared.global")]
    [InlineData(90, "cp.async.wait_all")]
    public void CopiesToSharedMemory(int architecture, string instruction)
    {
        using var launch = new ComparedLaunch(Target(architecture));
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_values);
        using MemoryBuffer1D<float, Stride1D.Dense> y = launch.Accelerator.Allocate1D(new float[128]);
        launch.Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(IntrinsicKernels.AsyncCopies)((2, 64), x.View.BaseView, y.View.BaseView);
        launch.AssertSame();
        AssertHas(nameof(IntrinsicKernels.AsyncCopies), architecture, instruction);
    }

    [Fact]
    public void ACopyThatNobodyWaitsForIsNotThere()
    {
        using var launch = new ComparedLaunch(Target(80));
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_values);
        using MemoryBuffer1D<float, Stride1D.Dense> y = launch.Accelerator.Allocate1D(new float[64]);
        launch.Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(IntrinsicKernels.ForgottenWait)((1, 64), x.View.BaseView, y.View.BaseView);
        Assert.Contains("UninitializedMemory", Assert.Single(launch.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(IntrinsicKernels.EarlyRead), 80, "UninitializedMemory")]
    [InlineData(nameof(IntrinsicKernels.MisalignedLoad), 75, "Misaligned")]
    [InlineData(nameof(IntrinsicKernels.MisalignedPair), 75, "Misaligned")]
    [InlineData(nameof(IntrinsicKernels.MisalignedStore), 80, "Misaligned")]
    [InlineData(nameof(IntrinsicKernels.MisalignedSum), 90, "Misaligned")]
    [InlineData(nameof(IntrinsicKernels.MisalignedCopy), 80, "Misaligned")]
    [InlineData(nameof(IntrinsicKernels.MisalignedRows), 75, "Misaligned")]
    [InlineData(nameof(IntrinsicKernels.RowsOutside), 90, "OutOfBounds")]
    [InlineData(nameof(IntrinsicKernels.HalfAWarp), 80, "InactiveLane")]
    public void MisuseIsFound(string kernel, int architecture, string fault)
    {
        MethodInfo method = typeof(IntrinsicKernels).GetMethod(kernel)!;
        bool isIndexed = method.GetParameters()[0].ParameterType == typeof(Index1D);
        PtxModule module = PtxCompiler.Compile(method, isIndexed, Target(architecture));
        const ulong X = 0x1000_0000;
        const ulong Y = 0x2000_0000;
        var memory = new DeviceMemory();
        memory.Add(X, new byte[4096]);
        memory.Add(Y, new byte[4096]);
        PtxProgram program = PtxParser.Parse(module.Text);
        var extent = new Index3D(32, 1, 1);
        object[] views = [View(X), View(Y)];
        var machine = new Machine(program, memory, ArgumentBytes.Of(module, program, isIndexed ? extent : null, views));
        PtxFaultException found = Assert.Throws<PtxFaultException>(() => machine.Launch((1, 1, 1), (32, 1, 1)));
        Assert.Equal(fault, found.Kind.ToString());
    }

    [Fact]
    public void SharedMemoryAbove48KBIsDynamic()
    {
        MethodInfo method = typeof(IntrinsicKernels).GetMethod(nameof(IntrinsicKernels.LargeStaticMemory))!;
        PtxCompilationException refused = Assert.Throws<PtxCompilationException>(() => PtxCompiler.Compile(method, isIndexed: false, Target(80)));
        Assert.Contains("SharedMemory.GetDynamic", refused.Message, StringComparison.Ordinal);
        using var launch = new ComparedLaunch(Target(80));
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_values);
        using MemoryBuffer1D<float, Stride1D.Dense> y = launch.Accelerator.Allocate1D(new float[64]);
        launch.Accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<float>>(IntrinsicKernels.LargeDynamicMemory)(
            (1, 64, SharedMemoryConfig.RequestDynamic<float>(20 * 1024)), x.View.BaseView, y.View.BaseView);
        launch.AssertSame();
        Assert.Equal(_values[511] + (20 * 1024) - 1, y.GetAsArray1D()[0]);
    }

    // A view of 1024 floats at an address: what the compiled kernel gets as bytes.
    private static ArrayView<float> View(ulong address)
    {
        var view = default(ArrayView<float>);
        Span<ulong> words = MemoryMarshal.Cast<ArrayView<float>, ulong>(MemoryMarshal.CreateSpan(ref view, 1));
        (words[0], words[1]) = (address, 1024);
        return view;
    }

    private static void Fill(float[,] matrix, Random random)
    {
        for (int i = 0; i < matrix.GetLength(0); i++)
        {
            for (int j = 0; j < matrix.GetLength(1); j++)
            {
                matrix[i, j] = random.Next(-16, 17) * 0.125f;
            }
        }
    }

    private static PtxTarget Target(int architecture) => new() { Architecture = architecture };

    private static void AssertHas(string kernel, int architecture, params IEnumerable<string> instructions)
    {
        MethodInfo method = typeof(IntrinsicKernels).GetMethod(kernel)!;
        string text = PtxCompiler.Compile(method, method.GetParameters()[0].ParameterType == typeof(Index1D), Target(architecture)).Text;
        Assert.All(instructions, instruction => Assert.Contains(instruction, text, StringComparison.Ordinal));
    }
}
