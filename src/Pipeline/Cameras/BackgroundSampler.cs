using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Cameras;

/// <summary>What stands behind the object in each training view; every draw is keyed by seed, step and view.</summary>
public sealed class BackgroundSampler
{
    private const uint RandomLane = 0, RedLane = 1, GreenLane = 2, BlueLane = 3;

    private readonly BackgroundConfiguration _options;
    private readonly uint _seed;

    /// <summary>Draws as the configuration states them.</summary>
    public BackgroundSampler(BackgroundConfiguration options, uint seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _seed = seed;
    }

    /// <summary>
    /// The background of a view: the fixed colour; a random colour or the base colour; or, where the background is learnt, null for the
    /// network and on a share of the views a random colour (stable-dreamfusion with 0.5, threestudio's random_aug). While renders stand for
    /// latents a learnt background is never replaced, because the four channels are no colours (stable-dreamfusion).
    /// </summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="view">Index of the view within the step.</param>
    /// <param name="isLatent">Whether renders stand for latents in this step.</param>
    public Rgb? Sample(int step, uint view, bool isLatent)
    {
        var key = new RandomKey(_seed, (uint)step, RandomPurpose.Background);
        return _options.Kind switch
        {
            BackgroundKind.Static => _options.Colour,
            BackgroundKind.Random => Draws(key, view, _options.RandomRatio) ? Colour(key, view) : _options.BaseColour,
            BackgroundKind.Torchngp or BackgroundKind.Environment =>
                !isLatent && Draws(key, view, _options.RandomAugProb) ? Colour(key, view) : null,
            _ => throw new InvalidOperationException($"Unknown background {_options.Kind}."),
        };
    }

    private static bool Draws(RandomKey key, uint view, float share) => CounterRandom.Uniform(key, view, RandomLane) < share;

    private static Rgb Colour(RandomKey key, uint view) => new(
        CounterRandom.Uniform(key, view, RedLane), CounterRandom.Uniform(key, view, GreenLane), CounterRandom.Uniform(key, view, BlueLane));
}
