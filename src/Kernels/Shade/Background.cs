using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Shade;

/// <summary>
/// The colour behind the scene, one per ray: a constant, or one draw per image. The composite adds it with the ray's remaining
/// transmittance and sends its gradient to the per-ray buffer, where a learnt background takes it up; these two forms have no
/// parameters and so no backward.
/// </summary>
public static class BackgroundKernels
{
    /// <summary>Device arguments. R rays.</summary>
    public struct Args
    {
        /// <summary>The colour, linear, in [0, 1].</summary>
        public Float3 Colour;

        /// <summary>Background of each ray [R]; overwritten.</summary>
        public ArrayView<Float3> Colours;
    }

    /// <summary>Writes the background of one ray.</summary>
    public static void Fill(Index1D ray, Args a) => a.Colours[ray] = a.Colour;
}

/// <summary>Launcher of <see cref="BackgroundKernels"/>.</summary>
public sealed class Background : IKernelFamily<Background>
{
    private readonly Action<Index1D, BackgroundKernels.Args> _fill;

    private Background(Accelerator accelerator) =>
        _fill = accelerator.LoadAutoGroupedStreamKernel<Index1D, BackgroundKernels.Args>(BackgroundKernels.Fill);

    /// <inheritdoc/>
    public static Background Load(Accelerator accelerator) => new(accelerator);

    /// <summary>
    /// The colour of one image: uniform in [0, 1)³ with a probability, else a fixed one. The prior's recipe takes white for
    /// 30 % of its images, so that the object cannot hide in the background's colour.
    /// </summary>
    /// <param name="key">Key of the draw.</param>
    /// <param name="image">Index of the image within the step.</param>
    /// <param name="fixedColour">The other choice.</param>
    /// <param name="randomShare">Probability of a random colour, in [0, 1].</param>
    public static Float3 Draw(RandomKey key, uint image, Float3 fixedColour, float randomShare)
    {
        // Lane 3 decides and lanes 0 to 2 are the colour, so the share does not change the colours that are drawn.
        return CounterRandom.Uniform(key, image, 3) < randomShare
            ? new Float3(CounterRandom.Uniform(key, image, 0), CounterRandom.Uniform(key, image, 1), CounterRandom.Uniform(key, image, 2))
            : fixedColour;
    }

    /// <summary>Gives every ray the same background.</summary>
    /// <param name="colour">The colour, linear, in [0, 1].</param>
    /// <param name="colours">Background of each ray [R]; overwritten.</param>
    public void Fill(Float3 colour, ArrayView<Float3> colours)
    {
        if (colours.Length > 0)
        {
            _fill(colours.IntLength, new BackgroundKernels.Args { Colour = colour, Colours = colours });
        }
    }
}
