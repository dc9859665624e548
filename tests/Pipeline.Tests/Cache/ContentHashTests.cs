using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using DreamFusion.Pipeline.Cache;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Cache;

/// <summary>SHA-256, by the platform and by our own code for machines without OpenSSL.</summary>
public sealed class ContentHashTests
{
    // Origin: NIST's examples of FIPS 180 (one block, two blocks, a million times "a") and its test vector of the empty message.
    [Theory]
    [InlineData("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    [InlineData("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")]
    public void Published_digests(string text, int times, string expected)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, times)));
        Assert.Equal(expected, ContentHash.Of(bytes));
        Assert.Equal(expected, ContentHash.Of(new MemoryStream(bytes)));
        Assert.Equal(expected, Own(bytes, bytes.Length));
    }

    [Fact]
    public void Any_length_in_any_pieces_is_the_platforms_digest()
    {
        byte[] bytes = new byte[300];
        new Random(5).NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length++)
        {
            string expected = Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, length)));
            Assert.Equal(expected, Own(bytes.AsSpan(0, length), 1 + (length % 67)));
        }
    }

    private static string Own(ReadOnlySpan<byte> bytes, int piece)
    {
        using ContentHash hash = new(byPlatform: false);
        for (; bytes.Length > 0; bytes = bytes[Math.Min(piece, bytes.Length)..])
        {
            hash.Append(bytes[..Math.Min(piece, bytes.Length)]);
        }

        return hash.Finish();
    }
}
