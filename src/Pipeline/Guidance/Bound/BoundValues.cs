using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary>Values by name that one run of a graph left in the shared memory.</summary>
internal sealed class BoundValues : IDisposable
{
    private readonly Dictionary<string, OrtValue> _values = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _owned = [];

    /// <summary>A value.</summary>
    public OrtValue this[string name] => _values[name];

    /// <summary>Whether there is a value of that name.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Adds a value; it is disposed with these.</summary>
    public OrtValue Own(string name, OrtValue value)
    {
        _owned.Add(value);
        return _values[name] = value;
    }

    /// <summary>Adds a number of the host's.</summary>
    public void OwnNumber(string name, float value) => Own(name, OrtValue.CreateTensorValueFromMemory([value], [1]));

    /// <summary>Adds a value that somebody else disposes.</summary>
    public void Borrow(string name, OrtValue value) => _values[name] = value;

    /// <summary>Runs a graph on values of these, by name, and keeps what it gives in the same memory.</summary>
    /// <param name="session">The graph.</param>
    /// <param name="memory">Where its outputs go.</param>
    /// <param name="rename">The name here of an input of the graph; null for its own.</param>
    /// <param name="targets">Outputs that go into buffers which are there already.</param>
    public void Run(OnnxSession session, GuidanceMemory memory, Func<string, string>? rename = null, params (string Name, OrtValue Value)[] targets)
    {
        List<(string, OrtValue)> inputs = [.. session.InputNames.Select(name => (name, _values[rename?.Invoke(name) ?? name]))];
        IDisposableReadOnlyCollection<OrtValue> outputs = session.RunBound(inputs, targets, memory.Info);
        _owned.Add(outputs);
        for (int i = 0; i < outputs.Count; i++)
        {
            _values[session.OutputNames[i]] = outputs[i];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _owned.ForEach(value => value.Dispose());
}
