using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Import;
using DreamFusion.Pipeline.Import.Graphs;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Cli;

/// <summary><c>dfk models import</c>: a Stable Diffusion checkpoint becomes a model folder.</summary>
internal sealed class ModelsImportCommand
{
    private readonly GlobalOptions _global;
    private readonly Argument<string> _checkpoint = new("checkpoint") { Description = "A .safetensors file (or the .safetensors.index.json of several) of Stable Diffusion 1.x or 2.x, or a diffusers folder." };
    private readonly Option<string> _out = new("--out") { Description = "The model folder, new or empty.", HelpName = "dir", Required = true };
    private readonly Option<string?> _vae = new("--vae") { Description = "A file whose VAE is taken in place of the checkpoint's.", HelpName = "file" };
    private readonly Option<string[]> _loras = new("--lora") { Description = "A LoRA to merge, with its weight (1 if none is given). Repeatable.", HelpName = "file[:weight]", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string[]> _embeddings = new("--embedding") { Description = "A textual inversion to add as a word. Repeatable.", HelpName = "file", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _prediction = new("--prediction") { Description = "What the UNet predicts: epsilon (the noise) or v (the velocity). [default: found out, and said how]", HelpName = "type" };
    private readonly Option<string?> _precision = new("--precision") { Description = "Weights of UNet and text encoder: fp16 or fp32. [default: fp16 where ONNX Runtime's CUDA provider loads, else fp32]", HelpName = "type" };
    private readonly Option<int?> _clipSkip = new("--clip-skip") { Description = "Layers of the text encoder to leave out, counted from the base's own last one as in diffusers. [default: 0]", HelpName = "n" };
    private readonly Option<bool> _fused = new("--fused") { Description = "Fused attention and normalisation in the UNet; such a folder runs on CUDA only." };

    private ModelsImportCommand(GlobalOptions global)
    {
        _global = global;
    }

    /// <summary>Declares the command.</summary>
    public static Command Create(GlobalOptions global)
    {
        ModelsImportCommand import = new(global);
        Command command = new("import", "Makes a model folder of a Stable Diffusion 1.x or 2.x checkpoint, without Python.") { import._checkpoint };
        foreach (Option option in (Option[])[import._out, import._vae, import._loras, import._embeddings, import._prediction, import._precision, import._clipSkip, import._fused])
        {
            command.Options.Add(option);
        }

        import._prediction.AcceptOnlyFromAmong("epsilon", "v");
        import._precision.AcceptOnlyFromAmong("fp16", "fp32");
        command.Validators.Add(import.Validate);
        HelpWithExample.Install(
            command,
            "dfk models import v1-5-pruned-emaonly.safetensors --out models/sd15",
            "dfk models import checkpoint.safetensors --out models/mine --vae vae.safetensors --lora style.safetensors:0.8 --embedding word.safetensors");
        command.SetAction(parse => ErrorReport.Guard(parse, global, () => import.Run(parse), () => null));
        return command;
    }

    private ExitCode Run(ParseResult parse)
    {
        bool json = parse.GetValue(_global.Json), quiet = parse.GetValue(_global.Quiet);
        string folder = parse.GetValue(_out)!;
        ImportRequest request = new()
        {
            CheckpointPath = parse.GetValue(_checkpoint)!,
            VaePath = parse.GetValue(_vae),
            Loras = [.. (parse.GetValue(_loras) ?? []).Select(Lora)],
            EmbeddingPaths = parse.GetValue(_embeddings) ?? [],
            Prediction = parse.GetValue(_prediction) switch
            {
                "epsilon" => PredictionType.Epsilon,
                "v" => PredictionType.Velocity,
                _ => null,
            },
            Precision = parse.GetValue(_precision) switch
            {
                "fp16" => WeightPrecision.Float16,
                "fp32" => WeightPrecision.Float32,
                _ => ModelImport.DefaultPrecision,
            },
            ClipSkip = parse.GetValue(_clipSkip) ?? 0,
            Fused = parse.GetValue(_fused),
        };
        long began = Stopwatch.GetTimestamp();
        ImportProgressLine progress = new(quiet);
        ImportResult result;
        using (InterruptSignals signals = new(() => Console.Error.WriteLine("dfk: stopping the import; interrupt again to exit at once.")))
        {
            try
            {
                result = ModelImport.ToFolder(request, folder, progress, signals.Token);
            }
            finally
            {
                progress.End();
            }
        }

        Write(result, folder, Stopwatch.GetElapsedTime(began), json, quiet);
        return ExitCode.Done;
    }

    private static void Write(ImportResult result, string folder, TimeSpan time, bool json, bool quiet)
    {
        if (json)
        {
            JsonOutput.Write(writer =>
            {
                writer.WriteString("status", "ok");
                writer.WriteString("folder", result.Folder);
                writer.WriteString("base", result.Architecture.Name);
                writer.WriteString("prediction", result.Prediction?.Name);
                writer.WriteString("prediction_rule", result.Prediction?.Rule);
                writer.WriteNumber("bytes", result.Bytes);
                writer.WriteNumber("seconds", Math.Round(time.TotalSeconds, 1));
                writer.WriteStartArray("decisions");
                foreach (string decision in result.Decisions)
                {
                    writer.WriteStringValue(decision);
                }

                writer.WriteEndArray();
            });
        }
        else if (!quiet)
        {
            foreach (string decision in result.Decisions)
            {
                Console.Out.WriteLine(decision);
            }

            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"model folder {result.Folder}, {result.Bytes / 1e9:0.0} GB, in {ProgressText.Duration(time)}"));
            Console.Out.WriteLine($"to train on it: dfk train \"a hamburger\" --model {folder}");
        }
    }

    // A path may hold a colon itself: a number behind the last one is the weight, unless the whole names a file.
    private static LoraRequest Lora(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && !File.Exists(text) && float.TryParse(text[(colon + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out float weight)
            ? new LoraRequest(text[..colon], weight)
            : new LoraRequest(text);
    }

    private void Validate(CommandResult result)
    {
        if (result.GetResult(_clipSkip) is { Tokens: [{ Value: var text }] } && int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int layers) && layers < 0)
        {
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"--clip-skip: expected a number of layers from 0, got {layers}."));
        }

        if (result.GetResult(_out) is { Tokens: [{ Value: var folder }] } && string.IsNullOrWhiteSpace(folder))
        {
            result.AddError("--out: expected the name of a folder, got an empty one.");
        }
    }
}
