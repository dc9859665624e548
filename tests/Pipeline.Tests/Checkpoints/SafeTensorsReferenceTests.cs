using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using DreamFusion.Pipeline.Checkpoints;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Checkpoints;

/// <summary>Bytes that the format's reference implementation states in its own tests, read and written by ours.</summary>
public sealed class SafeTensorsReferenceTests : IDisposable
{
    private const string Test = "\"test\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16]}";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Origin: tests/Golden/README.md, "safetensors".
    public static TheoryData<byte[], string, string, string> Whole => new()
    {
        { File(8, "{}      "), "", "", "" },
        { File(40, "{\"__metadata__\":{\"framework\":\"pt\"}}     "), "framework", "", "" },
        { File(64, "{\"attn.0\":{\"dtype\":\"F32\",\"shape\":[1,2,3],\"data_offsets\":[0,24]}}", ZeroToFive), "", "attn.0", "1,2,3" },
        { File(72, "{\"attn0\":{\"dtype\":\"F32\",\"shape\":[1,1,2,3],\"data_offsets\":[0,24]}}       ", ZeroToFive), "", "attn0", "1,1,2,3" },
    };

    [Theory]
    [MemberData(nameof(Whole))]
    public void Its_files_are_read_and_written_byte_for_byte(byte[] file, string key, string tensor, string shape)
    {
        using SafeTensorsReader reader = Open(file);
        Assert.Equal(key.Length > 0 ? [new(key, "pt")] : [], reader.Metadata);
        Dictionary<string, Tensor> tensors = reader.Tensors.ToDictionary(entry => entry.Name, entry => reader.Read(entry.Name));
        if (tensor.Length > 0)
        {
            Assert.Equal([0f, 1f, 2f, 3f, 4f, 5f], tensors[tensor].Values<float>().ToArray());
            Assert.Equal(shape, string.Join(',', tensors[tensor].Shape));
        }

        using MemoryStream stream = new();
        SafeTensorsWriter.Write(stream, reader.Metadata, tensors);
        Assert.Equal(file, stream.ToArray());
    }

    [Fact]
    public void What_it_accepts_is_accepted()
    {
        using SafeTensorsReader square = Open(File(60, "{" + Test + "}", new byte[16]));
        Assert.Equal<long>([2, 2], square.Read("test").Shape);
        using SafeTensorsReader scalar = Open(File(56, "{\"test\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[0,4]}}", new byte[4]));
        Assert.Empty(scalar.Read("test").Shape);
        using SafeTensorsReader none = Open(File(60, "{\"test\":{\"dtype\":\"I32\",\"shape\":[2,0],\"data_offsets\":[0, 0]}}"));
        Assert.Equal(0, none.Read("test").Bytes.Length);
        using SafeTensorsReader spaces = Open(File(6, "{}\r \t\n"));
        Assert.Empty(spaces.Tensors);
    }

    public static TheoryData<string, byte[]> Refused => new()
    {
        { "data behind the last tensor", [.. File(60, "{" + Test + "}", new byte[16]), .. "extra_bogus_data_for_polyglot_file"u8] },
        { "data missing", File(60, "{" + Test + "}", new byte[14]) },
        { "header too large", [.. "<\0\0\0\0"u8, 255, 255, 255, .. Encoding.UTF8.GetBytes("{" + Test + "}"), .. new byte[16]] },
        { "nothing", [] },
        { "no header", File(60, "") },
        { "header not UTF-8", [1, 0, 0, 0, 0, 0, 0, 0, 255] },
        { "header not JSON", File(1, "{") },
        { "offsets too few", File(60, "{\"test\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0, 4]}}") },
        { "a size beyond 63 bits", File(79, "{\"test\":{\"dtype\":\"I32\",\"shape\":[2,18446744073709551614],\"data_offsets\":[0,16]}}", new byte[16]) },
        { "a product beyond 63 bits", File(78, "{\"test\":{\"dtype\":\"I32\",\"shape\":[2,9223372036854775807],\"data_offsets\":[0,16]}}", new byte[16]) },
        { "two tensors on the same bytes", File(119, "{" + Test + "," + Test.Replace("test", "tess", StringComparison.Ordinal) + "}", new byte[16]) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_it_refuses_is_refused(string what, byte[] file)
    {
        DfkException error = Assert.Throws<DfkException>(() => Open(file).Dispose());
        Assert.True(error.ExitCode == ExitCode.BadInput, what);
    }

    [Fact]
    public void Tensors_of_one_width_are_laid_out_in_its_order_of_types()
    {
        // Origin: the order of its enumeration of types, by which it sorts: ... I32, U32, F32, F64, I64, U64.
        using MemoryStream stream = new();
        Tensor Of(TensorType type, int bytes) => new(type, [1], new byte[bytes]);
        SafeTensorsWriter.Write(stream, new Dictionary<string, string>(), new Dictionary<string, Tensor>
        {
            ["a"] = Of(TensorType.I32, 4),
            ["b"] = Of(TensorType.F32, 4),
            ["c"] = Of(TensorType.U32, 4),
            ["d"] = Of(TensorType.F64, 8),
            ["e"] = Of(TensorType.I64, 8),
            ["f"] = Of(TensorType.F32, 4),
        });
        using SafeTensorsReader reader = Open(stream.ToArray());
        Assert.Equal(["e", "d", "b", "f", "c", "a"], reader.Tensors.Select(entry => entry.Name));
        Assert.All(reader.Tensors, entry => Assert.Equal(0, entry.Begin % (entry.Type.Bits() / 8)));
    }

    private static byte[] ZeroToFive => [0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64, 0, 0, 160, 64];

    private static byte[] File(byte length, string header, byte[]? data = null) => [length, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(header), .. data ?? []];

    private SafeTensorsReader Open(byte[] file)
    {
        string path = _folder.File(Guid.NewGuid().ToString("N"));
        System.IO.File.WriteAllBytes(path, file);
        return SafeTensorsReader.Open(path);
    }
}
