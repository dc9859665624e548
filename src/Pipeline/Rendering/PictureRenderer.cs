using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>
/// Renders views tile by tile, row-major. Files take the tiles as they come, so memory does not grow with the picture: it is that of a tile
/// (4,096 rays and their samples for a field) and of a few rows of each file.
/// </summary>
public static class PictureRenderer
{
    /// <summary>Renders a view.</summary>
    /// <param name="source">What is looked at.</param>
    /// <param name="camera">The camera.</param>
    /// <param name="size">Size of the picture.</param>
    /// <param name="look">What is shown.</param>
    /// <param name="take">Takes each tile, in order; the buffers are used again.</param>
    /// <param name="room">Buffers for the tiles; null for new ones.</param>
    /// <param name="stop">Ends between two tiles.</param>
    public static void Render(
        IPictureSource source, OrbitCamera camera, PictureSize size, PictureLook look, Action<RawPixels> take, RawPixels? room = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(look);
        ArgumentNullException.ThrowIfNull(take);
        RawPixels pixels = room ?? Room(source, size, look);
        for (int first = 0; first < size.Pixels; first += pixels.Count)
        {
            stop.ThrowIfCancellationRequested();
            pixels.Count = Math.Min(pixels.Capacity, size.Pixels - first);
            source.Render(camera, size, look, first, pixels);
            take(pixels);
        }
    }

    /// <summary>Buffers for the tiles of pictures of a size.</summary>
    public static RawPixels Room(IPictureSource source, PictureSize size, PictureLook look)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(look);
        return new RawPixels(look.Kinds, Math.Min(source.TilePixels(size.Width), size.Pixels));
    }

    /// <summary>Renders a view into PNG files, one for each kind, from one pass.</summary>
    /// <param name="source">What is looked at.</param>
    /// <param name="camera">The camera.</param>
    /// <param name="size">Size of the pictures.</param>
    /// <param name="look">What is shown.</param>
    /// <param name="bits">Bits of a sample, 8 or 16; null for 16 in depth and 8 in all others.</param>
    /// <param name="paths">A path for each kind.</param>
    /// <param name="progress">Told the share that is done, 0..1; or null.</param>
    /// <param name="stop">Ends between two tiles; nothing is left behind.</param>
    public static void WriteFiles(
        IPictureSource source, OrbitCamera camera, PictureSize size, PictureLook look, int? bits, IReadOnlyList<string> paths, Action<double>? progress = null,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(look);
        ArgumentNullException.ThrowIfNull(paths);
        var scale = DepthScale.For(camera, source.Radius);
        PictureTone[] tones = Tones(look, bits);
        var files = new PngRowWriter[tones.Length];
        RawPixels room = Room(source, size, look);
        ushort[] samples = new ushort[4 * room.Capacity];
        long done = 0;

        // One inside the other: either all files of a view are written or none.
        void Open(int index)
        {
            if (index == tones.Length)
            {
                Render(source, camera, size, look, Take, room, stop);
                return;
            }

            WholeFile.Write(paths[index], stream =>
            {
                using PngRowWriter file = new(stream, size.Width, size.Height, tones[index].Channels, tones[index].Bits, Notes(tones[index], scale));
                files[index] = file;
                Open(index + 1);
                file.Finish();
            });
        }

        void Take(RawPixels pixels)
        {
            for (int i = 0; i < tones.Length; i++)
            {
                Span<ushort> part = samples.AsSpan(0, pixels.Count * tones[i].Channels);
                tones[i].Write(pixels, scale, part);
                files[i].Write(part);
            }

            done += pixels.Count;
            progress?.Invoke((double)done / size.Pixels);
        }

        Open(0);
    }

    /// <summary>Renders a view into pictures in memory, one for each kind.</summary>
    /// <param name="source">What is looked at.</param>
    /// <param name="camera">The camera.</param>
    /// <param name="size">Size of the pictures.</param>
    /// <param name="look">What is shown.</param>
    /// <param name="bits">Bits of a sample, 8 or 16; null for 16 in depth and 8 in all others.</param>
    /// <param name="stop">Ends between two tiles.</param>
    public static IReadOnlyList<PngImage> ToImages(
        IPictureSource source, OrbitCamera camera, PictureSize size, PictureLook look, int? bits = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(look);
        var scale = DepthScale.For(camera, source.Radius);
        PictureTone[] tones = Tones(look, bits);
        ushort[][] samples = [.. tones.Select(tone => new ushort[checked(size.Pixels * tone.Channels)])];
        int done = 0;
        Render(source, camera, size, look, pixels =>
        {
            for (int i = 0; i < tones.Length; i++)
            {
                tones[i].Write(pixels, scale, samples[i].AsSpan(done * tones[i].Channels, pixels.Count * tones[i].Channels));
            }

            done += pixels.Count;
        }, stop: stop);
        return [.. tones.Select((tone, i) => new PngImage(size.Width, size.Height, tone.Channels, tone.Bits, samples[i]))];
    }

    /// <summary>What a picture's file says about its samples.</summary>
    public static PngNotes Notes(PictureTone tone, DepthScale scale)
    {
        ArgumentNullException.ThrowIfNull(tone);
        return tone.IsMeasuredDepth
            ? new PngNotes { Texts = [new("Depth unit", FormattableString.Invariant($"{scale.Unit:0.##########}")), new("Description", scale.Describe())] }
            : new PngNotes { IsSrgb = tone.IsSrgb };
    }

    private static PictureTone[] Tones(PictureLook look, int? bits)
    {
        bool alpha = look.Background.Kind == PictureBackgroundKind.None;
        return [.. look.Kinds.Select((kind, i) => new PictureTone(kind, i, bits ?? (kind == PictureKind.Depth ? 16 : 8), alpha))];
    }
}
