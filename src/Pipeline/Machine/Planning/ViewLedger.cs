using System;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Field;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>The buffers of a training view, of an update of the occupancy grid and of a tile of a picture, as the renderer rents them.</summary>
internal sealed class ViewLedger(RunConfiguration configuration, FieldLedger field)
{
    private const int CellsPerBatch = 1 << 15;

    private readonly RendererOptions _options = RendererOptions.From(configuration.Renderer, configuration.Loss);

    /// <summary>A training view: forward, guidance, losses, backward.</summary>
    /// <param name="pool">Where it is rented.</param>
    /// <param name="rays">Rays R.</param>
    /// <param name="samples">Samples M.</param>
    /// <param name="guidanceSize">Side of the image that the guidance takes, pixels.</param>
    public void Train(PoolLedger pool, long rays, long samples, int guidanceSize)
    {
        LossConfiguration loss = configuration.Loss;
        using var tape = new TapeLedger(pool, recording: true);
        Rays(tape, rays);
        March(tape, rays, samples);
        bool normals = _options.NormalsInAlbedo || ShadesWithNormals;
        field.Evaluate(tape, samples, normals, _options.FieldMemory);
        if (normals)
        {
            tape.Values(samples, 3);
        }
        field.Background(tape, rays);
        Composite(tape, rays, samples, normals, weightsGradient: loss.Entropy.IsEverPositive && loss.EntropyOf == EntropyOf.Weights);
        long pixels = (long)guidanceSize * guidanceSize;
        tape.Values(pixels, 3);
        tape.Scratch(pixels * 3 * sizeof(float));
        if (normals && loss.SpaceNormalSmoothness.IsEverPositive)
        {
            tape.Values(samples, 3, gradient: false);
            tape.Values(samples, 3, gradient: false);
            field.Evaluate(tape, samples, withNormals: true, _options.FieldMemory);
        }
        tape.Backward();
    }

    /// <summary>An update of the occupancy grid, all cells or a subset.</summary>
    public void UpdateOccupancy(PoolLedger pool, long cells)
    {
        using var tape = new TapeLedger(pool, recording: false);
        long batch = Math.Min(CellsPerBatch, cells);
        tape.Values(batch, 3);
        tape.Values(batch, 1);
        if (configuration.Renderer.GridWarmupSteps < configuration.Iters)
        {
            // The subset's list and its candidates.
            tape.Scratch(cells / 2 * sizeof(int));
            tape.Scratch(cells * 3 / 4 * sizeof(int));
        }
        using var density = new TapeLedger(pool, recording: false);
        field.Density(density, batch);
    }

    /// <summary>A picture: its rays, and one tile of it.</summary>
    /// <param name="pool">Where it is rented.</param>
    /// <param name="pixels">Pixels of the picture.</param>
    /// <param name="tileRays">Rays of a tile.</param>
    /// <param name="tileSamples">Samples of a tile.</param>
    public void Picture(PoolLedger pool, long pixels, long tileRays, long tileSamples)
    {
        using var cast = new TapeLedger(pool, recording: false);
        Rays(cast, pixels);
        using var tape = new TapeLedger(pool, recording: false);
        March(tape, tileRays, tileSamples);
        field.Evaluate(tape, tileSamples, withNormals: true, _options.FieldMemory);
        tape.Values(tileRays, 3);
        Composite(tape, tileRays, tileSamples, normals: true, weightsGradient: false);
        tape.Values(tileSamples, 3);
        Composite(tape, tileRays, tileSamples, normals: false, weightsGradient: false);
    }

    private bool ShadesWithNormals => configuration.ShadedRatio > 0f || configuration.LatentIterRatio > 0f;

    private static void Rays(TapeLedger tape, long rays)
    {
        tape.Values(rays, 3, gradient: false);
        tape.Values(rays, 3, gradient: false);
        tape.Values(rays, 1, gradient: false);
        tape.Values(rays, 1, gradient: false);
    }

    private static void March(TapeLedger tape, long rays, long samples)
    {
        tape.Scratch(2 * sizeof(int) * rays);
        tape.Values(samples, 3, gradient: false);
        tape.Values(samples, 1, gradient: false);
        tape.Values(samples, 1, gradient: false);
        tape.Values(samples, 1, gradient: false);
    }

    private static void Composite(TapeLedger tape, long rays, long samples, bool normals, bool weightsGradient)
    {
        tape.Values(rays, 3);
        tape.Values(rays, 1);
        tape.Values(rays, 1, gradient: false);
        tape.Values(samples, 1, weightsGradient);
        if (normals)
        {
            tape.Values(rays, 3, gradient: false);
        }
        tape.Scratch(rays * sizeof(float));
        tape.Scratch(rays * sizeof(int));
    }
}
