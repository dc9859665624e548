using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Fitting;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Prompts;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Bench.Evaluation;

/// <summary>
/// <c>janus [RUN...] [--fit TURNTABLES] [--clip DIR] [--sheet FILE.png] [--pictures DIR] [--threads N]</c>: Janus scores of trained objects, and of
/// fields fitted to turntables of true ones, as they are and with their front half rotated onto their back (<see cref="PlantedJanus"/>).
/// <c>--pictures</c> keeps what was looked at as DIR/true and DIR/planted, for <c>dfk eval --images</c> with other judges.
/// <c>front-back PICTURES OUT.json [--clip DIR]</c>: measures on labelled renders which objects' front and back a judge can tell apart and writes
/// the table that belongs beside it.
/// </summary>
public sealed class JanusCommand : IDisposable
{
    private readonly ClipScorer _judge;
    private readonly FrontBackTable _table;
    private readonly PromptVocabulary _vocabulary = Vocabulary();
    private readonly List<IReadOnlyList<FloatImage>> _rows = [];
    private readonly string? _pictures;

    private JanusCommand(string clip, string? pictures)
    {
        _pictures = pictures;
        var folder = ClipFolder.Open(clip);
        _table = FrontBackTable.Of(folder);
        _judge = new ClipScorer(folder);
    }

    private static string EmbeddedJudge => Path.Combine(ModelLocator.Locate(ModelLocator.Toybox), "clip");

    public static int Run(ReadOnlySpan<string> arguments)
    {
        List<string> runs = [];
        string clip = EmbeddedJudge;
        string? sheet = null, turntables = null, kept = null;
        int threads = Environment.ProcessorCount;
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--clip" when i + 1 < arguments.Length: clip = arguments[++i]; break;
                case "--fit" when i + 1 < arguments.Length: turntables = arguments[++i]; break;
                case "--sheet" when i + 1 < arguments.Length: sheet = arguments[++i]; break;
                case "--pictures" when i + 1 < arguments.Length: kept = arguments[++i]; break;
                case "--threads" when i + 1 < arguments.Length: threads = int.Parse(arguments[++i], CultureInfo.InvariantCulture); break;
                default: runs.Add(arguments[i]); break;
            }
        }
        using JanusCommand command = new(clip, kept);
        Console.WriteLine("| object | front told from back | Janus | with a planted face behind |\n| --- | --- | --- | --- |");
        foreach (string run in runs)
        {
            using var trained = TrainedField.Open(run, threads);
            RayMarchOptions march = trained.Renderer.Steps(trained.Configuration.Renderer.EvalMaxSteps, int.MaxValue);
            command.Compare(
                trained.Configuration.Prompt, trained.Configuration.Prompt, Path.GetFileName(Path.TrimEndingDirectorySeparator(run)), EvaluationViews.Cameras(trained.Configuration, JanusScore.ViewCount),
                (camera, size) => trained.Render(camera, size, size).Colour, (camera, size) => PlantedJanus.Render(trained.Device, trained.Renderer, march, camera, size));
        }
        if (turntables is not null)
        {
            var folder = CaptionedPictures.Open(turntables);
            foreach (var pictures in folder.All.GroupBy(picture => (picture.Caption, picture.Group)))
            {
                using var device = DeviceContext.CreateCpu(threads, choice: KernelChoice.Tuned);
                using FieldFit fit = TurntableFit.Fit(device, folder, pictures);
                command.Compare(
                    pictures.Key.Caption, $"{pictures.Key.Caption}, fitted ({pictures.Key.Group})", pictures.Key.Group, EvaluationViews.Cameras(JanusScore.ViewCount),
                    (camera, size) => fit.See(camera, size, Rgb.White), (camera, size) => PlantedJanus.Render(device, fit.Renderer, fit.PictureMarch, camera, size));
            }
        }
        if (sheet is not null)
        {
            File.WriteAllBytes(sheet, PngWriter.Write(PngImage.FromFloat(ContactSheet.Compose(command._rows, gapValue: 1f))));
        }
        return 0;
    }

    public static int Measure(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length is not (2 or 4) || (arguments.Length == 4 && arguments[2] != "--clip"))
        {
            Console.Error.WriteLine("front-back: usage: front-back PICTURES OUT.json [--clip DIR]");
            return 2;
        }
        var folder = ClipFolder.Open(arguments.Length == 4 ? arguments[3] : EmbeddedJudge);
        using ClipScorer judge = new(folder);
        var table = FrontBackTable.Measure(judge, CaptionedPictures.Open(arguments[0]), Vocabulary());
        string json = table.ToJson(folder, "Share of labelled renders (tools/toybox/pictures.py labelled, seed 4243) whose view the judge names rightly, front view or back view; written by bench -- front-back.");
        WholeFile.Write(arguments[1], json);
        Console.Write(json);
        return 0;
    }

    public void Dispose() => _judge.Dispose();

    private void Compare(
        string prompt, string name, string group, IReadOnlyList<OrbitCamera> cameras, Func<OrbitCamera, int, FloatImage> own, Func<OrbitCamera, int, FloatImage> planted)
    {
        FrontBackAccuracy? known = _vocabulary.Describe(prompt).Objects is [{ } single] ? _table.Find(single) : null;
        string Score(string kind, Func<OrbitCamera, int, FloatImage> see)
        {
            (float, FloatImage)[] views = [.. cameras.Select(camera => (camera.AzimuthDegrees, see(camera, _judge.ImageSize)))];
            Keep(kind, prompt, group, views);
            _rows.Add([.. views.Where((_, k) => k % 3 == 0).Select(view => view.Item2)]);
            IReadOnlyList<ViewPreference> preferences = JanusScore.Preferences(_judge, prompt, views);
            string best = preferences.Max(view => view.Margin).ToString("0.000", CultureInfo.InvariantCulture);
            return known is { IsTrusted: true } && JanusScore.Share(preferences) is { } share
                ? string.Create(CultureInfo.InvariantCulture, $"{share:0.00} (best front margin {best})")
                : $"undetermined (best front margin {best})";
        }

        string ownScore = Score("true", own), plantedScore = Score("planted", planted);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {100 * known?.Accuracy:0.0} % | {ownScore} | {plantedScore} |"));
    }

    // As tools/toybox/pictures.py turntables writes them.
    private void Keep(string kind, string prompt, string group, IReadOnlyList<(float AzimuthDegrees, FloatImage Picture)> views)
    {
        if (_pictures is null)
        {
            return;
        }
        string folder = Path.Combine(_pictures, kind), list = Path.Combine(folder, CaptionedPictures.ListName);
        Directory.CreateDirectory(folder);
        if (!File.Exists(list))
        {
            File.WriteAllText(list, "file\tcaption\tview\tazimuth\tgroup\n");
        }
        foreach ((float azimuth, FloatImage picture) in views)
        {
            string file = string.Create(CultureInfo.InvariantCulture, $"{group.Replace(' ', '-')}-{azimuth:000}.png");
            File.WriteAllBytes(Path.Combine(folder, file), PngWriter.Write(PngImage.FromFloat(picture)));
            File.AppendAllText(list, string.Create(CultureInfo.InvariantCulture, $"{file}\t{prompt}\t\t{azimuth:0}\t{group}\n"));
        }
    }

    private static PromptVocabulary Vocabulary() =>
        PromptVocabulary.TryLoad(ModelFolder.Open(ModelLocator.Locate(ModelLocator.Toybox))) ?? throw new InvalidOperationException("The embedded prior has no vocabulary.");
}
