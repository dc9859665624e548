using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using ILGPU.Ptx;

namespace ILGPU.Runtime.Cuda;

/// <summary>
/// Writes the arguments of a launch as the block of parameters that the kernel's entry point reads: an own small method for every kernel, so that a launch allocates nothing.
/// </summary>
internal sealed unsafe class ArgumentBlock
{
    private readonly Writer _write;

    /// <param name="entry">The kernel.</param>
    /// <param name="parameters">The entry point's parameters, the extent first if the kernel has an index.</param>
    /// <exception cref="NotSupportedException">An argument has another size than the parameter that it belongs to.</exception>
    public ArgumentBlock(KernelEntry entry, IReadOnlyList<PtxParameter> parameters)
    {
        int skipped = entry.Grouping == KernelGrouping.Explicit ? 0 : 1;
        FieldInfo[] fields = [.. Enumerable.Range(1, parameters.Count - skipped).Select(i => entry.ArgumentsType.GetField($"Arg{i}")!)];
        int[] offsets = OffsetsOf(parameters, out int size);
        Size = size;
        for (int i = 0; i < fields.Length; i++)
        {
            PtxParameter parameter = parameters[i + skipped];
            int given = SizeOf(fields[i].FieldType);
            if (given != parameter.Size)
            {
                throw new NotSupportedException($"Kernel '{entry.Name}': argument {i + 1} has {given} bytes, the entry point takes {parameter.Size}.");
            }
        }

        _write = Compile(entry.ArgumentsType, fields, offsets.AsSpan(skipped));
    }

    private delegate void Writer(KernelArguments arguments, byte* block);

    /// <summary>Bytes of the block.</summary>
    public int Size { get; }

    /// <summary>Where each parameter lies in the block.</summary>
    public static int[] OffsetsOf(IReadOnlyList<PtxParameter> parameters, out int size)
    {
        int[] offsets = new int[parameters.Count];
        size = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            int alignment = parameters[i].Alignment;
            offsets[i] = (size + alignment - 1) / alignment * alignment;
            size = offsets[i] + parameters[i].Size;
        }

        return offsets;
    }

    /// <summary>Writes all parameters but the extent.</summary>
    public void Write(KernelArguments arguments, byte* block) => _write(arguments, block);

    private static int SizeOf(Type type)
        => (int)typeof(System.Runtime.CompilerServices.Unsafe).GetMethod(nameof(System.Runtime.CompilerServices.Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static Writer Compile(Type arguments, FieldInfo[] fields, ReadOnlySpan<int> offsets)
    {
        var method = new DynamicMethod("WriteArguments", typeof(void), [typeof(KernelArguments), typeof(byte*)], typeof(KernelArguments).Module, skipVisibility: true);
        ILGenerator code = method.GetILGenerator();
        for (int i = 0; i < fields.Length; i++)
        {
            code.Emit(OpCodes.Ldarg_1);
            code.Emit(OpCodes.Ldc_I4, offsets[i]);
            code.Emit(OpCodes.Add);
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Castclass, arguments);
            code.Emit(OpCodes.Ldfld, fields[i]);
            code.Emit(OpCodes.Unaligned, (byte)1);
            code.Emit(OpCodes.Stobj, fields[i].FieldType);
        }

        code.Emit(OpCodes.Ret);
        return method.CreateDelegate<Writer>();
    }
}
