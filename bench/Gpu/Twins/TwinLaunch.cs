using System;
using System.Runtime.InteropServices;

namespace DreamFusion.Bench.Gpu.Twins;

/// <summary>A launch of a kernel written in CUDA C++.</summary>
/// <param name="Entry">Name of the entry point.</param>
/// <param name="GridX">Groups.</param>
/// <param name="GridY">Rows of groups.</param>
/// <param name="SharedBytes">Dynamic shared memory.</param>
/// <param name="Arguments">Bytes of the parameters.</param>
public sealed record TwinLaunch(string Entry, int GridX, int GridY, int SharedBytes, byte[] Arguments)
{
    /// <summary>Threads of a group, of all twins.</summary>
    public const int GroupSize = 128;

    /// <summary>Lays parameters out as an entry point has them: each at a multiple of its size.</summary>
    /// <param name="values">Addresses as <see cref="long"/>, numbers as <see cref="int"/> or <see cref="float"/>.</param>
    /// <exception cref="ArgumentException">A value of another type.</exception>
    public static byte[] Pack(params object[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        byte[] block = new byte[sizeof(long) * values.Length];
        int end = 0;
        foreach (object value in values)
        {
            int size = value is long ? sizeof(long) : sizeof(int);
            end = (end + size - 1) / size * size;
            Span<byte> target = block.AsSpan(end, size);
            switch (value)
            {
                case long address: MemoryMarshal.Write(target, in address); break;
                case int number: MemoryMarshal.Write(target, in number); break;
                case float number: MemoryMarshal.Write(target, in number); break;
                default: throw new ArgumentException($"{value.GetType()} is no parameter of a twin.", nameof(values));
            }

            end += size;
        }

        return block[..end];
    }
}
