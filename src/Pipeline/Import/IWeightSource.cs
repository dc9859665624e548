namespace DreamFusion.Pipeline.Import;

/// <summary>
/// The weights of one component (UNet, VAE or text encoder) under their canonical names: float32, row-major, with the shapes
/// of <see cref="Architecture.ParameterShapes"/>. One tensor is read at a time; nobody keeps what was read.
/// </summary>
public interface IWeightSource
{
    /// <summary>Whether there is such a weight.</summary>
    /// <param name="name">Canonical name, such as <c>conv_in.weight</c>.</param>
    /// <returns>True if there is; asking does not count as use.</returns>
    bool Contains(string name);

    /// <summary>Extents of a weight.</summary>
    /// <param name="name">Canonical name.</param>
    /// <returns>Extents, outermost first; asking does not count as use.</returns>
    /// <exception cref="Models.InvalidModelException">There is no such weight.</exception>
    long[] Shape(string name);

    /// <summary>Elements of a weight; marks the name as used.</summary>
    /// <param name="name">Canonical name.</param>
    /// <returns>Elements, row-major, in an array that belongs to the caller.</returns>
    /// <exception cref="Models.InvalidModelException">There is no such weight, or its file cannot be read.</exception>
    float[] Read(string name);
}
