using System;
using Xunit;

namespace DreamFusion.Pipeline.Tests;

/// <summary>A test that needs Linux, such as its device that is always full; elsewhere it is skipped, visibly.</summary>
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip = "Needs Linux: /dev/full, or its file descriptors.";
        }
    }
}
