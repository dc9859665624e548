using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using DreamFusion.Pipeline.Checkpoints;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Checkpoints;

public sealed class SafeTensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Fact]
    public void Reads_the_example_of_the_format()
    {
        // Origin: laid out by hand from the format's README: length, header, data; offsets count from the end of the header.
        using SafeTensorsReader reader = Open(
            """{"__metadata__":{"format":"pt"},"b":{"dtype":"I32","shape":[2],"data_offsets":[8,16]},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"e":{"dtype":"F16","shape":[0,3],"data_offsets":[16,16]},"s":{"dtype":"U8","shape":[],"data_offsets":[16,17]}}   """,
            [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 7]);
        Assert.Equal("pt", reader.Metadata["format"]);
        Assert.Equal(["a", "b", "e", "s"], reader.Tensors.Select(entry => entry.Name));
        Assert.Equal([1f, -2f], reader.Read("a").Values<float>().ToArray());
        Assert.Equal<long>([1, 2], reader.Read("a").Shape);
        Assert.Equal([1, -1], reader.Read("b").Values<int>().ToArray());
        Assert.Equal(0, reader.Read("e").Bytes.Length);
        Assert.Equal([7], reader.Read("s").Values<byte>().ToArray());
        Assert.Contains("no tensor 'x'", Assert.Throws<DfkException>(() => reader.Read("x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Writes_by_type_then_by_name_with_a_header_of_whole_words()
    {
        Dictionary<string, Tensor> tensors = new()
        {
            ["z"] = Tensor.From(new byte[] { 1, 2, 3 }, 3),
            ["b"] = Tensor.From(new[] { 1f }, 1),
            ["a"] = Tensor.From(new[] { -5 }, 1, 1),
        };
        byte[] file = Write(new() { ["y"] = "é\n\"", ["x"] = "1" }, tensors);
        long length = BinaryPrimitives.ReadInt64LittleEndian(file);
        Assert.Equal(0, length % 8);
        string header = Encoding.UTF8.GetString(file, 8, (int)length);
        Assert.Equal(
            """{"__metadata__":{"x":"1","y":"\u00E9\n\u0022"},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"I32","shape":[1,1],"data_offsets":[4,8]},"z":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""",
            header.TrimEnd(' '));
        Assert.Equal<byte>([0, 0, 0x80, 0x3F, 0xFB, 0xFF, 0xFF, 0xFF, 1, 2, 3], file[(8 + (int)length)..]);
        Assert.Equal(file, Write(new() { ["x"] = "1", ["y"] = "é\n\"" }, tensors.Reverse().ToDictionary()));
        File.WriteAllBytes(_folder.File("w"), file);
        using SafeTensorsReader reader = SafeTensorsReader.Open(_folder.File("w"));
        Assert.Equal("é\n\"", reader.Metadata["y"]);
        Assert.Equal([1, 2, 3], reader.Read("z").Values<byte>().ToArray());
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", 4, "'a' appears twice")]
    [InlineData("""{"\u0061":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", 4, "'a' appears twice")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""", 0, "metadata 'k' appears twice")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "text as metadata 'k'")]
    [InlineData("""{"__metadata__":[]}""", 0, "object as __metadata__")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "without holes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "without overlap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 3, "need 2 bytes of data, the file has 3")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 1, "cut off")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "needs 8 bytes, but its offsets 0 to 4 hold 4")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", 0, "offsets 1 to 0")]
    [InlineData("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}""", 1, "needs 1 bytes")]
    [InlineData("""{"a":{"dtype":"F64","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,8]}}""", 8, "too large")]
    [InlineData("""{"a":{"dtype":"Q8","shape":[1],"data_offsets":[0,1]}}""", 1, "unknown type 'Q8'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "whole numbers from 0")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", 1, "whole numbers from 0")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1, "at most 2")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1]}}""", 1, "must have dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "'dtype' twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}""", 1, "unknown field 'x'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}}""", 1, "something else than numbers")]
    [InlineData("""{} {}""", 0, "not valid JSON")]
    [InlineData("""{"a" """, 0, "not valid JSON")]
    [InlineData(""" {}""", 0, "does not begin with '{'")]
    public void Broken_rule_is_named(string header, int dataLength, string expected)
    {
        DfkException e = Assert.Throws<DfkException>(() => Open(header, new byte[dataLength]));
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
        Assert.StartsWith("safetensors file ", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer")]
    [InlineData("<!DOCTYPE html><html>", "web page")]
    [InlineData("PK\u0003\u0004xxxxxxxxxxx", "pickle")]
    [InlineData("", "it has 0 bytes")]
    [InlineData("1234567", "it has 7 bytes")]
    [InlineData("zzzzzzzz{}", "its header says")]
    public void Other_files_are_recognised(string contents, string expected)
    {
        File.WriteAllBytes(_folder.File("f"), Encoding.Latin1.GetBytes(contents));
        Assert.Contains(expected, Assert.Throws<DfkException>(() => SafeTensorsReader.Open(_folder.File("f"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_length_that_looks_like_a_zip_file_is_no_zip_file()
    {
        // 0x4B50 bytes of header: the file begins with 'PK'.
        using SafeTensorsReader reader = Open("{}".PadRight(0x4B50), []);
        Assert.Empty(reader.Tensors);
    }

    [Fact]
    public void Every_cut_of_a_file_is_refused()
    {
        byte[] file = Write([], new() { ["a"] = Tensor.From(new[] { 1f, 2f }, 2), ["b"] = Tensor.From(new byte[] { 9 }, 1) });
        for (int length = 0; length < file.Length; length++)
        {
            File.WriteAllBytes(_folder.File("cut"), file[..length]);
            Assert.Throws<DfkException>(() => SafeTensorsReader.Open(_folder.File("cut")));
        }
    }

    private SafeTensorsReader Open(string header, byte[] data)
    {
        string path = _folder.File(Guid.NewGuid().ToString("N"));
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        File.WriteAllBytes(path, [.. length, .. json, .. data]);
        return SafeTensorsReader.Open(path);
    }

    private static byte[] Write(Dictionary<string, string> metadata, Dictionary<string, Tensor> tensors)
    {
        using MemoryStream stream = new();
        SafeTensorsWriter.Write(stream, metadata, tensors);
        return stream.ToArray();
    }
}
