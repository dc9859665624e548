using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Import.Adapters;

namespace DreamFusion.Pipeline.Tests.Import.Adapters;

/// <summary>Writes adapter files of random values and keeps the values as they are stored.</summary>
internal sealed class AdapterWriter : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, Tensor> _tensors = [];
    private readonly Random _random = new(5);
    private int _files;

    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>Adds random values and returns them as stored.</summary>
    public double[] Add(string name, long[] shape, TensorType type = TensorType.F32)
    {
        double[] values = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (_random.NextDouble() * 2) - 1)];
        return Put(name, shape, values, type);
    }

    /// <summary>Adds given values and returns them as stored.</summary>
    public double[] Put(string name, long[] shape, double[] values, TensorType type = TensorType.F32)
    {
        byte[] bytes = [.. values.SelectMany(v => Stored(v, type))];
        Tensor tensor = new(type, [.. shape], bytes);
        _tensors[name] = tensor;
        float[] back = new float[values.Length];
        for (int i = 0; i < back.Length; i++)
        {
            back[i] = type switch
            {
                TensorType.F16 => (float)BitConverter.ToHalf(bytes, 2 * i),
                TensorType.BF16 => BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(bytes, 2 * i) << 16),
                _ => (float)values[i],
            };
        }

        return [.. back.Select(v => (double)v)];
    }

    public void Remove(string name) => _tensors.Remove(name);

    /// <summary>Writes the file.</summary>
    public string Write(string? name = null)
    {
        string path = _folder.File(name ?? $"adapter{_files++}.safetensors");
        using FileStream stream = File.Create(path);
        SafeTensorsWriter.Write(stream, Metadata, _tensors);
        return path;
    }

    /// <summary>Writes and opens the file for the tiny model.</summary>
    public LoraFile Open(float weight = 1) => LoraFile.Open(Write(), weight, TinyModel.Architecture);

    public void Dispose() => _folder.Dispose();

    private static byte[] Stored(double value, TensorType type) => type switch
    {
        TensorType.I64 => BitConverter.GetBytes((long)value),
        TensorType.F32 => BitConverter.GetBytes((float)value),
        TensorType.F16 => BitConverter.GetBytes((Half)value),
        TensorType.BF16 => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16)),
        _ => new byte[type.Bits() / 8],
    };
}
