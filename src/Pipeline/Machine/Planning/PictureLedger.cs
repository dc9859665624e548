using System.Collections.Generic;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>Previews, the final sheet and the pictures that are judged: what they take in memory and on disk.</summary>
internal sealed class PictureLedger
{
    // Colour, textureless, normal and opacity: 8 floats a pixel.
    private const int LayerFloats = 8;
    private const int LayerCount = 4;

    // The sheet in floats, in 16-bit samples, and compressed.
    private const int SheetBytesPerPixel = (3 * sizeof(float)) + (3 * sizeof(ushort)) + 3;
    private const double FileBytesPerPixel = 1.5;

    // The sheet of --2d: three paintings after six numbers of steps.
    private const int PaintedRows = 3;
    private const int PaintedColumns = 6;

    private readonly RunConfiguration _configuration;
    private readonly int? _judged;
    private readonly long _painted;

    /// <summary>The pictures of a run.</summary>
    /// <param name="configuration">Its configuration.</param>
    /// <param name="model">The model folder, whose judge looks at pictures of its own size.</param>
    public PictureLedger(RunConfiguration configuration, ModelFolder model)
    {
        _configuration = configuration;
        _judged = model.Clip?.ImageSize * ClipScorer.Oversampling;
        _painted = (long)PaintedColumns * PaintedRows * model.ImageSize * model.ImageSize;
    }

    /// <summary>Sizes of the pictures of the end, pixels.</summary>
    public IEnumerable<(int Width, int Height)> Sizes
    {
        get
        {
            ViewDataConfiguration test = _configuration.Data.Test;
            yield return (test.Width, test.Height);
            if (_judged is int side)
            {
                yield return (side, side);
            }
        }
    }

    /// <summary>Bytes of the picture files of a run.</summary>
    public long FileBytes
    {
        get
        {
            if (Paints)
            {
                return (long)(FileBytesPerPixel * _painted);
            }
            ViewDataConfiguration preview = _configuration.Data.Validation;
            long previews = _configuration.PreviewInterval > 0 ? _configuration.Iters / _configuration.PreviewInterval : 0;
            return (long)(FileBytesPerPixel * LayerCount * ((previews * Pixels(preview)) + Pixels(_configuration.Data.Test)));
        }
    }

    /// <summary>What is in memory at the end.</summary>
    /// <param name="judgeBytes">Files of the judge.</param>
    public IEnumerable<PlanPart> Parts(long judgeBytes)
    {
        if (Paints)
        {
            yield return new PlanPart("paintings and their sheet, and the judge", (_painted * (SheetBytesPerPixel + (3 * sizeof(float)))) + (2 * judgeBytes));
            yield break;
        }
        long pixels = Pixels(_configuration.Data.Test);
        yield return new PlanPart("final pictures", pixels * LayerFloats * sizeof(float));
        yield return new PlanPart("final sheet", pixels * LayerCount * SheetBytesPerPixel);
        if (_judged is int side)
        {
            long judged = (long)EvaluationViews.Count * side * side;
            yield return new PlanPart("pictures to be judged, and the judge", (judged * (LayerFloats + 3) * sizeof(float)) + (2 * judgeBytes));
        }
    }

    /// <summary>The views of the sheet, which wait for the judge.</summary>
    public IEnumerable<PlanPart> Kept()
    {
        yield return new PlanPart("final pictures", Pixels(_configuration.Data.Test) * LayerFloats * sizeof(float));
    }

    private bool Paints => _configuration.Task == TrainingTask.Pictures;

    private static long Pixels(ViewDataConfiguration views) => (long)views.Size * views.Width * views.Height;
}
