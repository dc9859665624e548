using System;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>How a mesh is made.</summary>
public sealed record ExportOptions
{
    /// <summary>Cells along the longest side of the object's box; 16 to 512, default 256.</summary>
    public int Resolution { get; init; } = 256;

    /// <summary>Density of the surface, 1/world unit, above 0; null, the default, is chosen by the renders' outlines.</summary>
    public float? Threshold { get; init; }

    /// <summary>Side of the texture, texels; 64 to 8192, default 1024.</summary>
    public int TextureSize { get; init; } = 1024;

    /// <summary>Most faces; 100 to 10,000,000, default 50,000.</summary>
    public int Faces { get; init; } = 50_000;

    /// <summary>Parts with less area than this share of the largest one's are removed; 0 to 1, default 0.01.</summary>
    public double LeastPartShare { get; init; } = 0.01;

    /// <summary>Views of the threshold's choice; default 8.</summary>
    public int ThresholdViews { get; init; } = 8;

    /// <summary>Side of those views, pixels, one sample each; default 96: no finer than the pass they choose for.</summary>
    public int ThresholdViewSize { get; init; } = 96;

    /// <summary>Views of the report; default 24.</summary>
    public int ReportViews { get; init; } = 24;

    /// <summary>Side of those views, pixels; default 192.</summary>
    public int ViewSize { get; init; } = 192;

    /// <summary>Samples of a texel's ray into the surface; 1 asks on the surface alone. Default 12.</summary>
    public int BakeSamples { get; init; } = 12;

    /// <summary>How far that ray begins outside the surface and ends inside it, as a share of the bound; default 0.06.</summary>
    public float BakeDepth { get; init; } = 0.06f;

    /// <summary>CPU threads of what the kernels do not do, at least 1; default one for each core.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Requires every option to be in its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">If one is not.</exception>
    public void Validate()
    {
        Require(Resolution is >= 16 and <= 512, nameof(Resolution), Resolution, "16 to 512");
        Require(Threshold is null or (> 0f and < float.PositiveInfinity), nameof(Threshold), Threshold, "above 0");
        Require(TextureSize is >= 64 and <= 8192, nameof(TextureSize), TextureSize, "64 to 8192");
        Require(Faces is >= 100 and <= 10_000_000, nameof(Faces), Faces, "100 to 10000000");
        Require(LeastPartShare is >= 0 and <= 1, nameof(LeastPartShare), LeastPartShare, "0 to 1");
        Require(ThresholdViews >= 1 && ReportViews >= 1 && ViewSize >= 16 && ThresholdViewSize >= 16, nameof(ReportViews), ReportViews, "at least one view of at least 16 pixels");
        Require(BakeSamples >= 1 && BakeDepth >= 0f, nameof(BakeSamples), BakeSamples, "at least 1, and a depth of at least 0");
        Require(Threads >= 1, nameof(Threads), Threads, "at least 1");
    }

    private static void Require(bool holds, string name, object? value, string expected)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"expected {expected}");
        }
    }
}
