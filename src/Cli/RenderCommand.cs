using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Imaging.Video;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Rendering;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Cli;

/// <summary><c>dfk render</c>: pictures, a contact sheet or a turntable video of a trained object or of its mesh.</summary>
internal sealed class RenderCommand
{
    private const string DefaultViews = "front,side,back,overhead";
    private const int DefaultFrames = 120;

    private readonly GlobalOptions _global;
    private readonly Argument<string> _run = new("run") { Description = "A run folder, a checkpoint file, or a mesh of dfk export (.glb)." };
    private readonly Option<string?> _view = new("--view") { Description = $"Views by name, with commas: {string.Join(", ", ViewCamera.Names)}. [default: {DefaultViews}]", HelpName = "names" };
    private readonly Option<string?> _azimuth = new("--azimuth") { Description = "Views by angle: degrees from the front towards +X, with commas.", HelpName = "degrees" };
    private readonly Option<string?> _elevation = new("--elevation") { Description = "Degrees above the horizon, with commas: every azimuth at each. [default: the evaluation views']", HelpName = "degrees" };
    private readonly Option<float?> _radius = new("--radius") { Description = "Distance of the camera from the origin.", HelpName = "x" };
    private readonly Option<float?> _fov = new("--fov") { Description = "Horizontal field of view, degrees, 1 to 170.", HelpName = "degrees" };
    private readonly Option<string?> _size = new("--size") { Description = "Size of a picture or of a video's panel, 8 to 32768 a side. [default: data.test_dataset's]", HelpName = "WxH" };
    private readonly Option<string?> _shading = new("--shading") { Description = $"What is shown, with commas: {RenderValues.KindNames}. [default: albedo; of a video albedo,normal,depth]", HelpName = "kinds" };
    private readonly Option<string> _light = new("--light") { Description = "Where the light of the shaded kinds comes from: camera, or azimuth,elevation in degrees.", HelpName = "light", DefaultValueFactory = _ => "camera" };
    private readonly Option<float> _ambient = new("--ambient") { Description = "Ambient share of the light, 0 to 1.", HelpName = "x", DefaultValueFactory = _ => PictureLook.DefaultAmbient };
    private readonly Option<string> _background = new("--background") { Description = "white, black, none (an alpha channel), learnt (the scene's own), #rrggbb, or three numbers of 0 to 1.", HelpName = "colour", DefaultValueFactory = _ => "white" };
    private readonly Option<int?> _bits = new("--bits") { Description = "Bits of a sample, 8 or 16. [default: 16 for depth, 8 for all others]", HelpName = "n" };
    private readonly Option<bool> _sheet = new("--sheet") { Description = "All pictures in one: a column for each view, a row for each kind." };
    private readonly Option<string?> _video = new("--video") { Description = "A turntable instead of pictures; with a file that ends in .mp4 or .apng, that. [default: turntable.mp4, or .apng without ffmpeg]", HelpName = "file", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<int> _frames = new("--frames") { Description = "Frames of the turn, 30 a second, 1 to 10000.", HelpName = "n", DefaultValueFactory = _ => DefaultFrames };
    private readonly Option<bool> _mesh = new("--mesh") { Description = "Look at the run's mesh.glb instead of its field, by our own rasteriser." };
    private readonly Option<string?> _out = new("--out") { Description = "A folder, or the file if there is one picture, a sheet or a video. [default: renders in the run folder]", HelpName = "path" };
    private readonly Option<bool> _deterministic = new("--deterministic") { Description = "Same bits on every device; the CPU always works so." };
    private readonly Option<string?> _device = new("--device") { Description = "Where our kernels run: auto, cpu, cuda or cuda:N.", HelpName = "device" };
    private readonly Option<int> _threads = new("--threads") { Description = "CPU threads; 0 means one for each core.", HelpName = "n" };

    private RenderCommand(GlobalOptions global)
    {
        _global = global;
    }

    /// <summary>Declares the command.</summary>
    public static Command Create(GlobalOptions global)
    {
        RenderCommand render = new(global);
        Command command = new("render", "Renders pictures, a contact sheet or a turntable video of a trained object.") { render._run };
        Option[] options =
        [
            render._view, render._azimuth, render._elevation, render._radius, render._fov, render._size, render._shading, render._light, render._ambient, render._background, render._bits,
            render._sheet, render._video, render._frames, render._mesh, render._out, render._deterministic, render._device, render._threads,
        ];
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }

        command.Validators.Add(render.Validate);
        HelpWithExample.Install(
            command,
            "dfk render runs/a-hamburger-1",
            "dfk render runs/a-hamburger-1 --azimuth 0,45,90 --elevation 20 --size 1024x1024 --shading lambertian,depth --background none",
            "dfk render runs/a-hamburger-1 --video",
            "dfk render runs/a-hamburger-1 --mesh --video mesh.mp4");
        command.SetAction(parse => ErrorReport.Guard(parse, global, () => render.Run(parse), () => null));
        return command;
    }

    private ExitCode Run(ParseResult parse)
    {
        long start = Stopwatch.GetTimestamp();
        string device = parse.GetValue(_device) ?? DeviceSelection.Automatic;
        DeviceSelection.RequireExisting(device);
        // Before anything is read: a missing ffmpeg should not cost the user a wait.
        string? videoPath = VideoPath(parse);
        VideoTarget? demanded = videoPath is null ? null : VideoTarget.Demand(videoPath, FfmpegProgram.Find);
        int threads = parse.GetValue(_threads) is > 0 and int given ? given : Environment.ProcessorCount;
        using var subject = RenderSubject.Open(parse.GetValue(_run)!, parse.GetValue(_mesh), threads, device);
        RenderProgress progress = new(parse.GetValue(_global.Quiet));
        RenderReport report = new(subject);
        using InterruptSignals signals = new(() => { });
        try
        {
            if (IsVideo(parse))
            {
                WriteVideo(parse, subject, demanded, progress, report, signals);
            }
            else
            {
                WritePictures(parse, subject, progress, report, signals);
            }
        }
        catch (OperationCanceledException)
        {
            progress.End();
            Console.Error.WriteLine($"dfk: interrupted; {report.Files.Count} files are whole, nothing half-written is left.");
            return ExitCode.Interrupted;
        }

        progress.End();
        report.Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        report.Write(parse.GetValue(_global.Json), parse.GetValue(_global.Quiet));
        return ExitCode.Done;
    }

    private void WriteVideo(ParseResult parse, RenderSubject subject, VideoTarget? demanded, RenderProgress progress, RenderReport report, InterruptSignals signals)
    {
        string folder = OutputFolder(parse, subject);
        VideoTarget target = demanded ?? VideoTarget.Choose(Path.Combine(folder, subject.Prefix + "turntable"), FfmpegProgram.Find());
        if (target.Note is { } note)
        {
            Console.Error.WriteLine("dfk: " + note);
        }

        var turntable = new Turntable
        {
            Camera = Views(parse, subject)[0].Camera,
            Panel = Size(parse, subject),
            Frames = parse.GetValue(_frames),
            Look = Look(parse, subject, [PictureKind.Albedo, PictureKind.Normal, PictureKind.Depth]),
        };
        RunFolder.MakeFolderOf(target.Path);
        turntable.Write(subject.Source, target, done => progress.Report("frame", done, turntable.Frames), signals.Token);
        report.Add(target.Path, turntable);
    }

    private void WritePictures(ParseResult parse, RenderSubject subject, RenderProgress progress, RenderReport report, InterruptSignals signals)
    {
        IReadOnlyList<ViewCamera> views = Views(parse, subject);
        PictureSize size = Size(parse, subject);
        PictureLook look = Look(parse, subject, [PictureKind.Albedo]);
        string folder = OutputFolder(parse, subject);
        string? file = parse.GetValue(_out) is { } given && IsPng(given) ? given : null;
        if (parse.GetValue(_sheet))
        {
            string path = file ?? Path.Combine(folder, subject.Prefix + "sheet.png");
            RunFolder.MakeFolderOf(path);
            PictureSize sheet = PictureSheet.Write(path, subject.Source, [.. views.Select(view => view.Camera)], size, look, done => progress.Report("view", done, views.Count), signals.Token);
            report.Add(path, sheet, views, look);
            return;
        }

        for (int i = 0; i < views.Count; i++)
        {
            int done = i;
            string[] paths = [.. look.Kinds.Select(kind => file ?? Path.Combine(folder, $"{subject.Prefix}{views[done].Name}-{RenderValues.NameOf(kind)}.png"))];
            RunFolder.MakeFolderOf(paths[0]);
            PictureRenderer.WriteFiles(
                subject.Source, views[i].Camera, size, look, parse.GetValue(_bits), paths, share => progress.Report("view", done + share, views.Count), signals.Token);
            report.Add(paths, views[i], size, look, parse.GetValue(_bits));
        }
    }

    private IReadOnlyList<ViewCamera> Views(ParseResult parse, RenderSubject subject)
    {
        var home = ViewCamera.Adjust(subject.Home, parse.GetValue(_radius), parse.GetValue(_fov));
        IReadOnlyList<float>? azimuths = parse.GetValue(_azimuth) is { } azimuth ? RenderValues.Numbers(azimuth, -360f, 360f) : null;
        IReadOnlyList<float>? elevations = parse.GetValue(_elevation) is { } elevation ? RenderValues.Numbers(elevation, -90f, 90f) : null;
        if (azimuths is not null || elevations is not null)
        {
            return ViewCamera.Grid(azimuths ?? [0f], elevations ?? [home.ElevationDegrees], home);
        }

        string names = parse.GetValue(_view) ?? (IsVideo(parse) ? "front" : DefaultViews);
        return [.. RenderValues.Views(names)!.Select(name => ViewCamera.Named(name, home))];
    }

    private PictureLook Look(ParseResult parse, RenderSubject subject, IReadOnlyList<PictureKind> kinds)
    {
        var look = new PictureLook
        {
            Kinds = parse.GetValue(_shading) is { } shading ? RenderValues.Kinds(shading)! : kinds,
            LightDirection = RenderValues.Light(parse.GetValue(_light)!).Direction,
            Ambient = parse.GetValue(_ambient),
            Background = RenderValues.Background(parse.GetValue(_background)!)!.Value,
            Material = subject.Material,
        };
        if (look.Background.Kind == PictureBackgroundKind.Learnt && !subject.Source.HasLearntBackground)
        {
            throw new DfkException(ExitCode.BadInput, $"--background learnt: {subject.Path} has no learnt background; give a colour, or none.");
        }

        return look.Kinds.FirstOrDefault(kind => !subject.Source.Shows(kind), PictureKind.Albedo) is var missing && !subject.Source.Shows(missing)
            ? throw new DfkException(ExitCode.BadInput, $"--shading {RenderValues.NameOf(missing)}: a mesh has no highlights; render the run itself, or choose another shading.")
            : look;
    }

    private PictureSize Size(ParseResult parse, RenderSubject subject) => parse.GetValue(_size) is { } size ? RenderValues.Size(size)!.Value : subject.Size;

    private string OutputFolder(ParseResult parse, RenderSubject subject) =>
        parse.GetValue(_out) is { } given && !IsPng(given) && !VideoTarget.IsVideo(given) ? given : Path.Combine(subject.Folder, "renders");

    private string? VideoPath(ParseResult parse) => !IsVideo(parse) ? null
        : parse.GetValue(_video) ?? (parse.GetValue(_out) is { } path && VideoTarget.IsVideo(path) ? path : null);

    private bool IsVideo(ParseResult parse) => IsVideo(parse.CommandResult);

    private bool IsVideo(CommandResult result) =>
        result.GetResult(_video) is { Implicit: false } || (Token(result, _out) is { } path && VideoTarget.IsVideo(path));

    private static bool IsPng(string path) => Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase);

    private void Validate(CommandResult result)
    {
        Check(result, _view, text => RenderValues.Views(text) is not null, $"some of {string.Join(", ", ViewCamera.Names)}, each once");
        Check(result, _azimuth, text => RenderValues.Numbers(text, -360f, 360f) is not null, "different numbers of -360 to 360 with commas");
        Check(result, _elevation, text => RenderValues.Numbers(text, -90f, 90f) is not null, "different numbers of -90 to 90 with commas");
        Check(result, _radius, text => Within(text, 0.01f, 1000f), "0.01 to 1000");
        Check(result, _fov, text => Within(text, 1f, 170f), "1 to 170");
        Check(result, _size, text => RenderValues.Size(text) is not null, "WIDTHxHEIGHT of 8 to 32768 a side and at most 2^30 pixels");
        Check(result, _shading, text => RenderValues.Kinds(text) is not null, $"some of {RenderValues.KindNames}, each once");
        Check(result, _light, text => RenderValues.Light(text).Good, "camera, or azimuth,elevation in degrees");
        Check(result, _ambient, text => Within(text, 0f, 1f), "0 to 1");
        Check(result, _background, text => RenderValues.Background(text) is not null, "white, black, none, learnt, #rrggbb or three numbers of 0 to 1");
        Check(result, _bits, text => text is "8" or "16", "8 or 16");
        Check(result, _frames, text => Within(text, 1f, 10_000f), "1 to 10000");
        Check(result, _threads, text => Within(text, 0f, 1024f), "0 to 1024");
        Check(result, _video, VideoTarget.IsVideo, $"a file that ends in {VideoTarget.Mp4} or {VideoTarget.Apng}; put the run before --video if there is none");
        Check(result, _out, text => text.Length > 0, "a path");
        DeviceWord.Require(result, _device);
        foreach (string problem in Contradictions(result))
        {
            result.AddError(problem);
        }
    }

    private IEnumerable<string> Contradictions(CommandResult result)
    {
        bool video = IsVideo(result), sheet = result.GetResult(_sheet) is { Implicit: false };
        bool angles = Token(result, _azimuth) is not null || Token(result, _elevation) is not null;
        string? path = Token(result, _out);
        if (angles && Token(result, _view) is not null)
        {
            yield return "views are given twice, by --view and by --azimuth or --elevation; give them once.";
        }

        if (!video && Token(result, _frames) is not null)
        {
            yield return "--frames: only a video has frames; add --video, or leave it out.";
        }

        if (video && sheet)
        {
            yield return "--sheet and a video exclude each other; leave one out.";
        }

        if (video && path is not null && (IsPng(path) || (VideoTarget.IsVideo(path) && Token(result, _video) is not null)))
        {
            yield return $"--out {path}: the video is given as {Token(result, _video) ?? "--video"} already, or this is no file for one; leave --out out.";
        }

        if ((video || sheet) && Token(result, _background) == "none")
        {
            yield return "--background none: a video and a sheet have no alpha channel; choose a colour.";
        }

        if (Token(result, _bits) == "16" && (video || sheet))
        {
            yield return "--bits 16: a video and a sheet have 8 bits; leave it out.";
        }

        int views = video ? 1 : (Count(result, _azimuth) ?? 1) * (Count(result, _elevation) ?? 1) * (angles ? 1 : Count(result, _view) ?? DefaultViews.Split(',').Length);
        int pictures = views * (Count(result, _shading) ?? 1);
        if (!video && !sheet && path is not null && IsPng(path) && pictures != 1)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"--out {path}: one file for {pictures} pictures; name a folder, or add --sheet.");
        }
    }

    private static int? Count(CommandResult result, Option option) => Token(result, option)?.Split(',').Length;

    private static bool Within(string text, float least, float most) => RenderValues.Numbers(text, least, most) is [_];

    private static void Check(CommandResult result, Option option, Func<string, bool> good, string expected)
    {
        if (Token(result, option) is { } text && !good(text))
        {
            result.AddError($"{option.Name}: expected {expected}, got '{text}'.");
        }
    }

    private static string? Token(CommandResult result, Option option) => result.GetResult(option) is { Tokens: [{ } token, ..] } ? token.Value : null;
}
