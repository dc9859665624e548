using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Evaluation;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Runs;
using DreamFusion.Pipeline.Training;

namespace DreamFusion.Cli;

/// <summary><c>dfk eval</c>: scores trained objects and pictures.</summary>
internal sealed class EvalCommand
{
    private readonly GlobalOptions _global;
    private readonly Argument<string[]> _runs = new("run") { Description = "Run folders or checkpoint files.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _prompts = new("--prompts") { Description = "Train a set first: a file with one prompt a line. What is finished in --out is not trained again.", HelpName = "file" };
    private readonly Option<string?> _out = new("--out") { Description = "Folder of the set's runs. [default: runs/<name of the file>]", HelpName = "dir" };
    private readonly Option<string?> _seeds = new("--seeds") { Description = "Seeds of the set, such as 0,1,2. [default: 0]", HelpName = "list" };
    private readonly ConfigurationOptions _configuration = new();
    private readonly Option<string?> _captions = new("--captions") { Description = "The captions that compete, one a line. [default: the embedded prior's objects, plain and in 12 colours]", HelpName = "file" };
    private readonly Option<string[]> _clip = new("--clip") { Description = "A judge: a CLIP ONNX folder. Repeatable. [default: the embedded prior's own]", HelpName = "dir", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string[]> _images = new("--images") { Description = "A folder of PNG files with captions.tsv, which becomes a row of its own. Repeatable.", HelpName = "dir", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _labelled = new("--labelled") { Description = "Labelled renders (PNG files, captions.tsv with a column 'view') that show which objects' front and back the judges can tell apart.", HelpName = "dir" };
    private readonly Option<string?> _markdown = new("--markdown") { Description = "Write the tables into a file, too.", HelpName = "file" };
    private readonly Option<string?> _device = new("--device") { Description = "Where our kernels run: auto, cpu, cuda or cuda:N.", HelpName = "device" };
    private readonly Option<int> _threads = new("--threads") { Description = "CPU threads; 0 means one for each core.", HelpName = "n" };

    private EvalCommand(GlobalOptions global)
    {
        _global = global;
    }

    /// <summary>Declares the command.</summary>
    public static Command Create(GlobalOptions global)
    {
        EvalCommand eval = new(global);
        Command command = new("eval", "Scores trained objects: CLIP R-Precision in colour and of the geometry alone, and a Janus score.") { eval._runs };
        foreach (Option option in (Option[])[eval._prompts, eval._out, eval._seeds, .. eval._configuration.All, eval._captions, eval._clip, eval._images, eval._labelled, eval._markdown, eval._device, eval._threads])
        {
            command.Options.Add(option);
        }

        command.Validators.Add(eval.Validate);
        HelpWithExample.Install(
            command,
            "dfk eval runs/a-hamburger-1 runs/a-hamburger-2",
            "dfk eval --prompts prompts.txt --seeds 0,1 --markdown scores.md",
            "dfk eval runs/a-hamburger-1 --captions captions.txt --clip clip-vit-base-patch32 --clip clip-vit-large-patch14 --images photos");
        command.SetAction(parse => ErrorReport.Guard(parse, global, () => eval.Run(parse), () => null));
        return command;
    }

    private ExitCode Run(ParseResult parse)
    {
        string device = parse.GetValue(_device) ?? DeviceSelection.Automatic;
        DeviceSelection.RequireExisting(device);
        bool json = parse.GetValue(_global.Json), quiet = parse.GetValue(_global.Quiet);
        using InterruptSignals signals = new(() => Console.Error.WriteLine("dfk: stopping after this step; interrupt again to exit at once."));
        List<string> runs = [.. parse.GetValue(_runs) ?? []];
        runs.ForEach(run => TrainedField.Locate(run));
        string? markdown = parse.GetValue(_markdown);
        if (markdown is not null)
        {
            RunFolder.MakeFolderOf(markdown);
        }

        if (parse.GetValue(_prompts) is { } file)
        {
            IReadOnlyList<PromptRun> set = PromptSet.Read(file, Seeds(parse), parse.GetValue(_out) ?? Path.Combine("runs", Slug.Of(Path.GetFileNameWithoutExtension(file))));
            IReadOnlyList<RunConfiguration> configurations = PromptSet.Configure(set, Sources(parse));
            string? modelFolder = CheckpointModel.FolderOf(configurations[0].Model, quiet, signals.Token);
            if (!PromptSet.Train(set, configurations, modelFolder, new LineNotes(quiet), signals.Token))
            {
                Console.Error.WriteLine("dfk: interrupted; the same command goes on where it stopped.");
                return ExitCode.Interrupted;
            }

            runs.AddRange(set.Select(run => run.Folder));
        }

        IReadOnlyList<JudgeReport> reports = EvaluationSession.Run(
            new EvaluationRequest
            {
                Runs = runs,
                Pictures = parse.GetValue(_images) ?? [],
                Judges = parse.GetValue(_clip) ?? [],
                Captions = parse.GetValue(_captions),
                Labelled = parse.GetValue(_labelled),
                Threads = parse.GetValue(_threads) is > 0 and int given ? given : Environment.ProcessorCount,
                Device = device,
            },
            line =>
            {
                if (!quiet)
                {
                    Console.Error.WriteLine("dfk: " + line);
                }
            },
            signals.Token);
        string tables = EvaluationTable.Markdown(reports);
        if (json)
        {
            EvaluationJson.Write(reports);
        }
        else
        {
            Console.Out.Write(tables);
        }

        // After they are shown: what a full disk does not take is not lost.
        if (markdown is not null)
        {
            WholeFile.Write(markdown, tables);
        }

        return ExitCode.Done;
    }

    private ConfigurationSources Sources(ParseResult parse)
    {
        List<ConfigurationOverride> overrides = [.. _configuration.Overrides(parse)];
        if (parse.GetValue(_device) is { } device)
        {
            overrides.Add(new ConfigurationOverride("--device", "device", device));
        }

        if (parse.GetValue(_threads) is > 0 and int threads)
        {
            overrides.Add(new ConfigurationOverride("--threads", "threads", threads.ToString(CultureInfo.InvariantCulture)));
        }

        return _configuration.Sources(parse) with { Overrides = overrides };
    }

    private uint[] Seeds(ParseResult parse) => [.. (parse.GetValue(_seeds) ?? "0").Split(',').Select(seed => uint.Parse(seed, NumberStyles.None, CultureInfo.InvariantCulture)).Distinct()];

    private void Validate(CommandResult result)
    {
        _configuration.Validate(result);
        foreach (Option option in (Option[])[_prompts, _out, _captions, _clip, _images, _labelled, _markdown])
        {
            if (result.GetResult(option)?.Tokens.Any(token => token.Value.Length == 0) == true)
            {
                result.AddError($"{option.Name}: expected a path, got nothing.");
            }
        }

        DeviceWord.Require(result, _device);

        // The runs take as many words as there are, a mistyped option among them.
        foreach (Token word in result.GetResult(_runs)?.Tokens.Where(token => token.Value.StartsWith("--", StringComparison.Ordinal)) ?? [])
        {
            result.AddError($"Unrecognized option '{word.Value}'.");
        }

        bool hasSet = Given(result, _prompts);
        if (!hasSet && !Given(result, _images) && !Given(result, _labelled) && result.GetResult(_runs) is not { Tokens.Count: > 0 })
        {
            result.AddError("expected something to score: run folders, --prompts FILE or --images DIR. dfk eval runs/a-hamburger-1");
        }

        foreach (Option option in (Option[])[_out, _seeds, .. _configuration.All])
        {
            if (!hasSet && Given(result, option))
            {
                result.AddError($"{option.Name} is for the runs of --prompts FILE, which is not given; leave it out.");
            }
        }

        if (result.GetResult(_seeds) is { Tokens: [{ } seeds] } && !seeds.Value.Split(',').All(seed => uint.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            result.AddError($"--seeds: expected whole numbers from 0 to {uint.MaxValue} with commas between them, got '{seeds.Value}'.");
        }

        if (result.GetResult(_threads) is { Tokens: [{ } count] } && int.TryParse(count.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out int threads) && threads is < 0 or > 1024)
        {
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"--threads: expected 0 to 1024, got {threads}."));
        }
    }

    private static bool Given(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };

    // A set runs for hours: one line for each run and its notes, on stderr.
    private sealed class LineNotes(bool quiet) : ITrainingObserver
    {
        public void Started(string runFolder, int iters)
        {
        }

        public void PhaseChanged(TrainingPhase phase)
        {
        }

        public void StepDone(StepReport report)
        {
        }

        public void FileWritten(string path)
        {
        }

        public void Note(string message)
        {
            if (!quiet)
            {
                Console.Error.WriteLine("dfk: " + message);
            }
        }
    }
}
