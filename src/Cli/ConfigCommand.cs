using System;
using System.CommandLine;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Nemo;

namespace DreamFusion.Cli;

/// <summary><c>dfk config</c>: looks at a configuration without training.</summary>
internal static class ConfigCommand
{
    /// <summary>Declares the command.</summary>
    public static Command Create(GlobalOptions global)
    {
        Command config = new("config", "Looks at configurations.") { Show(global), Import(global) };
        HelpWithExample.Install(config, "dfk config show --preset stable-dreamfusion", "dfk config import dreamfusion.yaml");
        return config;
    }

    private static Command Show(GlobalOptions global)
    {
        ConfigurationOptions options = new();
        Command command = new("show", "Prints the resolved configuration as YAML, with where each value came from.");
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        command.Validators.Add(options.Validate);
        HelpWithExample.Install(command, "dfk config show", "dfk config show --config my.yaml --set nerf=tcnn", "dfk config show --preset dreamfusion --json");
        command.SetAction(parse => ErrorReport.Guard(parse, global, () => Print((options.Sources(parse) with { AllowsIncomplete = true }).ResolveWithOrigins(), parse.GetValue(global.Json)), () => null));
        return command;
    }

    private static ExitCode Print(ResolvedConfiguration resolved, bool json)
    {
        if (!json)
        {
            Console.Out.Write(ConfigurationFile.WriteWithOrigins(resolved));
            return ExitCode.Done;
        }

        JsonOutput.Write(writer =>
        {
            writer.WriteString("status", "ok");
            writer.WriteStartArray("options");
            foreach (ResolvedOption option in resolved.Options)
            {
                writer.WriteStartObject();
                writer.WriteString("name", option.Name);
                writer.WriteString("value", option.Value);
                writer.WriteString("source", option.Source);
                if (option.Line > 0)
                {
                    writer.WriteNumber("line", option.Line);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("notes");
            foreach (string note in (string[])[.. resolved.Notes, .. resolved.PresetNotes])
            {
                writer.WriteStringValue(note);
            }

            writer.WriteEndArray();
        });
        return ExitCode.Done;
    }

    private static Command Import(GlobalOptions global)
    {
        Argument<string> file = new("file") { Description = "A configuration of NeMo's DreamFusion (YAML): its config.yaml, a whole model, or one group." };
        Option<string?> to = new("--out") { Description = "Where to write this program's configuration. [default: stdout]", HelpName = "file" };
        Command command = new("import", "Turns a configuration of NeMo's into this program's and says what differs in meaning.") { file, to };
        HelpWithExample.Install(command, "dfk config import dreamfusion.yaml --out my.yaml", "dfk train --config my.yaml --model DIR");
        command.SetAction(parse => ErrorReport.Guard(parse, global, () => Import(NemoImport.Read(parse.GetValue(file)!), parse.GetValue(to), parse.GetValue(global.Json), parse.GetValue(global.Quiet)), () => null));
        return command;
    }

    private static ExitCode Import(NemoImport import, string? path, bool json, bool quiet)
    {
        if (path is not null)
        {
            import.Save(path);
        }

        if (json)
        {
            JsonOutput.Write(writer =>
            {
                writer.WriteString("status", "ok");
                writer.WriteString("yaml", import.Text);
                writer.WriteStartArray("differences");
                foreach (string difference in import.Differences)
                {
                    writer.WriteStringValue(difference);
                }

                writer.WriteEndArray();
            });
        }
        else if (path is null)
        {
            Console.Out.Write(import.Text);
        }
        else if (!quiet)
        {
            foreach (string difference in import.Differences)
            {
                Console.Out.WriteLine(difference);
            }
        }

        return ExitCode.Done;
    }
}
