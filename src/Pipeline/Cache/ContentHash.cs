using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DreamFusion.Pipeline.Cache;

/// <summary>
/// SHA-256 of files and checkpoints. On Linux .NET hashes with OpenSSL and aborts the process where it is missing, as in a minimal container;
/// there our own <see cref="Sha256"/> does it, at a fraction of the speed.
/// </summary>
internal sealed class ContentHash : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private static readonly bool _hasPlatform = !OperatingSystem.IsLinux() || HasOpenSsl();

    private readonly IncrementalHash? _platform;
    private readonly Sha256? _own;

    /// <summary>A hash of nothing so far, by the platform where it can.</summary>
    public ContentHash()
        : this(_hasPlatform)
    {
    }

    /// <summary>A hash of nothing so far.</summary>
    /// <param name="byPlatform">Whether .NET computes it.</param>
    internal ContentHash(bool byPlatform)
    {
        _platform = byPlatform ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        _own = byPlatform ? null : new Sha256();
    }

    /// <summary>Hash of some bytes, 64 lower-case hexadecimal digits.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        using ContentHash hash = new();
        hash.Append(bytes);
        return hash.Finish();
    }

    /// <summary>Hash of a stream from where it stands to its end, 64 lower-case hexadecimal digits.</summary>
    public static string Of(Stream stream)
    {
        using ContentHash hash = new();
        hash.Append(stream);
        return hash.Finish();
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _platform?.AppendData(bytes);
        _own?.Append(bytes);
    }

    /// <summary>Adds a stream from where it stands to its end.</summary>
    public void Append(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] buffer = new byte[BufferBytes];
        for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            Append(buffer.AsSpan(0, read));
        }
    }

    /// <summary>The hash of all that was added, 64 lower-case hexadecimal digits. Nothing may be added afterwards.</summary>
    public string Finish()
    {
        Span<byte> digest = stackalloc byte[Sha256.DigestBytes];
        if (_platform is not null)
        {
            _platform.GetHashAndReset(digest);
        }
        else
        {
            _own!.Finish(digest);
        }

        return Convert.ToHexStringLower(digest);
    }

    /// <inheritdoc/>
    public void Dispose() => _platform?.Dispose();

    // The versions that .NET 10 knows.
    private static bool HasOpenSsl()
    {
        foreach (string name in (ReadOnlySpan<string>)["libssl.so.3", "libssl.so.1.1"])
        {
            if (NativeLibrary.TryLoad(name, out _))
            {
                return true;
            }
        }

        return false;
    }
}
