using System;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using DreamFusion.Ptx.Tests.Interpreter;
using ILGPU;
using ILGPU.Ptx;

namespace DreamFusion.Ptx.Tests.Comparison;

/// <summary>Lays arguments out as a launch hands them to an entry point.</summary>
internal static class ArgumentBytes
{
    /// <summary>The parameter block of a launch.</summary>
    /// <param name="module">Compiled kernel.</param>
    /// <param name="program">The same, parsed.</param>
    /// <param name="extent">Extent of an indexed kernel; null for others.</param>
    /// <param name="arguments">Arguments without the index.</param>
    public static byte[] Of(PtxModule module, PtxProgram program, Index3D? extent, object[] arguments)
    {
        byte[] block = new byte[program.ParameterBytes];
        object[] values = extent is { } size ? [size, .. arguments] : arguments;
        foreach ((PtxParameter parameter, object value) in module.Parameters.Zip(values))
        {
            byte[] bytes = Bytes(value);
            if (bytes.Length != parameter.Size)
            {
                throw new InvalidOperationException($"The parameter {parameter.Name} has {parameter.Size} bytes, the argument {bytes.Length}.");
            }

            bytes.CopyTo(block, program.Parameters[parameter.Name].Offset);
        }

        return block;
    }

    private static byte[] Bytes(object value) => (byte[])typeof(ArgumentBytes)
        .GetMethod(nameof(Copy), BindingFlags.NonPublic | BindingFlags.Static)!
        .MakeGenericMethod(value.GetType())
        .Invoke(null, [value])!;

    private static byte[] Copy<T>(T value)
        where T : unmanaged
        => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();
}
