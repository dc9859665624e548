using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Import;

/// <summary>What the UNet predicts, and how that was found out.</summary>
/// <param name="Type">The noise or the velocity.</param>
/// <param name="Rule">The rule that decided, in words.</param>
public sealed record PredictionDecision(PredictionType Type, string Rule)
{
    /// <summary>The type as diffusers writes it: <c>epsilon</c> or <c>v_prediction</c>.</summary>
    public string Name => Type == PredictionType.Velocity ? "v_prediction" : "epsilon";
}
