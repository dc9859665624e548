using System;
using Xunit;

namespace DreamFusion.Pipeline.Tests;

/// <summary>A test of minutes: runs if the environment variable DFK_SLOW_TESTS is 1, else it is a visible skip.</summary>
public sealed class SlowFactAttribute : FactAttribute
{
    public SlowFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("DFK_SLOW_TESTS") != "1")
        {
            Skip = "Takes minutes; set DFK_SLOW_TESTS=1 to run it.";
        }
    }
}
