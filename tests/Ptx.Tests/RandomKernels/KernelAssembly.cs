using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DreamFusion.Ptx.Tests.RandomKernels;

/// <summary>Compiles random kernels with Roslyn.</summary>
internal static class KernelAssembly
{
    private const string Head = """
        using System;
        using System.Numerics;
        using ILGPU;

        public struct Pair { public int A; public float B; public ushort C; }

        public struct Nested
        {
            public Pair Inner;
            public long Wide;
            public Nested(Pair inner, long wide) { Inner = inner; Wide = wide ^ inner.A; }
        }

        public interface IFactor { static abstract float Factor { get; } }
        public readonly struct Half1 : IFactor { public static float Factor => 0.5f; }
        public readonly struct Half2 : IFactor { public static float Factor => 0.25f; }

        public static class RandomKernels
        {
            private static ulong Fold(bool x) => x ? 3ul : 5ul;
            private static ulong Fold(sbyte x) => (ulong)x;
            private static ulong Fold(byte x) => x;
            private static ulong Fold(short x) => (ulong)x;
            private static ulong Fold(ushort x) => x;
            private static ulong Fold(int x) => (ulong)x;
            private static ulong Fold(uint x) => x;
            private static ulong Fold(long x) => (ulong)x;
            private static ulong Fold(ulong x) => x;
            private static ulong Fold(float x) => float.IsNaN(x) ? 9ul : BitConverter.SingleToUInt32Bits(x);
            private static ulong Fold(double x) => double.IsNaN(x) ? 9ul : BitConverter.DoubleToUInt64Bits(x);
            private static void Swap(ref int a, ref int b) { int t = a; a = b; b = t; }
            private static void Raise(ref long a, in long b) { if (a < b) a = b; else a++; }
            private static Pair Mix(Pair p, int x) { p.A += x; p.B *= 0.5f; p.C ^= (ushort)x; return p; }
            private static int Early(int x, float y) { if (x < 0) return -x; for (int k = 0; k < 3; k++) { x += k; if (y > x) return x; } return x * 2; }
            private static float Blend<T>(float x) where T : struct, IFactor => x * T.Factor;

        """;

    /// <summary>As many kernels as asked for, from a seed; optimised as src/Kernels is, or as in a debug build, whose intermediate language is another one.</summary>
    public static (MethodInfo[] Kernels, string[] Texts) Make(int seed, int count, bool isOptimized)
    {
        string[] texts = [.. Enumerable.Range(0, count).Select(k => new KernelWriter(new Random(unchecked((seed * 1_000_003) + k))).Write($"K{k}"))];
        string source = new StringBuilder(Head).AppendJoin('\n', texts).Append("}\n").ToString();
        string platform = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        IEnumerable<string> paths = new[] { "System.Private.CoreLib.dll", "System.Runtime.dll" }.Select(name => Path.Combine(platform, name)).Append(typeof(ILGPU.Index1D).Assembly.Location);
        var compilation = CSharpCompilation.Create(
            $"RandomKernels{seed}",
            [CSharpSyntaxTree.ParseText(source)],
            [.. paths.Select(path => MetadataReference.CreateFromFile(path))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: isOptimized ? OptimizationLevel.Release : OptimizationLevel.Debug, checkOverflow: false));
        using var image = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(image);
        if (!result.Success)
        {
            throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Take(5)));
        }

        Type kernels = Assembly.Load(image.ToArray()).GetType("RandomKernels")!;
        return ([.. Enumerable.Range(0, count).Select(k => kernels.GetMethod($"K{k}")!)], texts);
    }
}
