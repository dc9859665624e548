using System;
using Xunit;

namespace DreamFusion.Cli.Tests;

/// <summary>A test that sends signals, which Windows has not; there it is skipped, visibly.</summary>
public sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Windows has no signals to send to another process.";
        }
    }
}
