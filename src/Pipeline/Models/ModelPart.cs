using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;

namespace DreamFusion.Pipeline.Models;

/// <summary>One network of a model folder: its graph's signature and its config.json.</summary>
public sealed class ModelPart
{
    private ModelPart(string name, string modelPath, string modelRoot, GraphSignature signature, JsonConfig config)
    {
        Name = name;
        ModelPath = modelPath;
        ModelRoot = modelRoot;
        Signature = signature;
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

    /// <summary>The part's config.json.</summary>
    public JsonConfig Config { get; }

    /// <summary>Reads a part.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="modelPath">The graph.</param>
    /// <param name="configPath">The part's config.json.</param>
    /// <param name="modelRoot">The model folder.</param>
    /// <returns>The part; its inputs and outputs are not judged yet.</returns>
    /// <exception cref="InvalidModelException">A file is missing or damaged.</exception>
    public static ModelPart Load(string name, string modelPath, string configPath, string modelRoot)
    {
        OnnxModel model = OnnxModel.Load(modelPath, modelRoot);
        return new ModelPart(name, model.FilePath, model.ModelRoot, model.Signature(), JsonConfig.Load(configPath));
    }

    /// <summary>The only input with a given rank.</summary>
    /// <param name="role">What it is for, in messages.</param>
    /// <param name="ranks">Ranks that qualify.</param>
    /// <returns>The input.</returns>
    /// <exception cref="InvalidModelException">None or several.</exception>
    public TensorSignature Input(string role, params int[] ranks) => Single(Signature.Inputs, "input", role, ranks);

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

    private TensorSignature Single(IReadOnlyList<TensorSignature> tensors, string kind, string role, int[] ranks)
    {
        List<TensorSignature> found = [.. tensors.Where(t => ranks.Contains(t.Rank))];
        return found.Count == 1
            ? found[0]
            : throw new InvalidModelException(
                $"{ModelPath}: expected one {kind} of rank {string.Join(" or ", ranks)} ({role}), got {(found.Count == 0 ? "none" : string.Join("; ", found))} among {string.Join("; ", tensors)}. Export the {Name} in the diffusers ONNX layout.");
    }
}
