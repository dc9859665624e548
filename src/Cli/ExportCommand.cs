using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.IO;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Machine;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Meshes.Formats;
using DreamFusion.Pipeline.Runs;

namespace DreamFusion.Cli;

/// <summary><c>dfk export</c>: makes a textured mesh of a trained object.</summary>
internal sealed class ExportCommand
{
    private const string AutoThreshold = "auto";

    private static readonly ExportOptions _defaults = new();

    private readonly GlobalOptions _global;
    private readonly Argument<string> _run = new("run") { Description = "A run folder, or a checkpoint file." };
    private readonly Option<string?> _format = new("--format") { Description = "glb, obj (with .mtl and .png) or ply (colours on vertices). [default: by --out's extension, else glb]", HelpName = "format" };
    private readonly Option<int> _resolution = new("--resolution") { Description = "Cells along the object's longest side, 16 to 512.", HelpName = "n", DefaultValueFactory = _ => _defaults.Resolution };
    private readonly Option<string> _threshold = new("--threshold") { Description = "Density of the surface, or auto: chosen by the renders' outlines.", HelpName = "auto|x", DefaultValueFactory = _ => AutoThreshold };
    private readonly Option<int> _textureSize = new("--texture-size") { Description = "Side of the texture in texels, 64 to 8192.", HelpName = "n", DefaultValueFactory = _ => _defaults.TextureSize };
    private readonly Option<int> _faces = new("--faces") { Description = "Most faces, 100 to 10000000.", HelpName = "n", DefaultValueFactory = _ => _defaults.Faces };
    private readonly Option<string?> _out = new("--out") { Description = "The mesh's file. [default: mesh.<format> in the run folder]", HelpName = "file" };
    private readonly Option<string?> _device = new("--device") { Description = "Where our kernels run: auto, cpu, cuda or cuda:N.", HelpName = "device" };
    private readonly Option<int> _threads = new("--threads") { Description = "CPU threads; 0 means one for each core.", HelpName = "n" };

    private ExportCommand(GlobalOptions global)
    {
        _global = global;
    }

    /// <summary>Declares the command.</summary>
    public static Command Create(GlobalOptions global)
    {
        ExportCommand export = new(global);
        Command command = new("export", "Makes a textured mesh of a trained object and measures it against the object's renders.")
        {
            export._run, export._format, export._resolution, export._threshold, export._textureSize, export._faces, export._out, export._device, export._threads,
        };
        export._format.AcceptOnlyFromAmong("glb", "obj", "ply");
        command.Validators.Add(export.Validate);
        HelpWithExample.Install(
            command, "dfk export runs/a-hamburger-1", "dfk export runs/a-hamburger-1 --format obj --faces 20000 --texture-size 2048 --out hamburger.obj");
        command.SetAction(parse => ErrorReport.Guard(parse, global, () => export.Run(parse), () => null));
        return command;
    }

    private ExitCode Run(ParseResult parse)
    {
        string device = parse.GetValue(_device) ?? DeviceSelection.Automatic;
        DeviceSelection.RequireExisting(device);
        int threads = parse.GetValue(_threads) is > 0 and int given ? given : Environment.ProcessorCount;
        string run = parse.GetValue(_run)!;
        MeshFormat format = Format(parse.GetValue(_format), parse.GetValue(_out));
        string path = parse.GetValue(_out) ?? DefaultPath(run, format);
        using var trained = TrainedField.Open(run, threads, device);
        MeshFiles.Prepare(path, format);
        using RadianceFieldSolid solid = new(trained.Device, trained.Field);
        ExportedMesh mesh = MeshExport.Run(solid, trained, new ExportOptions
        {
            Resolution = parse.GetValue(_resolution),
            Threshold = parse.GetValue(_threshold) is { } text and not AutoThreshold ? float.Parse(text, CultureInfo.InvariantCulture) : null,
            TextureSize = parse.GetValue(_textureSize),
            Faces = parse.GetValue(_faces),
            Threads = threads,
        });
        IReadOnlyList<string> files = MeshFiles.Write(path, format, mesh, trained.Configuration.Prompt);
        foreach (string note in mesh.Report.Notes)
        {
            Console.Error.WriteLine("dfk: " + note);
        }

        if (parse.GetValue(_global.Json))
        {
            MeshReportText.WriteJson(mesh.Report, files);
        }
        else if (!parse.GetValue(_global.Quiet))
        {
            MeshReportText.Write(mesh.Report, files, parse.GetValue(_global.Verbose), Console.Out);
        }

        return ExitCode.Done;
    }

    private static string DefaultPath(string run, MeshFormat format)
    {
        string extension = Extension(format);
        return Directory.Exists(run) ? Path.Combine(run, "mesh" + extension) : Path.ChangeExtension(run, extension);
    }

    private static string Extension(MeshFormat format) => format switch { MeshFormat.Glb => ".glb", MeshFormat.Obj => ".obj", _ => ".ply" };

    private static MeshFormat Format(string? name, string? path) => name switch
    {
        "glb" => MeshFormat.Glb,
        "obj" => MeshFormat.Obj,
        "ply" => MeshFormat.Ply,
        _ => FormatOf(path) is { } extension ? Format(extension, null) : MeshFormat.Glb,
    };

    private static string? FormatOf(string? path) => Path.GetExtension(path)?.ToUpperInvariant() switch
    {
        ".GLB" => "glb",
        ".OBJ" => "obj",
        ".PLY" => "ply",
        _ => null,
    };

    private void Validate(CommandResult result)
    {
        Range(result, _resolution, 16, 512);
        Range(result, _textureSize, 64, 8192);
        Range(result, _faces, 100, 10_000_000);
        Range(result, _threads, 0, 1024);
        DeviceWord.Require(result, _device);
        if (Token(result, _threshold) is { } threshold and not AutoThreshold
            && !(float.TryParse(threshold, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && value > 0f && float.IsFinite(value)))
        {
            result.AddError($"--threshold: expected auto or a density above 0, got '{threshold}'.");
        }

        if (Token(result, _out) is { } path)
        {
            string? format = Token(result, _format);
            string? extension = FormatOf(path);
            if (extension is null || (format is not null && format != extension))
            {
                result.AddError($"--out: expected a file name that ends in .{format ?? "glb, .obj or .ply"}, got '{path}'.");
            }
        }
    }

    private static void Range(CommandResult result, Option<int> option, int least, int most)
    {
        if (Token(result, option) is { } text && int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) && (value < least || value > most))
        {
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name}: expected {least} to {most}, got {value}."));
        }
    }

    private static string? Token(CommandResult result, Option option) => result.GetResult(option) is { Tokens: [{ } token, ..] } ? token.Value : null;
}
