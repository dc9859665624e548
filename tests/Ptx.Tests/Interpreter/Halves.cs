using System;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Pairs of 16-bit floats in words, by .NET's own type.</summary>
public static class Halves
{
    public static uint Add(uint x, uint y) => Pack(Low(x) + Low(y), High(x) + High(y));

    public static float Low(uint pair) => (float)BitConverter.UInt16BitsToHalf((ushort)pair);

    public static float High(uint pair) => (float)BitConverter.UInt16BitsToHalf((ushort)(pair >> 16));

    public static uint Pack(float low, float high) => BitConverter.HalfToUInt16Bits((Half)low) | ((uint)BitConverter.HalfToUInt16Bits((Half)high) << 16);
}
