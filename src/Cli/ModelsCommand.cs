using System;
using System.CommandLine;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Cli;

/// <summary><c>dfk models</c>: what there is to know about diffusion models on this machine.</summary>
internal static class ModelsCommand
{
    /// <summary>Declares the command.</summary>
    public static Command Create(GlobalOptions global)
    {
        Command models = new("models", "Works with diffusion models in folders.") { Inspect(global), ModelsImportCommand.Create(global) };
        HelpWithExample.Install(models, "dfk models inspect toybox", "dfk models import v1-5-pruned-emaonly.safetensors --out models/sd15");
        return models;
    }

    private static Command Inspect(GlobalOptions global)
    {
        Argument<string> folder = new("folder") { Description = "A folder in the diffusers ONNX layout, or toybox for the embedded prior." };
        Command command = new("inspect", "Checks a model folder and prints what is in it. Exits 3 if it cannot be used.") { folder };
        HelpWithExample.Install(command, "dfk models inspect toybox", "dfk models inspect ~/models/stable-diffusion-2-1-base --json");
        command.SetAction(parse => ErrorReport.Guard(parse, global, () => Run(parse, global, parse.GetValue(folder)!), () => null));
        return command;
    }

    private static ExitCode Run(ParseResult parse, GlobalOptions global, string name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new InvalidModelException("The model folder has an empty name. Name an existing folder in the diffusers ONNX layout, or 'toybox' for the embedded prior.");
        }

        ModelInspection inspection = ModelInspection.Of(ModelLocator.Locate(name));
        if (parse.GetValue(global.Json))
        {
            InspectionJson.Write(inspection);
        }
        else if (!parse.GetValue(global.Quiet))
        {
            InspectionText.Write(inspection, name, Console.Out);
        }

        foreach (string problem in inspection.Problems)
        {
            Console.Error.WriteLine("dfk: " + problem);
        }

        return inspection.Problems.Count == 0 ? ExitCode.Done : ExitCode.BadInput;
    }
}
