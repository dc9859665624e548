using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using DreamFusion.Kernels.Mlp;
using DreamFusion.Ptx.Tests.Comparison;
using DreamFusion.Ptx.Tests.Interpreter;
using ILGPU;
using ILGPU.Ptx;
using ILGPU.Runtime;
using Xunit;
using Xunit.Abstractions;

namespace DreamFusion.Ptx.Tests;

/// <summary>What the compiler promises: where arrays live, which loops are written out, which branches disappear, what it refuses and how it says so.</summary>
public sealed class CompilerTests(ITestOutputHelper output)
{
    private static readonly float[] _values = [.. Enumerable.Range(0, 240).Select(i => (i * 0.31f) - 20f)];

    [Fact]
    public void ALocalArrayWithConstantPlacesLivesInRegisters()
    {
        PtxModule module = Compile(nameof(CompilerKernels.LocalArray));
        Assert.Empty(module.LocalArrays);
        Assert.DoesNotContain(".local", module.Text, StringComparison.Ordinal);
        using var launch = new ComparedLaunch();
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_values);
        launch.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(CompilerKernels.LocalArray)(40, x.View.BaseView);
        launch.AssertSame();
    }

    [Fact]
    public void ALocalArrayWithAVariablePlaceIsReportedOrRefused()
    {
        PtxModule module = Compile(nameof(CompilerKernels.MixedViews));
        PtxLocalArray left = Assert.Single(module.LocalArrays);
        Assert.Equal(32, left.Size);
        Assert.StartsWith("tests/Ptx.Tests/CompilerKernels.cs:", left.Line, StringComparison.Ordinal);
        PtxCompilationException refusal = Assert.Throws<PtxCompilationException>(() => Compile(nameof(CompilerKernels.LocalArrayWithAVariableIndex)));
        Assert.Contains("16 bytes stay in local memory", refusal.Message, StringComparison.Ordinal);
    }

    // ECMA-335 III.3.55: a remainder has the sign of its dividend, so int.MinValue % 3 is -2. .NET 10's JIT has 2 where the dividend is a rotated constant, which it
    // folds to a positive number of 64 bits; RandomKernels/KernelWriter keeps away from that one expression.
    [Fact]
    public unsafe void TheRemainderOfARotatedConstantHasItsSign()
    {
        const ulong Address = 0x1000_0000;
        int[] numbers = [.. Enumerable.Range(0, 16)];
        PtxModule module = Compile(nameof(CompilerKernels.RemainderOfARotatedConstant));
        PtxProgram program = PtxParser.Parse(module.Text);
        var memory = new DeviceMemory();
        DeviceBuffer buffer = memory.Add(Address, MemoryMarshal.AsBytes<int>(numbers).ToArray());
        byte[] parameters = ArgumentBytes.Of(module, program, new Index3D(numbers.Length, 1, 1), [new ArrayView<int>((int*)Address, numbers.Length)]);
        new Machine(program, memory, parameters).Launch((1, 1, 1), (32, 1, 1));
        Assert.Equal(numbers.Select(n => (int)((long)int.MinValue % (n + 3))), MemoryMarshal.Cast<byte, int>(buffer.Bytes).ToArray());
        fixed (int* pointer = numbers)
        {
            CompilerKernels.RemainderOfARotatedConstant(0, new ArrayView<int>(pointer, numbers.Length));
            output.WriteLine($"int.MinValue % 3 by the JIT: {numbers[0]}");
        }
    }

    [Theory]
    [InlineData("Forward")]
    [InlineData("Backward")]
    [InlineData("InputGradient")]
    [InlineData("InputGradientBackward")]
    public void TheNetworkOfAKnownShapeHasNoLocalMemory(string kernel)
    {
        MethodInfo method = typeof(FusedMlpKernels).GetMethod(kernel)!.MakeGenericMethod(typeof(Relu));
        MlpOptions toybox = MlpOptions.Toybox;
        object arguments = Activator.CreateInstance(method.GetParameters()[1].ParameterType)!;
        FieldInfo network = arguments.GetType().GetField("Network")!;
        network.SetValue(arguments, new MlpNetwork { InputCount = toybox.InputCount, Width = toybox.Width, HiddenLayers = toybox.HiddenLayers, OutputCount = toybox.OutputCount, HasBias = 1 });
        PtxModule general = PtxCompiler.Compile(method, isIndexed: true, new PtxTarget());
        Assert.NotEmpty(general.LocalArrays);
        byte[] block = ArgumentBytes.Of(general, PtxParser.Parse(general.Text), new Index3D(1, 1, 1), [arguments]);
        PtxModule module = PtxCompiler.CompileForLaunch(method, isIndexed: true, new PtxTarget(), block, default);
        output.WriteLine($"{module.InstructionCount} instructions, {module.RegisterCount} virtual registers; local {string.Join(", ", module.LocalArrays)}");
        Assert.Empty(module.LocalArrays);
    }

    [Fact]
    public void AViewMayBeInSeveralSpaces()
    {
        using var launch = new ComparedLaunch();
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_values);
        Action<Index1D, ArrayView<float>, int> kernel = launch.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, int>(CompilerKernels.MixedViews);
        kernel(30, x.View.BaseView, 3);
        kernel(30, x.View.BaseView, 0);
        launch.AssertSame();
        Assert.Contains("cvta.local.u64", Compile(nameof(CompilerKernels.MixedViews)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void LoopsAreWrittenOutOnRequest()
    {
        string unrolled = Compile(nameof(CompilerKernels.Unrolled)).Text;
        Assert.Equal(8, Count(unrolled, "add.rn.f32"));
        Assert.Equal(1, Count(unrolled, "bra"));
        string kept = Compile(nameof(CompilerKernels.NeverUnrolled)).Text;
        Assert.Contains(".pragma \"nounroll\";", kept, StringComparison.Ordinal);
        Assert.Equal(1, Count(kept, "add.rn.f32"));
        using var launch = new ComparedLaunch();
        using MemoryBuffer1D<float, Stride1D.Dense> x = launch.Accelerator.Allocate1D(_values);
        launch.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(CompilerKernels.Unrolled)(40, x.View.BaseView);
        launch.AssertSame();
    }

    [Fact]
    public void ConstantsOfALaunchDecideBranches()
    {
        MethodInfo kernel = ComparedLaunch.Method(typeof(CompilerKernels), nameof(CompilerKernels.Choice));
        string general = PtxCompiler.Compile(kernel, isIndexed: true, new PtxTarget()).Text;
        string chosen = PtxCompiler.Compile(kernel, isIndexed: true, new PtxTarget(), new Dictionary<int, object> { [2] = 1 }).Text;
        Assert.Contains("div.rn.f32", general, StringComparison.Ordinal);
        Assert.DoesNotContain("div.rn.f32", chosen, StringComparison.Ordinal);
        Assert.Contains("sqrt.rn.f32", chosen, StringComparison.Ordinal);
    }

    [Fact]
    public void LimitsOfALaunchAreWritten()
    {
        MethodInfo kernel = ComparedLaunch.Method(typeof(CompilerKernels), nameof(CompilerKernels.Choice));
        string text = PtxCompiler.Compile(kernel, isIndexed: true, new PtxTarget(), specialization: new KernelSpecialization(128, 4)).Text;
        Assert.Contains(".maxntid 128, 1, 1\n.minnctapersm 4\n", text, StringComparison.Ordinal);
        Assert.NotEmpty(PtxParser.Parse(text).Statements);
    }

    [Theory]
    [InlineData(nameof(CompilerKernels.Throws), "creates an object of the class InvalidOperationException")]
    [InlineData(nameof(CompilerKernels.Recurses), "which calls itself")]
    [InlineData(nameof(CompilerKernels.ReadsStatic), "reads the static field CompilerKernels._counter, which may change")]
    [InlineData(nameof(CompilerKernels.Allocates), "allocates an array")]
    [InlineData(nameof(CompilerKernels.CreatesObject), "creates an object of the class Object")]
    [InlineData(nameof(CompilerKernels.CallsDelegate), "static field")]
    [InlineData(nameof(CompilerKernels.UsesHost), "calls System.Environment.get_TickCount, which devices do not have")]
    [InlineData(nameof(CompilerKernels.Remainder), "takes the remainder of floating-point numbers")]
    [InlineData(nameof(CompilerKernels.VariableLength), "a length that is not a positive constant")]
    [InlineData(nameof(CompilerKernels.DoubleExponential), "calls System.Math.Exp, which devices do not have")]
    [InlineData(nameof(CompilerKernels.Catches), "has a try block")]
    public void WhatCannotBeCompiledIsNamedWithItsLine(string kernel, string reason)
    {
        CompilerKernels.Bump();
        PtxCompilationException refusal = Assert.Throws<PtxCompilationException>(() => Compile(kernel));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("tests/Ptx.Tests/CompilerKernels.cs:", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(refusal.Method);
    }

    [Fact]
    public void OnlyKnownArchitecturesAreTaken()
        => Assert.Throws<ArgumentOutOfRangeException>(() => PtxCompiler.Compile(ComparedLaunch.Method(typeof(CompilerKernels), nameof(CompilerKernels.Choice)), isIndexed: true, new PtxTarget { Architecture = 70 }));

    private static PtxModule Compile(string kernel) => PtxCompiler.Compile(ComparedLaunch.Method(typeof(CompilerKernels), kernel), isIndexed: true, new PtxTarget());

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
