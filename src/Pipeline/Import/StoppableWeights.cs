using System.Threading;

namespace DreamFusion.Pipeline.Import;

/// <summary>Weights that are not read any more once the import is to end.</summary>
internal sealed class StoppableWeights(IWeightSource weights, CancellationToken stop) : IWeightSource
{
    /// <inheritdoc/>
    public bool Contains(string name) => weights.Contains(name);

    /// <inheritdoc/>
    public long[] Shape(string name) => weights.Shape(name);

    /// <inheritdoc/>
    public float[] Read(string name)
    {
        stop.ThrowIfCancellationRequested();
        return weights.Read(name);
    }
}
