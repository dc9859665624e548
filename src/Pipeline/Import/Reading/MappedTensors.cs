using System;
using System.Collections.Generic;
using System.IO;
using System.IO.MemoryMappedFiles;
using DreamFusion.Pipeline.Checkpoints;

namespace DreamFusion.Pipeline.Import.Reading;

/// <summary>
/// A safetensors file in the address space: the header is checked when it is opened, a tensor's pages are mapped while it is read and
/// no longer, so that a file of any size takes the memory of one tensor.
/// </summary>
internal sealed class MappedTensors : IDisposable
{
    private readonly SafeTensorsReader _reader;
    private readonly MemoryMappedFile _map;

    private MappedTensors(SafeTensorsReader reader, MemoryMappedFile map)
    {
        _reader = reader;
        _map = map;
    }

    /// <summary>What a callback does with a tensor's bytes.</summary>
    public delegate TResult BytesReader<out TResult>(ReadOnlySpan<byte> bytes);

    /// <summary>The file's metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _reader.Metadata;

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<TensorEntry> Tensors => _reader.Tensors;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: missing, unreadable, or not a whole safetensors file.</exception>
    public static MappedTensors Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw SafeTensorsReader.Bad(path, "it is a folder, expected a file");
        }

        var reader = SafeTensorsReader.Open(path);
        try
        {
            return new MappedTensors(reader, reader.Map());
        }
        catch (Exception e)
        {
            reader.Dispose();
            throw e is IOException or UnauthorizedAccessException ? SafeTensorsReader.Bad(path, "cannot be mapped: " + e.Message.TrimEnd('.'), e) : e;
        }
    }

    /// <summary>Gives a callback some bytes of a tensor.</summary>
    /// <param name="entry">A tensor of this file.</param>
    /// <param name="first">First byte, from the tensor's start.</param>
    /// <param name="count">Bytes.</param>
    /// <param name="read">Called with them; they are gone when it returns.</param>
    public unsafe TResult Read<TResult>(TensorEntry entry, long first, int count, BytesReader<TResult> read)
    {
        // A view of length 0 would be the rest of the file.
        if (count == 0)
        {
            return read([]);
        }

        using MemoryMappedViewAccessor view = _map.CreateViewAccessor(_reader.DataStart + entry.Begin + first, count, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            return read(new ReadOnlySpan<byte>(start + view.PointerOffset, count));
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _map.Dispose();
        _reader.Dispose();
    }
}
