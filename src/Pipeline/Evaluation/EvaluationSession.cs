using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Field;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>What to evaluate.</summary>
public sealed record EvaluationRequest
{
    /// <summary>Run folders or checkpoints.</summary>
    public IReadOnlyList<string> Runs { get; init; } = [];

    /// <summary>Folders of pictures with captions (<see cref="CaptionedPictures"/>), each a row of its own.</summary>
    public IReadOnlyList<string> Pictures { get; init; } = [];

    /// <summary>CLIP folders; none for the embedded prior's own.</summary>
    public IReadOnlyList<string> Judges { get; init; } = [];

    /// <summary>A file with the captions that compete; null for those of the embedded prior's vocabulary.</summary>
    public string? Captions { get; init; }

    /// <summary>A folder of labelled renders that says which objects' front and back the judges can tell apart; null for the judges' stored tables.</summary>
    public string? Labelled { get; init; }

    /// <summary>CPU threads, at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Where renders are made: auto, cpu, cuda or cuda:N.</summary>
    public string Device { get; init; } = DeviceSelection.Automatic;
}

/// <summary>
/// Scores trained objects and folders of pictures: CLIP score, CLIP R-Precision in colour and of the geometry alone, and the Janus score,
/// by one or several judges.
/// </summary>
public sealed class EvaluationSession : IDisposable
{
    private readonly EvaluationRequest _request;
    private readonly PromptVocabulary _vocabulary;
    private readonly Judge[] _judges;
    private readonly Action<string> _note;

    private EvaluationSession(EvaluationRequest request, Action<string> note)
    {
        _request = request;
        _note = note;
        _vocabulary = PromptVocabulary.TryLoad(ModelFolder.Open(ModelLocator.Locate(ModelLocator.Toybox)))
            ?? throw new InvalidModelException("The embedded prior has no vocabulary.json. Build or unpack dfk again.");
        IReadOnlyList<string>? captions = request.Captions is { } file ? CaptionRetrieval.ReadFile(file) : null;
        CaptionedPictures? labelled = request.Labelled is { } folder ? CaptionedPictures.Open(folder) : null;
        if (labelled is not null && labelled.All.All(picture => picture.View is null))
        {
            throw new DfkException(
                ExitCode.BadInput,
                $"{Path.Combine(labelled.Folder, CaptionedPictures.ListName)}: expected a column 'view' (such as 'front view') of labelled renders, got none. Add it, or give the folder with --images.");
        }

        string own = Path.Combine(ModelLocator.ToyboxFolder, "clip");
        List<Judge> judges = [];
        try
        {
            foreach (string judge in request.Judges is [] ? [own] : request.Judges)
            {
                judges.Add(new Judge(judge, own, _vocabulary, captions, labelled));
            }
        }
        catch
        {
            judges.ForEach(judge => judge.Dispose());
            throw;
        }

        _judges = [.. judges];
    }

    /// <summary>Evaluates.</summary>
    /// <param name="request">What.</param>
    /// <param name="note">Told one line for each object that is done.</param>
    /// <param name="stop">Stops between two objects.</param>
    /// <returns>One report for each judge, in their order.</returns>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: a run, judge, list or picture that cannot be used.</exception>
    public static IReadOnlyList<JudgeReport> Run(EvaluationRequest request, Action<string> note, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(note);
        // Lists are read before the first render, so that a mistake in the last one does not cost an hour.
        CaptionedPictures[] pictures = [.. request.Pictures.Select(CaptionedPictures.Open)];
        using EvaluationSession session = new(request, note);
        foreach (string run in request.Runs)
        {
            stop.ThrowIfCancellationRequested();
            session.AddRun(run);
        }

        foreach (CaptionedPictures folder in pictures)
        {
            stop.ThrowIfCancellationRequested();
            session.AddPictures(folder);
        }

        return [.. session._judges.Select(judge => judge.Report())];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Judge judge in _judges)
        {
            judge.Dispose();
        }
    }

    private void AddRun(string run)
    {
        using var trained = TrainedField.Open(run, _request.Threads, _request.Device);
        LayeredRenderer renderer = new(trained.Device, trained.Renderer, trained.Occupancy);
        string prompt = trained.Configuration.Prompt;
        RequireRightCaption(run, prompt);
        foreach (IGrouping<int, Judge> ofSize in _judges.GroupBy(judge => judge.Scorer.ImageSize))
        {
            int size = ofSize.Key;
            IReadOnlyList<ViewLayers> views = EvaluationViews.Render(
                renderer, EvaluationViews.Cameras(trained.Configuration), size, size, trained.Configuration.Renderer.EvalMaxSteps);
            Lazy<(float, FloatImage)[]> turntable = new(() =>
                [.. EvaluationViews.Cameras(trained.Configuration, JanusScore.ViewCount).Select(camera => (camera.AzimuthDegrees, trained.Render(camera, size, size).Colour))]);
            foreach (Judge judge in ofSize)
            {
                float[][] colour = [.. views.Select(view => judge.Scorer.EmbedImage(view.Colour.Data))];
                float[][] grey = [.. views.Select(view => judge.Scorer.EmbedImage(RetrievalScore.ToRgb(view.Textureless).Data))];
                ObjectScore score = judge.Score(run, prompt, trained.Configuration.Seed, colour, grey, () => turntable.Value);
                judge.Runs.Add(score);
                _note(Line(score));
            }
        }
    }

    private void AddPictures(CaptionedPictures folder)
    {
        foreach (Judge judge in _judges)
        {
            List<ObjectScore> scores = [];
            foreach (IGrouping<(string Caption, string Group), CaptionedPicture> pictures in folder.All.GroupBy(picture => (picture.Caption, picture.Group)))
            {
                float[][] colour = [.. pictures.Select(picture => judge.Scorer.EmbedPixels(folder.Load(picture, judge.Scorer.InputSize).Data))];
                bool turns = pictures.All(picture => picture.AzimuthDegrees is not null) && pictures.Count() >= JanusScore.ViewCount;
                ObjectScore score = judge.Score(
                    folder.Folder, pictures.Key.Caption, null, colour, null,
                    turns ? () => [.. pictures.Select(picture => (picture.AzimuthDegrees!.Value, folder.Load(picture, judge.Scorer.ImageSize)))] : null);
                scores.Add(score);
                _note(Line(score));
            }

            judge.Pictures.Add(Judge.Group(folder.Folder, scores));
        }
    }

    private void RequireRightCaption(string run, string prompt)
    {
        if (_request.Captions is null && WantedCaption.For(_vocabulary, prompt) is null)
        {
            throw new DfkException(
                ExitCode.BadInput,
                $"{run}: no caption of the embedded prior's vocabulary is right for \"{prompt}\", so there is nothing to retrieve. Give the captions that compete with --captions FILE, one a line, the run's prompts among them.");
        }
    }

    private static string Line(ObjectScore score)
    {
        static string Share(IReadOnlyList<bool>? right) =>
            right is null ? "–" : string.Create(CultureInfo.InvariantCulture, $"{right.Count(r => r)}/{right.Count}");
        string janus = score.Janus.Share is { } share ? share.ToString("0.00", CultureInfo.InvariantCulture) : "undetermined";
        return $"{score.Name} \"{score.Prompt}\": colour {Share(score.Colour)}, geometry {Share(score.Geometry)}, Janus {janus}";
    }

    private sealed class Judge : IDisposable
    {
        private readonly ClipFolder _clip;
        private readonly bool _isOfPrior;
        private readonly PromptVocabulary _vocabulary;
        private readonly CaptionRetrieval _retrieval;
        private readonly FrontBackTable _frontBack;

        public Judge(string folder, string own, PromptVocabulary vocabulary, IReadOnlyList<string>? captions, CaptionedPictures? labelled)
        {
            _clip = ClipFolder.Open(folder);
            Hash = _clip.Hash();
            _isOfPrior = Hash == ClipFolder.Open(own).Hash();
            _vocabulary = vocabulary;
            Scorer = new ClipScorer(_clip);
            try
            {
                _retrieval = captions is null ? CaptionRetrieval.Of(Scorer, vocabulary) : CaptionRetrieval.Of(Scorer, captions);
                _frontBack = labelled is null ? FrontBackTable.Of(_clip) : FrontBackTable.Measure(Scorer, labelled, vocabulary);
            }
            catch
            {
                Scorer.Dispose();
                throw;
            }
        }

        public string Hash { get; }

        public ClipScorer Scorer { get; }

        public List<ObjectScore> Runs { get; } = [];

        public List<ScoreGroup> Pictures { get; } = [];

        public static ScoreGroup Group(string name, IEnumerable<ObjectScore> scores) =>
            new(name, [.. scores.GroupBy(score => score.Prompt).Select(prompt => new PromptScores(prompt.Key, [.. prompt]))]);

        public ObjectScore Score(
            string name, string prompt, uint? seed, float[][] colour, float[][]? grey, Func<(float AzimuthDegrees, FloatImage Picture)[]>? turntable)
        {
            float[] text = Scorer.EmbedText(prompt);
            return new ObjectScore(
                name, prompt, seed,
                colour.Average(picture => (double)ClipScorer.Retrieve(picture, [text]).Similarities[0]),
                _retrieval.InColour(prompt, colour),
                grey is null ? null : _retrieval.InGeometry(prompt, grey),
                Janus(prompt, turntable));
        }

        public JudgeReport Report() => new(
            _clip.Folder, Hash, Scorer.InputSize, _isOfPrior, _retrieval.ColourCount, _retrieval.GeometryCount,
            Runs.Count > 0 ? Group("runs", Runs) : null, Pictures, _frontBack);

        public void Dispose() => Scorer.Dispose();

        private JanusVerdict Janus(string prompt, Func<(float AzimuthDegrees, FloatImage Picture)[]>? turntable)
        {
            FrontBackAccuracy? known = _frontBack.Find(FrontBackTable.NameOf(prompt, _vocabulary) ?? prompt);
            string? reason = known is null ? "the judge was not tested on labelled renders of this object"
                : known.Renders < FrontBackAccuracy.LeastRenders ? string.Create(CultureInfo.InvariantCulture, $"{known.Renders} labelled renders, {FrontBackAccuracy.LeastRenders} are needed")
                : !known.IsTrusted ? "the judge does not tell its front from its back"
                : turntable is null ? string.Create(CultureInfo.InvariantCulture, $"fewer than {JanusScore.ViewCount} pictures with an azimuth")
                : null;
            if (reason is not null)
            {
                return new JanusVerdict(null, known?.Accuracy, reason);
            }

            double? share = JanusScore.Share(JanusScore.Preferences(Scorer, prompt, turntable!()));
            return new JanusVerdict(share, known!.Accuracy, share is null ? "no view of it looks like a front to the judge" : null);
        }
    }
}
