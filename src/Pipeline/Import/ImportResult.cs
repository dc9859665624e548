using System.Collections.Generic;
using DreamFusion.Pipeline.Import.Architecture;

namespace DreamFusion.Pipeline.Import;

/// <summary>An import that is done.</summary>
/// <param name="Folder">The model folder.</param>
/// <param name="Architecture">The base.</param>
/// <param name="Prediction">What the UNet predicts; null for a folder that was found in the cache.</param>
/// <param name="Decisions">What was decided on the way, one line each.</param>
/// <param name="Bytes">Size of the folder.</param>
/// <param name="WasCached">Whether an earlier import was found in the cache.</param>
public sealed record ImportResult(
    string Folder, StableDiffusionArchitecture Architecture, PredictionDecision? Prediction, IReadOnlyList<string> Decisions, long Bytes, bool WasCached);
