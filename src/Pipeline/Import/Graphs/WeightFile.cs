using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import.Graphs;

/// <summary>
/// The weights of one graph as ONNX external data, written one after the other. Each begins at a multiple of 4 KiB, those of
/// 1 MiB and more at a multiple of 64 KiB, so that Linux and Windows can map them into memory.
/// Source: ONNX, docs/ExternalData.md.
/// </summary>
internal sealed class WeightFile : IDisposable
{
    private const int PageSize = 1 << 12;
    private const int AllocationGranularity = 1 << 16;
    private const int LargeTensor = 1 << 20;
    private const int ChunkElements = 1 << 16;
    private readonly string _path;
    private readonly string _temporaryPath;
    private readonly IProgress<long>? _bytesWritten;
    private FileStream? _stream;
    private long _written;

    /// <summary>Begins a file under a temporary name.</summary>
    /// <param name="path">Its final path; models refer to it by its file name.</param>
    /// <param name="bytesWritten">Told the bytes of all weights so far after each of them.</param>
    public WeightFile(string path, IProgress<long>? bytesWritten)
    {
        _path = path;
        _temporaryPath = path + ".tmp";
        _bytesWritten = bytesWritten;
        _stream = File.Create(_temporaryPath);
    }

    /// <summary>Writes a weight and makes the tensor refer to it.</summary>
    /// <param name="tensor">Tensor with name, type (float32 or float16) and extents.</param>
    /// <param name="values">Elements, row-major, within the type's range.</param>
    public void Append(TensorProto tensor, ReadOnlySpan<float> values)
    {
        FileStream stream = _stream ?? throw new ObjectDisposedException(nameof(WeightFile));
        bool half = (TensorElement)tensor.DataType == TensorElement.Float16;
        long length = (long)values.Length * (half ? sizeof(ushort) : sizeof(float));
        int alignment = length >= LargeTensor ? AllocationGranularity : PageSize;
        long offset = (stream.Position + alignment - 1) / alignment * alignment;
        stream.Position = offset;
        if (half)
        {
            WriteHalves(stream, values);
        }
        else
        {
            for (int start = 0; start < values.Length; start += ChunkElements)
            {
                stream.Write(MemoryMarshal.AsBytes(values[start..Math.Min(start + ChunkElements, values.Length)]));
            }
        }

        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        Refer(tensor, "location", Path.GetFileName(_path));
        Refer(tensor, "offset", offset.ToString(CultureInfo.InvariantCulture));
        Refer(tensor, "length", length.ToString(CultureInfo.InvariantCulture));
        _written += length;
        _bytesWritten?.Report(_written);
    }

    /// <summary>Flushes the file and gives it its name.</summary>
    public void Finish()
    {
        _stream?.Flush(flushToDisk: true);
        _stream?.Dispose();
        _stream = null;
        File.Move(_temporaryPath, _path, overwrite: true);
    }

    /// <summary>Closes the file; one that was not finished is deleted.</summary>
    public void Dispose()
    {
        if (_stream is not null)
        {
            _stream.Dispose();
            _stream = null;
            File.Delete(_temporaryPath);
        }
    }

    private static void WriteHalves(FileStream stream, ReadOnlySpan<float> values)
    {
        Half[] chunk = new Half[Math.Min(ChunkElements, values.Length)];
        for (int start = 0; start < values.Length; start += ChunkElements)
        {
            int count = Math.Min(ChunkElements, values.Length - start);
            for (int i = 0; i < count; i++)
            {
                chunk[i] = (Half)values[start + i];
            }

            stream.Write(MemoryMarshal.AsBytes<Half>(chunk.AsSpan(0, count)));
        }
    }

    private static void Refer(TensorProto tensor, string key, string value) => tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
}
