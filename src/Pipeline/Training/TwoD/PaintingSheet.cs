using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Imaging;

namespace DreamFusion.Pipeline.Training.TwoD;

/// <summary>The sheet of a 2-D run: a row for each painting, a column for each of a few step counts.</summary>
public sealed class PaintingSheet
{
    private const int LeastSide = 128;

    private readonly List<(int Step, IReadOnlyList<FloatImage> Pictures)> _columns = [];

    /// <summary>Step counts of the columns: 0, 1/16, 1/8, 1/4, 1/2 and all of the run.</summary>
    /// <param name="iters">Steps of the run.</param>
    public static IReadOnlyList<int> Steps(int iters) => [.. new[] { 0, iters / 16, iters / 8, iters / 4, iters / 2, iters }.Distinct()];

    /// <summary>Step counts of the columns so far.</summary>
    public IReadOnlyList<int> ColumnSteps => [.. _columns.Select(column => column.Step)];

    /// <summary>Adds a column, unless that step has one.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="pictures">The paintings.</param>
    public void Add(int step, IReadOnlyList<FloatImage> pictures)
    {
        if (_columns.Count == 0 || _columns[^1].Step != step)
        {
            _columns.Add((step, pictures));
        }
    }

    /// <summary>The sheet; small pictures are enlarged by whole pixels.</summary>
    public FloatImage Compose() => ContactSheet.Compose(
        [.. Enumerable.Range(0, _columns[0].Pictures.Count).Select(row => (IReadOnlyList<FloatImage>)[.. _columns.Select(column => Enlarged(column.Pictures[row]))])]);

    private static FloatImage Enlarged(FloatImage picture)
    {
        int factor = Math.Max(1, LeastSide / picture.Width);
        var large = new FloatImage(picture.Width * factor, picture.Height * factor, picture.Channels);
        for (int i = 0; i < large.Data.Length; i++)
        {
            int pixel = i / picture.Channels, x = pixel % large.Width / factor, y = pixel / large.Width / factor;
            large.Data[i] = picture.Data[(((y * picture.Width) + x) * picture.Channels) + (i % picture.Channels)];
        }
        return large;
    }
}
