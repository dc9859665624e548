using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace DreamFusion.Architecture.Tests;

/// <summary>
/// Dependencies point one way, Ilgpu &lt;- Kernels &lt;- Autodiff &lt;- Pipeline &lt;- Cli, and each package has one user. Asserted on
/// the built assemblies, so that a project file cannot say one thing and the code do another.
/// </summary>
public sealed class AssemblyDependencyTests
{
    /// <summary>Ours, or with -p:UseIlgpuPackage=true the genuine package.</summary>
    private static readonly string[] _ilgpu = ["DreamFusion.Ilgpu", "ILGPU", "ILGPU.Algorithms"];

    /// <summary>What each assembly may refer to besides .NET.</summary>
    private static readonly Dictionary<string, string[]> _allowed = new()
    {
        ["DreamFusion.Ilgpu"] = [],
        ["DreamFusion.Kernels"] = _ilgpu,
        ["DreamFusion.Autodiff"] = [.. _ilgpu, "DreamFusion.Kernels"],
        ["DreamFusion.Pipeline"] =
        [
            .. _ilgpu, "DreamFusion.Kernels", "DreamFusion.Autodiff", "Microsoft.ML.OnnxRuntime", "Google.Protobuf", "YamlDotNet",
        ],
        ["dfk"] =
        [
            .. _ilgpu, "DreamFusion.Kernels", "DreamFusion.Autodiff", "DreamFusion.Pipeline", "System.CommandLine", "Spectre.Console",
        ],
    };

    public static TheoryData<string> Assemblies => [.. _allowed.Keys];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void ReferencesPointOneWay(string assembly)
    {
        IEnumerable<string> forbidden = AssemblyReferences.Of(assembly).Except(_allowed[assembly]);
        Assert.True(
            !forbidden.Any(),
            $"{assembly} refers to {string.Join(", ", forbidden)}; it may refer to .NET and {string.Join(", ", _allowed[assembly])}. Move the code to the layer that owns the dependency.");
    }

    [Theory]
    [InlineData("DreamFusion.Kernels", "DreamFusion.Ilgpu|ILGPU")]
    [InlineData("DreamFusion.Autodiff", "DreamFusion.Kernels")]
    [InlineData("DreamFusion.Pipeline", "DreamFusion.Autodiff")]
    [InlineData("dfk", "DreamFusion.Pipeline")]
    public void EveryLayerUsesTheOneBelow(string assembly, string below) =>
        Assert.True(
            AssemblyReferences.Of(assembly).Intersect(below.Split('|')).Any(),
            $"{assembly} does not use {below}: the chain that the other tests guard is not there.");

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void ProductDoesNotSeeTestsOrBenchmarks(string assembly) =>
        Assert.DoesNotContain(
            AssemblyReferences.Of(assembly),
            name => name.EndsWith("Tests", StringComparison.Ordinal) || name is "Bench" or "Support" or "References" || name.StartsWith("xunit", StringComparison.Ordinal));
}
