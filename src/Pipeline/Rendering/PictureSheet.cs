using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>A contact sheet: a column for each view, a row for each kind of picture.</summary>
public static class PictureSheet
{
    /// <summary>Most pixels of all pictures together, 2^24: a sheet is made in memory, at up to 30 bytes a pixel.</summary>
    public const long MostPixels = 1L << 24;

    /// <summary>Renders a sheet as an 8-bit picture.</summary>
    /// <param name="source">What is looked at.</param>
    /// <param name="cameras">The views, at least one.</param>
    /// <param name="size">Size of each picture.</param>
    /// <param name="look">What is shown, on a background.</param>
    /// <param name="progress">Told the number of views that are done; or null.</param>
    /// <param name="stop">Ends between two tiles.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>, if it is larger than <see cref="MostPixels"/>.</exception>
    public static PngImage Render(
        IPictureSource source, IReadOnlyList<OrbitCamera> cameras, PictureSize size, PictureLook look, Action<int>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(cameras);
        ArgumentNullException.ThrowIfNull(look);
        long pixels = (long)cameras.Count * look.Kinds.Count * size.Width * size.Height;
        if (pixels > MostPixels)
        {
            throw new DfkException(
                ExitCode.BadInput,
                string.Create(CultureInfo.InvariantCulture, $"sheet: {cameras.Count} views of {look.Kinds.Count} pictures of {size.Width}x{size.Height} have {pixels} pixels, at most {MostPixels} fit. Lower --size, or leave --sheet out."));
        }

        List<IReadOnlyList<FloatImage>> columns = [];
        foreach (OrbitCamera camera in cameras)
        {
            columns.Add([.. PictureRenderer.ToImages(source, camera, size, look, bits: 8, stop).Select(image => image.ToFloat())]);
            progress?.Invoke(columns.Count);
        }

        return PngImage.FromFloat(ContactSheet.Compose([.. look.Kinds.Select((_, row) => columns.Select(column => column[row]).ToArray())]));
    }
}
