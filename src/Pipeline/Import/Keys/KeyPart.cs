namespace DreamFusion.Pipeline.Import.Keys;

/// <summary>Where a weight lies in a checkpoint: a tensor, or one of several equal parts of its first axis.</summary>
/// <param name="Key">Name of the tensor.</param>
/// <param name="Part">Which part, from 0.</param>
/// <param name="Parts">Number of parts; 1 for a whole tensor.</param>
public readonly record struct KeyPart(string Key, int Part = 0, int Parts = 1);
