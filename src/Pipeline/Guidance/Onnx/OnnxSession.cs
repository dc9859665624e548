using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using Microsoft.ML.OnnxRuntime;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>
/// One graph in ONNX Runtime. By default it runs on the CPU and the calling thread alone, so its results do not depend on a number
/// of threads; calls from several threads at once are allowed and are how two evaluations run side by side.
/// </summary>
internal sealed class OnnxSession : IDisposable
{
    /// <summary>Name of the meter: how long every run took, and how many sessions of each graph are alive.</summary>
    public const string MeterName = "DreamFusion.OnnxRuntime";

    /// <summary>Name of the histogram of runs, in seconds.</summary>
    public const string RunDurationName = "onnx.run.duration";

    /// <summary>Name of the counter of sessions alive.</summary>
    public const string SessionsName = "onnx.sessions";

    /// <summary>Tag of the counter of sessions: the graph's name for messages.</summary>
    public const string GraphTag = "onnx.graph";

    private static readonly Meter _meter = new(MeterName);
    private static readonly Histogram<double> _runDuration = _meter.CreateHistogram<double>(RunDurationName, "s", "Time inside ONNX Runtime of one run of a graph.");

    private static readonly UpDownCounter<int> _alive = _meter.CreateUpDownCounter<int>(SessionsName, "{session}", "Sessions that hold their weights.");

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string _name;
    private bool _disposed;

    private OnnxSession(InferenceSession session, string name)
    {
        _session = session;
        _name = name;
        _alive.Add(1, new KeyValuePair<string, object?>(GraphTag, name));
    }

    /// <summary>Loads a part of a model folder.</summary>
    /// <param name="part">The part.</param>
    /// <param name="device">Where it runs; null for one thread of the CPU.</param>
    /// <returns>The loaded graph.</returns>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses the graph.</exception>
    /// <exception cref="DfkException">With <see cref="ExitCode.MachineLacks"/>: the graph has operators of the CUDA provider and the device is the CPU.</exception>
    public static OnnxSession Load(ModelPart part, GuidanceDevice? device = null)
    {
        if (device?.CudaDevice is null && part.CudaOnlyOperators.Count > 0)
        {
            throw new DfkException(
                ExitCode.MachineLacks,
                $"{part.ModelPath} runs on CUDA only: it uses {string.Join(", ", part.CudaOnlyOperators)}, and the guidance runs on the CPU. Use --guidance-device cuda, or import the model without --fused.");
        }

        return Create(options => new InferenceSession(part.ModelPath, options), part.ModelPath, device);
    }

    /// <summary>Loads a serialised model.</summary>
    /// <param name="model">Bytes of the model.</param>
    /// <param name="name">Name for messages.</param>
    /// <param name="device">Where it runs; null for one thread of the CPU.</param>
    /// <returns>The loaded graph.</returns>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses the graph.</exception>
    public static OnnxSession Load(byte[] model, string name, GuidanceDevice? device = null) =>
        Create(options => new InferenceSession(model, options), name, device);

    /// <summary>Loads a model file; weights in files beside it are found by its path.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Name for messages.</param>
    /// <param name="device">Where it runs; null for one thread of the CPU.</param>
    /// <returns>The loaded graph.</returns>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses the graph.</exception>
    public static OnnxSession LoadFile(string path, string name, GuidanceDevice? device = null) =>
        Create(options => new InferenceSession(path, options), name, device);

    /// <summary>Loads a serialised model as it stands, without rewriting it: for graphs that run at most once.</summary>
    /// <param name="model">Bytes of the model.</param>
    /// <param name="name">Name for messages.</param>
    /// <returns>The loaded graph.</returns>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses the graph.</exception>
    public static OnnxSession LoadUnoptimized(byte[] model, string name) =>
        Create(options => new InferenceSession(model, options), name, device: null, GraphOptimizationLevel.ORT_DISABLE_ALL);

    /// <summary>Names of the inputs, in order.</summary>
    public IReadOnlyList<string> InputNames => _session.InputNames;

    /// <summary>Names of the outputs, in order.</summary>
    public IReadOnlyList<string> OutputNames => _session.OutputNames;

    /// <summary>Type of an input, with extent -1 where it is open.</summary>
    /// <param name="input">Name of the input.</param>
    /// <returns>Element type and extents.</returns>
    public TensorType InputType(string input) => TypeOf(input, _session.InputMetadata[input]);

    /// <summary>Type of an output as ONNX Runtime infers it, with extent -1 where it stays open.</summary>
    /// <param name="output">Name of the output.</param>
    /// <returns>Element type and extents.</returns>
    public TensorType OutputType(string output) => TypeOf(output, _session.OutputMetadata[output]);

    /// <summary>Runs the graph; the caller disposes inputs and outputs.</summary>
    /// <param name="inputs">Name and value of each input.</param>
    /// <param name="outputs">Names of the wanted outputs.</param>
    /// <returns>One value per wanted output.</returns>
    /// <exception cref="InvalidModelException">ONNX Runtime cannot run the graph on these inputs.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyList<(string Name, OrtValue Value)> inputs, IReadOnlyCollection<string> outputs)
    {
        string[] names = [.. inputs.Select(i => i.Name)];
        OrtValue[] values = [.. inputs.Select(i => i.Value)];
        long start = Stopwatch.GetTimestamp();
        try
        {
            return _session.Run(_runOptions, names, values, outputs);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidModelException($"{_name}: ONNX Runtime cannot run the graph: {e.Message.TrimEnd('.')}. Export the model again.", e);
        }
        finally
        {
            _runDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    /// <summary>Runs the graph on values in a device's memory; outputs stay there. Inputs in the host's memory are copied.</summary>
    /// <param name="inputs">Name and value of each input.</param>
    /// <param name="targets">Name and place of outputs that go into memory of the caller's.</param>
    /// <param name="memory">Where the other outputs are allocated.</param>
    /// <returns>One value for each output, in order; the caller disposes them.</returns>
    /// <exception cref="InvalidModelException">ONNX Runtime cannot run the graph on these inputs.</exception>
    public IDisposableReadOnlyCollection<OrtValue> RunBound(
        IReadOnlyList<(string Name, OrtValue Value)> inputs, IReadOnlyList<(string Name, OrtValue Value)> targets, OrtMemoryInfo memory)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            using OrtIoBinding binding = _session.CreateIoBinding();
            foreach ((string name, OrtValue value) in inputs)
            {
                binding.BindInput(name, value);
            }

            foreach (string name in OutputNames)
            {
                OrtValue? target = targets.FirstOrDefault(output => output.Name == name).Value;
                if (target is not null)
                {
                    binding.BindOutput(name, target);
                }
                else
                {
                    binding.BindOutputToDevice(name, memory);
                }
            }

            // Copies of what lies in the host's memory are done before it may go.
            binding.SynchronizeBoundInputs();
            _session.RunWithBinding(_runOptions, binding);
            return binding.GetOutputValues();
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidModelException($"{_name}: ONNX Runtime cannot run the graph: {e.Message} Export the model again.", e);
        }
        finally
        {
            _runDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _runOptions.Dispose();
        _session.Dispose();
        _alive.Add(-1, new KeyValuePair<string, object?>(GraphTag, _name));
    }

    private TensorType TypeOf(string value, NodeMetadata metadata) => metadata.OnnxValueType == OnnxValueType.ONNX_TYPE_TENSOR
        ? new((TensorProto.Types.DataType)metadata.ElementDataType, metadata.Dimensions)
        : throw new InvalidModelException($"{_name}: '{value}' is no tensor but {metadata.OnnxValueType}. Export the graph with torch.onnx.export by tracing, which makes no sequences.");

    private static OnnxSession Create(
        Func<SessionOptions, InferenceSession> create, string name, GuidanceDevice? device, GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        try
        {
            using SessionOptions options = (device ?? GuidanceDevice.Cpu).NewSessionOptions();
            options.GraphOptimizationLevel = level;
            options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;
            var session = new OnnxSession(create(options), name);
            if (device is { Stream: not 0 })
            {
                // Everything is in one stream: whoever comes next in it need not be waited for.
                session._runOptions.AddRunConfigEntry("disable_synchronize_execution_providers", "1");
            }

            return session;
        }
        catch (Exception e) when (e is OnnxRuntimeException or OverflowException)
        {
            // The latter is an extent of more than 31 bits.
            throw new InvalidModelException($"{name}: ONNX Runtime cannot load the graph: {e.Message.TrimEnd('.')}. Export the model again.", e);
        }
    }
}
