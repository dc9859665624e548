using System.Collections.Generic;
using DreamFusion.Kernels.Encode;

namespace DreamFusion.Bench.Gpu.Twins;

/// <summary>Launches of hash_grid.cuh: two features, trilinear, groups and runs of samples as our kernels have them.</summary>
/// <param name="Layout">The grid.</param>
/// <param name="Samples">Samples.</param>
/// <param name="Levels">Address of the levels [L].</param>
/// <param name="Positions">Address of the positions [M, 3].</param>
public sealed record GridTwin(HashGridLayout Layout, int Samples, long Levels, long Positions)
{
    private const int CoarseRun = 8;
    private const int CoarseResolution = 256;
    private const int TotalRun = 64;
    private const int SumBlocks = 256;

    /// <summary>y = Σ_b W_b T_b.</summary>
    /// <param name="table">Address of the table [EntryCount, 2], floats or words of two 16-bit floats.</param>
    /// <param name="isHalf">Whether it is the latter.</param>
    /// <param name="features">Address of y [M, L·2].</param>
    public TwinLaunch Encode(long table, bool isHalf, long features) => new(
        isHalf ? "hash_encode_half" : "hash_encode", Groups(2L * Samples), Layout.Levels.Length, 0,
        TwinLaunch.Pack(
            table, Positions, features, Levels, Samples, Layout.Levels.Length, Layout.Levels.Length, Layout.Options.PositionScale, Layout.Options.PositionOffset));

    /// <summary>Words of two 16-bit floats from a table.</summary>
    /// <param name="table">Address of the table [EntryCount, 2].</param>
    /// <param name="words">Address of the words [EntryCount].</param>
    public TwinLaunch Pack(long table, long words) => new("hash_pack", Groups(Layout.EntryCount), 1, 0, TwinLaunch.Pack(table, words, Layout.EntryCount));

    /// <summary>dL/dT_b += W_b r, coarse levels by runs of samples.</summary>
    /// <param name="upstream">Address of r [M, L·2].</param>
    /// <param name="gradient">Address of dL/dT [EntryCount, 2].</param>
    public IEnumerable<TwinLaunch> Backward(long upstream, long gradient)
    {
        int coarse = CoarseLevels();
        if (coarse > 0)
        {
            yield return Walk("hash_backward", upstream, gradient, CoarseRun, 0, coarse);
        }

        if (coarse < Layout.Levels.Length)
        {
            yield return Walk("hash_backward", upstream, gradient, 1, coarse, Layout.Levels.Length);
        }
    }

    /// <summary>The same with sums of 16 bits on fine levels.</summary>
    /// <param name="upstream">Address of r [M, L·2].</param>
    /// <param name="gradient">Address of dL/dT [EntryCount, 2].</param>
    /// <param name="words">Address of sums [EntryCount], zero before and after.</param>
    /// <param name="totals">Address of the levels' totals [L], zero before.</param>
    public IEnumerable<TwinLaunch> BackwardHalf(long upstream, long gradient, long words, long totals)
    {
        int coarse = CoarseLevels();
        int levels = Layout.Levels.Length;
        if (coarse > 0)
        {
            yield return Walk("hash_backward", upstream, gradient, CoarseRun, 0, coarse);
        }

        if (coarse < levels)
        {
            yield return new("hash_total", Groups((Samples + TotalRun - 1) / TotalRun), levels - coarse, 0, TwinLaunch.Pack(upstream, totals, Samples, levels, coarse));
            yield return Walk("hash_backward_half", upstream, words, 1, coarse, levels, totals);
            yield return new("hash_add_halves", SumBlocks, levels - coarse, 0, TwinLaunch.Pack(gradient, words, totals, Levels, coarse));
        }
    }

    private int CoarseLevels()
    {
        int coarse = 0;
        while (coarse < Layout.Levels.Length && Layout.Levels[coarse].Resolution <= CoarseResolution)
        {
            coarse++;
        }

        return coarse;
    }

    private TwinLaunch Walk(string entry, long upstream, long target, int run, int first, int end, params object[] totals) => new(
        entry, Groups(2L * ((Samples + run - 1) / run)), end - first, 0,
        TwinLaunch.Pack([
            target, Positions, upstream, Levels, .. totals, Samples, Layout.Levels.Length, first, run, Layout.Options.PositionScale, Layout.Options.PositionOffset]));

    private static int Groups(long threads) => (int)((threads + TwinLaunch.GroupSize - 1) / TwinLaunch.GroupSize);
}
