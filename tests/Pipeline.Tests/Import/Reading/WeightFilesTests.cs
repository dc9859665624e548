using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import.Reading;
using DreamFusion.RandomCheckpoints;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Import.Reading;

public sealed class WeightFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_half_and_every_upper_half_becomes_the_float_that_it_is()
    {
        ushort[] bits = [.. Enumerable.Range(0, 1 << 16).Select(i => (ushort)i)];
        float[] halves = new float[bits.Length], upper = new float[bits.Length];
        TensorConversion.ToFloats(TensorType.F16, MemoryMarshal.AsBytes<ushort>(bits), halves);
        // In two parts that are no multiple of a vector.
        TensorConversion.ToFloats(TensorType.BF16, MemoryMarshal.AsBytes<ushort>(bits.AsSpan(..^3)), upper.AsSpan(..^3));
        TensorConversion.ToFloats(TensorType.BF16, MemoryMarshal.AsBytes<ushort>(bits.AsSpan(^3..)), upper.AsSpan(^3..));
        for (int i = 0; i < bits.Length; i++)
        {
            // IEEE 754: sign, 5 bits of exponent biased by 15, 10 of fraction.
            int exponent = (i >> 10) & 31, fraction = i & 1023;
            double value = (i >> 15 == 0 ? 1 : -1) * (exponent == 0 ? fraction * Math.Pow(2, -24) : (1 + (fraction / 1024.0)) * Math.Pow(2, exponent - 15));
            if (exponent < 31)
            {
                Assert.Equal((float)value, halves[i]);
            }
            else
            {
                Assert.True(fraction == 0 ? float.IsInfinity(halves[i]) : float.IsNaN(halves[i]));
            }

            Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(upper[i]));
        }
    }

    [Fact]
    public void Data_need_no_alignment_and_shapes_may_be_scalar_or_empty()
    {
        string path = _folder.File("odd.safetensors");
        // A header of any length, and one byte before the floats.
        TensorSource.Write(path, [Floats("scalar", [], 4.5f), Floats("none", [0, 3]), Floats("x", [2, 2], 1, -2, 3, -4), Halves("h", [3], 1, 2, 0.5f)], new Dictionary<string, string> { ["pad"] = "12345" });
        using var files = WeightFiles.Open(path);
        Assert.Equal([4.5f], files.Read("scalar"));
        Assert.Empty(files.Read("none"));
        Assert.Equal([1, -2, 3, -4], files.Read("x"));
        Assert.Equal([3, -4], files.Read("x", part: 1, parts: 2));
        Assert.Equal([1, 2, 0.5f], files.Read("h"));
    }

    [Fact]
    public void Names_that_save_model_dropped_are_found_by_what_they_shared()
    {
        string path = _folder.File("shared.safetensors");
        TensorSource.Write(path, [Floats("kept", [1], 7)], new Dictionary<string, string> { ["dropped"] = "kept", ["format"] = "pt" });
        using var files = WeightFiles.Open(path);
        Assert.Equal([7], files.Read("dropped"));
        Assert.False(files.Contains("format"));
    }

    [Fact]
    public void Shards_are_one_checkpoint()
    {
        string index = Shards(("a", "1.safetensors"), ("b", "2.safetensors"));
        using var files = WeightFiles.Open(index);
        Assert.Equal(["a", "b"], files.Keys.Order());
        Assert.Equal([2], files.Read("b"));
        Assert.Equal(3, files.Paths.Count);
    }

    [Theory]
    [InlineData("""{"weight_map": {"a": "1.safetensors", "b": "1.safetensors"}}""", "has no tensor 'b'")]
    [InlineData("""{"weight_map": {"b": "2.safetensors", "c": "2.safetensors"}}""", "has no tensor 'c'")]
    [InlineData("""{"weight_map": {"b": "2.safetensors", "a": "../1.safetensors"}}""", "expected the name of a file beside the index")]
    [InlineData("""{"weight_map": {"a": "1.safetensors", "a": "2.safetensors"}}""", "not a valid index")]
    [InlineData("""{"weight_map": {"a": "3.safetensors"}}""", "cannot be read")]
    [InlineData("""{"weight_map": {"a": "1.safetensors", "d": "4.safetensors"}}""", "lies in 4.safetensors and in another file")]
    [InlineData("""{"weight_map": {"d": "4.safetensors"}}""", "holds the tensor 'a', which the index does not place there")]
    [InlineData("""{"weight_map": {}}""", "names no tensor")]
    [InlineData("""{"metadata": {}}""", "has no object 'weight_map'")]
    [InlineData("""{"weight_map": {"a": 1}}""", "expected the name of a file")]
    public void An_index_that_does_not_fit_its_files_is_refused(string json, string says)
    {
        string index = Shards(("a", "1.safetensors"), ("b", "2.safetensors"));
        TensorSource.Write(_folder.File("4.safetensors"), [Floats("d", [1], 4), Floats("a", [1], 4)]);
        File.WriteAllText(index, json);
        DfkException error = Assert.ThrowsAny<DfkException>(() => WeightFiles.Open(index).Dispose());
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TensorType.F8E4M3, "8-bit float type F8_E4M3 (fp8)")]
    [InlineData(TensorType.F8E5M2, "8-bit float type F8_E5M2 (fp8)")]
    [InlineData(TensorType.F64, "the type F64")]
    [InlineData(TensorType.I8, "the type I8")]
    public void Other_types_are_refused_by_name(TensorType type, string says)
    {
        string path = _folder.File("type.safetensors");
        TensorSource.WriteHollow(path, [new CheckpointTensor("x", [4], type, () => [])]);
        using var files = WeightFiles.Open(path);
        DfkException error = Assert.ThrowsAny<DfkException>(() => files.Read("x"));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private string Shards(params (string Key, string File)[] entries)
    {
        foreach (((string key, string file), int i) in entries.Select((entry, i) => (entry, i)))
        {
            TensorSource.Write(_folder.File(file), [Floats(key, [1], i + 1)]);
        }

        string index = _folder.File("model.safetensors.index.json");
        string map = string.Join(", ", entries.Select(entry => $"\"{entry.Key}\": \"{entry.File}\""));
        File.WriteAllText(index, "{\"metadata\": {\"total_size\": 8}, \"weight_map\": {" + map + "}}");
        return index;
    }

    private static CheckpointTensor Floats(string key, long[] shape, params float[] values) => new(key, shape, TensorType.F32, () => values);

    private static CheckpointTensor Halves(string key, long[] shape, params float[] values) => new(key, shape, TensorType.F16, () => values);
}
