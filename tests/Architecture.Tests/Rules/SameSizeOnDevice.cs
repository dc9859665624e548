using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>
/// Structs in memory must have one layout: fields in order, each at a multiple of its alignment. Explicit layouts, packing,
/// given sizes and empty structs differ between .NET and the device, and the host's bytes would be read as other fields.
/// Structs with views are not memory: ILGPU carries them over field by field.
/// </summary>
public sealed class SameSizeOnDevice : MethodRule
{
    /// <inheritdoc/>
    public override string Id => "K22";

    /// <inheritdoc/>
    public override string Remedy => "Drop Pack, Size and explicit offsets; give an empty struct no place in memory";

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Check(DeviceMethod method)
    {
        IEnumerable<(int Offset, Type Type)> elements = method.Types
            .Where(use => use.Type.IsGenericType && use.Type.Name.StartsWith("ArrayView", StringComparison.Ordinal))
            .Select(use => (use.Offset, use.Type.GetGenericArguments()[0]));
        IEnumerable<(int Offset, Type Type)> measured = method.Instructions
            .Where(instruction => instruction.OpCode == OpCodes.Sizeof)
            .Select(instruction => (instruction.Offset, (Type)instruction.Operand!));
        IEnumerable<(int Offset, Type Type)> interop = method.Instructions
            .Where(instruction => instruction.Callee is { DeclaringType.FullName: "ILGPU.Interop", Name: "SizeOf", IsGenericMethod: true })
            .Select(instruction => (instruction.Offset, instruction.Callee!.GetGenericArguments()[0]));
        IEnumerable<(int Offset, Type Type)> arguments = method.Method.GetParameters()
            .Where(parameter => KernelDiscovery.IsKernelClass(method.Method.DeclaringType) && parameter.ParameterType.IsValueType)
            .Select(parameter => (0, parameter.ParameterType));
        return elements.Concat(measured).Concat(interop).Concat(arguments).Distinct()
            .Where(use => IsPlainStruct(use.Type) && Natural(use.Type).Size != HostSize(use.Type))
            .Select(use => new Finding(method, use.Offset, $"{Display.NameOf(use.Type)} has {HostSize(use.Type)} bytes on the host and {Natural(use.Type).Size} on the device"));
    }

    private static bool IsPlainStruct(Type type) =>
        type is { IsValueType: true, IsPrimitive: false, IsEnum: false, IsByRefLike: false } && !IsIlgpu(type) && !HoldsViews(type);

    private static bool HoldsViews(Type type) => !type.IsPrimitive && !type.IsEnum && !type.IsPointer
        && (!type.IsValueType || (IsIlgpu(type) && type.IsGenericType) || Fields(type).Any(field => HoldsViews(field.FieldType)));

    private static bool IsIlgpu(Type type) => type.Namespace?.StartsWith("ILGPU", StringComparison.Ordinal) == true;

    private static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance);

    private static int HostSize(Type type) => RuntimeHelpers.SizeOf(type.TypeHandle);

    /// <summary>Size and alignment of a struct by natural alignment, as PTX compilers lay it out.</summary>
    private static (int Size, int Alignment) Natural(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || type.IsPointer)
        {
            return (HostSize(type), HostSize(type));
        }

        int offset = 0;
        int alignment = 1;
        foreach ((int size, int align) in Fields(type).OrderBy(field => field.MetadataToken).Select(field => Natural(field.FieldType)))
        {
            offset = (offset + align - 1) / align * align + size;
            alignment = Math.Max(alignment, align);
        }

        return ((offset + alignment - 1) / alignment * alignment, alignment);
    }
}
