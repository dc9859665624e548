using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Linq;

namespace DreamFusion.Pipeline.Checkpoints;

/// <summary>
/// Reads safetensors files: the header at once, with all rules of the format checked, each tensor's bytes when asked for.
/// </summary>
/// <remarks>The header's memory is bounded by the format's limit of 100,000,000 bytes and by the file's size.</remarks>
public sealed class SafeTensorsReader : IDisposable
{
    private readonly FileStream _file;
    private readonly string _path;
    private readonly long _dataStart;
    private readonly Dictionary<string, TensorEntry> _byName;

    private SafeTensorsReader(FileStream file, string path, SafeTensorsHeader header, long dataStart)
    {
        _file = file;
        _path = path;
        _dataStart = dataStart;
        Metadata = header.Metadata;
        Tensors = header.Tensors;
        _byName = header.Tensors.ToDictionary(entry => entry.Name);
    }

    /// <summary>The file's metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<TensorEntry> Tensors { get; }

    /// <summary>First byte of the data in the file.</summary>
    internal long DataStart => _dataStart;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: missing, unreadable, or not a whole safetensors file.</exception>
    public static SafeTensorsReader Open(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            (SafeTensorsHeader header, long dataStart) = ReadHeader(file);
            return new SafeTensorsReader(file, path, header, dataStart);
        }
        catch (Exception e)
        {
            file?.Dispose();
            throw e switch
            {
                FormatException => Bad(path, e.Message, e),
                IOException or UnauthorizedAccessException => Bad(path, "cannot be read: " + e.Message.TrimEnd('.'), e),
                _ => e,
            };
        }
    }

    /// <summary>Whether the file has a tensor of that name.</summary>
    public bool Contains(string name)
    {
        return _byName.ContainsKey(name);
    }

    /// <summary>Reads one tensor, at most 2 GiB.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if there is none of that name or it cannot be read.</exception>
    public Tensor Read(string name)
    {
        if (!_byName.TryGetValue(name, out TensorEntry? entry))
        {
            throw Bad(_path, $"it has no tensor '{name}'");
        }

        if (entry.Length > Array.MaxLength)
        {
            throw Bad(_path, string.Create(CultureInfo.InvariantCulture, $"tensor '{name}' has {entry.Length} bytes; at most {Array.MaxLength} are read at once"));
        }

        byte[] bytes = new byte[entry.Length];
        try
        {
            _file.Position = _dataStart + entry.Begin;
            _file.ReadExactly(bytes);
        }
        catch (IOException e)
        {
            throw Bad(_path, $"tensor '{name}' cannot be read: {e.Message.TrimEnd('.')}", e);
        }

        return new Tensor(entry.Type, entry.Shape, bytes);
    }

    /// <summary>Maps the file for reading; the map ends before the reader does.</summary>
    internal MemoryMappedFile Map() =>
        MemoryMappedFile.CreateFromFile(_file, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _file.Dispose();
    }

    /// <summary>The error for a file that cannot be read.</summary>
    internal static DfkException Bad(string path, string problem, Exception? cause = null)
    {
        string message = $"safetensors file {path}: {problem}.";
        return cause is null ? new DfkException(ExitCode.BadInput, message) : new DfkException(ExitCode.BadInput, message, cause);
    }

    private static (SafeTensorsHeader Header, long DataStart) ReadHeader(FileStream file)
    {
        Span<byte> start = stackalloc byte[9];
        int got = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        // A length can look like another format's first bytes, so those count only where no header follows.
        if (start[^1] != '{' && WhatElse(start[..got]) is { } other)
        {
            throw new FormatException(other);
        }

        if (got < start.Length)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"it has {file.Length} bytes; even an empty one has 10. It is cut off or another kind of file; copy or download it again"));
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > SafeTensorsHeader.MaxLength || (long)length > file.Length - 8)
        {
            throw new FormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"its header says that it has {length} bytes; the file has {file.Length}, and at most {SafeTensorsHeader.MaxLength} are allowed; it is cut off or another kind of file, copy or download it again"));
        }

        if (length == 0 || start[8] != '{')
        {
            throw new FormatException("its header does not begin with '{'");
        }

        byte[] json = new byte[length];
        file.Position = 8;
        file.ReadExactly(json);
        long dataStart = 8 + (long)length;
        return (SafeTensorsHeader.Parse(json, file.Length - dataStart), dataStart);
    }

    // What people have in a file of this name when a download went wrong.
    private static string? WhatElse(ReadOnlySpan<byte> start)
    {
        return start.StartsWith("version "u8) ? "it is a Git LFS pointer, not the file itself; fetch it with 'git lfs pull'"
            : start.StartsWith("<"u8) ? "it is a web page, not a safetensors file; download it again"
            : start.StartsWith("PK"u8) || start is [0x80, > 1 and < 6, ..]
                ? "it is a pickle (PyTorch) file, which can run code when opened and is not read; convert it to safetensors"
            : null;
    }
}
