using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>A contact sheet: a column for each view, a row for each kind of picture.</summary>
public static class PictureSheet
{
    /// <summary>Most pixels of a view's pictures together, 2^24: a column is made in memory.</summary>
    public const long MostPixels = 1L << 24;

    /// <summary>Renders a sheet into an 8-bit PNG file, view by view and then row by row (<see cref="SheetWriter"/>).</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">What is looked at.</param>
    /// <param name="cameras">The views, at least one.</param>
    /// <param name="size">Size of each picture.</param>
    /// <param name="look">What is shown, on a background.</param>
    /// <param name="progress">Told the number of views that are done; or null.</param>
    /// <param name="stop">Ends between two tiles.</param>
    /// <returns>Size of the sheet.</returns>
    /// <exception cref="DfkException">
    /// With <see cref="ExitCode.BadInput"/>, if a view has more than <see cref="MostPixels"/>; with <see cref="ExitCode.MachineLacks"/>, if the file cannot be written.
    /// </exception>
    public static PictureSize Write(
        string path, IPictureSource source, IReadOnlyList<OrbitCamera> cameras, PictureSize size, PictureLook look, Action<int>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(cameras);
        ArgumentNullException.ThrowIfNull(look);
        long pixels = (long)look.Kinds.Count * size.Width * size.Height;
        if (pixels > MostPixels)
        {
            throw new DfkException(
                ExitCode.BadInput,
                string.Create(CultureInfo.InvariantCulture, $"sheet: a view's {look.Kinds.Count} pictures of {size.Width}x{size.Height} have {pixels} pixels, at most {MostPixels} fit. Lower --size, or leave --sheet out."));
        }

        PictureSize whole = default;
        WholeFile.Write(path, file =>
        {
            using SheetWriter sheet = new(path, cameras.Count, size.Width, size.Height, [.. look.Kinds.Select(kind => PictureLook.IsColour(kind) ? 3 : 1)]);
            for (int i = 0; i < cameras.Count; i++)
            {
                sheet.Add(PictureRenderer.ToImages(source, cameras[i], size, look, bits: 8, stop));
                progress?.Invoke(i + 1);
            }

            sheet.Write(file);
            whole = new PictureSize(sheet.Width, sheet.Height);
        });
        return whole;
    }
}
