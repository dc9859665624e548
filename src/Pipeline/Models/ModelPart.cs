using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;

namespace DreamFusion.Pipeline.Models;

/// <summary>One network of a model folder: its graph's signature and its config.json.</summary>
public sealed class ModelPart
{
    // Of ONNX Runtime's own operators those without a kernel for the CPU (its docs/OperatorKernels.md).
    private static readonly string[] _cudaOnly = ["com.microsoft.BiasAdd", "com.microsoft.BiasSplitGelu", "com.microsoft.GroupNorm", "com.microsoft.NhwcConv", "com.microsoft.SkipGroupNorm"];

    private ModelPart(string name, OnnxModel model, JsonConfig config)
    {
        Name = name;
        ModelPath = model.FilePath;
        ModelRoot = model.ModelRoot;
        Signature = model.Signature();
        Facts = model.Facts();
        TableRows = Signature.Inputs.Where(i => i.IsInteger).Select(i => model.TableRows(i.Name)).FirstOrDefault(rows => rows is not null);
        Config = config;
    }

    /// <summary>Name in the layout, such as <c>unet</c>.</summary>
    public string Name { get; }

    /// <summary>Full path of the graph.</summary>
    public string ModelPath { get; }

    /// <summary>Full path of the model folder.</summary>
    public string ModelRoot { get; }

    /// <summary>Inputs and outputs as the graph states them.</summary>
    public GraphSignature Signature { get; }

    /// <summary>What else the graph's file holds.</summary>
    public GraphFacts Facts { get; }

    /// <summary>Operators that only ONNX Runtime's CUDA provider has; empty if the graph runs everywhere.</summary>
    public IReadOnlyList<string> CudaOnlyOperators => [.. Facts.Operators.Intersect(_cudaOnly)];

    /// <summary>Rows of the table in which an integer input is looked up; null if there is none.</summary>
    public long? TableRows { get; }

    /// <summary>The part's config.json; without keys if there is none.</summary>
    public JsonConfig Config { get; }

    /// <summary>Reads a part in a folder of its own: <c>model.onnx</c> and perhaps <c>config.json</c>.</summary>
    /// <param name="name">Name of the folder.</param>
    /// <param name="modelRoot">The model folder.</param>
    /// <returns>The part; its inputs and outputs are not judged yet.</returns>
    /// <exception cref="InvalidModelException">A file is missing or damaged.</exception>
    public static ModelPart Load(string name, string modelRoot)
    {
        string folder = Path.Combine(modelRoot, name);
        return new ModelPart(name, OnnxModel.Load(Path.Combine(folder, "model.onnx"), modelRoot), JsonConfig.LoadIfThere(Path.Combine(folder, "config.json")));
    }

    /// <summary>Reads a part that shares its configuration with others.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="modelPath">The graph.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="modelRoot">The model folder.</param>
    /// <returns>The part; its inputs and outputs are not judged yet.</returns>
    /// <exception cref="InvalidModelException">The graph is missing or damaged.</exception>
    public static ModelPart Load(string name, string modelPath, JsonConfig config, string modelRoot) => new(name, OnnxModel.Load(modelPath, modelRoot), config);

    /// <summary>The only input with a given rank.</summary>
    /// <param name="role">What it is for, in messages.</param>
    /// <param name="ranks">Ranks that qualify.</param>
    /// <returns>The input.</returns>
    /// <exception cref="InvalidModelException">None or several.</exception>
    public TensorSignature Input(string role, params int[] ranks) => Single(Signature.Inputs, "input", role, ranks);

    /// <summary>An input that a graph may have.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="rank">Its rank.</param>
    /// <returns>The input; null if there is none.</returns>
    public TensorSignature? OptionalInput(string name, int rank) => Signature.Inputs.FirstOrDefault(i => i.Name == name && i.Rank == rank);

    /// <summary>Refuses inputs that nobody would fill.</summary>
    /// <param name="filled">Inputs that get a value.</param>
    /// <exception cref="InvalidModelException">There are others.</exception>
    public void RequireNoInputBut(params IEnumerable<TensorSignature> filled)
    {
        List<TensorSignature> others = [.. Signature.Inputs.Except(filled)];
        if (others.Count > 0)
        {
            throw new InvalidModelException(
                $"{ModelPath}: the {Name} also takes {string.Join("; ", others)}, expected only {string.Join("; ", filled)}. Models that need more than a text (SDXL, ControlNet, inpainting, upscaling) are not supported; use Stable Diffusion 1.x or 2.x, or the first stage of a pixel-space model.");
        }
    }

    /// <summary>The output of a given rank: by a preferred name if the graph has it, else the only one of that rank.</summary>
    /// <param name="role">What it is, in messages.</param>
    /// <param name="rank">Rank that qualifies.</param>
    /// <param name="preferred">Names that decide if several outputs have the rank.</param>
    /// <returns>The output.</returns>
    /// <exception cref="InvalidModelException">None, or several without a preferred name.</exception>
    public TensorSignature Output(string role, int rank, params string[] preferred) =>
        preferred.Select(name => Signature.Outputs.FirstOrDefault(o => o.Name == name && o.Rank == rank)).FirstOrDefault(o => o is not null)
        ?? Single(Signature.Outputs, "output", role, [rank]);

    /// <summary>Refuses element types that cannot be used.</summary>
    /// <param name="tensor">Input or output.</param>
    /// <param name="allowed">Types that can be used.</param>
    /// <exception cref="InvalidModelException">Another type.</exception>
    public void RequireElement(TensorSignature tensor, params TensorElement[] allowed)
    {
        if (!allowed.Contains(tensor.Element))
        {
            throw new InvalidModelException(
                $"{ModelPath}: '{tensor.Name}' has elements of type {tensor.Element}, expected {string.Join(" or ", allowed)}. Export the {Name} again with such a type.");
        }
    }

    /// <summary>Refuses a fixed extent that differs; an open one passes.</summary>
    /// <param name="tensor">Input or output.</param>
    /// <param name="axis">Axis.</param>
    /// <param name="expected">Extent.</param>
    /// <param name="reason">Where the expectation comes from.</param>
    /// <exception cref="InvalidModelException">Another fixed extent.</exception>
    public void RequireExtent(TensorSignature tensor, int axis, long expected, string reason)
    {
        if (tensor.Dimensions[axis] is long got && got != expected)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{ModelPath}: '{tensor}' has extent {got} on axis {axis}, expected {expected} ({reason}). The parts of this folder come from different models; take all from one."));
        }
    }

    /// <summary>A size that config.json or the graph states; if both do, they must agree.</summary>
    /// <param name="tensor">Input or output.</param>
    /// <param name="axis">Its axis with that size.</param>
    /// <param name="key">Key of config.json.</param>
    /// <param name="largest">Largest size that makes sense.</param>
    /// <returns>The size, at least 1.</returns>
    /// <exception cref="InvalidModelException">Neither states it, they disagree, or it is out of range.</exception>
    public int Size(TensorSignature tensor, int axis, string key, int largest)
    {
        long size;
        if (Config.Has(key))
        {
            size = Config.Integer(key);
            RequireExtent(tensor, axis, size, $"{key} of its config.json");
        }
        else
        {
            size = tensor.Dimensions[axis] ?? throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{Config.FilePath} {(Config.Exists ? "has no" : "is missing, and with it")} '{key}', which the graph leaves open ('{tensor}', axis {axis}). Add it there, or copy the file from where the model came from."));
        }

        return size >= 1 && size <= largest ? (int)size : throw new InvalidModelException(string.Create(
            CultureInfo.InvariantCulture, $"{ModelPath}: {key} is {size} ('{tensor}', axis {axis}), expected 1 to {largest}. Take graph and config.json from one model."));
    }

    private TensorSignature Single(IReadOnlyList<TensorSignature> tensors, string kind, string role, int[] ranks)
    {
        List<TensorSignature> found = [.. tensors.Where(t => ranks.Contains(t.Rank))];
        return found.Count == 1
            ? found[0]
            : throw new InvalidModelException(
                $"{ModelPath}: expected one {kind} of rank {string.Join(" or ", ranks)} ({role}), got {(found.Count == 0 ? "none" : string.Join("; ", found))} among {string.Join("; ", tensors)}. Export the {Name} in the diffusers ONNX layout.");
    }
}
