using System.CommandLine;

namespace DreamFusion.Cli;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Machine-readable result on stdout, everything else on stderr.</summary>
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print the result as JSON on stdout, everything else on stderr.",
        Recursive = true,
    };

    /// <summary>Only warnings and errors.</summary>
    public Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "Print only warnings and errors.",
        Recursive = true,
    };

    /// <summary>More lines, and stack traces of errors.</summary>
    public Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Print more: every step, every file, causes of errors.",
        Recursive = true,
    };

    /// <summary>Adds the options, and <c>--version</c>, to the root command.</summary>
    public void AddTo(RootCommand root)
    {
        root.Options.Add(Json);
        root.Options.Add(Quiet);
        root.Options.Add(Verbose);
        root.Options.Add(new Option<bool>("--version")
        {
            Description = "Print the version.",
            Recursive = true,
            Action = new VersionAction(this),
        });
    }
}
