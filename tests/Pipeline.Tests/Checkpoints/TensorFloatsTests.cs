using System;
using DreamFusion.Pipeline.Checkpoints;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Checkpoints;

public sealed class TensorFloatsTests
{
    [Theory]
    [InlineData(TensorType.F32, new byte[] { 0, 0, 0xC0, 0xBF }, -1.5f)]
    [InlineData(TensorType.BF16, new byte[] { 0xC0, 0xBF }, -1.5f)]
    [InlineData(TensorType.BF16, new byte[] { 0x7F, 0x7F }, 3.3895314e38f)]
    [InlineData(TensorType.F16, new byte[] { 0, 0xBE }, -1.5f)]
    [InlineData(TensorType.F16, new byte[] { 1, 0 }, 5.9604645e-8f)]
    [InlineData(TensorType.F16, new byte[] { 0xFF, 0x7B }, 65504f)]
    [InlineData(TensorType.F16, new byte[] { 0, 0x7E }, float.NaN)]
    [InlineData(TensorType.F64, new byte[] { 0, 0, 0, 0, 0, 0, 0xF8, 0xBF }, -1.5f)]
    [InlineData(TensorType.F64, new byte[] { 0, 0, 0, 0, 0, 0, 0xF0, 0x7E }, float.PositiveInfinity)]
    public void ValuesAreThoseOfTheFormats(TensorType type, byte[] bytes, float expected)
    {
        // IEEE 754 and bfloat16 by hand: sign, exponent, fraction. Bytes at odd addresses, as files without padding have them.
        float[] values = new float[2];
        byte[] twice = [0, .. bytes, .. bytes];
        TensorFloats.Convert(type, twice.AsSpan(1), values);
        Assert.Equal([expected, expected], values);
    }

    [Theory]
    [InlineData(TensorType.F8E4M3)]
    [InlineData(TensorType.F8E5M2)]
    [InlineData(TensorType.I32)]
    [InlineData(TensorType.F4)]
    public void OtherTypesAreNotRead(TensorType type)
    {
        Assert.False(TensorFloats.IsReadable(type));
        Assert.Throws<ArgumentException>(() => TensorFloats.Convert(type, new byte[4], new float[1]));
    }

    [Fact]
    public void LengthsMustFit() => Assert.Throws<ArgumentException>(() => TensorFloats.Convert(TensorType.F16, new byte[4], new float[1]));
}
