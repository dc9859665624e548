using System;
using System.Collections.Generic;
using System.Reflection;
using ILGPU.Ptx.Translation;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace ILGPU.Ptx;

/// <summary>Bytes of a launch's parameters that are a constant to the compiler: a <see cref="SpecializedValue{T}"/>, or a field marked as a launch constant.</summary>
/// <param name="Offset">Where they lie in the block of parameters.</param>
/// <param name="Size">How many they are.</param>
internal readonly record struct ConstantRange(int Offset, int Size)
{
    /// <summary>The constants of a kernel, in order.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="parameters">The entry point's parameters: the last ones are the kernel's.</param>
    public static ConstantRange[] Of(MethodInfo kernel, IReadOnlyList<PtxParameter> parameters)
    {
        ParameterInfo[] all = kernel.GetParameters();
        int[] offsets = ArgumentBlock.OffsetsOf(parameters, out _);
        int first = all.Length - parameters.Count;
        List<ConstantRange> ranges = [];
        for (int i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Name != Translator.ExtentName)
            {
                Type type = all[i + first].ParameterType;
                Collect(type, offsets[i], IsSpecialized(type), ranges);
            }
        }

        return [.. ranges];
    }

    /// <summary>Whether a parameter of the type is a constant as a whole.</summary>
    public static bool IsSpecialized(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(SpecializedValue<>);

    private static void Collect(Type type, int offset, bool isConstant, List<ConstantRange> ranges)
    {
        TypeLayout layout = TypeLayout.Of(type);
        if (isConstant)
        {
            ranges.Add(new ConstantRange(offset, layout.Size));
            return;
        }

        foreach (FieldLayout field in layout.Fields)
        {
            Collect(field.Type, offset + field.Offset, field.IsConstant, ranges);
        }
    }
}
