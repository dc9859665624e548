using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Translation;

/// <summary>A field of a struct and where it lies.</summary>
/// <param name="Token">Metadata token, unique among the fields of a type.</param>
/// <param name="Name">Name.</param>
/// <param name="Type">Type.</param>
/// <param name="Offset">Bytes from the start of the struct.</param>
/// <param name="IsConstant">Whether it is marked as a launch constant.</param>
internal readonly record struct FieldLayout(int Token, string Name, Type Type, int Offset, bool IsConstant);

/// <summary>Size, alignment and fields of a type as .NET lays it out. Structs must be sequential and without references.</summary>
internal sealed class TypeLayout
{
    private static readonly ConcurrentDictionary<Type, TypeLayout> _all = new();

    private TypeLayout(int size, int alignment, FieldLayout[] fields, DataType? scalar)
    {
        Size = size;
        Alignment = alignment;
        Fields = fields;
        Scalar = scalar;
    }

    /// <summary>Bytes.</summary>
    public int Size { get; }

    public int Alignment { get; }

    /// <summary>Fields in order; none for a scalar.</summary>
    public IReadOnlyList<FieldLayout> Fields { get; }

    /// <summary>Type in memory of a number, an enumeration or a pointer; null for a struct.</summary>
    public DataType? Scalar { get; }

    /// <exception cref="NotSupportedException">A type that devices do not have.</exception>
    public static TypeLayout Of(Type type) => _all.GetOrAdd(type, Make);

    /// <summary>Number of the field in <see cref="Fields"/>.</summary>
    public int IndexOf(FieldInfo field)
    {
        for (int i = 0; i < Fields.Count; i++)
        {
            if (Fields[i].Token == field.MetadataToken)
            {
                return i;
            }
        }

        throw new NotSupportedException($"the field {field.DeclaringType?.Name}.{field.Name} is not part of the type");
    }

    private static TypeLayout Make(Type type)
    {
        if (ScalarOf(type) is { } scalar)
        {
            return new TypeLayout(scalar.Size(), scalar.Size(), [], scalar);
        }

        if (!type.IsValueType)
        {
            throw new NotSupportedException($"the type {type.Name} is a class; device code has structs only");
        }

        if (type.IsExplicitLayout)
        {
            throw new NotSupportedException($"the struct {type.Name} has an explicit layout, whose fields may overlap; use sequential fields");
        }

        if (type.IsDefined(typeof(InlineArrayAttribute), inherit: false) || type.IsDefined(typeof(UnsafeValueTypeAttribute), inherit: false))
        {
            throw new NotSupportedException($"the struct {type.Name} is an inline array or a fixed buffer; use named fields or LocalMemory.Allocate");
        }

        return MakeStruct(type);
    }

    private static TypeLayout MakeStruct(Type type)
    {
        StructLayoutAttribute? attribute = type.StructLayoutAttribute;
        int pack = attribute is { Pack: > 0 } ? attribute.Pack : 8;
        List<FieldLayout> fields = [];
        int offset = 0;
        int alignment = 1;
        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).OrderBy(field => field.MetadataToken))
        {
            TypeLayout layout = Of(field.FieldType);
            int fieldAlignment = Math.Min(layout.Alignment, pack);
            offset = (offset + fieldAlignment - 1) / fieldAlignment * fieldAlignment;
            // Known by its name, because the attribute belongs to the kernels.
            bool isConstant = field.GetCustomAttributesData().Any(data => data.AttributeType.Name == "LaunchConstantAttribute");
            fields.Add(new FieldLayout(field.MetadataToken, field.Name, field.FieldType, offset, isConstant));
            offset += layout.Size;
            alignment = Math.Max(alignment, fieldAlignment);
        }

        int size = Math.Max(Math.Max(1, (offset + alignment - 1) / alignment * alignment), attribute?.Size ?? 0);
        int actual = SizeOf(type);
        return size == actual
            ? new TypeLayout(size, alignment, [.. fields], null)
            : throw new NotSupportedException($"the struct {type.Name} has {actual} bytes where its fields in order take {size}; give it a sequential layout");
    }

    private static int SizeOf(Type type)
        => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static DataType? ScalarOf(Type type)
    {
        if (type.IsPointer || type.IsByRef || type.IsFunctionPointer || type == typeof(IntPtr) || type == typeof(UIntPtr))
        {
            return DataType.S64;
        }

        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean or TypeCode.Byte => DataType.U8,
            TypeCode.SByte => DataType.S8,
            TypeCode.Char or TypeCode.UInt16 => DataType.U16,
            TypeCode.Int16 => DataType.S16,
            TypeCode.Int32 => DataType.S32,
            TypeCode.UInt32 => DataType.U32,
            TypeCode.Int64 => DataType.S64,
            TypeCode.UInt64 => DataType.U64,
            TypeCode.Single => DataType.F32,
            TypeCode.Double => DataType.F64,
            _ => null,
        };
    }
}
