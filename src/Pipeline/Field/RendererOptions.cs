using System;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Field;

/// <summary>What a renderer does beside what each view says.</summary>
public sealed record RendererOptions
{
    /// <summary>Bytes that the field's intermediate values and their gradients may take on a tape, &gt; 0; an estimate. Default unlimited.</summary>
    public long FieldMemory { get; init; } = long.MaxValue;

    /// <summary>Whether plain albedo is rendered with normals, too, because a loss wants them; default false.</summary>
    public bool NormalsInAlbedo { get; init; }

    /// <summary>What a number of steps counts, default steps across the bound.</summary>
    public StepRule StepRule { get; init; } = StepRule.AcrossBound;

    /// <summary>Growth γ of the step with the distance, ≥ 0, default 0.</summary>
    public float ConeAngle { get; init; }

    /// <summary>Distance from the camera at which rays begin at the earliest, world units, ≥ 0, default 0.</summary>
    public float MinNear { get; init; }

    /// <summary>The options of a configuration's groups <c>renderer</c> and <c>loss</c>.</summary>
    public static RendererOptions From(RendererConfiguration renderer, LossConfiguration loss)
    {
        ArgumentNullException.ThrowIfNull(renderer);
        ArgumentNullException.ThrowIfNull(loss);
        bool wantsNormals = loss.Orientation.IsEverPositive || loss.ImageNormalSmoothness.IsEverPositive || loss.SpaceNormalSmoothness.IsEverPositive;
        return new RendererOptions
        {
            FieldMemory = (long)renderer.FieldMemoryMebibytes << 20,
            NormalsInAlbedo = loss.NormalLossesIn == NormalLossesIn.All && wantsNormals,
            StepRule = renderer.StepRule,
            ConeAngle = renderer.DtGamma,
            MinNear = renderer.MinNear,
        };
    }
}
