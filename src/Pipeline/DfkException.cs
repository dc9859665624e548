using System;

namespace DreamFusion.Pipeline;

/// <summary>
/// An error that the user can understand and act on: what was wrong, what was expected, what was found, what to do.
/// Anything that is not a <see cref="DfkException"/> is a bug.
/// </summary>
public class DfkException : Exception
{
    /// <summary>Creates an error.</summary>
    /// <param name="exitCode">The exit code of the process if nobody handles the error.</param>
    /// <param name="message">One or more lines in plain words, without a stack trace.</param>
    public DfkException(ExitCode exitCode, string message)
        : base(message)
    {
        ExitCode = exitCode;
    }

    /// <summary>Creates an error caused by another one.</summary>
    /// <param name="exitCode">The exit code of the process if nobody handles the error.</param>
    /// <param name="message">One or more lines in plain words, without a stack trace.</param>
    /// <param name="innerException">The cause, kept for the log.</param>
    public DfkException(ExitCode exitCode, string message, Exception innerException)
        : base(message, innerException)
    {
        ExitCode = exitCode;
    }

    /// <summary>The exit code of the process if nobody handles the error.</summary>
    public ExitCode ExitCode { get; }
}
