using System;

namespace DreamFusion.Pipeline.Models;

/// <summary>
/// A model folder cannot be used: a file is missing or damaged, or a graph's inputs and outputs are not what the layout
/// asks for. The message says what, what was expected, what was found and what to do. Bad input, exit code 3.
/// </summary>
public sealed class InvalidModelException : DfkException
{
    /// <summary>Creates the exception with a complete message.</summary>
    /// <param name="message">What, expected, got, and what to do.</param>
    public InvalidModelException(string message) : base(ExitCode.BadInput, message)
    {
    }

    /// <summary>Creates the exception with a complete message and its cause.</summary>
    /// <param name="message">What, expected, got, and what to do.</param>
    /// <param name="innerException">The failure underneath.</param>
    public InvalidModelException(string message, Exception innerException) : base(ExitCode.BadInput, message, innerException)
    {
    }
}
