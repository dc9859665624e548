using System;
using System.CommandLine;
using System.CommandLine.Invocation;
using System.Linq;
using System.Text;

namespace DreamFusion.Cli;

/// <summary>The program <c>dfk</c>.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        // Prompts and paths may hold any script; Windows consoles default to a code page.
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        ConsoleOutput.Install();
        TerminalText.Install();
        GlobalOptions global = new();
        RootCommand root = CreateRoot(global);
        // A prompt may begin with '@'; it must not be taken for the name of a file with arguments.
        ParseResult parse = root.Parse(ResumeOption.Prepare(args), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parse.Action is ParseErrorAction || (parse.Errors.Count > 0 && parse.Action is not { ClearsParseErrors: true }))
        {
            return UsageError.Report(parse, global);
        }

        // Interrupts are the command's business: it has a step to finish and a state to save.
        return parse.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static RootCommand CreateRoot(GlobalOptions global)
    {
        RootCommand root = new("Turns a sentence into a 3D object by score distillation.");
        root.Options.Remove(root.Options.OfType<VersionOption>().Single());
        global.AddTo(root);
        root.Subcommands.Add(TrainCommand.Create(global));
        root.Subcommands.Add(RenderCommand.Create(global));
        root.Subcommands.Add(ExportCommand.Create(global));
        root.Subcommands.Add(EvalCommand.Create(global));
        root.Subcommands.Add(ConfigCommand.Create(global));
        root.Subcommands.Add(ModelsCommand.Create(global));
        root.Subcommands.Add(SelftestCommand.Create(global));
        root.Subcommands.Add(DoctorCommand.Create(global));
        HelpWithExample.Install(root, "dfk train \"a hamburger\"");
        root.SetAction(_ => UsageError.NoCommand(root));
        return root;
    }
}
