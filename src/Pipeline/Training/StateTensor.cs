using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Checkpoints;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Training;

/// <summary>A part of a run's state in device memory, as it stands in a checkpoint.</summary>
/// <param name="Name">Name of the tensor.</param>
/// <param name="Values">The values; as many as the shape says.</param>
/// <param name="Shape">Sizes, slowest first.</param>
public sealed record StateTensor(string Name, ArrayView<float> Values, ImmutableArray<long> Shape)
{
    /// <summary>A copy on the host.</summary>
    public Tensor Read()
    {
        float[] values = new float[Values.Length];
        if (values.Length > 0)
        {
            Values.CopyToCPU(values);
        }
        return Tensor.From(values, Shape);
    }

    /// <summary>Overwrites the values with a checkpoint's.</summary>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if the checkpoint has no such tensor or one of another shape.</exception>
    public void Write(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        Tensor tensor = checkpoint.Require(Name, TensorType.F32, Shape);
        if (Values.Length > 0)
        {
            Values.CopyFromCPU(tensor.Values<float>().ToArray());
        }
    }

    /// <summary>The groups of a buffer that is laid out like an arena: named as they, with a suffix.</summary>
    /// <param name="groups">Groups of the arena.</param>
    /// <param name="buffer">The buffer, as long as the arena.</param>
    /// <param name="suffix">Added to each name; empty for the parameters themselves.</param>
    public static IEnumerable<StateTensor> OfGroups(IEnumerable<ParameterGroup> groups, ArrayView<float> buffer, string suffix) =>
        groups.Select(group => new StateTensor(group.Name + suffix, buffer.SubView(group.Offset, group.Length), [group.Rows, group.Columns]));
}
