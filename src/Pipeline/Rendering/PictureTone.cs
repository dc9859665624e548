using System;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>
/// From raw pixels to the samples of one kind of picture. Values are rounded to the nearest sample, halves away from zero, never cut off. Colours are sRGB
/// as trained: the field learns the display values that the prior saw, and nothing converts them. Alpha is straight (not multiplied into the colours).
/// </summary>
/// <param name="kind">What is shown.</param>
/// <param name="index">Its index among the look's kinds.</param>
/// <param name="bits">8 or 16.</param>
/// <param name="withAlpha">Whether there is an alpha channel: the background is none. An opacity picture has none; it is alpha.</param>
public sealed class PictureTone(PictureKind kind, int index, int bits, bool withAlpha)
{
    private readonly float _max = (1 << bits) - 1;

    /// <summary>What is shown.</summary>
    public PictureKind Kind => kind;

    /// <summary>Bits of a sample, 8 or 16.</summary>
    public int Bits => bits;

    /// <summary>Samples in each pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.</summary>
    public int Channels => (PictureLook.IsColour(kind) ? 3 : 1) + (withAlpha && kind != PictureKind.Opacity ? 1 : 0);

    /// <summary>Whether samples are distances in units of <see cref="DepthScale.Unit"/>.</summary>
    public bool IsMeasuredDepth => kind == PictureKind.Depth && bits == 16;

    /// <summary>Whether samples are colours for the eye, in sRGB, rather than data.</summary>
    public bool IsSrgb => PictureLook.IsColour(kind) && kind != PictureKind.Normal;

    /// <summary>Writes a tile's samples.</summary>
    /// <param name="pixels">The tile.</param>
    /// <param name="scale">Of the view's depth.</param>
    /// <param name="samples">Samples [Count · Channels]; overwritten.</param>
    public void Write(RawPixels pixels, DepthScale scale, Span<ushort> samples)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        switch (kind)
        {
            case PictureKind.Opacity:
                for (int i = 0; i < pixels.Count; i++)
                {
                    samples[i] = Round(pixels.Opacity[i]);
                }

                break;
            case PictureKind.Depth:
                WriteDepth(pixels, scale, samples);
                break;
            default:
                WriteColours(pixels, samples);
                break;
        }
    }

    private void WriteColours(RawPixels pixels, Span<ushort> samples)
    {
        Span<float> colours = pixels.Colour(index), opacity = pixels.Opacity;
        int channels = Channels;
        for (int i = 0; i < pixels.Count; i++)
        {
            float alpha = withAlpha ? opacity[i] : 1f;
            for (int c = 0; c < 3; c++)
            {
                samples[(i * channels) + c] = Round(alpha > 0f ? colours[(3 * i) + c] / alpha : 0f);
            }

            if (withAlpha)
            {
                samples[(i * channels) + 3] = Round(alpha);
            }
        }
    }

    private void WriteDepth(RawPixels pixels, DepthScale scale, Span<ushort> samples)
    {
        Span<float> depth = pixels.Depth, opacity = pixels.Opacity;
        int channels = Channels;
        for (int i = 0; i < pixels.Count; i++)
        {
            bool hit = withAlpha ? opacity[i] > 0f : opacity[i] >= DepthScale.SurfaceOpacity;
            float distance = opacity[i] > 0f ? depth[i] / opacity[i] : scale.Far;
            samples[i * channels] = bits == 16
                ? hit ? scale.Measure(distance) : (ushort)0
                // Without alpha a thin rim fades to black, as everything does that is far.
                : Round(scale.Show(distance) * (withAlpha ? 1f : opacity[i]));
            if (withAlpha)
            {
                samples[(i * channels) + 1] = Round(opacity[i]);
            }
        }
    }

    // NaN is never a colour; a picture with holes would hide that the field is broken.
    private ushort Round(float value) => float.IsNaN(value)
        ? throw new DfkException(ExitCode.BadInput, $"picture ({kind}): the field gives values that are not numbers; the checkpoint is of a run that diverged. Take an earlier one.")
        : (ushort)MathF.Round(Math.Clamp(value, 0f, 1f) * _max, MidpointRounding.AwayFromZero);
}
