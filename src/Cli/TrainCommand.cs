using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training;
using DreamFusion.Pipeline.Training.TwoD;

namespace DreamFusion.Cli;

/// <summary><c>dfk train</c>: trains a 3D object from a sentence.</summary>
internal sealed partial class TrainCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "train";

    private const string PortableKernels = "portable";
    private const string TunedKernels = "tuned";
    private const string HalfKernels = "half";

    private readonly GlobalOptions _global;
    private readonly Argument<string?> _prompt = new("prompt") { Description = "What to make, in quotes.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _text = new("--text") { Description = "Another way to give the prompt.", HelpName = "prompt" };
    private readonly Option<string?> _out = new("--out", "--workspace") { Description = "Run folder, new or empty. [default: runs/<slug>-<n>]", HelpName = "dir" };
    private readonly ConfigurationOptions _configuration = new();
    private readonly Option<int?> _iters = new("--iters") { Description = "Optimisation steps.", HelpName = "n" };
    private readonly Option<uint?> _seed = new("--seed") { Description = "Seed of every random draw.", HelpName = "n" };
    private readonly Option<string?> _negative = new("--negative") { Description = "What to keep away from.", HelpName = "text" };
    private readonly Option<float?> _guidanceScale = new("--guidance-scale") { Description = "How strongly the prompt pulls.", HelpName = "x" };
    private readonly Option<string?> _size = new("--size") { Description = "Size of the training render in pixels, such as 64x64.", HelpName = "WxH" };
    private readonly Option<bool> _deterministic = new("--deterministic") { Description = "Same seed, same bits on every device; the CPU always works so." };
    private readonly Option<string?> _device = new("--device") { Description = "Where our kernels run: auto, cpu, cuda or cuda:N.", HelpName = "device" };
    private readonly Option<string?> _guidanceDevice = new("--guidance-device") { Description = "Where ONNX Runtime runs: auto (as --device, if it can), cpu or cuda. [default: auto]", HelpName = "device" };
    private readonly Option<int?> _threads = new("--threads") { Description = "CPU threads; 0 means one for each core.", HelpName = "n" };
    private readonly Option<string?> _kernels = new("--kernels") { Description = "Code of the hot operations: portable (the kernels as written) tuned (code for this CPU, kernels for GPUs) or half (tuned, on a GPU with a hash grid of 16 bits). [default: tuned]", HelpName = "choice" };
    private readonly Option<int?> _previewInterval = new("--preview-interval") { Description = "Steps between two preview sheets, 0 for none.", HelpName = "n" };
    private readonly Option<bool> _noVideo = new("--no-video") { Description = "Make no turntable video." };
    private readonly Option<bool> _noMesh = new("--no-mesh") { Description = "Make no mesh." };
    private readonly Option<bool> _noSheet = new("--no-sheet") { Description = "Make no sheet of the final pictures." };
    private readonly Option<bool> _noScores = new("--no-scores") { Description = "Do not score the final pictures." };
    private readonly Option<bool> _pictures = new("--2d") { Description = "Paint pictures instead of training an object: the quickest proof that a model folder works." };
    private readonly Option<string?> _resume = ResumeOption.Create();
    private readonly Option<bool> _anyway = new("--anyway") { Description = "Train also on words that the prior does not know, or with less memory or disk than the run is estimated to need." };
    private readonly Option<bool> _plan = new("--plan") { Description = "Say what the run would need of memory and disk, and whether this machine has it (exit 4 if not); train nothing." };

    private TrainCommand(GlobalOptions global)
    {
        _global = global;
    }

    /// <summary>Declares the command.</summary>
    public static Command Create(GlobalOptions global)
    {
        TrainCommand train = new(global);
        Command command = new(Name, "Trains a 3D object from a sentence; ends with pictures, a turntable video and a mesh in a run folder.") { train._prompt };
        Option[] options =
        [
            train._out, train._iters, train._seed, .. train._configuration.All, train._negative, train._guidanceScale, train._size,
            train._deterministic, train._device, train._guidanceDevice, train._threads, train._kernels, train._previewInterval, train._noVideo, train._noMesh, train._noSheet, train._noScores, train._pictures, train._resume, train._anyway, train._plan, train._text,
        ];
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }

        train._guidanceDevice.AcceptOnlyFromAmong("auto", "cpu", "cuda");
        train._kernels.AcceptOnlyFromAmong(PortableKernels, TunedKernels, HalfKernels);
        command.Validators.Add(train.Validate);
        HelpWithExample.Install(
            command,
            "dfk train \"a hamburger\"",
            "dfk train \"a red chair\" --out chair --seed 3 --iters 600",
            "dfk train --text \"a hamburger\" --workspace trial -O --model DIR",
            "dfk train --2d \"a hamburger\"",
            "dfk train --resume=runs/a-hamburger-1",
            "dfk train --config runs/a-hamburger-1/config.yaml --set loss.lambda_tv=0.02");
        command.SetAction(train.Invoke);
        return command;
    }

    private int Invoke(ParseResult parse)
    {
        bool json = parse.GetValue(_global.Json);
        bool quiet = parse.GetValue(_global.Quiet);
        TrainingScreen screen = new(json, quiet, parse.GetValue(_global.Verbose));
        return ErrorReport.Guard(parse, _global, () => Train(parse, screen, json, quiet), () => screen.RunFolder is { } folder ? Path.Combine(folder, "log.txt") : null);
    }

    private ExitCode Train(ParseResult parse, TrainingScreen screen, bool json, bool quiet)
    {
        (ConfigurationSources sources, string? folder) = Start(parse);
        ResolvedConfiguration resolved = sources.ResolveWithOrigins();
        RunConfiguration configuration = resolved.Configuration;
        DeviceSelection.Require(configuration);
        using InterruptSignals signals = new(() => Console.Error.WriteLine("dfk: stopping after this step; interrupt again to exit at once."));
        bool resumes = Resumes(parse.CommandResult);
        if (!resumes)
        {
            // An import takes minutes; a folder that is taken is told before.
            RunFolder.RequireFree(folder);
        }

        string? modelFolder = CheckpointModel.FolderOf(configuration.Model, quiet, signals.Token);
        TrainingRequest request = new()
        {
            OutputFolder = folder,
            ModelFolder = modelFolder,
            Resume = resumes,
            Notes = resolved.Notes,
            NoVideo = parse.GetValue(_noVideo),
            NoMesh = parse.GetValue(_noMesh),
            NoSheet = parse.GetValue(_noSheet),
            NoScores = parse.GetValue(_noScores),
            Anyway = parse.GetValue(_anyway),
            Kernels = parse.GetValue(_kernels) switch { PortableKernels => KernelChoice.Portable, HalfKernels => KernelChoice.Half, _ => KernelChoice.Tuned },
        };
        if (parse.GetValue(_plan))
        {
            return PlanReport.Write(request.Wanted(configuration), modelFolder, folder, request.Kernels, json);
        }

        TrainingResult result = screen.Run(observer => configuration.Task == TrainingTask.Pictures
            ? PaintingSession.Run(configuration, request, observer, signals.Token)
            : TrainingSession.Run(configuration, request, observer, signals.Token));
        if (json)
        {
            TrainingSummary.WriteJson(result);
        }
        else if (!quiet)
        {
            TrainingSummary.WriteText(result, Console.Out);
        }

        if (result.CanResume && (json || quiet))
        {
            Console.Error.WriteLine("dfk: interrupted; to go on: " + TrainingSummary.ResumeCommand(result));
        }

        return result.Outcome == TrainingOutcome.Done ? ExitCode.Done : ExitCode.Interrupted;
    }

    // A resumed run brings its configuration along; what is given beside it must not differ in what determines the result.
    private (ConfigurationSources Sources, string? Folder) Start(ParseResult parse)
    {
        ConfigurationSources sources = Sources(parse);
        string? folder = parse.GetValue(_out);
        if (!Resumes(parse.CommandResult))
        {
            return (sources, folder);
        }

        folder = ResumeOption.RunOf(parse.GetValue(_resume)) ?? folder ?? RunFinder.Newest(sources.Resolve().Prompt);
        bool bare = sources is { ConfigurationPath: null, Preset: null };
        return (bare && folder is not null && RunFinder.Configuration(folder) is { } written ? sources with { ConfigurationPath = written } : sources, folder);
    }

    private bool Resumes(CommandResult result) => result.GetResult(_resume) is { Implicit: false };

    private ConfigurationSources Sources(ParseResult parse)
    {
        List<ConfigurationOverride> overrides = [.. _configuration.Overrides(parse)];
        void Add(string source, string key, object? value)
        {
            if (value is not null)
            {
                overrides.Add(new ConfigurationOverride(source, key, Convert.ToString(value, CultureInfo.InvariantCulture)!));
            }
        }

        Add("the prompt", "prompt", parse.GetValue(_prompt));
        Add("--text", "prompt", parse.GetValue(_text));
        Add("--iters", "iters", parse.GetValue(_iters));
        Add("--seed", "seed", parse.GetValue(_seed));
        Add("--negative", "negative_prompt", parse.GetValue(_negative));
        Add("--guidance-scale", "guidance_scale", parse.GetValue(_guidanceScale));
        Add("--deterministic", "deterministic", parse.GetValue(_deterministic) ? "true" : null);
        Add("--device", "device", parse.GetValue(_device));
        Add("--guidance-device", "guidance.device", parse.GetValue(_guidanceDevice));
        Add("--2d", "task", parse.GetValue(_pictures) ? "2d" : null);
        Add("--threads", "threads", parse.GetValue(_threads));
        Add("--preview-interval", "preview_interval", parse.GetValue(_previewInterval));
        if (parse.GetValue(_size) is { } size)
        {
            string[] sides = size.Split('x');
            Add("--size", "data.train_dataset.width", sides[0]);
            Add("--size", "data.train_dataset.height", sides[1]);
        }

        return _configuration.Sources(parse) with { Overrides = overrides };
    }

    // Whatever the parser cannot know about the shape of the command line; the contents are checked with the configuration.
    private void Validate(CommandResult result)
    {
        _configuration.Validate(result);
        bool prompt = Tokens(result, _text).Length > 0 || result.GetResult(_prompt) is { Tokens.Count: > 0 };
        bool named = Tokens(result, _resume) is [{ } run] && ResumeOption.NamesRun(run);
        bool promptInRun = Resumes(result) && (named || Tokens(result, _out).Length > 0);
        if (named && Tokens(result, _out).Length > 0)
        {
            result.AddError("the run folder is given twice, by --resume and by --out; give it once.");
        }

        bool promptElsewhere = promptInRun || _configuration.MayGivePrompt(result);
        if (!prompt && !promptElsewhere)
        {
            result.AddError("expected a prompt that says what to make: dfk train \"a hamburger\"");
        }

        if (Tokens(result, _text).Length > 0 && result.GetResult(_prompt) is { Tokens.Count: > 0 })
        {
            result.AddError("the prompt is given twice, as it stands and by --text; give it once.");
        }

        if (result.GetResult(_pictures) is { Implicit: false })
        {
            foreach (Option option in (Option[])[_previewInterval, _noVideo, _noMesh, _noSheet, _noScores, _resume])
            {
                if (result.GetResult(option) is { Implicit: false })
                {
                    result.AddError($"{option.Name} makes no sense with --2d, which makes a sheet and nothing else; leave it out.");
                }
            }
        }

        if (Tokens(result, _size) is [{ } size] && !SizePattern().IsMatch(size))
        {
            result.AddError($"--size: expected WIDTHxHEIGHT such as 64x64, got '{size}'.");
        }

        DeviceWord.Require(result, _device);
    }

    private static string[] Tokens(CommandResult result, Option option)
    {
        return [.. result.GetResult(option)?.Tokens.Select(token => token.Value) ?? []];
    }

    [GeneratedRegex(@"^\d{1,6}x\d{1,6}\z")]
    private static partial Regex SizePattern();
}
