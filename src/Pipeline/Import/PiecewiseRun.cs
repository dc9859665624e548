using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Import;

/// <summary>
/// Runs a graph that <see cref="Graphs.GraphWriter"/> wrote once, cut into pieces in the order of its nodes: memory holds the weights of one piece, not
/// of the whole network.
/// </summary>
internal sealed class PiecewiseRun
{
    private readonly string _folder;
    private readonly ModelProto _model;
    private readonly Dictionary<string, TensorProto> _weights;
    private readonly Dictionary<string, TensorElement> _elements = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lastUse = new(StringComparer.Ordinal);

    /// <summary>Reads a graph without its weights.</summary>
    /// <param name="path">Its model.onnx; pieces are written beside it for as long as they run.</param>
    public PiecewiseRun(string path)
    {
        _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        using (FileStream stream = File.OpenRead(path))
        {
            _model = ModelProto.Parser.ParseFrom(stream);
        }

        _weights = _model.Graph.Initializer.ToDictionary(weight => weight.Name, StringComparer.Ordinal);
        foreach (TensorProto weight in _model.Graph.Initializer)
        {
            _elements[weight.Name] = (TensorElement)weight.DataType;
        }

        foreach (ValueInfoProto input in _model.Graph.Input)
        {
            _elements[input.Name] = (TensorElement)input.Type.TensorType.ElemType;
        }

        for (int i = 0; i < _model.Graph.Node.Count; i++)
        {
            Follow(_model.Graph.Node[i], i);
        }
    }

    /// <summary>Pieces that were run.</summary>
    public int Pieces { get; private set; }

    /// <summary>Element type of a value.</summary>
    public TensorElement ElementOf(string value) => _elements[value];

    /// <summary>Evaluates the graph.</summary>
    /// <param name="inputs">Name and value of each input; the caller disposes them.</param>
    /// <param name="output">The wanted output.</param>
    /// <param name="mostBytes">Weights of a piece; of a single node there may be more.</param>
    /// <returns>The output; the caller disposes it.</returns>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime cannot load or run a piece.</exception>
    public OrtValue Run(IReadOnlyDictionary<string, OrtValue> inputs, string output, long mostBytes)
    {
        _lastUse[output] = int.MaxValue;
        Dictionary<string, OrtValue> values = new(inputs, StringComparer.Ordinal);
        try
        {
            for (int start = 0; start < _model.Graph.Node.Count;)
            {
                int end = EndOf(start, mostBytes);
                RunPiece(start, end, values);
                foreach (string done in values.Keys.Where(name => !inputs.ContainsKey(name) && _lastUse[name] < end).ToArray())
                {
                    values[done].Dispose();
                    values.Remove(done);
                }

                start = end;
            }

            OrtValue result = values[output];
            values.Remove(output);
            return result;
        }
        finally
        {
            foreach (OrtValue value in values.Where(entry => !inputs.ContainsKey(entry.Key)).Select(entry => entry.Value))
            {
                value.Dispose();
            }
        }
    }

    // What the writer's nodes give has the type of their first input, but for conversions and shapes.
    private void Follow(NodeProto node, int index)
    {
        foreach (string input in node.Input.Where(name => name.Length > 0))
        {
            _lastUse[input] = index;
        }

        TensorElement element = node.OpType switch
        {
            "Cast" => (TensorElement)node.Attribute.Single(attribute => attribute.Name == "to").I,
            "Shape" => TensorElement.Int64,
            _ => _elements[node.Input[0]],
        };
        foreach (string output in node.Output)
        {
            _elements[output] = element;
            _lastUse.TryAdd(output, index);
        }
    }

    private int EndOf(int start, long mostBytes)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        long bytes = 0;
        for (int i = start; i < _model.Graph.Node.Count; i++)
        {
            bytes += _model.Graph.Node[i].Input.Where(name => _weights.ContainsKey(name) && seen.Add(name)).Sum(name => BytesOf(_weights[name]));
            if (bytes > mostBytes && i > start)
            {
                return i;
            }
        }

        return _model.Graph.Node.Count;
    }

    private void RunPiece(int start, int end, Dictionary<string, OrtValue> values)
    {
        NodeProto[] nodes = [.. _model.Graph.Node.Skip(start).Take(end - start)];
        HashSet<string> made = [.. nodes.SelectMany(node => node.Output)];
        string[] used = [.. nodes.SelectMany(node => node.Input).Where(name => name.Length > 0 && !made.Contains(name)).Distinct()];
        string[] taken = [.. used.Where(name => !_weights.ContainsKey(name))], left = [.. made.Where(name => _lastUse[name] >= end)];
        ModelProto piece = new() { IrVersion = _model.IrVersion, Graph = new GraphProto { Name = _model.Graph.Name } };
        piece.OpsetImport.AddRange(_model.OpsetImport);
        piece.Graph.Node.AddRange(nodes);
        piece.Graph.Initializer.AddRange(used.Where(_weights.ContainsKey).Select(name => _weights[name]));
        piece.Graph.Input.AddRange(taken.Select(Declaration));
        piece.Graph.Output.AddRange(left.Select(Declaration));
        // Weights in a file are found by the model's own place.
        string path = Path.Combine(_folder, "model.onnx.piece");
        try
        {
            File.WriteAllBytes(path, piece.ToByteArray());
            using SessionOptions options = new() { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, EnableCpuMemArena = false, IntraOpNumThreads = Math.Min(2, Environment.ProcessorCount) };
            // Packed copies of the weights would double the memory for one small run.
            options.AddSessionConfigEntry("session.disable_prepacking", "1");
            using InferenceSession session = new(path, options);
            using RunOptions run = new();
            // Not disposed as a whole: each result is, once its last reader has run.
            IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, taken, [.. taken.Select(name => values[name])], left);
            foreach ((string name, OrtValue result) in left.Zip(results))
            {
                values.Add(name, result);
            }
        }
        finally
        {
            File.Delete(path);
        }

        Pieces++;
    }

    private ValueInfoProto Declaration(string name) => new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)_elements[name] } } };

    private static long BytesOf(TensorProto weight) =>
        weight.Dims.Aggregate(1L, (product, n) => product * n) * ((TensorElement)weight.DataType == TensorElement.Float16 ? sizeof(ushort) : sizeof(float));
}
