using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using DreamFusion.Ptx.Tests.Comparison;
using DreamFusion.Ptx.Tests.Interpreter;
using DreamFusion.Ptx.Tests.RandomKernels;
using ILGPU;
using ILGPU.Ptx;
using ILGPU.Runtime.CPU;
using Xunit;

namespace DreamFusion.Ptx.Tests;

/// <summary>
/// Random kernels, compiled by Roslyn and run by .NET, against the same kernels as PTX in the interpreter: every bit is the same. Set PTX_RANDOM_KERNELS for more than
/// 2,000 and PTX_RANDOM_SEED for others.
/// </summary>
public sealed unsafe class RandomKernelTests
{
    private const int ElementCount = 33;
    private const int PerAssembly = 250;

    // One of so many also runs as .NET code made from its PTX, which takes longer to compile than to interpret.
    private const int CompiledEvery = 8;

    private static readonly int[] _ints = [.. Enumerable.Range(0, ElementCount).Select(i => i switch { 0 => 0, 1 => -1, 2 => int.MinValue, 3 => int.MaxValue, _ => unchecked(i * 0x3a5f1c7b) >> (i % 20) })];
    private static readonly long[] _longs = [.. Enumerable.Range(0, ElementCount).Select(i => i switch { 0 => 0, 1 => -1, 2 => long.MinValue, 3 => long.MaxValue, _ => unchecked(i * 0x3a5f1c7b9e3779b9) >> (i % 50) })];
    private static readonly float[] _floats = [.. Enumerable.Range(0, ElementCount).Select(i => i switch { 0 => 0f, 1 => -0f, 2 => float.NaN, 3 => float.PositiveInfinity, 4 => 1e-41f, 5 => 3e9f, _ => (i - 17) * 1.37f })];
    private static readonly double[] _doubles = [.. Enumerable.Range(0, ElementCount).Select(i => i switch { 0 => 0.0, 1 => double.NegativeInfinity, 2 => double.NaN, 3 => 1e19, 4 => -1e-310, _ => (i - 15) * 2.71 })];

    [Fact]
    public void RandomKernelsComputeWhatDotNetComputes()
    {
        int count = Setting("PTX_RANDOM_KERNELS", 2000);
        int seed = Setting("PTX_RANDOM_SEED", 1);
        ConcurrentBag<string> failures = [];
        Parallel.For(0, (count + PerAssembly - 1) / PerAssembly, new ParallelOptions { MaxDegreeOfParallelism = 2 }, batch =>
        {
            (MethodInfo[] kernels, string[] texts) = KernelAssembly.Make(seed + batch, Math.Min(PerAssembly, count - (batch * PerAssembly)), isOptimized: batch % 4 != 3);
            for (int k = 0; k < kernels.Length && failures.Count < 5; k++)
            {
                if (Compare(kernels[k], new PtxTarget { Architecture = k % 3 == 0 ? 75 : k % 3 == 1 ? 80 : 90 }, k % CompiledEvery == 0) is { } difference)
                {
                    failures.Add($"seed {seed + batch}, kernel {k}: {difference}\n{texts[k]}");
                }
            }
        });
        Assert.True(failures.IsEmpty, string.Join('\n', failures.OrderBy(failure => failure.Length).Take(2)));
    }

    private static int Setting(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    private static string? Compare(MethodInfo kernel, PtxTarget target, bool isCompiled)
    {
        fixed (int* ints = _ints)
        fixed (long* longs = _longs)
        fixed (float* floats = _floats)
        fixed (double* doubles = _doubles)
        {
            ulong[] expected = new ulong[ElementCount];
            fixed (ulong* result = expected)
            {
                object[] arguments = [new ArrayView<int>(ints, ElementCount), new ArrayView<long>(longs, ElementCount), new ArrayView<float>(floats, ElementCount),
                    new ArrayView<double>(doubles, ElementCount), new ArrayView<ulong>(result, ElementCount)];
                RunNatively(kernel, arguments);
                try
                {
                    string? difference = Difference(expected, Interpret(kernel, target, arguments, (ulong)result, isCompiled: false), target);
                    return difference is null && isCompiled ? Difference(expected, Interpret(kernel, target, arguments, (ulong)result, isCompiled: true), target) : difference;
                }
                catch (Exception exception) when (exception is PtxFaultException or PtxCompilationException or InvalidOperationException or ArgumentException or NullReferenceException)
                {
                    return exception.ToString();
                }
            }
        }
    }

    private static string? Difference(ulong[] expected, ulong[] actual, PtxTarget target)
    {
        int at = Enumerable.Range(0, ElementCount).FirstOrDefault(i => expected[i] != actual[i], -1);
        return at < 0 ? null : $"element {at} is {actual[at]:x16}, expected {expected[at]:x16} ({target.Architecture})";
    }

    private static void RunNatively(MethodInfo kernel, object[] arguments)
    {
        IntPtr position = LocalArena.Current.Position;
        for (int i = 0; i < ElementCount; i++)
        {
            kernel.Invoke(null, [new Index1D(i), .. arguments]);
            LocalArena.Current.Reset(position);
        }
    }

    private static ulong[] Interpret(MethodInfo kernel, PtxTarget target, object[] arguments, ulong result, bool isCompiled)
    {
        PtxModule module = PtxCompiler.Compile(kernel, isIndexed: true, target);
        PtxProgram program = PtxParser.Parse(module.Text);
        var memory = new DeviceMemory();
        memory.Add(AddressOf<int>(arguments[0]), MemoryMarshal.AsBytes<int>(_ints).ToArray());
        memory.Add(AddressOf<long>(arguments[1]), MemoryMarshal.AsBytes<long>(_longs).ToArray());
        memory.Add(AddressOf<float>(arguments[2]), MemoryMarshal.AsBytes<float>(_floats).ToArray());
        memory.Add(AddressOf<double>(arguments[3]), MemoryMarshal.AsBytes<double>(_doubles).ToArray());
        DeviceBuffer output = memory.Add(result, new byte[8 * ElementCount]);
        var machine = new Machine(program, memory, ArgumentBytes.Of(module, program, new Index3D(ElementCount, 1, 1), arguments), tracksUses: !isCompiled) { MaximumSteps = 5_000_000 };
        if (isCompiled)
        {
            machine.Use(machine.Compile());
        }

        machine.Launch((2, 1, 1), (32, 1, 1));
        return MemoryMarshal.Cast<byte, ulong>(output.Bytes).ToArray();
    }

    private static ulong AddressOf<T>(object view)
        where T : unmanaged
        => (ulong)((ArrayView<T>)view).Pointer;
}
