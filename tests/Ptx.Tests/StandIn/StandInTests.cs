using Xunit;

namespace DreamFusion.Ptx.Tests.StandIn;

/// <summary>Tests with the stand-in driver run one after the other: there is one driver in a process.</summary>
[CollectionDefinition(Name)]
public sealed class StandInTests
{
    public const string Name = "stand-in driver";
}
