namespace DreamFusion.Pipeline;

/// <summary>The process exit codes of <c>dfk</c>; every error that a user can meet carries one.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>A bug in this program; the message asks for a report and names the log.</summary>
    Bug = 1,

    /// <summary>The command line cannot be parsed: unknown option, missing value, wrong type.</summary>
    Usage = 2,

    /// <summary>Bad input: configuration, model folder, checkpoint, prompt, or an output folder in use.</summary>
    BadInput = 3,

    /// <summary>This machine lacks something: device, memory, disk, library or tool.</summary>
    MachineLacks = 4,

    /// <summary>Training diverged and could not be recovered.</summary>
    Diverged = 5,

    /// <summary>Interrupted by the user or the system; the state is saved.</summary>
    Interrupted = 130,
}
