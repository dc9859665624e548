using System;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ILGPU;

/// <summary>Bit casts, sizes and output for kernels.</summary>
public static class Interop
{
    /// <summary>The bits of a float.</summary>
    public static uint FloatAsInt(float value) => BitConverter.SingleToUInt32Bits(value);

    /// <summary>The bits of a double.</summary>
    public static ulong FloatAsInt(double value) => BitConverter.DoubleToUInt64Bits(value);

    /// <summary>The bits of a half.</summary>
    public static ushort FloatAsInt(Half value) => value.RawValue;

    /// <summary>The float that has the given bits.</summary>
    public static float IntAsFloat(uint value) => BitConverter.UInt32BitsToSingle(value);

    /// <summary>The double that has the given bits.</summary>
    public static double IntAsFloat(ulong value) => BitConverter.UInt64BitsToDouble(value);

    /// <summary>The half that has the given bits.</summary>
    public static Half IntAsFloat(ushort value) => new(value);

    /// <summary>The size of a type in bytes.</summary>
    public static int SizeOf<T>()
        where T : unmanaged
        => Unsafe.SizeOf<T>();

    /// <summary>The size of the type of a value in bytes.</summary>
    public static int SizeOf<T>(T value)
        where T : unmanaged
        => Unsafe.SizeOf<T>();

    /// <summary>The offset of a field in bytes.</summary>
    public static int OffsetOf<T>(string fieldName)
        where T : struct
        => Marshal.OffsetOf<T>(fieldName).ToInt32();

    /// <summary>Prints a text.</summary>
    public static void Write(string format) => Console.Out.Write(format);

    /// <summary>Prints a text with the value in the place of {0}.</summary>
    public static void Write<T1>(string format, T1 arg1)
        where T1 : unmanaged
        => Console.Out.Write(string.Format(CultureInfo.InvariantCulture, format, arg1));

    /// <summary>Prints a text with the values in the places of {0} and {1}.</summary>
    public static void Write<T1, T2>(string format, T1 arg1, T2 arg2)
        where T1 : unmanaged
        where T2 : unmanaged
        => Console.Out.Write(string.Format(CultureInfo.InvariantCulture, format, arg1, arg2));

    /// <summary>Prints a text with the values in the places of {0}, {1} and {2}.</summary>
    public static void Write<T1, T2, T3>(string format, T1 arg1, T2 arg2, T3 arg3)
        where T1 : unmanaged
        where T2 : unmanaged
        where T3 : unmanaged
        => Console.Out.Write(string.Format(CultureInfo.InvariantCulture, format, arg1, arg2, arg3));

    /// <summary>Prints a text and ends the line.</summary>
    public static void WriteLine(string format) => Write(format + "\n");

    /// <summary>Prints a text with the value in the place of {0} and ends the line.</summary>
    public static void WriteLine<T1>(string format, T1 arg1)
        where T1 : unmanaged
        => Write(format + "\n", arg1);

    /// <summary>Prints a text with the values in the places of {0} and {1} and ends the line.</summary>
    public static void WriteLine<T1, T2>(string format, T1 arg1, T2 arg2)
        where T1 : unmanaged
        where T2 : unmanaged
        => Write(format + "\n", arg1, arg2);

    /// <summary>Prints a text with the values in the places of {0}, {1} and {2} and ends the line.</summary>
    public static void WriteLine<T1, T2, T3>(string format, T1 arg1, T2 arg2, T3 arg3)
        where T1 : unmanaged
        where T2 : unmanaged
        where T3 : unmanaged
        => Write(format + "\n", arg1, arg2, arg3);
}
