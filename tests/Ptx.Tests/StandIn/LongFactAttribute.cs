using System;
using Xunit;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>A test that takes minutes in the interpreter: skipped, visibly, unless PTX_LONG_TESTS is set.</summary>
public sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("PTX_LONG_TESTS") is not { Length: > 0 })
        {
            Skip = "takes minutes in the interpreter; set PTX_LONG_TESTS=1";
        }
    }
}
