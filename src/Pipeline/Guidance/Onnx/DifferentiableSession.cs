using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Bound;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>A differentiated graph in ONNX Runtime: y = f(x, noise), then g = (∂f/∂x)ᵀ·ȳ for any number of cotangents ȳ.</summary>
internal sealed class DifferentiableSession : IDisposable
{
    private readonly OnnxSession _forward;
    private readonly OnnxSession _backward;

    private DifferentiableSession(OnnxSession forward, OnnxSession backward)
    {
        _forward = forward;
        _backward = backward;
        Input = forward.InputType(forward.InputNames[0]);
        Output = forward.OutputType(forward.OutputNames[0]);
        Noise = [.. forward.InputNames.Skip(1).Select(forward.InputType)];
        Seed = backward.InputType(backward.InputNames[0]);
        Gradients = backward.OutputType(backward.OutputNames[0]);
        IsHalf = backward.InputNames.Any(name => backward.InputType(name).Element == TensorProto.Types.DataType.Float16);
    }

    /// <summary>Folder of files that ONNX Runtime may have mapped, deleted with the session; null if it needs none.</summary>
    public string? TemporaryFolder { get; private set; }

    /// <summary>Type of x.</summary>
    public TensorType Input { get; }

    /// <summary>Type of y.</summary>
    public TensorType Output { get; }

    /// <summary>Types of the inputs that take standard normal numbers.</summary>
    public IReadOnlyList<TensorType> Noise { get; }

    /// <summary>Type of ȳ.</summary>
    public TensorType Seed { get; }

    /// <summary>Type of g.</summary>
    public TensorType Gradients { get; }

    /// <summary>Whether the gradient is computed in float16, where it may overflow.</summary>
    public bool IsHalf { get; }

    /// <summary>Name of y among the values of <see cref="RunBound"/>.</summary>
    public string OutputName => _forward.OutputNames[0];

    /// <summary>Loads a graph from memory, by way of files if it is too large for one message.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="name">Name for messages.</param>
    /// <param name="device">Where it runs; null for one thread of the CPU.</param>
    /// <param name="largestInMemory">Bytes of weights from which on files are written.</param>
    /// <returns>The loaded graph.</returns>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses it.</exception>
    public static DifferentiableSession Load(
        DifferentiatedGraph graph, string name, GuidanceDevice? device = null, long largestInMemory = GraphFiles.LargestInMemory)
    {
        if (GraphFiles.FitInMemory(graph, largestInMemory))
        {
            return Create(
                () => OnnxSession.Load(graph.Forward.ToByteArray(), name, device),
                () => OnnxSession.Load(graph.Backward.ToByteArray(), GradientOf(name), device));
        }

        // ONNX Runtime may have mapped the files into memory: they stay until the session goes.
        string folder = Directory.CreateTempSubdirectory("dfk-graph-").FullName;
        try
        {
            GraphFiles.Write(graph, folder);
            DifferentiableSession session = Load(folder, name, device);
            session.TemporaryFolder = folder;
            return session;
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Loads a graph that <see cref="GraphFiles"/> wrote.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">Name for messages.</param>
    /// <param name="device">Where it runs; null for one thread of the CPU.</param>
    /// <returns>The loaded graph.</returns>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses it.</exception>
    public static DifferentiableSession Load(string folder, string name, GuidanceDevice? device = null) => Create(
        () => OnnxSession.LoadFile(Path.Combine(folder, GraphFiles.Forward), name, device),
        () => OnnxSession.LoadFile(Path.Combine(folder, GraphFiles.Backward), GradientOf(name), device));

    /// <summary>y = f(x, noise).</summary>
    /// <param name="x">Elements of x, row-major; the array is referred to until the result is disposed.</param>
    /// <param name="noise">Elements of each noise input.</param>
    /// <returns>y and the activations; the caller disposes it.</returns>
    public Activations Run(float[] x, IReadOnlyList<float[]> noise)
    {
        Activations activations = new();
        try
        {
            List<(string Name, OrtValue Value)> inputs = [];
            for (int i = 0; i < _forward.InputNames.Count; i++)
            {
                inputs.Add((_forward.InputNames[i], activations.Own(_forward.InputNames[i], Value(i == 0 ? Input : Noise[i - 1], i == 0 ? x : noise[i - 1]))));
            }

            IDisposableReadOnlyCollection<OrtValue> outputs = _forward.Run(inputs, [.. _forward.OutputNames]);
            activations.Own(_forward.OutputNames, outputs);
            activations.Result = TensorValue.ToFloats(outputs[0]);
            return activations;
        }
        catch
        {
            activations.Dispose();
            throw;
        }
    }

    /// <summary>g = (∂f/∂x)ᵀ·ȳ, by way of a scaled cotangent (see <see cref="CotangentScale"/>).</summary>
    /// <param name="activations">Result of <see cref="Run"/>.</param>
    /// <param name="cotangent">ȳ, row-major.</param>
    /// <returns>g, row-major.</returns>
    public float[] Gradient(Activations activations, ReadOnlySpan<float> cotangent)
    {
        CotangentScale scale = CotangentScale.For(cotangent);
        float[] gradient = Scaled(activations, cotangent, scale);
        // Only float16 can overflow here without the result itself being out of range.
        for (int attempt = 1; IsHalf && attempt <= CotangentScale.Attempts && !CotangentScale.IsFinite(gradient); attempt++)
        {
            scale = scale.Smaller();
            gradient = Scaled(activations, cotangent, scale);
        }

        return gradient;
    }

    /// <summary>y = f(x, noise) in a device's memory.</summary>
    /// <param name="values">Holds x; gets y and the activations by their names.</param>
    /// <param name="x">Name of x among them.</param>
    /// <param name="noise">Elements of each noise input.</param>
    /// <param name="memory">The memory.</param>
    public void RunBound(BoundValues values, string x, IReadOnlyList<float[]> noise, GuidanceMemory memory)
    {
        values.Borrow(_forward.InputNames[0], values[x]);
        for (int i = 0; i < noise.Count; i++)
        {
            values.Own(_forward.InputNames[i + 1], Value(Noise[i], noise[i]));
        }

        values.Run(_forward, memory);
    }

    /// <summary>g = (∂f/∂x)ᵀ·ȳ in a device's memory.</summary>
    /// <param name="activations">What <see cref="RunBound"/> left.</param>
    /// <param name="cotangent">ȳ, scaled.</param>
    /// <param name="target">Gets g.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="memory">The memory.</param>
    public void GradientBound(BoundValues activations, OrtValue cotangent, BoundValues target, string name, GuidanceMemory memory)
    {
        string seed = _backward.InputNames[0];
        foreach (string input in _backward.InputNames)
        {
            target.Borrow(input, input == seed ? cotangent : activations[input]);
        }

        target.Run(_backward, memory);
        target.Borrow(name, target[_backward.OutputNames[0]]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _forward.Dispose();
        _backward.Dispose();
        if (TemporaryFolder is not null)
        {
            Directory.Delete(TemporaryFolder, recursive: true);
            TemporaryFolder = null;
        }
    }

    private float[] Scaled(Activations activations, ReadOnlySpan<float> cotangent, CotangentScale scale)
    {
        string seed = _backward.InputNames[0];
        using OrtValue scaled = Value(_backward.InputType(seed), scale.Apply(cotangent));
        List<(string Name, OrtValue Value)> inputs = [(seed, scaled)];
        inputs.AddRange(_backward.InputNames.Skip(1).Select(name => (name, activations[name])));
        using IDisposableReadOnlyCollection<OrtValue> outputs = _backward.Run(inputs, [.. _backward.OutputNames]);
        float[] gradient = TensorValue.ToFloats(outputs[0]);
        scale.Undo(gradient);
        return gradient;
    }

    private static OrtValue Value(TensorType type, float[] values) =>
        TensorValue.FromFloats((TensorElement)(int)type.Element, values, [.. type.Shape.Select(d => (long)d)]);

    private static string GradientOf(string name) => name + " (gradient)";

    private static DifferentiableSession Create(Func<OnnxSession> loadForward, Func<OnnxSession> loadBackward)
    {
        OnnxSession forward = loadForward();
        try
        {
            return new DifferentiableSession(forward, loadBackward());
        }
        catch
        {
            forward.Dispose();
            throw;
        }
    }
}

/// <summary>The result of a forward graph, with what its gradient needs.</summary>
internal sealed class Activations : IDisposable
{
    private readonly Dictionary<string, OrtValue> _values = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _owned = [];

    /// <summary>y, row-major.</summary>
    public float[] Result { get; set; } = [];

    /// <summary>A value that the forward graph took or returned.</summary>
    public OrtValue this[string name] => _values[name];

    /// <summary>Takes over a value.</summary>
    public OrtValue Own(string name, OrtValue value)
    {
        _owned.Add(value);
        return _values[name] = value;
    }

    /// <summary>Takes over results.</summary>
    public void Own(IReadOnlyList<string> names, IDisposableReadOnlyCollection<OrtValue> values)
    {
        _owned.Add(values);
        for (int i = 0; i < names.Count; i++)
        {
            _values[names[i]] = values[i];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _owned.ForEach(v => v.Dispose());
}
