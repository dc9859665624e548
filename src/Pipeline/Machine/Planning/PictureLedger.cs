using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Rendering;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>A picture as it is rendered.</summary>
/// <param name="Cast">Pixels whose rays are cast at once.</param>
/// <param name="Rays">Rays of a tile.</param>
/// <param name="Pixels">Pixels of the picture: the fewer of them are in a tile, the busier is the busiest tile.</param>
internal readonly record struct PictureTile(long Cast, long Rays, long Pixels);

/// <summary>Previews and what a run ends with, as far as the configuration wants it: what it takes in memory and on disk.</summary>
internal sealed class PictureLedger
{
    private const long RaysOfLayers = 8192;
    private const long RaysOfFrame = 4096;

    // Colour, textureless, normal and opacity: 8 floats a pixel.
    private const int LayerFloats = 8;
    private const int LayerCount = 4;

    // The sheet of --2d in floats, in 16-bit samples, and compressed.
    private const int SheetBytesPerPixel = (3 * sizeof(float)) + (3 * sizeof(ushort)) + 3;

    // A view in floats and, on its way into the sheet, in 16-bit samples.
    private const int ViewBytesPerPixel = LayerFloats * (sizeof(float) + sizeof(ushort));
    private const double FileBytesPerPixel = 1.5;

    // A frame as it is drawn, the one before, filtered and compressed.
    private const long FrameCopies = 4;

    // Colour, normals and depth side by side.
    private const int Panels = 3;

    // Of the turntable without ffmpeg, which is the larger one: 195 KB are an MP4 of as many frames.
    private const double VideoFileBytesPerPixel = 0.5;

    // 0.6 to 1.6 MB have been seen; its texture decides.
    private const long MeshFileBytes = 3_000_000;

    // The sheet of --2d: three paintings after six numbers of steps.
    private const int PaintedRows = 3;
    private const int PaintedColumns = 6;

    private readonly RunConfiguration _configuration;
    private readonly ViewDataConfiguration _test;
    private readonly ViewDataConfiguration _preview;
    private readonly int? _judged;
    private readonly long _painted;

    /// <summary>The pictures of a run.</summary>
    /// <param name="configuration">Its configuration.</param>
    /// <param name="model">The model folder, whose judge looks at pictures of its own size.</param>
    public PictureLedger(RunConfiguration configuration, ModelFolder model)
    {
        _configuration = configuration;
        (_test, _preview) = (configuration.Data.Test, configuration.Data.Validation);
        _judged = configuration.ExportScores ? model.Clip?.ImageSize * ClipScorer.Oversampling : null;
        _painted = (long)PaintedColumns * PaintedRows * model.ImageSize * model.ImageSize;
    }

    /// <summary>Whether there are previews.</summary>
    public bool HasPreviews => PreviewCount > 0;

    /// <summary>Whether the final pictures are scored.</summary>
    public bool IsJudged => _judged is not null;

    /// <summary>The pictures that are rendered, in tiles.</summary>
    public IEnumerable<PictureTile> Tiles
    {
        get
        {
            if (HasPreviews)
            {
                yield return Layers(_preview.Width, _preview.Height);
            }
            if (_configuration.ExportSheet)
            {
                yield return Layers(_test.Width, _test.Height);
            }
            if (_configuration.ExportVideo)
            {
                yield return Frame(AfterTraining.PanelOf(_test).Pixels);
            }
            if (_configuration.ExportMesh)
            {
                long viewed = new ExportOptions().ViewSize;
                yield return Frame(viewed * viewed);
            }
            if (_judged is int side)
            {
                yield return Layers(side, side);
            }
        }
    }

    /// <summary>Bytes of the files of pictures, video and mesh.</summary>
    public long FileBytes
    {
        get
        {
            if (_configuration.Task == TrainingTask.Pictures)
            {
                return (long)(FileBytesPerPixel * _painted);
            }
            long sheets = (PreviewCount * Pixels(_preview)) + (_configuration.ExportSheet ? Pixels(_test) : 0);
            double video = _configuration.ExportVideo ? VideoFileBytesPerPixel * FramePixels * Turntable.DefaultFrames : 0;
            // The sheet's pictures that wait beside it are gone before the next file is made, but not before the sheet is complete.
            long waiting = _configuration.ExportSheet && Waiting(_test) > SheetWriter.MostMemory ? Waiting(_test) : 0;
            return (long)((FileBytesPerPixel * LayerCount * sheets) + video) + waiting + (_configuration.ExportMesh ? MeshFileBytes : 0);
        }
    }

    /// <summary>The paintings of <c>--2d</c>.</summary>
    /// <param name="judgeBytes">Files of the judge.</param>
    public IEnumerable<PlanPart> Paintings(long judgeBytes)
    {
        yield return new PlanPart("paintings and their sheet, and the judge", (_painted * (SheetBytesPerPixel + (3 * sizeof(float)))) + (2 * judgeBytes));
    }

    /// <summary>A preview.</summary>
    public IEnumerable<PlanPart> Preview() => [new PlanPart("a view, and the sheet", SheetBytes(_preview))];

    /// <summary>The final sheet, beside what is kept of its views.</summary>
    public IEnumerable<PlanPart> Sheet() => [new PlanPart("a final picture, and the sheet", SheetBytes(_test))];

    /// <summary>What the sheet leaves to the collector: every view on its way into it, less those that are kept, and what of them waited in memory.</summary>
    public long LeftOfSheet => (Pixels(_test) * ViewBytesPerPixel) - Kept().Sum(part => part.Bytes) + (Waiting(_test) > SheetWriter.MostMemory ? 0 : Waiting(_test));

    /// <summary>The views of the sheet, which wait for the judge where it looks at the same ones.</summary>
    public IEnumerable<PlanPart> Kept() => _configuration.ExportSheet && _test.Size == EvaluationViews.Count && _test.Width == _judged && _test.Height == _judged
        ? [new PlanPart("final pictures", LayerBytes(_test))]
        : [];

    /// <summary>The turntable; ffmpeg's own memory is not this process's.</summary>
    public IEnumerable<PlanPart> Video() => [new PlanPart("frames", 3 * FrameCopies * FramePixels)];

    /// <summary>What the turntable leaves to the collector: every frame.</summary>
    public long LeftOfVideo => 3 * FrameCopies * FramePixels * Turntable.DefaultFrames;

    /// <summary>The scores.</summary>
    /// <param name="judgeBytes">Files of the judge.</param>
    public IEnumerable<PlanPart> Scores(long judgeBytes)
    {
        long judged = (long)EvaluationViews.Count * (_judged ?? 0) * (_judged ?? 0);
        return [new PlanPart("pictures to be judged, and the judge", (judged * (LayerFloats + 3) * sizeof(float)) + (2 * judgeBytes))];
    }

    private long PreviewCount => _configuration.PreviewInterval > 0 ? (_configuration.Iters - 1) / _configuration.PreviewInterval : 0;

    private long FramePixels => (long)Panels * AfterTraining.PanelOf(_test).Pixels;

    private static PictureTile Layers(int width, int height) => new((long)width * height, Math.Min(RaysOfLayers, (long)width * height), (long)width * height);

    // A frame of the video and a view of the mesh's report cast the rays of a tile only.
    private static PictureTile Frame(long pixels) => new(Math.Min(RaysOfFrame, pixels), Math.Min(RaysOfFrame, pixels), pixels);

    private static long Pixels(ViewDataConfiguration views) => (long)views.Size * views.Width * views.Height;

    private static long LayerBytes(ViewDataConfiguration views) => Pixels(views) * LayerFloats * sizeof(float);

    // One view on its way into the sheet, and what of the others waits in memory.
    private static long SheetBytes(ViewDataConfiguration views) =>
        ((long)views.Width * views.Height * ViewBytesPerPixel) + (Waiting(views) > SheetWriter.MostMemory ? 0 : Waiting(views));

    // A byte a sample, until the sheet is written row by row.
    private static long Waiting(ViewDataConfiguration views) => SheetWriter.WaitingBytes(views.Size, views.Width, views.Height, LayerFloats);
}
