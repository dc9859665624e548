using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.ExceptionServices;
using System.Threading;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging.Video;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Meshes.Formats;
using DreamFusion.Pipeline.Training;

namespace DreamFusion.Pipeline.Rendering;

/// <summary>
/// What a run makes of its field once all steps are done and saved: sheet, turntable video, mesh and scores, in that order. Each can be switched off and is timed.
/// One that fails does not keep the others from being made; the run then ends with its error and exit code, status failed, and <c>--resume</c> makes what
/// is missing. Asked to stop, it ends between two frames, pictures or batches of points, status interrupted.
/// </summary>
internal sealed class AfterTraining
{
    /// <summary>Largest side of a video's panel here; <c>dfk render --video</c> makes larger ones.</summary>
    internal const int MostPanelSide = 128;

    /// <summary>Cells along the mesh's longest side here; <c>dfk export</c> takes twice as many by default.</summary>
    internal const int MeshResolution = 128;

    private const int MeshFaces = 20_000;

    // Nobody reads the report here; dfk export measures the mesh from 24 views.
    private const int MeshReportViews = 1;

    private readonly RunContext _run;
    private readonly RunConfiguration _wanted;
    private readonly Trainer _trainer;
    private readonly LayeredRenderer _pictures;
    private readonly FieldPictures _field;
    private readonly List<(string Stage, Exception Error)> _failures = [];
    private IReadOnlyList<ViewLayers>? _testViews;
    private IReadOnlyList<KeyValuePair<string, double>> _scores = [];
    private string? _sheetPath;
    private string? _videoPath;
    private string? _meshPath;

    /// <summary>Prepares the stages; the field must stay as it is until they are done.</summary>
    /// <param name="run">The run.</param>
    /// <param name="request">What is switched off.</param>
    /// <param name="trainer">Holds the field.</param>
    /// <param name="pictures">Renders the sheet's layers.</param>
    public AfterTraining(RunContext run, TrainingRequest request, Trainer trainer, LayeredRenderer pictures)
    {
        _run = run;
        _wanted = request.Wanted(run.Configuration);
        _trainer = trainer;
        _pictures = pictures;
        _field = new FieldPictures(run.Device, trainer.Renderer, trainer.Occupancy, Configuration.Renderer.EvalMaxSteps);
    }

    private RunConfiguration Configuration => _run.Configuration;

    /// <summary>Runs the stages and ends the run.</summary>
    /// <param name="checkpoint">Path of the final checkpoint.</param>
    /// <param name="stop">Ends the stage under way.</param>
    /// <exception cref="DfkException">A stage failed; the others are done.</exception>
    public TrainingResult Run(string checkpoint, CancellationToken stop)
    {
        try
        {
            using IDisposable? average = _trainer.Average?.InPlace();
            Stage("pictures", TrainingPhase.Finishing, _wanted.ExportSheet, [_run.Folder.SheetPath], path => _sheetPath = path, WriteSheet, stop);
            Stage("video", TrainingPhase.Filming, _wanted.ExportVideo, VideoPaths, path => _videoPath = path, WriteVideo, stop);
            Stage("mesh", TrainingPhase.Exporting, _wanted.ExportMesh, [MeshPath], path => _meshPath = path, WriteMesh, stop);
            Stage("scores", TrainingPhase.Scoring, _wanted.ExportScores, [], _ => { }, Score, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return WithPaths(_run.End(TrainingOutcome.Interrupted, _trainer.Step, checkpoint, _scores, _sheetPath, ", before the results were complete"));
        }

        ThrowIfFailed(checkpoint);
        return WithPaths(_run.End(TrainingOutcome.Done, _trainer.Step, checkpoint, _scores, _sheetPath));
    }

    private string MeshPath => Path.Combine(_run.Folder.Path, "mesh.glb");

    private string VideoStem => Path.Combine(_run.Folder.Path, "turntable");

    private string[] VideoPaths => [VideoStem + VideoTarget.Mp4, VideoStem + VideoTarget.Apng];

    private TrainingResult WithPaths(TrainingResult result) => result with { VideoPath = _videoPath, MeshPath = _meshPath };

    private void Stage(
        string name, TrainingPhase phase, bool wanted, IReadOnlyList<string> paths, Action<string> keep, Func<CancellationToken, string?> work, CancellationToken stop)
    {
        if (!wanted)
        {
            return;
        }

        if (Earlier(name, paths) is { } earlier)
        {
            keep(earlier);
            return;
        }

        stop.ThrowIfCancellationRequested();
        _run.Observer.PhaseChanged(phase);
        long start = Stopwatch.GetTimestamp();
        try
        {
            if (work(stop) is { } path)
            {
                keep(path);
                _run.Observer.FileWritten(path);
            }

            // Only a stage that is complete has a time; by that a resumed run knows it.
            _run.AddTime(name, start);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _run.Note($"{name} failed: {e.Message}");
            _failures.Add((name, e));
        }
    }

    // A file of a run whose training was complete before this process, and whose record has the time of its stage.
    private string? Earlier(string name, IReadOnlyList<string> paths) =>
        _run.FirstStep == Configuration.Iters && _run.Previous is { } previous && previous.Seconds.ContainsKey(name) ? paths.FirstOrDefault(File.Exists) : null;

    private void ThrowIfFailed(string checkpoint)
    {
        if (_failures.Count == 0)
        {
            return;
        }

        if (_failures.FirstOrDefault(failure => failure.Error is not DfkException).Error is { } bug)
        {
            ExceptionDispatchInfo.Throw(bug);
        }

        throw new DfkException(
            ((DfkException)_failures[0].Error).ExitCode,
            $"training is done and saved in {checkpoint}, but not all results could be made: {string.Join("; ", _failures.Select(failure => $"{failure.Stage}: {failure.Error.Message}"))} "
            + $"To make what is missing: dfk train --resume={_run.Folder.Path}, with --no-{(_failures[0].Stage == "pictures" ? "sheet" : _failures[0].Stage)} to do without.",
            _failures[0].Error);
    }

    private string WriteSheet(CancellationToken stop)
    {
        ViewDataConfiguration test = Configuration.Data.Test;
        List<ViewLayers>? kept = AreJudged(test) ? [] : null;
        EvaluationViews.WriteSheet(_run.Folder.SheetPath, EvaluationViews.Cameras(Configuration, test.Size), test.Width, test.Height, camera =>
        {
            ViewLayers view = Render(camera, test.Width, test.Height, stop);
            kept?.Add(view);
            return view;
        });
        _testViews = kept;
        return _run.Folder.SheetPath;
    }

    private string WriteVideo(CancellationToken stop)
    {
        ViewDataConfiguration test = Configuration.Data.Test;
        var target = VideoTarget.Choose(VideoStem, FfmpegProgram.Find());
        if (target.Note is { } note)
        {
            _run.Note(note);
        }

        new Turntable
        {
            Camera = EvaluationViews.Cameras(Configuration, 1)[0],
            Panel = PanelOf(test),
        }.Write(_field, target, progress: null, stop);
        return target.Path;
    }

    /// <summary>Size of a panel of the video: that of the final pictures, divided by the smallest whole number that makes it small enough.</summary>
    /// <param name="test">The final pictures.</param>
    internal static PictureSize PanelOf(ViewDataConfiguration test)
    {
        int shrink = Math.Max(1, (Math.Max(test.Width, test.Height) + MostPanelSide - 1) / MostPanelSide);
        return new PictureSize(test.Width / shrink, test.Height / shrink);
    }

    private string WriteMesh(CancellationToken stop)
    {
        using RadianceFieldSolid solid = new(_run.Device, _trainer.Field);
        ExportedMesh mesh = MeshExport.Run(
            new StoppableField(solid, stop), new StoppableViews(_field, stop),
            new ExportOptions
            {
                Resolution = MeshResolution,
                Faces = MeshFaces,
                ReportViews = MeshReportViews,
                Threads = Configuration.Threads > 0 ? Configuration.Threads : Environment.ProcessorCount,
            });
        foreach (string note in mesh.Report.Notes)
        {
            _run.Note(note);
        }

        return MeshFiles.Write(MeshPath, MeshFormat.Glb, mesh, Configuration.Prompt)[0];
    }

    private string? Score(CancellationToken stop)
    {
        if (JudgedSide is int side)
        {
            IReadOnlyList<ViewLayers> views = _testViews ?? [.. EvaluationViews.Cameras(Configuration).Select(camera => Render(camera, side, side, stop))];
            stop.ThrowIfCancellationRequested();
            using var judge = RetrievalScore.TryLoad(_run.Model.Folder);
            _scores = judge?.Evaluate(Configuration.Prompt, views) ?? [];
            _run.SetScores(_scores);
        }

        return null;
    }

    private int? JudgedSide => _run.Model.Folder.Clip?.ImageSize * ClipScorer.Oversampling;

    // Then the sheet's views wait for the judge instead of being rendered again.
    private bool AreJudged(ViewDataConfiguration views) => views.Size == EvaluationViews.Count && views.Width == JudgedSide && views.Height == JudgedSide;

    private ViewLayers Render(OrbitCamera camera, int width, int height, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return _pictures.Render(camera, width, height, Configuration.Renderer.EvalMaxSteps, EvaluationViews.Ambient);
    }
}
