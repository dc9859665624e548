using System;
using System.CommandLine;
using System.CommandLine.Invocation;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Machine;

namespace DreamFusion.Cli;

/// <summary><c>dfk --version</c>: the version of this program; with <c>--json</c> also of what it runs on.</summary>
internal sealed class VersionAction(GlobalOptions global) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        if (!parseResult.GetValue(global.Json))
        {
            Console.Out.WriteLine($"dfk {ProgramVersions.Program}");
            return (int)ExitCode.Done;
        }

        JsonOutput.Write(json =>
        {
            json.WriteString("version", ProgramVersions.Program);
            if (ProgramVersions.Commit is { } commit)
            {
                json.WriteString("commit", commit);
            }

            foreach ((string name, string version) in ProgramVersions.All)
            {
                if (name != "dfk")
                {
                    json.WriteString(name, version);
                }
            }
        });
        return (int)ExitCode.Done;
    }
}
