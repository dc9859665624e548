using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Fuzz.Mutation;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Imaging.Png;

namespace DreamFusion.Fuzz.Targets;

/// <summary>Pictures.</summary>
internal static class PngTarget
{
    private const string File = "picture.png";

    /// <summary>The reader.</summary>
    public static FuzzTarget Create() => new()
    {
        Name = "png",
        What = "a PNG picture",
        Seeds =
        [
            Written(new PngImage(7, 5, 3, 8, [.. Enumerable.Range(0, 105).Select(i => (ushort)(i * 2))])),
            Written(new PngImage(3, 4, 4, 16, [.. Enumerable.Range(0, 48).Select(i => (ushort)(i * 1300))])),
            Built(PngMutations.Header(9, 3, 1, 0, 1), [("tRNS", [0, 1])]),
            Built(PngMutations.Header(5, 5, 4, 3, 0), [("PLTE", [.. Enumerable.Range(0, 48).Select(i => (byte)i)]), ("tRNS", [1, 2, 3])]),
            Built(PngMutations.Header(8, 8, 16, 2, 1), [("gAMA", [0, 0, 177, 143]), ("tRNS", [0, 1, 0, 2, 0, 3])]),
        ],
        Mutations = [PngMutations.Any],
        Parse = (folder, file) => PngReader.ReadFile(Path.Combine(folder, file)),
        Error = typeof(DfkException),
        // 1032 times by deflate, 64 times from one bit to four channels of 16 bits; at most 2^26 pixels.
        Allocation = new AllocationBound(1032 * 66, 256 << 10, 1L << 30),
        MaxMilliseconds = 4000,
        MaxInput = 1 << 14,
    };

    private static FuzzSeed Written(PngImage image) => new(File, PngWriter.Write(image));

    private static FuzzSeed Built((string Type, byte[] Data) header, IEnumerable<(string Type, byte[] Data)> chunks)
    {
        (PngHeader parsed, _) = PngHeader.Parse(header.Data);
        return new FuzzSeed(File, PngMutations.Join([header, .. chunks, ("IDAT", PngMutations.Deflate(new byte[parsed.StoredBytes()])), ("IEND", Array.Empty<byte>())]));
    }
}
