using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text;
using ILGPU.Ptx.Code;
using ILGPU.Ptx.Emission;
using ILGPU.Ptx.Passes;
using ILGPU.Ptx.Translation;
using ILGPU.Runtime;

namespace ILGPU.Ptx;

/// <summary>Compiles kernels from .NET's intermediate language to PTX. Needs no driver and no toolkit.</summary>
public static class PtxCompiler
{
    private static readonly Dictionary<int, object> _noConstants = [];

    /// <summary>Compiles a kernel.</summary>
    /// <param name="kernel">Static method, or a lambda that captures nothing; type parameters must be given.</param>
    /// <param name="isIndexed">
    /// True for a kernel whose first parameter is its index (loaded with automatic or implicit grouping), false for one that reads Grid and Group.
    /// </param>
    /// <param name="target">Architecture and semantics.</param>
    /// <param name="constants">Values of parameters, by position, that every launch of the result has; null for none.</param>
    /// <param name="specialization">Limits of every launch, for the driver's register allocation.</param>
    /// <exception cref="PtxCompilationException">The kernel holds something that cannot be compiled; the message says where.</exception>
    public static PtxModule Compile(
        MethodInfo kernel, bool isIndexed, PtxTarget target, IReadOnlyDictionary<int, object>? constants = null, KernelSpecialization specialization = default)
        => Compile(kernel, isIndexed, target, constants ?? _noConstants, null, specialization);

    /// <summary>Compiles a kernel for launches that share the values of its launch constants.</summary>
    /// <param name="kernel">Kernel.</param>
    /// <param name="isIndexed">Whether its first parameter is its index.</param>
    /// <param name="target">Architecture and semantics.</param>
    /// <param name="launch">The parameters of one such launch, as bytes.</param>
    /// <param name="specialization">Limits of every launch.</param>
    /// <exception cref="PtxCompilationException">The kernel holds something that cannot be compiled; the message says where.</exception>
    internal static PtxModule CompileForLaunch(MethodInfo kernel, bool isIndexed, PtxTarget target, byte[] launch, KernelSpecialization specialization)
        => Compile(kernel, isIndexed, target, _noConstants, launch, specialization);

    private static PtxModule Compile(
        MethodInfo kernel, bool isIndexed, PtxTarget target, IReadOnlyDictionary<int, object> constants, byte[]? launch, KernelSpecialization specialization)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(target);
        target.Validate();
        KernelCode code = Translator.Translate(kernel, isIndexed, target, constants, launch);
        PassPipeline.Run(code);
        RefuseLocalMemory(kernel, code);
        RefuseLargeStaticMemory(code);
        string name = EntryName(kernel);
        (string text, int instructions, int registers) = PtxWriter.Write(code, name, target, specialization);
        return new PtxModule(
            text,
            name,
            code.Parameters,
            [.. code.Arrays.Where(array => array.Space == AddressSpace.Local).Select(array => new PtxLocalArray(array.Name, array.Size, array.Position.Line))],
            instructions,
            registers,
            code.OwnFunctions,
            code.Arrays.Where(array => array.Space == AddressSpace.Shared).Sum(array => array.Size));
    }

    private static void RefuseLocalMemory(MethodInfo kernel, KernelCode code)
    {
        // Known by its name, because the attribute belongs to the kernels.
        bool isForbidden = kernel.GetCustomAttributesData().Any(attribute => attribute.AttributeType.Name == "NoLocalMemoryAttribute");
        MemoryArray? left = code.Arrays.Find(array => array.Space == AddressSpace.Local);
        if (isForbidden && left is not null)
        {
            throw new PtxCompilationException(
                code.Name, left.Position, $"{left.Size} bytes stay in local memory, which the kernel forbids; index the array by constants or by loops with constant bounds");
        }
    }

    // PTX has no larger static arrays; dynamic memory above it is asked for at the launch.
    private static void RefuseLargeStaticMemory(KernelCode code)
    {
        const int Limit = 48 * 1024;
        MemoryArray[] arrays = [.. code.Arrays.Where(array => array.Space == AddressSpace.Shared)];
        long size = arrays.Sum(array => array.Size);
        if (size > Limit)
        {
            throw new PtxCompilationException(
                code.Name, arrays[^1].Position, $"{size} bytes of static shared memory, at most {Limit} are possible; use SharedMemory.GetDynamic, and ask for the size at the launch");
        }
    }

    // Letters, digits and underscores: Type_Method_TypeArguments.
    private static string EntryName(MethodInfo kernel)
    {
        var name = new StringBuilder($"{kernel.DeclaringType?.Name}_{kernel.Name}");
        foreach (Type argument in (kernel.DeclaringType?.GetGenericArguments() ?? []).Concat(kernel.IsGenericMethod ? kernel.GetGenericArguments() : []))
        {
            name.Append('_').Append(argument.Name);
        }

        for (int i = 0; i < name.Length; i++)
        {
            name[i] = char.IsAsciiLetterOrDigit(name[i]) ? name[i] : '_';
        }

        return name.ToString();
    }
}
